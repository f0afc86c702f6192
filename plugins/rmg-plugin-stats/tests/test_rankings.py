import numpy as np
import pytest

from rmg_plugin_stats.clusters import cluster_by
from rmg_plugin_stats.rankings import bradley_terry
from rmg_plugin_stats.strengths import fit, is_bounded, is_connected
from rmg_plugin_stats.tournaments import games


def played(dice, systems, count, *, ties=0.0, per_prompt=1):
    strengths = dice.normal(size=systems)
    first = dice.integers(0, systems, count)
    second = (first + dice.integers(1, systems, count)) % systems
    chance = 1 / (1 + np.exp(strengths[second] - strengths[first]))
    points = (dice.random(count) < chance).astype(float)
    points[dice.random(count) < ties] = 0.5
    names = tuple(map(str, range(systems)))
    prompts = np.arange(count) // per_prompt
    return games(first, second, points, prompts=cluster_by(prompts), names=names)


def values(figures):
    return [each.value for each in figures]


def test_strengths_without_ties_are_those_of_choix():
    choix = pytest.importorskip("choix")
    dice = np.random.default_rng(1)
    compared = 0
    for _ in range(200):
        systems = int(dice.integers(2, 9))
        made = played(dice, systems, int(dice.integers(10, 40)) * systems)
        if not is_connected(made.wins[None], made.ties[None])[0]:
            continue
        won = np.argwhere(made.wins)
        data = [tuple(each) for each in won for _ in range(int(made.wins[tuple(each)]))]
        theirs = choix.ilsr_pairwise(systems, data, max_iter=100_000, tol=1e-13)
        ours = fit(made.wins[None], made.ties[None]).strengths[0]
        assert ours == pytest.approx(theirs - theirs.mean(), abs=1e-9)
        compared += 1
    assert compared > 150


def test_strengths_with_ties_are_where_the_likelihood_is_highest():
    dice = np.random.default_rng(2)
    for _ in range(30):
        made = played(dice, 5, 300, ties=0.3)
        wins, ties = made.wins, made.ties
        found = fit(wins[None], ties[None])
        best = np.append(found.strengths[0], found.log_tie[0])

        def likelihood(at, wins=wins, ties=ties):
            half = (at[:-1, None] - at[None, :-1]) / 2
            total = np.log(np.exp(half) + np.exp(-half) + np.exp(at[-1]))
            return (wins * (half - total)).sum() + (ties * (at[-1] - total)).sum() / 2

        for _ in range(20):
            away = best + dice.normal(size=6) * 1e-4
            assert likelihood(away) < likelihood(best)


def test_a_tie_counts_as_half_a_win_if_asked():
    made = played(np.random.default_rng(3), 4, 400, ties=0.4)
    found = bradley_terry(made, ties="half", resamples=10)
    wins = (made.wins + made.ties / 2)[None]
    assert values(found.strengths) == pytest.approx(fit(wins, 0 * wins).strengths[0].tolist())
    assert found.tie.value is None


def test_two_systems_have_the_odds_of_their_games():
    found = bradley_terry(
        games([*"aaaab"], [*"bbbba"], [1, 1, 1, 0, 1], names=("a", "b")), resamples=10
    )
    assert found.strengths[0].value - found.strengths[1].value == pytest.approx(np.log(3 / 2))


def test_ties_have_a_chance_of_their_own():
    points = [1] * 30 + [0] * 30 + [0.5] * 40
    found = bradley_terry(games(["a"] * 100, ["b"] * 100, points), resamples=200)
    assert found.tie.value / (2 + found.tie.value) == pytest.approx(0.4)
    assert found.tie.low < found.tie.value < found.tie.high


def test_ranks_follow_strengths():
    found = bradley_terry(played(np.random.default_rng(4), 6, 2_000, ties=0.2), resamples=200)
    order = np.argsort(values(found.strengths))[::-1]
    assert [values(found.ranks)[at] for at in order] == [1, 2, 3, 4, 5, 6]
    assert all(each.low <= each.value <= each.high for each in found.ranks)


def test_equal_systems_share_a_rank():
    found = bradley_terry(games(["a", "b"], ["b", "a"], [1, 1]), resamples=10)
    assert values(found.ranks) == [1, 1]


def test_intervals_over_prompts_are_wider_than_over_games():
    made = played(np.random.default_rng(5), 2, 400)
    copies = np.repeat(np.arange(400), 9)
    names = tuple(map(str, range(2)))
    parts = (made.first[copies], made.second[copies], made.points[copies])
    by_game = bradley_terry(games(*parts, names=names), resamples=500).strengths[0]
    by_prompt = bradley_terry(games(*parts, names=names, prompts=cluster_by(copies)), resamples=500)
    wide = by_prompt.strengths[0]
    assert wide.value == pytest.approx(by_game.value)
    assert wide.high - wide.low > 2.5 * (by_game.high - by_game.low)


