import numpy as np
import pytest

from rmg_plugin_stats.clusters import cluster_by
from rmg_plugin_stats.tournaments import (
    copeland,
    cyclic_share,
    elo,
    games,
    points_a_game,
    win_rates,
)


def rounds(results):
    """Read results such as "a>b" and "a=b"."""
    first, second, points = [], [], []
    for each in results.split():
        first.append(each[0])
        second.append(each[2])
        points.append(1.0 if each[1] == ">" else 0.5)
    return games(first, second, points)


def test_win_rates_count_a_tie_as_half():
    rates, counts = win_rates(rounds("a>b a>b a=b b>a"))
    assert rates[0, 1] == 2.5 / 4
    assert rates[1, 0] == 1.5 / 4
    assert counts[0, 1] == counts[1, 0] == 4


def test_systems_that_never_met_have_no_win_rate():
    rates, counts = win_rates(rounds("a>b b>c"))
    assert np.isnan(rates[0, 2])
    assert counts[0, 2] == 0


def test_rates_of_both_sides_sum_to_one():
    dice = np.random.default_rng(1)
    first = dice.integers(0, 6, 300)
    played = games(first, (first + dice.integers(1, 6, 300)) % 6, dice.integers(0, 3, 300) / 2)
    rates, _ = win_rates(played)
    assert (rates + rates.T)[~np.eye(6, dtype=bool)] == pytest.approx(1.0)


def test_a_missing_outcome_is_left_out_and_counted():
    played = games(["a", "a"], ["b", "b"], [1.0, np.nan])
    assert played.missing == 1
    assert played.wins.sum() == 1


def test_points_a_game_are_clustered_by_prompt():
    dice = np.random.default_rng(2)
    prompts = np.repeat(np.arange(40), 10)
    points = (dice.random(40)[prompts] < 0.5).astype(float)
    first, second = np.full(400, "a"), np.full(400, "b")
    plain = points_a_game(games(first, second, points))[0]
    clustered = points_a_game(games(first, second, points, prompts=cluster_by(prompts)))[0]
    assert clustered.value == plain.value == points.mean()
    assert clustered.high - clustered.low > 2.5 * (plain.high - plain.low)


def test_copeland_counts_opponents_and_not_games():
    scores = copeland(rounds("a>b a>b b>a c>a c=b"))
    assert [each.value for each in scores] == [0.0, -1.0, 1.0]
    assert [each.n for each in scores] == [2, 2, 2]


def test_a_circle_is_cyclic_and_a_line_is_not():
    assert cyclic_share(rounds("a>b b>c c>a")).value == 1.0
    assert cyclic_share(rounds("a>b b>c a>c")).value == 0.0


def test_the_share_of_cyclic_triads_is_that_counted_one_by_one():
    from itertools import combinations

    dice = np.random.default_rng(3)
    for _ in range(50):
        size = int(dice.integers(3, 9))
        pairs = [each for each in combinations(range(size), 2) if dice.random() < 0.9]
        if not pairs:
            continue
        one, two = np.transpose(pairs)
        won = dice.integers(0, 2, len(pairs)).astype(float)
        beats = {(i, j) if w else (j, i) for i, j, w in zip(one, two, won, strict=True)}
        triads = cyclic = 0
        for trio in combinations(range(size), 3):
            wins = [sum((i, j) in beats for j in trio) for i in trio]
            triads += sum(wins) == 3
            cyclic += wins == [1, 1, 1]
        figure = cyclic_share(games(one, two, won))
        assert figure.n == triads
        assert figure.value == (pytest.approx(cyclic / triads) if triads else None)


def test_triads_with_a_tie_are_not_counted():
    assert "no three systems" in cyclic_share(rounds("a>b b>c a=c")).why


def test_elo_of_one_game_moves_by_half_of_k():
    ratings = elo(rounds("a>b"), k=32)
    assert [each.value for each in ratings] == [1016.0, 984.0]


def test_elo_is_the_mean_over_orders():
    results = "a>b b>c c>a a>b a>c b>c a>b"
    found = elo(rounds(results), k=32, shuffles=500)
    turned = elo(rounds(" ".join(reversed(results.split()))), k=32, shuffles=500)
    assert found[0].value == pytest.approx(turned[0].value, abs=1.0)
    assert sum(each.value for each in found) == pytest.approx(3_000.0)


def test_elo_of_equal_seeds_is_equal():
    assert elo(rounds("a>b b>c c>a"), seed=4) == elo(rounds("a>b b>c c>a"), seed=4)


def test_a_system_that_never_played_has_no_figure():
    played = games(["a"], ["b"], [1.0], names=("a", "b", "c"))
    for figure in (points_a_game(played)[2], copeland(played)[2], elo(played)[2]):
        assert (figure.value, figure.why) == (None, "it never played")


@pytest.mark.parametrize(
    ("first", "second", "points", "wrong"),
    [
        (["a"], ["a"], [1.0], "cannot meet itself"),
        (["a"], ["b"], [0.7], "points are 1, 0.5, 0 or nan"),
        (["a"], ["b", "c"], [1.0], "a first and a second system"),
    ],
)
def test_what_is_no_game_is_refused(first, second, points, wrong):
    with pytest.raises(ValueError, match=wrong):
        games(first, second, points)


def test_a_system_outside_of_the_names_is_refused():
    with pytest.raises(ValueError, match="not among the names: b"):
        games(["a"], ["b"], [1.0], names=("a", "c"))
