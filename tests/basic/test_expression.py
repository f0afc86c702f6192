"""Expression, and the formula in it."""

import ast
import math
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_core.basic import formula
from rmg_core.basic.expression import Expression
from rmg_core.outcomes import UNIT, GraderError, GraderScore, GraderSkip, Scale

TIMEOUT = GraderError("timeout", "no answer in 60 s")
OPEN = Scale(None, None)


def scores(**values):
    return {name: GraderScore(value, scale=OPEN) for name, value in values.items()}


def test_a_formula_is_computed_over_raw_scores():
    aggregator = Expression(formula="0.7*help*safe - 0.1*len", scale=[-10, 5])

    made = aggregator.combine(scores(help=4.0, safe=1.0, len=3.0))

    assert made.score == pytest.approx(2.5)
    assert made.scale == Scale(-10, 5) == aggregator.scale_of({})
    assert made.reason == "0.7*help*safe - 0.1*len: help 4, safe 1, len 3"
    assert made.metadata["parts"] == {"help": 4.0, "safe": 1.0, "len": 3.0}


def test_the_names_in_a_formula_are_what_it_reads():
    assert Expression(formula="b + a*b - 'helpfulness-v2'").reads() == ("b", "a", "helpfulness-v2")


def test_a_name_in_quotes_may_have_any_character():
    made = Expression(formula="'a-b' / 'ü.1'").combine(
        {
            "a-b": GraderScore(1.0),
            "ü.1": GraderScore(0.5),
        }
    )

    assert made.score == 2.0


def test_without_a_scale_the_result_is_open():
    assert Expression(formula="a", higher_is_better=False).scale_of({"a": UNIT}) == Scale(
        None, None, higher_is_better=False
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-a + +b", 1.0),
        ("a ** b", 8.0),
        ("2 ** 3 ** a / 256", 2.0),
        ("min(a, b, 1)", 1.0),
        ("max(a, b)", 3.0),
        ("abs(a - b)", 1.0),
        ("clip(10*a, 0, 5)", 5.0),
        ("clip(-a, 0, 5)", 0.0),
        ("log(a / 2)", 0.0),
        ("min + max", 5.0),
    ],
)
def test_the_operations_of_a_formula(text, value):
    values = {"a": 2.0, "b": 3.0, "min": 2.0, "max": 3.0}

    assert formula.read(text).compute(values) == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a / b", "a / b: division by zero, with a 1, b 0"),
        ("log(b) * a", "log(b) * a: log of 0, with b 0, a 1"),
        ("log(b - a)", "log(b - a): log of -1, with b 0, a 1"),
        (
            "(a + 8) ** 9 ** 9",
            "(a + 8) ** 9 ** 9: 9 ** 3.8742e+08 is not a finite number, with a 1",
        ),
        ("(b - a) ** 0.5", "(b - a) ** 0.5: -1 ** 0.5 is not a finite number, with b 0, a 1"),
        ("b ** -a", "b ** -a: 0 ** -1 is not a finite number, with b 0, a 1"),
        (
            "a / (1e308 * 10 * a)",
            "a / (1e308 * 10 * a): a number becomes too large, with a 1",
        ),
        ("clip(a, a, b)", "clip(a, a, b): clip between 1 and 0, with a 1, b 0"),
    ],
)
def test_what_has_no_finite_value_is_an_error(text, message):
    made = Expression(formula=text).combine(scores(a=1.0, b=0.0))

    assert made == GraderError("aggregator_error", message)


def test_a_result_off_the_scale_is_an_error():
    made = Expression(formula="a * 2", scale=(0, 1)).combine(scores(a=1.0))

    assert made == GraderError("out_of_scale", "a * 2 is 2, not on the scale 0..1: a 1")


