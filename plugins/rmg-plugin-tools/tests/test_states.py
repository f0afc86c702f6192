"""States at the end."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_core import CannotGrade
from rmg_plugin_tools.states import final_state_equal

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_every_state_is_equal_to_itself(state):
    assert final_state_equal(state, state).score == 1.0
    assert final_state_equal(state, state, unordered=True, tolerance=0.1).score == 1.0


@given(st.dictionaries(st.text(), st.lists(st.integers())))
def test_a_state_may_be_written_as_json(state):
    assert final_state_equal(json.dumps(state), state).score == 1.0


@pytest.mark.parametrize(
    ("state", "wanted", "reason"),
    [
        ({"a": 1}, {"a": True}, "1 difference: a is 1, expected true"),
        ({"a": 1}, {"a": "1"}, "1 difference: a is 1, expected '1'"),
        ({"a": None}, {}, "1 difference: a is not expected"),
        ({}, {"a": None}, "1 difference: a is missing"),
        ([1, 2], [1], "1 difference: the state has 2 items, expected 1"),
        ({"a": {"b": [0, 1]}}, {"a": {"b": [0, 2]}}, "1 difference: a.b.1 is 1, expected 2"),
        ({}, [], "1 difference: the state is {}, expected []"),
        ("done", "Done", "1 difference: the state is 'done', expected 'Done'"),
        (
            dict.fromkeys("abcde", 1),
            dict.fromkeys("abcde", 2),
            "5 differences: a is 1, expected 2; b is 1, expected 2; c is 1, expected 2; …",
        ),
    ],
)
def test_the_reason_tells_where_states_differ(state, wanted, reason):
    made = final_state_equal(state, wanted)
    assert (made.score, made.reason) == (0.0, reason)


def test_ignored_paths_do_not_count_wherever_they_are():
    state = {"orders": {"1": {"total": 5, "at": 7}, "2": {"total": 6}}, "at": 1}
    wanted = {"orders": {"1": {"total": 5}, "2": {"total": 6, "at": 8}}, "at": 1}
    assert final_state_equal(state, wanted).score == 0.0
    assert final_state_equal(state, wanted, ignore=("orders.*.at",)).score == 1.0
    assert final_state_equal(state, wanted, ignore=("at",)).score == 0.0


def test_numbers_may_be_apart_by_the_tolerance():
    assert final_state_equal({"a": 1.05}, {"a": 1}, tolerance=0.1).score == 1.0
    assert final_state_equal({"a": 1.15}, {"a": 1}, tolerance=0.1).score == 0.0
    assert final_state_equal({"a": True}, {"a": 1}, tolerance=0.1).score == 0.0


@pytest.mark.parametrize("state", [10**400, float("inf"), float("nan")])
def test_numbers_out_of_the_range_of_floats_are_compared_too(state):
    assert final_state_equal(state, state, tolerance=0.1).score == 1.0
    assert final_state_equal(state, 1.5, tolerance=0.1).score == 0.0
    assert final_state_equal(state, -float("inf"), tolerance=0.1).score == 0.0


def test_lists_without_order_hold_the_same_items_as_often():
    assert final_state_equal([1, 2, 1], [1, 1, 2], unordered=True).score == 1.0
    made = final_state_equal([1, 2, 2], [1, 1, 2], unordered=True)
    assert (made.score, made.reason) == (0.0, "1 difference: the state lacks 1")


def test_items_without_order_are_paired_as_well_as_can_be():
    # Taken in order, 1.0 would take the 1.1 that 1.2 needs.
    made = final_state_equal([1.0, 1.2], [1.1, 0.95], unordered=True, tolerance=0.11)
    assert made.score == 1.0


def test_ignored_paths_are_ignored_in_lists_without_order():
    state = {"items": [{"id": 2, "at": 1}, {"id": 1, "at": 2}]}
    wanted = {"items": [{"id": 1, "at": 8}, {"id": 2, "at": 9}]}
    options = {"unordered": True, "ignore": ("items.*.at",)}
    assert final_state_equal(state, wanted, **options).score == 1.0


def test_a_state_that_is_broken_json_is_0_and_a_reference_an_error():
    made = final_state_equal('{"a": ', {"a": 1})
    assert (made.score, made.reason) == (
        0.0,
        "the response cannot be read: it is no JSON (Expecting value, character 7)",
    )
    with pytest.raises(CannotGrade, match="the reference cannot be read: it is no JSON") as told:
        final_state_equal({"a": 1}, '{"a": ')
    assert told.value.kind == "bad_input"
