"""Conditions: what may be written, and what they make of the outcomes of other graders."""

import ast
import operator
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_core.outcomes import (
    UNIT,
    GraderError,
    GraderRank,
    GraderScore,
    GraderSkip,
    Scale,
    from_json,
    to_json,
)
from rmg_core.plan.conditions import Undecided, for_repeats, saved_calls
from rmg_core.plan.logic import read_condition

OPEN = Scale(None, None)
NO = GraderError("grader_error", "ValueError: no")
SHORT = GraderSkip("too short")


def verdict_of(text, **outcomes):
    made = {
        name: GraderScore(each, scale=OPEN) if isinstance(each, float) else each
        for name, each in outcomes.items()
    }
    return read_condition(text).verdict(made)


@pytest.mark.parametrize(
    ("text", "is_met"),
    [
        ("a >= 2", True),
        ("a > 2", False),
        ("a <= 2", True),
        ("a < 2", False),
        ("a == 2", True),
        ("a != 2", False),
        ("2 < b", True),
        ("1 < a < b", True),
        ("1 < a < 2 < b", False),
        ("a > 2 or b > 2", True),
        ("a > 2 and b > 2", False),
        ("not a > 2", True),
        ("not (a > 1 and b > 1)", False),
        ("a > 9 and a > 9 or b > 2", True),
        ("a > 9 and (a > 9 or b > 2)", False),
        ("a + b * 2 == 8", True),
        ("max(a, b) - min(a, b) < abs(-a)", True),
        ("a ** 2 > clip(b, 0, 1) / log(b)", True),
        ("'a' > 1", True),
        ("(a\n > 1)", True),
    ],
)
def test_a_condition_is_met_or_not(text, is_met):
    assert read_condition(text).decide({"a": 2.0, "b": 3.0}) is is_met


def test_the_names_in_a_condition_are_in_their_order():
    condition = read_condition("b > 1 and (a < 1 or 'helpful-v2' + b >= 0.5)")
    assert condition.names == ("b", "a", "helpful-v2")


ALLOWED = "a condition has comparisons with >= > <= < == !=, and, or, not"
FORMULA = "a formula has numbers, names, + - * / **, and abs, clip, log, max, min"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a >=", "it is not a condition: invalid syntax"),
        ("a = 1", "it is not a condition: invalid syntax; write `==` for `=`"),
        (
            "a => 1 && b >= 1 || a =< 1",
            (
                "it is not a condition: invalid syntax; write `>=` for `=>`; write `and` for `&&`; "
                "write `or` for `||`; write `<=` for `=<`"
            ),
        ),
        ("a >= 0.5 AND b > 1", "it is not a condition: invalid syntax"),
        ("", "it is not a condition: invalid syntax"),
        ("a", "`a` is not compared; write `a >= 0.5`"),
        ("a > 0.5 or 'b-2'", "`'b-2'` is not compared; write `'b-2' >= 0.5`"),
        ("a + b", f"`a + b` is not allowed; {ALLOWED}"),
        ("True", f"`True` is not allowed; {ALLOWED}"),
        ("a > 0.5 and 1", f"`1` is not allowed; {ALLOWED}"),
        ("a in b", f"`a in b` is not allowed; {ALLOWED}"),
        ("a is b", f"`a is b` is not allowed; {ALLOWED}"),
        ("a < b not in a", f"`a < b not in a` is not allowed; {ALLOWED}"),
        ("a > 1 if b > 1 else a", f"`a > 1 if b > 1 else a` is not allowed; {ALLOWED}"),
        ("(x := a > 1)", f"`(x := (a > 1))` is not allowed; {ALLOWED}"),
        ("__import__('os')", f"`__import__('os')` is not allowed; {ALLOWED}"),
        ("a[0] > 1", f"`a[0]` is not allowed; {FORMULA}"),
        ("(a > 0.5) + b > 1", f"`a > 0.5` is not allowed; {FORMULA}"),
        ("a > 0.5 & b > 1", f"`0.5 & b` is not allowed; {FORMULA}"),
        ("a.b > 1", "`a.b` is not allowed; write a name that is not a plain word in quotes: 'a.b'"),
        ("log(a, b) > 1", "log takes 1 values, not 2"),
        ("a > 1e999", "a number in it is too large"),
        ("a > 1 / 0", "`1 / 0` has no value: division by zero"),
        ("1 > 0", "it names no grader"),
        ("not " * 400 + "a > 1", "it nests deeper than 100"),
        ("a > " + "-" * 100 + "1", "it nests deeper than 100"),
        ("a > 1" + " " * 2000, "it has 2005 characters, and at most 2000 are allowed"),
    ],
)
def test_what_is_not_a_condition_is_refused(text, fault):
    with pytest.raises(ValueError) as refused:
        read_condition(text)

    assert str(refused.value) == fault