ALLOWED = "a formula has numbers, names, + - * / **, and abs, clip, log, max, min"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("__import__('os')", f"`__import__('os')` is not allowed; {ALLOWED}"),
        ("a.b", "`a.b` is not allowed; write a name that is not a plain word in quotes: 'a.b'"),
        ("a[0]", f"`a[0]` is not allowed; {ALLOWED}"),
        ("a if b else c", f"`a if b else c` is not allowed; {ALLOWED}"),
        ("a < b", f"`a < b` is not allowed; {ALLOWED}"),
        ("a // b", f"`a // b` is not allowed; {ALLOWED}"),
        ("not a", f"`not a` is not allowed; {ALLOWED}"),
        ("lambda: a", f"`lambda: a` is not allowed; {ALLOWED}"),
        ("[a for a in b]", f"`[a for a in b]` is not allowed; {ALLOWED}"),
        ("(a := 1)", f"`(a := 1)` is not allowed; {ALLOWED}"),
        ("f'{a}'", f"`f'{{a}}'` is not allowed; {ALLOWED}"),
        ("True * a", f"`True` is not allowed; {ALLOWED}"),
        ("1j * a", f"`1j` is not allowed; {ALLOWED}"),
        ("sum(a, b)", f"`sum(a, b)` is not allowed; {ALLOWED}"),
        ("max(*a)", "max takes at least 2 values, not 1"),
        ("max(*a, b)", f"`*a` is not allowed; {ALLOWED}"),
        ("max(a, key=b)", f"`max(a, key=b)` is not allowed; {ALLOWED}"),
        ("log(a, b)", "log takes 1 values, not 2"),
        ("1e999 * a", "a number in it is too large"),
        ("1" + "0" * 400 + " * a", "a number in it is too large"),
        ("2 + 3", "it names no grader"),
        ("", "it is not arithmetic: invalid syntax"),
        ("a +", "it is not arithmetic: invalid syntax"),
        ("a\n+ b", "it is not arithmetic: invalid syntax"),
        ("-" * 101 + "a", "it nests deeper than 100"),
        ("+".join("a" * 200), "it nests deeper than 100"),
        ("not " * 400 + "a", "it nests deeper than 100"),
        ("a" + ".b" * 900, "it nests deeper than 100"),
        ("a" * 2001, "it has 2001 characters, and at most 2000 are allowed"),
    ],
)
def test_what_is_not_arithmetic_is_refused(text, fault):
    with pytest.raises(ValueError) as refused:
        Expression(formula=text)

    assert str(refused.value) == f"formula {text[:200]!r}: {fault}"


@pytest.mark.parametrize(
    "text", ["(" * 1000, "(" * 1000 + "a" + ")" * 999, "-" * 1999 + "a", "a\0b", "\udc80", "2if a"]
)
def test_what_python_cannot_read_is_refused(text):
    with pytest.raises(ValueError, match=r"^formula '"):
        Expression(formula=text)


def test_a_formula_that_is_not_text_is_refused():
    with pytest.raises(TypeError, match=r"^formula must be text, not 3$"):
        Expression(formula=3)


@pytest.mark.parametrize(
    ("scale", "message"),
    [
        ([0], "scale must be [low, high], not [0]"),
        ([1, 0], "scale must be [low, high] with low < high, not [1, 0]"),
        ([0, float("inf")], "scale must be a finite number, not inf"),
    ],
)
def test_a_scale_that_is_none_is_refused(scale, message):
    with pytest.raises(ValueError) as refused:
        Expression(formula="a", scale=scale)

    assert str(refused.value) == message


def test_a_formula_cannot_be_renormalised():
    with pytest.raises(ValueError) as refused:
        Expression(formula="a", on_missing="renormalise")

    assert str(refused.value) == (
        "on_missing = 'renormalise' is refused: a formula has a place for each of its parts"
    )


def test_a_missing_part_is_an_error_a_skip_or_imputed():
    outcomes = scores(a=1.0) | {"b": TIMEOUT}

    assert Expression(formula="a + b").combine(outcomes) == GraderError(
        "missing_part", "b has an error (timeout)"
    )
    assert Expression(formula="a + b", on_missing="abstain").combine(outcomes) == GraderSkip(
        "b has an error (timeout)"
    )
    imputed = Expression(formula="a + b", on_missing={"impute": 0.5}).combine(outcomes)
    assert (imputed.score, imputed.metadata["imputed"]) == (1.5, ["b"])


leaves = st.sampled_from(["a", "b", "c", "1", "2.5", "0.1"])
expressions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(" ".join).map("({})".format),
        inner.map("-{}".format),
        inner.map("abs({})".format),
        st.tuples(inner, inner).map(lambda two: f"max({two[0]}, {two[1]})"),
        st.tuples(inner, inner).map(lambda two: f"min({two[0]}, {two[1]})"),
    ),
    max_leaves=12,
)


@given(expressions, st.tuples(*[st.floats(-100, 100)] * 3))
def test_a_formula_computes_what_python_does(text, numbers):
    text = f"a + {text}"
    values = dict(zip("abc", numbers, strict=True))
    try:
        expected = eval(compile(ast.parse(text, mode="eval"), "", "eval"), dict(values))  # noqa: S307 - the oracle
    except ZeroDivisionError:
        expected = math.nan

    made = Expression(formula=text).combine(scores(**values))

    if math.isfinite(expected):
        assert made.score == expected
    else:
        assert made.kind == "aggregator_error"


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text):
    with suppress(ValueError):
        assert formula.read(text).names
