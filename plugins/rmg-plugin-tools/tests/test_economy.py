"""Loops and steps in vain."""

import sys
from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_core import CannotGrade, GraderSkip
from rmg_plugin_tools.economy import action_loop, step_efficiency

LETTERS = st.text("abc", max_size=8)


def calls(names):
    return [{name: {}} for name in names]


def asked(*names):
    return {"role": "assistant", "tool_calls": [{"name": name} for name in names]}


def told(text):
    return {"role": "tool", "content": text}


@given(LETTERS)
def test_the_score_is_1_minus_the_share_of_calls_that_were_made_before(names):
    before = sum(name in names[:place] for place, name in enumerate(names))
    wanted = 1 - before / len(names) if names else 1.0
    assert action_loop(calls(names)).score == pytest.approx(wanted)


@given(LETTERS)
def test_pairs_are_counted_as_if_each_were_looked_at(names):
    pairs = [left == right for left, right in combinations(names, 2)]
    wanted = 1 - sum(pairs) / len(pairs) if pairs else 1.0
    assert action_loop(calls(names), count="pairs").score == pytest.approx(wanted)


def test_arguments_make_calls_different_unless_they_do_not_count():
    look = [{"look": {"at": 1}}, {"look": {"at": 2}}, {"look": {"at": 1.0}}]
    assert action_loop(look).score == pytest.approx(2 / 3)
    assert action_loop(look, arguments=False).score == pytest.approx(1 / 3)


def test_arguments_that_cannot_be_read_are_compared_as_they_are_written():
    broken = [{"name": "f", "arguments": text} for text in ("x=1", "x=2", "x=1")]
    assert action_loop(broken).score == pytest.approx(2 / 3)


def test_the_reason_names_the_call_that_is_made_most_often():
    made = action_loop(calls("ababb"))
    assert made.reason == "3 of 5 calls repeat an earlier one, most often b(), made 3 times"
    assert action_loop(calls("ab")).reason == "none of 2 calls repeats an earlier one"
    assert action_loop([]).reason == "0 calls: nothing is repeated"


class Counted(str):
    """A text that counts how often it is compared or hashed."""

    __slots__ = ()
    operations = 0

    def __eq__(self, other):
        Counted.operations += 1
        return str.__eq__(self, other)

    def __hash__(self):
        Counted.operations += 1
        return str.__hash__(self)


def operations_of(grade, number, *, same):
    """Return how many functions, built-in ones included, and comparisons a grade takes."""
    given = [
        {"name": "f", "arguments": {"x": Counted("a" if same else f"a{place}")}}
        for place in range(number)
    ]
    Counted.operations = 0
    counts = Counter()
    before = sys.getprofile()
    sys.setprofile(lambda _, event, __: counts.update([event]))
    try:
        grade(given)
    finally:
        sys.setprofile(before)
    return counts["call"] + counts["c_call"] + Counted.operations


@pytest.mark.parametrize("same", [True, False])
@pytest.mark.parametrize("count", ["calls", "pairs"])
def test_twice_the_calls_take_twice_the_operations(count, same):
    def grade(given):
        return action_loop(given, count=count)

    operations_of(grade, 2, same=same)  # the first one imports and caches
    few, many, most = (operations_of(grade, number, same=same) for number in (200, 400, 800))
    # Of a line the steps between three points at equal distances are equal.
    assert many - few == pytest.approx((most - many) / 2, rel=0.02)
    assert most < 120 * 800


def test_a_repeated_call_is_useful_when_it_brings_something_new():
    again = [asked("look"), told("the door is shut"), asked("look"), told("the door is open now")]
    assert step_efficiency(again).score == 1.0
    same = [asked("look"), told("the door is shut"), asked("look"), told("The door is shut")]
    assert step_efficiency(same).score == 0.5


def test_redundancy_says_how_similar_a_result_must_be():
    again = [asked("look"), told("a b c d"), asked("look"), told("a b c e")]
    assert step_efficiency(again).score == 1.0
    assert step_efficiency(again, redundancy=0.6).score == 0.5


@pytest.mark.parametrize("text", ["", "  ", None])
def test_a_repeated_call_that_brings_nothing_is_useless(text):
    assert step_efficiency([asked("look"), told("x"), asked("look"), told(text)]).score == 0.5


def test_another_call_is_useful_whatever_it_brings():
    assert step_efficiency([asked("look"), told("x"), asked("open"), told("x")]).score == 1.0


@pytest.mark.parametrize(
    ("reference", "weight", "score"),
    [
        (4, 1.0, 1.0),
        (2, 1.0, 0.5),
        (0, 1.0, 0.0),
        (2, 0.4, 0.8),
        (2, 0.0, 1.0),
        (9, 1.0, 1.0),
        (10**400, 1.0, 1.0),
    ],
)
def test_the_reference_count_weighs_as_the_option_says(reference, weight, score):
    made = step_efficiency(calls("abcd"), reference, reference_weight=weight)
    assert made.score == pytest.approx(score)


def test_the_calls_of_a_reference_trajectory_are_counted():
    reference = [asked("a", "b"), told("x"), asked("c")]
    made = step_efficiency(calls("abcd"), reference, reference_weight=1.0)
    assert (made.score, made.reason) == (0.75, "4 of 4 calls are useful, 3 are needed")


def test_a_response_without_calls_is_skipped():
    assert step_efficiency("Done.", 3) == GraderSkip("the response has no calls")


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        (-1, "the reference is a number of calls, and -1 is none"),
        ("5", "the reference cannot be read: it is text, and no calls"),
    ],
)
def test_a_reference_that_is_no_count_is_an_error(reference, message):
    with pytest.raises(CannotGrade) as told_of:
        step_efficiency(calls("a"), reference)
    assert (str(told_of.value), told_of.value.kind) == (message, "bad_input")