TRUE, FALSE, OPEN_ = "one > 0.5", "one < 0.5", "none > 0.5"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (OPEN_, None),
        (f"not {OPEN_}", None),
        (f"{OPEN_} and {TRUE}", None),
        (f"{OPEN_} and {FALSE}", False),
        (f"{FALSE} and {OPEN_}", False),
        (f"{OPEN_} or {TRUE}", True),
        (f"{TRUE} or {OPEN_}", True),
        (f"{OPEN_} or {FALSE}", None),
        (f"not ({OPEN_} or {TRUE})", False),
        ("none < one < 0.5", False),
        ("none < one < 2", None),
        ("none + one > 0.5", None),
        ("1 / (one - 1) > 0 and one < 0.5", False),
        ("1 / (one - 1) > 0 or one > 0.5", True),
        ("1 / (one - 1) > 0 or one < 0.5", None),
    ],
)
def test_what_is_undecided_decides_nothing_and_hinders_nothing(text, verdict):
    made = read_condition(text).decide({"one": 1.0})

    assert made is verdict if verdict is not None else isinstance(made, Undecided)


def test_a_condition_that_is_met_stands_for_nothing():
    assert verdict_of("a > 1", a=2.0) is None


def test_a_condition_that_is_not_met_is_a_skip_with_the_values():
    made = verdict_of("polite >= 0.5", polite=0.2)

    assert isinstance(made, GraderSkip)
    assert made.reason == "when polite >= 0.5: polite is 0.2"


def test_a_skip_says_what_each_of_several_graders_has():
    made = verdict_of(
        "a > 1 and (b > 1 or c > 1 or d > 1)", a=0.0, b=SHORT, c=NO, d=GraderRank([1])
    )

    assert made.reason == (
        "when a > 1 and (b > 1 or c > 1 or d > 1): a is 0, 'b' was skipped (too short), "
        "'c' has an error (grader_error: ValueError: no), 'd' is a rank, not a score"
    )


def test_a_value_is_said_in_as_many_digits_as_tell_it():
    assert verdict_of("a >= 0.5", a=0.49999999).reason == "when a >= 0.5: a is 0.49999999"


def test_a_condition_over_lines_is_said_in_one():
    assert verdict_of("(a >\n  1)", a=1.0).reason == "when (a > 1): a is 1"


@pytest.mark.parametrize(
    ("missing", "said"),
    [(SHORT, "'b' was skipped (too short)"), (GraderRank([2, 1]), "'b' is a rank, not a score")],
)
def test_a_condition_that_lacks_a_score_is_a_skip(missing, said):
    made = verdict_of("a > 1 and b > 1", a=2.0, b=missing)

    assert isinstance(made, GraderSkip)
    assert made.reason == f"when a > 1 and b > 1: {said}"


def test_a_condition_that_lacks_a_score_because_of_an_error_is_an_error():
    assert verdict_of("a > 1 and polite > 1", a=SHORT, polite=NO) == GraderError(
        "missing_part",
        "when a > 1 and polite > 1: 'polite' has an error (grader_error: ValueError: no)",
    )


def test_an_error_that_decides_nothing_does_not_count():
    made = verdict_of("(a > 1 or b > 1) and c > 1", a=2.0, b=NO, c=SHORT)

    assert made.reason == "when (a > 1 or b > 1) and c > 1: 'c' was skipped (too short)"


def test_what_cannot_be_computed_is_an_error_with_the_values():
    assert verdict_of("a / b > 1", a=1.0, b=0.0) == GraderError(
        "aggregator_error", "when a / b > 1: division by zero, with a 1, b 0"
    )


def test_what_cannot_be_computed_weighs_less_than_a_grader_that_failed():
    assert verdict_of("a / b > 1 and c > 1", a=1.0, b=0.0, c=NO).kind == "missing_part"
    assert verdict_of("a / b > 1 and c > 1", a=1.0, b=0.0, c=SHORT).kind == "aggregator_error"


