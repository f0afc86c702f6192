from itertools import combinations
from math import ceil, comb, log2

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rmg_plugin_judge.tournaments import (
    Game,
    most_games,
    next_round,
    ranked,
    standings,
    usual_rounds,
)


def play(schedule, count, judge, **told):
    """Return the rounds of a tournament in which `judge(first, second)` scores the first."""
    played = []
    while pairs := next_round(schedule, count, played, **told):
        played.append([Game(first, second, judge(first, second)) for first, second in pairs])
    return played


def by_number(first, second):
    """Judge that a candidate with a lower number is better."""
    return float(first < second)


def met(played):
    return [frozenset((game.first, game.second)) for games in played for game in games]


counts = st.integers(2, 17)
seeds = st.integers(0, 999)


@given(counts, seeds)
def test_all_plays_every_pair_once(count, seed):
    played = play("all", count, by_number, seed=seed)
    assert sorted(map(sorted, met(played))) == sorted(map(list, combinations(range(count), 2)))
    assert len(met(played)) == most_games("all", count)


@pytest.mark.parametrize(
    ("count", "rounds"), [(2, 1), (3, 3), (4, 3), (5, 4), (6, 4), (8, 4), (9, 5), (64, 7)]
)
def test_swiss_has_one_round_more_than_a_knockout_where_there_are_pairs(count, rounds):
    assert usual_rounds(count) == rounds


@given(counts, seeds, st.data())
def test_swiss_plays_no_pair_twice_and_nobody_twice_in_a_round(count, seed, data):
    scores = st.sampled_from([0.0, 0.5, 1.0])
    played = play("swiss", count, lambda *_: data.draw(scores), seed=seed)
    assert len(set(met(played))) == len(met(played)) <= most_games("swiss", count)
    for games in played:
        playing = [each for game in games for each in (game.first, game.second)]
        assert len(set(playing)) == len(playing)


