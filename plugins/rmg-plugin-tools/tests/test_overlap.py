"""Precision, recall and F1, and the pairs that they count."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_plugin_tools.calls import call_of
from rmg_plugin_tools.comparing import Comparing
from rmg_plugin_tools.overlap import tool_call_f1, tool_call_precision, tool_call_recall
from rmg_plugin_tools.pairing import most_pairs

CALLS = st.lists(
    st.builds(
        lambda name, arguments: {"name": name, "arguments": arguments},
        st.sampled_from("fg"),
        st.dictionaries(st.sampled_from("xy"), st.integers(0, 1)),
    ),
    max_size=5,
)
MODES = ("equal", "include", "ignore")


@given(st.lists(st.sets(st.integers(0, 4)).map(sorted), max_size=5))
def test_no_choice_of_pairs_is_larger_than_the_matching(fits):
    found = most_pairs(fits)
    assert all(right in fits[left] for left, right in found.items())
    assert len(set(found.values())) == len(found)
    best = max(
        sum(left < len(fits) and right in fits[left] for left, right in enumerate(order))
        for order in permutations(range(5))
    )
    assert len(found) == best


@pytest.mark.parametrize("mode", MODES)
@given(calls=CALLS, expected=CALLS)
def test_pairs_are_a_maximum_matching_of_the_calls_that_fit(mode, calls, expected):
    comparing = Comparing(mode, {})
    left, right = [*map(call_of, calls)], [*map(call_of, expected)]
    fits = [[at for at, each in enumerate(right) if comparing.fits(call, each)] for call in left]
    pairs = comparing.pairs(left, right)
    assert all(at in fits[place] for place, at in pairs.items())
    assert len(set(pairs.values())) == len(pairs) == len(most_pairs(fits))


@pytest.mark.parametrize("mode", MODES)
@given(calls=CALLS)
def test_calls_are_wholly_like_themselves(mode, calls):
    for grade in (tool_call_precision, tool_call_recall, tool_call_f1):
        assert grade(calls, calls, arguments=mode).score == 1.0


@given(calls=CALLS, expected=CALLS)
def test_f1_is_the_harmonic_mean_of_precision_and_recall(calls, expected):
    precision = tool_call_precision(calls, expected).score
    recall = tool_call_recall(calls, expected).score
    both = precision + recall
    wanted = 2 * precision * recall / both if both else 0.0
    assert tool_call_f1(calls, expected).score == pytest.approx(wanted)


def test_repeated_calls_count_as_often_as_they_are_expected():
    call = {"f": {}}
    assert tool_call_precision([call, call, call], [call, call]).score == pytest.approx(2 / 3)
    assert tool_call_recall([call], [call, call]).score == 0.5


def test_arguments_may_be_equal_included_or_ignored():
    call, expected = [{"f": {"x": 1, "y": 2}}], [{"f": {"x": 1}}]
    scores = {mode: tool_call_recall(call, expected, arguments=mode).score for mode in MODES}
    assert scores == {"equal": 0.0, "include": 1.0, "ignore": 1.0}
    assert tool_call_recall(call, [{"f": {"x": 2}}], arguments="include").score == 0.0


def test_a_call_that_includes_two_expected_ones_is_paired_with_the_right_one():
    calls = [{"f": {"x": 1, "y": 2}}, {"f": {"x": 1}}]
    expected = [{"f": {"x": 1}}, {"f": {"y": 2}}]
    assert tool_call_recall(calls, expected, arguments="include").score == 1.0


def test_fields_say_which_arguments_of_a_tool_count():
    call = [{"f": {"time": {"start": 1, "end": 2}, "why": "a"}}]
    expected = [{"f": {"time": {"start": 1, "end": 3}}}]
    assert tool_call_f1(call, expected).score == 0.0
    assert tool_call_f1(call, expected, fields={"f": ("time.start",)}).score == 1.0
    assert tool_call_f1(call, expected, fields={"f": ("time.end",)}).score == 0.0
    assert tool_call_f1(call, expected, fields={"f": ("time.noon",)}).score == 0.0
    assert tool_call_f1(call, expected, fields={"g": ("time.start",)}).score == 0.0


@pytest.mark.parametrize("grade", [tool_call_precision, tool_call_recall, tool_call_f1])
def test_one_side_without_calls_is_0_and_two_are_1(grade):
    assert grade("Rome is big.", []).score == 1.0
    assert grade("Rome is big.", [{"f": {}}]).score == 0.0
    assert grade([{"f": {}}], []).score == 0.0


def test_a_call_that_cannot_be_read_is_told_and_matches_nothing():
    broken = {"name": "f", "arguments": "x=1"}
    made = tool_call_precision([broken, {"f": {}}], [{"f": {}}])
    assert made.score == 0.5
    assert made.reason == (
        "precision 0.500: 1 of 2 calls are in the reference, which has 1; "
        "f() (its arguments are no JSON (Expecting value, character 1)) is not expected"
    )


def test_of_an_unreadable_call_the_name_still_counts_where_arguments_do_not():
    broken = {"name": "f", "arguments": "x=1"}
    assert tool_call_precision([broken], [{"f": {}}], arguments="ignore").score == 1.0


def test_a_response_that_cannot_be_read_is_0_with_the_reason():
    made = tool_call_f1('[{"f": {}', [{"f": {}}])
    assert made.score == 0.0
    assert made.reason.startswith("the response cannot be read: it is no JSON")