def test_the_words_of_another_grader_are_cut():
    made = verdict_of("a > 1", a=GraderSkip("x" * 10_000))

    assert made.reason == f"when a > 1: 'a' was skipped ({'x' * 199}…)"


@pytest.mark.parametrize(
    ("text", "scale", "always"),
    [
        ("a >= 7", UNIT, False),
        ("a >= 1", UNIT, None),
        ("a > 1", UNIT, False),
        ("a >= 0", UNIT, True),
        ("a > 0", UNIT, None),
        ("a < 0", UNIT, False),
        ("a <= 0", UNIT, None),
        ("a <= 1", UNIT, True),
        ("a == 2", UNIT, False),
        ("a != 2", UNIT, True),
        ("a == 1", UNIT, None),
        ("2 > a", UNIT, True),
        ("-1 >= 'a'", UNIT, False),
        ("a > 7", Scale(0, None), None),
        ("a >= 0", Scale(0, None), True),
        ("a < 7", Scale(None, 5), True),
        ("a > 7", OPEN, None),
        ("not a >= 7", UNIT, False),
    ],
)
def test_a_scale_may_decide_a_comparison_with_a_number(text, scale, always):
    [comparison] = read_condition(text).comparisons

    assert comparison.on(scale) is always


@pytest.mark.parametrize("text", ["0 <= a < 0.5", "a > b", "a + 1 > 7", "2 * a > 1"])
def test_what_is_more_than_a_score_and_a_number_is_left_alone(text):
    assert read_condition(text).comparisons == ()


def test_a_skip_by_a_condition_says_which_and_how_many_calls_it_saved():
    made = verdict_of("a > 1", a=0.5)

    assert made.metadata == {"when": {"condition": "a > 1", "calls": 1}}
    assert saved_calls(made) == 1
    assert saved_calls(from_json(to_json(made))) == 1


@pytest.mark.parametrize(
    "outcome",
    [
        GraderScore(1.0, metadata={"when": {"condition": "a > 1", "calls": 1}}),
        GraderSkip("when a > 1: a is 0"),
        GraderSkip("closed", {"when": "at noon"}),
        GraderSkip("closed", {"when": {"condition": "noon", "calls": 1, "by": "me"}}),
        NO,
    ],
)
def test_what_no_condition_made_saved_no_call(outcome):
    assert saved_calls(outcome) == 0
    assert for_repeats(outcome, 3) is None


def test_the_repeats_of_a_skip_are_one_skip_that_saved_all_their_calls():
    made = verdict_of("a > 1", a=0.5)

    assert for_repeats(made, 3) == GraderSkip(
        "when a > 1: a is 0.5", {"when": {"condition": "a > 1", "calls": 3}}
    )


sides = st.sampled_from(["a", "b", "c", "0.5", "2", "a + b", "a * c", "-b", "max(a, c)"])
compared = st.tuples(sides, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), sides).map(
    " ".join
)
conditions = st.recursive(
    compared,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(" ".join).map("({})".format),
        inner.map("not ({})".format),
    ),
    max_leaves=10,
)


@given(conditions, st.tuples(*[st.sampled_from([-1.0, 0.0, 0.5, 1.0, 2.0])] * 3))
def test_a_condition_decides_what_python_does(text, numbers):
    text = f"a == a and ({text})"
    scores = dict(zip("abc", numbers, strict=True))
    expected = eval(compile(ast.parse(text, mode="eval"), "", "eval"), {"max": max}, scores)  # noqa: S307 - the oracle

    assert read_condition(text).decide(scores) is bool(expected)


@given(conditions, st.sets(st.sampled_from("abc")))
def test_a_decision_stands_whatever_the_missing_scores_are(text, missing):
    condition = read_condition(f"a == a and ({text})")
    known = {name: 0.5 for name in "abc" if name not in missing}
    verdict = condition.decide(known)
    filled = {
        condition.decide({**known, **dict.fromkeys(missing, value)}) for value in (-1.0, 0.5, 3.0)
    }

    assert isinstance(verdict, Undecided) or filled == {verdict}


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text):
    with suppress(ValueError):
        assert read_condition(text).names


def test_every_comparison_has_its_mirror():
    signs = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
    mirrored = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
    for sign, other in mirrored.items():
        [comparison] = read_condition(f"1 {sign} a").comparisons
        assert comparison.sign is signs[other]