def test_the_bootstrap_is_seeded():
    made = played(np.random.default_rng(6), 4, 200)
    assert bradley_terry(made, resamples=50, seed=1) == bradley_terry(made, resamples=50, seed=1)
    assert bradley_terry(made, resamples=50, seed=1) != bradley_terry(made, resamples=50, seed=2)


def test_what_is_not_connected_has_neither_strength_nor_rank():
    first, second = list("aabbcc") * 5 + ["x", "y"], list("bcacab") * 5 + ["y", "x"]
    found = bradley_terry(games(first, second, [1.0] * 32), resamples=50)
    assert None not in values(found.strengths[:3])
    for figure in (*found.strengths[3:], *found.ranks[3:]):
        assert (figure.value, figure.why) == (None, "no game links it to the others")


def test_who_never_lost_has_a_rank_and_no_strength():
    first, second = list("bcbc") * 8 + ["a"] * 4, list("cbcb") * 8 + ["b", "c"] * 2
    found = bradley_terry(games(first, second, [1.0] * 36), resamples=50)
    assert found.strengths[0].value is None
    assert "won, or lost, every game" in found.strengths[0].why
    assert found.ranks[0].value == 1
    assert found.strengths[1].value is not None


def test_strengths_that_often_lose_their_bound_have_no_interval():
    found = bradley_terry(games([*"aab"], [*"bba"], [1, 1, 1]), resamples=500)
    assert found.strengths[0].value == pytest.approx(np.log(2) / 2)
    assert found.strengths[0].low is None
    assert "of the resamples the strengths have no bound" in found.strengths[0].why


def test_ties_alone_give_no_strength():
    found = bradley_terry(games([*"aab"], [*"bba"], [0.5, 0.5, 0.5]), resamples=20)
    assert values(found.strengths) == [None, None]
    assert "the wins are too few beside the ties" in found.strengths[0].why
    assert found.tie.value is None


def test_one_prompt_gives_no_interval():
    found = bradley_terry(
        games([*"aab"], [*"bba"], [1, 1, 1], prompts=cluster_by("ppp")), resamples=20
    )
    for figure in (found.strengths[0], found.ranks[0]):
        assert (figure.low, figure.why) == (None, "no interval: two prompts are the least")


def test_who_wins_or_ties_and_never_loses_has_no_bound():
    found = bradley_terry(games([*"aaa"], [*"bbb"], [1, 1, 0.5]), resamples=20)
    assert values(found.strengths) == [None, None]
    assert values(found.ranks) == [1, 2]


def likelihood_of(wins, ties):
    """Return minus the log likelihood of strengths, the first being 0, and of log nu."""

    def likelihood(at):
        strengths = np.append(0.0, at[:-1])
        half = (strengths[:, None] - strengths[None]) / 2
        total = np.logaddexp(np.logaddexp(half, -half), at[-1])
        return (wins * (total - half)).sum() + (ties * (total - at[-1])).sum() / 2

    return likelihood


def test_the_bound_is_there_just_where_the_likelihood_has_one():
    from scipy.optimize import minimize

    dice = np.random.default_rng(7)
    seen = {True: 0, False: 0}
    for _ in range(30):
        wins = np.triu(dice.integers(0, 2, (4, 4)), 1).astype(float)
        wins += np.tril(dice.integers(0, 15, (4, 4)) == 0, -1)
        ties = np.triu(dice.integers(0, 2, (4, 4)), 1).astype(float)
        ties += ties.T
        if not ties.any() or not is_connected(wins[None], ties[None])[0]:
            continue
        bounds = [(-60.0, 60.0)] * 4
        ends = minimize(likelihood_of(wins, ties), np.zeros(4), bounds=bounds, tol=1e-14).x
        is_far = bool(np.abs(ends).max() > 12)
        assert bool(is_bounded(wins[None], ties[None])[0]) is not is_far
        seen[is_far] += 1
    assert min(seen.values()) >= 3


def test_no_games_are_an_empty_ranking():
    found = bradley_terry(games([], [], []))
    assert found.strengths == found.ranks == ()
    assert found.tie.why == "no games"


def test_games_without_an_outcome_rank_nobody():
    found = bradley_terry(games(["a"], ["b"], [np.nan]), resamples=20)
    assert values(found.strengths) == values(found.ranks) == [None, None]
    assert found.strengths[0].why == "it never played"
