import numpy as np
import pytest

from rmg_core import DataError
from rmg_plugin_stats.pairings import (
    both_orders,
    net_of_orders,
    net_points,
    pairs_of_lists,
    pairs_of_rows,
    pairs_of_scores,
    points_of,
    winners_of,
)

NAN = np.nan


def met(pairs):
    return list(zip(pairs.first, pairs.second, pairs.points.tolist(), strict=True))


def test_points_are_by_the_middle_and_near_the_tie_it_is_one():
    scores = np.array([0.9, 0.5, 0.1, NAN, 0.6])
    np.testing.assert_array_equal(points_of(scores, even=0.5), [1, 0.5, 0, NAN, 1])
    np.testing.assert_array_equal(points_of(scores, even=0.5, margin=0.11), [1, 0.5, 0, NAN, 0.5])
    np.testing.assert_array_equal(points_of(scores, even=0.5, tie=0.9), [0.5, 0.5, 0, NAN, 1])


def test_a_panel_goes_by_whom_most_judges_prefer():
    table = np.array([[1, 1, 0], [1, 0, 0.5], [1, 0.5, NAN], [NAN, NAN, NAN]])
    np.testing.assert_array_equal(net_points(table), [1, 0.5, 1, NAN])


def test_rows_that_name_no_pair_are_left_out_and_told():
    pairs = pairs_of_rows(["a", "a", None, 1], ["b", "a", "b", "1"], np.array([1, 1, 1, 0.5]))
    assert met(pairs) == [("a", "b", 1.0)]
    assert pairs.notes == (
        "1 rows that do not name both systems were left out",
        "2 rows of a system against itself were left out",
        "each row counts as a prompt of its own: name the prompt with --prompt",
    )


def test_each_two_of_a_list_are_a_game():
    pairs = pairs_of_lists([(1, 3, 1), None], [["a", "b", "c"], ["a", "b"]])
    assert met(pairs)[:3] == [("a", "b", 1.0), ("a", "c", 0.5), ("b", "c", 0.0)]
    assert np.isnan(pairs.points[3])
    assert pairs.prompts == (0, 0, 0, 1)
    assert pairs.games.missing == 1
    with pytest.raises(DataError, match="sample 0 has 3 ranks and 2 systems"):
        pairs_of_lists([(1, 2, 3)], [["a", "b"]])


def test_scores_of_one_prompt_are_compared_by_their_means():
    pairs = pairs_of_scores(
        ["a", "a", "b", "c", "a", None],
        ["p", "p", "p", "p", "q", "p"],
        np.array([0.2, 0.6, 0.4, NAN, 1.0, 1.0]),
        margin=0.05,
    )
    assert met(pairs)[0] == ("a", "b", 0.5)
    assert np.isnan(pairs.points[1:]).all()
    assert pairs.notes[0] == "1 rows without a system or a prompt were left out"
    assert "1 times a system has several responses" in pairs.notes[1]


def test_equal_means_tie_in_spite_of_rounding():
    pairs = pairs_of_scores(["a", "a", "b"], ["p"] * 3, np.array([0.1, 0.2, 0.15]))
    assert pairs.points.tolist() == [0.5]


def test_both_orders_count_once_where_that_is_asked_for():
    pairs = pairs_of_rows(
        ["a", "b", "a", "b"], ["b", "a", "b", "a"], np.array([1, 1, 1, 0]), ["p", "p", "q", "q"]
    )
    assert met(net_of_orders(pairs)) == [("a", "b", 0.5), ("a", "b", 1.0)]
    assert net_of_orders(pairs).notes[-1].endswith("count as one: 2 fewer")
    shown, swapped = both_orders(pairs)
    assert (shown.tolist(), swapped.tolist()) == ([1, 1], [1, 0])


def test_a_game_that_rests_on_one_order_is_told():
    pairs = pairs_of_rows(["a", "b"], ["b", "a"], np.array([1, NAN]), ["p", "p"])
    merged = net_of_orders(pairs)
    assert met(merged) == [("a", "b", 1.0)]
    assert merged.notes[-1] == "1 of these rest on one game: the others have no outcome"


def test_winners_are_sides_numbers_or_names():
    values = ["A", "second", "tie", 1, 0.0, "x", "y", None, "z"]
    points, strange = winners_of(values, ["x"] * 9, ["y"] * 9)
    np.testing.assert_array_equal(points, [1, 0, 0.5, 1, 0, 1, 0, NAN, NAN])
    assert strange == 1


def test_no_pair_at_all_is_told():
    with pytest.raises(DataError, match="no pair of two systems; 1 rows of a system against"):
        _ = pairs_of_rows(["a"], ["a"], np.array([1.0]), ["p"]).games