@given(st.integers(8, 17), seeds)
def test_swiss_leaves_out_at_most_one_and_nobody_twice(count, seed):
    played = play("swiss", count, by_number, seed=seed)
    assert len(played) == usual_rounds(count)
    assert {len(games) for games in played} == {count // 2}
    table = standings("swiss", count, played)
    assert set(table.games) <= {len(played), len(played) - 1}


@pytest.mark.parametrize(("count", "rounds"), [(16, 15), (15, 15), (40, 20), (64, 7)])
def test_swiss_finds_pairs_for_the_most_rounds(count, rounds):
    played = play("swiss", count, by_number, rounds=rounds, seed=3)
    assert len(set(met(played))) == len(met(played))
    assert len(played) <= rounds
    if count > 16:
        assert len(met(played)) == rounds * (count // 2)


def test_swiss_pairs_by_standing():
    first = [Game(0, 1, 1), Game(2, 3, 1)]
    assert set(map(frozenset, next_round("swiss", 4, [first]))) == {
        frozenset((0, 2)),
        frozenset((1, 3)),
    }


@given(counts, seeds)
def test_swiss_with_a_sure_judge_finds_the_best(count, seed):
    table = standings("swiss", count, play("swiss", count, by_number, seed=seed))
    assert table.rank[0] == 1
    assert table.net_win_rates[0] == 1


@pytest.mark.parametrize(
    ("schedule", "count", "rounds"),
    [("swiss", 8, 8), ("swiss", 8, 0), ("swiss", 40, 21), ("all", 8, 3), ("knockout", 8, 3)],
)
def test_rounds_that_do_not_fit_are_refused(schedule, count, rounds):
    with pytest.raises(ValueError, match="rounds"):
        next_round(schedule, count, rounds=rounds)


@given(counts, seeds)
def test_a_knockout_has_one_game_for_each_that_goes_out(count, seed):
    played = play("knockout", count, by_number, seed=seed)
    assert len(met(played)) == count - 1 == most_games("knockout", count)
    assert len(played) == ceil(log2(count))
    table = standings("knockout", count, played, seed=seed)
    assert table.rank[0] == 1
    assert sorted(table.rank)[:2] == [1, 2]


def test_in_a_knockout_those_who_go_out_together_share_a_place():
    table = standings("knockout", 8, play("knockout", 8, by_number, seed=1), seed=1)
    assert sorted(table.rank) == [1, 2, 3, 3, 5, 5, 5, 5]


def test_of_a_tie_in_a_knockout_the_one_higher_in_the_draw_goes_on():
    def winner(first, second, seed):
        return standings("knockout", 2, [[Game(first, second, 0.5)]], seed=seed).rank.index(1)

    winners = [winner(0, 1, seed) for seed in range(20)]
    assert winners == [winner(1, 0, seed) for seed in range(20)]
    assert set(winners) == {0, 1}


def test_rounds_of_another_tournament_are_refused():
    with pytest.raises(ValueError, match="not the next of this tournament"):
        next_round("knockout", 4, [[Game(0, 1, 1)]])
    with pytest.raises(ValueError, match="unknown, or plays twice"):
        next_round("swiss", 4, [[Game(0, 1, 1), Game(0, 2, 1)]])
    with pytest.raises(ValueError, match="another than the candidates 0 to 1"):
        standings("all", 2, [[Game(0, 2, 1)]])


@pytest.mark.parametrize("schedule", ["all", "swiss", "knockout"])
def test_one_candidate_makes_no_tournament(schedule):
    with pytest.raises(ValueError, match="needs two candidates, and has 1"):
        next_round(schedule, 1)


def test_a_schedule_that_there_is_not_names_those_there_are():
    with pytest.raises(ValueError) as caught:
        next_round("league", 4)
    assert str(caught.value) == "there is no schedule 'league'; schedules: all, knockout, swiss"


@given(st.sampled_from(["all", "swiss", "knockout"]), counts, seeds)
def test_a_seed_gives_the_same_tournament(schedule, count, seed):
    one, other = (play(schedule, count, by_number, seed=seed) for _ in range(2))
    assert one == other


def test_different_seeds_draw_differently():
    assert len({next_round("swiss", 8, seed=seed) for seed in range(20)}) > 10


def test_standings_are_those_counted_by_hand():
    # 0 beats 1 and 2, 1 beats 2, 3 ties with 0 and loses to 1 and 2.
    games = [Game(0, 1, 1), Game(2, 0, 0), Game(1, 2, 0.8)]
    games += [Game(0, 3, 0.5), Game(3, 1, 0), Game(3, 2, 0.4)]
    table = standings("all", 4, [games])
    assert table.points == (2.5, 2, 1, 0.5)
    assert table.net_win_rates == (2 / 3, 1 / 3, -1 / 3, -2 / 3)
    assert table.rank == (1, 2, 3, 4)
    assert (table.triads, table.cyclic_triads) == (2, 0)
    assert ranked(table).metadata["points"] == [2.5, 2, 1, 0.5]


def test_candidates_that_stand_equal_share_a_place():
    circle = [Game(0, 1, 1), Game(1, 2, 1), Game(2, 0, 1)]
    table = standings("all", 3, [circle])
    assert (table.rank, table.triads, table.cyclic_triads) == ((1, 1, 1), 1, 1)


def test_a_candidate_without_a_game_has_no_rate():
    assert standings("all", 3, [[Game(0, 1, 1)]]).net_win_rates == (1, -1, None)


@given(st.integers(3, 8), st.randoms(use_true_random=False))
def test_cyclic_triads_are_those_of_kendall_and_babington_smith(count, chance):
    # C(n,3) - Σ C(wins,2) counts them in a tournament of all pairs without ties.
    table = standings("all", count, play("all", count, lambda *_: float(chance.random() < 0.5)))
    transitive = sum(comb(int(points), 2) for points in table.points)
    assert table.cyclic_triads == comb(count, 3) - transitive
    assert table.triads == comb(count, 3)


@settings(max_examples=30)
@given(st.sampled_from(["all", "swiss", "knockout"]), counts, st.data())
def test_a_rank_has_places_from_1_on(schedule, count, data):
    scores = st.sampled_from([0.0, 0.5, 1.0])
    played = play(schedule, count, lambda *_: data.draw(scores))
    rank = ranked(standings(schedule, count, played)).rank
    assert [place for place in rank if place != 1 + sum(other < place for other in rank)] == []


@pytest.mark.parametrize("score", [-0.1, 1.1, float("nan")])
def test_a_game_has_a_score_in_0_to_1(score):
    with pytest.raises(ValueError):
        Game(0, 1, score)


def test_nobody_plays_against_itself():
    with pytest.raises(ValueError, match="candidate 2 cannot play itself"):
        Game(2, 2, 1)


def test_swiss_leaves_out_more_where_not_all_have_somebody_new():
    # After these rounds 0, 1 and 2 have met 3, 4 and 5, and two triangles are left.
    played = [[Game(own, 3 + (own + turn) % 3, 1) for own in range(3)] for turn in range(3)]
    pairs = next_round("swiss", 6, played, rounds=4)
    assert sorted(len({own < 3 for own in pair}) for pair in pairs) == [1, 1]
