"""The order of calls, by each mode."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_core import CannotGrade
from rmg_plugin_tools.sequences import MODES, tool_sequence_match

STEPS = st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=3), max_size=4)


def calls(steps):
    return [[{name: {}} for name in step] for step in steps]


def score(response, reference, **options):
    return tool_sequence_match(calls(response), calls(reference), **options).score


@pytest.mark.parametrize(
    ("response", "reference", "holds"),
    [
        ("ab", "ab", {"exact", "ordered", "unordered", "subset", "superset"}),
        ("ba", "ab", {"unordered", "subset", "superset"}),
        ("acb", "ab", {"ordered", "superset"}),
        ("bca", "ab", {"superset"}),
        ("a", "ab", {"subset"}),
        ("ac", "ab", set()),
        ("aab", "ab", {"ordered", "superset"}),
        ("", "ab", {"subset"}),
        ("ab", "", {"ordered", "superset"}),
        ("", "", {"exact", "ordered", "unordered", "subset", "superset"}),
    ],
)
def test_what_each_mode_lets_pass(response, reference, holds):
    assert {mode for mode in MODES if score(response, reference, mode=mode) == 1.0} == holds


@pytest.mark.parametrize("per_step", [False, True])
@pytest.mark.parametrize("mode", MODES)
@given(response=STEPS, reference=STEPS)
def test_shares_are_1_exactly_where_all_is_as_the_mode_says(mode, per_step, response, reference):
    options = {"mode": mode, "per_step": per_step}
    whole = score(response, reference, **options)
    assert whole in (0.0, 1.0)
    for share in ("steps", "calls"):
        made = score(response, reference, score=share, **options)
        assert 0 <= made <= 1
        assert (made == 1.0) == (whole == 1.0)


@given(response=st.text("abc", max_size=6), reference=st.text("abc", min_size=1, max_size=6))
def test_the_share_in_order_is_the_longest_common_subsequence(response, reference):
    def subsequences(text):
        return {tuple(each) for n in range(len(text) + 1) for each in combinations(text, n)}

    longest = max(map(len, subsequences(response) & subsequences(reference)))
    made = score(response, reference, mode="ordered", score="calls")
    assert made == pytest.approx(longest / len(reference))


def test_calls_of_one_step_have_no_order_per_step_and_unordered():
    options = {"mode": "unordered", "per_step": True}
    assert score(["ba", "c"], ["ab", "c"], **options) == 1.0
    assert score(["c", "ab"], ["ab", "c"], **options) == 0.0
    assert score(["a", "b", "c"], ["ab", "c"], **options) == 0.0


def test_without_per_step_it_does_not_matter_how_calls_are_split_into_steps():
    assert score(["ab", "c"], ["a", "bc"]) == 1.0
    assert score(["ab", "c"], ["a", "bc"], per_step=True) == 0.0


def test_the_share_of_steps_counts_whole_steps():
    options = {"mode": "superset", "per_step": True}
    assert score(["ab", "c"], ["ab", "cd"], score="steps", **options) == 0.5
    assert score(["ab", "c"], ["ab", "cd"], score="calls", **options) == 0.75


def test_more_steps_than_expected_are_no_matter_to_a_superset():
    options = {"mode": "superset", "per_step": True}
    assert score(["ab", "c", "d"], ["a", "c"], **options) == 1.0
    assert score(["a"], ["a", "c"], **options) == 0.0


@pytest.mark.parametrize(
    ("mode", "response", "reason"),
    [
        ("exact", "ba", "exact: 0 of 2 calls as expected; b(), expected a()"),
        ("exact", "a", "exact: 1 of 2 calls as expected; no call, expected b()"),
        ("exact", "abc", "exact: 2 of 3 calls as expected; c(), expected no call"),
        ("ordered", "ba", "ordered: 1 of 2 calls as expected; the order is another"),
        ("unordered", "ac", "unordered: 1 of 3 calls as expected; b() is missing"),
        ("subset", "ac", "subset: 1 of 2 calls as expected; c() is not expected"),
        ("superset", "ac", "superset: 1 of 2 calls as expected; b() is missing"),
    ],
)
def test_the_reason_tells_the_first_difference(mode, response, reason):
    assert tool_sequence_match(calls(response), calls("ab"), mode=mode).reason == reason


def test_the_reason_tells_the_call_that_stands_for_a_missing_one():
    made = tool_sequence_match([{"a": {"x": 2}}], [{"a": {"x": 1}}], mode="superset")
    assert made.reason == (
        'superset: 0 of 1 calls as expected; a("x": 1) is missing, there is a("x": 2)'
    )


def test_the_reason_tells_the_step_and_what_cannot_be_read():
    broken = [{"a": {}}, {"name": "b", "arguments": "{"}]
    made = tool_sequence_match(broken, calls("ab"), per_step=True)
    assert made.reason == (
        "exact: 1 of 2 calls as expected; step 2: b() (its arguments are no JSON (Expecting "
        "property name enclosed in double quotes, character 2)), expected b()"
    )


def test_a_reference_that_cannot_be_read_is_an_error():
    with pytest.raises(CannotGrade, match="the reference cannot be read"):
        tool_sequence_match(calls("a"), "then a")
