import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from rmg_core.errors import CannotGrade, MissingInput
from rmg_core.outcomes import (
    UNIT,
    GraderError,
    GraderRank,
    GraderScore,
    GraderSkip,
    Scale,
)
from rmg_core.runner.settling import (
    REASON_LIMIT,
    TRACEBACK_LIMIT,
    combined,
    combined_group,
    error_of,
    said_by,
    settler,
    shown,
)

settle = settler(UNIT)
REMEDY = '; return a number, or GraderScore(0.5, reason="why"), or raise'


def bad_return(value: Any) -> str:
    made = settle(value)
    assert isinstance(made, GraderError)
    assert made.kind == "bad_return"
    return made.error


@pytest.mark.parametrize(
    ("value", "score"),
    [
        (1, 1.0),
        (0.25, 0.25),
        (True, 1.0),
        (Fraction(1, 4), 0.25),
        (Decimal("0.25"), 0.25),
        (np.float32(0.25), 0.25),
        (np.float64(0.25), 0.25),
        (np.int64(1), 1.0),
        (np.bool_(True), 1.0),
        (GraderScore(np.float64(0.5)), 0.5),
        (GraderScore(True), 1.0),
        (GraderScore(Decimal("0.5")), 0.5),
    ],
)
def test_a_number_of_any_kind_is_a_score_that_is_a_float(value: Any, score: float):
    made = settle(value)
    assert made == GraderScore(score)
    assert type(made.score) is float


def test_a_score_is_on_the_scale_that_the_grader_declares():
    scale = Scale(1, 5)
    assert settler(scale)(GraderScore(3.0)) == GraderScore(3.0, scale=scale)
    assert settler(scale)(4) == GraderScore(4.0, scale=scale)


def test_a_score_with_nothing_to_mend_passes_as_it_is():
    score = GraderScore(0.5, "half")
    assert settle(score) is score


@pytest.mark.parametrize("score", [1.0000001, -0.1, 7, Decimal(2)])
def test_a_score_off_the_scale_is_an_error_and_never_clipped(score: Any):
    made = settle(GraderScore(score))
    assert made == GraderError(
        "out_of_scale", f"the score {float(score):g} is not on the scale 0..1"
    )


@pytest.mark.parametrize("score", [math.nan, math.inf, -math.inf, np.float64("nan")])
@pytest.mark.parametrize("scale", [UNIT, Scale(None, None)])
def test_what_is_not_finite_is_no_score_on_any_scale(score: float, scale: Scale):
    for value in (score, GraderScore(score)):
        made = settler(scale)(value)
        assert made.kind == "bad_return"
        assert made.error == f"the score is {float(score)}, which is not a number to keep"


@pytest.mark.parametrize("number", [10**400, Fraction(10**400), Decimal("sNaN")])
def test_a_number_that_no_float_can_hold_is_no_score(number: Any):
    assert bad_return(GraderScore(number)).endswith("has no place among floats")


def generate():
    yield 1.0


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "it returned None, which is not an outcome" + REMEDY),
        ("0.5", "it returned '0.5', which is not an outcome" + REMEDY),
        ({"score": 1}, "it returned {'score': 1}, which is not an outcome" + REMEDY),
        ([1.0], "it returned [1.0], which is not an outcome" + REMEDY),
        (1 + 0j, "it returned (1+0j), which is not an outcome" + REMEDY),
        (
            GraderScore,
            "it returned <class 'rmg_core.outcomes.GraderScore'>, which is not an outcome" + REMEDY,
        ),
        (GraderScore("1"), "the score '1' is not a number"),
        (GraderScore(None), "the score None is not a number"),
    ],
)
def test_what_is_not_an_outcome_is_shown(value: Any, said: str):
    assert bad_return(value) == said


def test_a_generator_is_not_an_outcome():
    assert bad_return(generate()).startswith("it returned <generator object generate at ")


def test_a_coroutine_that_nobody_awaited_is_closed_and_explained():
    async def grade() -> float:
        return 1.0

    said = bad_return(grade())
    assert said == "it returned a coroutine; write it as `async def`, and `await` what it calls"
    made = combined(lambda _: grade(), {})
    assert made.error == "it returned a coroutine; an aggregator is a plain function"


def test_a_value_that_is_long_is_shown_short():
    assert len(bad_return("x" * 10**7)) < 400


def test_a_reason_of_ten_megabytes_is_cut_and_says_so():
    made = settle(GraderScore(1.0, "x" * 10**7))
    assert len(made.reason) <= REASON_LIMIT
    assert made.reason.endswith(" … (cut at 64 KB)")


@pytest.mark.parametrize(
    "value",
    [
        GraderScore(1.0, "a\ud800b"),
        GraderSkip("a\ud800b"),
        GraderRank([1], "a\ud800b"),
        GraderError("grader_error", "a\ud800b", "a\ud800b"),
    ],
)
def test_a_lone_surrogate_never_reaches_a_reason(value: Any):
    made = settle(value)
    for text in (getattr(made, "reason", ""), getattr(made, "error", "")):
        assert text in ("", "a?b")
    assert getattr(made, "detail", "") in ("", "a?b")


@pytest.mark.parametrize(("reason", "text"), [(None, ""), (5, "5"), (["a"], "['a']")])
def test_a_reason_that_is_no_text_becomes_one(reason: Any, text: str):
    assert settle(GraderScore(1.0, reason)).reason == text


def test_the_detail_of_an_error_that_a_grader_returns_is_cut():
    made = settle(GraderError("grader_error", "no", "x" * 10**6))
    assert len(made.detail) <= REASON_LIMIT


@pytest.mark.parametrize(
    "metadata", [{"a": object()}, {1: 2}, {"a": {1, 2}}, {"a": "\ud800"}, {"a": 2**70}, ["a"]]
)
def test_metadata_that_json_cannot_hold_is_an_error(metadata: Any):
    made = settle(GraderScore(1.0, metadata=metadata))
    assert made.kind == "bad_return"
    assert made.error.startswith("its metadata cannot be written as JSON: ")


def test_metadata_that_json_can_hold_stays():
    made = settle(GraderScore(1.0, metadata={"a": [1, None]}))
    assert made == GraderScore(1.0, metadata={"a": [1, None]})


def test_places_of_any_whole_number_are_a_rank_of_ints():
    made = settle(GraderRank(np.array([2, 1, 2])))
    assert made == GraderRank((2, 1, 2))
    assert all(type(place) is int for place in made.rank)


@pytest.mark.parametrize("rank", [[], [0, 1], [2, 2], [1, 4], [True, 1], [1.0, 2.0], ["1"]])
def test_a_rank_is_places_from_one_on(rank: Any):
    assert bad_return(GraderRank(rank)).startswith("the rank ")


def test_a_skip_and_an_error_pass():
    assert settle(GraderSkip("no")) == GraderSkip("no")
    assert settle(GraderError("missing_input", "no")) == GraderError("missing_input", "no")


class Mute(Exception):
    def __str__(self) -> str:
        raise ValueError("no")


class Deadly(Exception):
    def __str__(self) -> str:
        raise SystemExit(3)


class NoText(CannotGrade):
    def __str__(self) -> str:
        return 5  # type: ignore[return-value]  # noqa: PLE0307 - the fault to be found


def raised(fault: BaseException) -> BaseException:
    try:
        raise fault
    except BaseException as caught:
        return caught


@pytest.mark.parametrize("kind", [Mute, Deadly])
def test_a_message_that_raises_does_not_hide_the_type(kind: type[Exception]):
    made = error_of(raised(kind()), "grader_error")
    assert made.error == f"{kind.__name__}: its message cannot be shown"


def test_a_repr_that_raises_does_not_hide_the_type():
    class Rude:
        def __repr__(self) -> str:
            raise SystemExit(3)

    assert shown(Rude()) == "<Rude whose repr raises SystemExit>"


def test_a_repr_that_is_not_a_text_is_a_repr_that_raises():
    class Odd:
        def __repr__(self) -> str:
            return 5  # type: ignore[return-value]

    assert shown(Odd()) == "<Odd whose repr raises TypeError>"


def test_an_exception_is_told_with_its_type_and_where():
    made = error_of(raised(ValueError("too long")), "grader_error")
    assert made.kind == "grader_error"
    assert made.error == "ValueError: too long"
    assert "ValueError: too long" in made.detail
    assert error_of(raised(KeyError()), "grader_error").error == "KeyError"


def test_a_traceback_is_trimmed_to_its_end():
    made = error_of(raised(ValueError("x" * 10**6)), "grader_error")
    assert len(made.detail) <= TRACEBACK_LIMIT
    assert made.detail.startswith("… ")
    assert len(made.error) <= REASON_LIMIT


def test_what_cannot_be_graded_brings_its_own_kind_and_no_traceback():
    assert error_of(MissingInput("no field"), "grader_error") == GraderError(
        "missing_input", "no field"
    )


@pytest.mark.parametrize("kind", ["my_kind", None, ["a"]])
def test_a_kind_that_is_none_of_ours_is_not_taken(kind: Any):
    assert error_of(CannotGrade("no", kind), "grader_error") == GraderError("grader_error", "no")


def test_a_reason_that_cannot_be_shown_is_an_error_all_the_same():
    assert error_of(NoText("no"), "grader_error") == GraderError(
        "grader_error", "its message cannot be shown"
    )


@pytest.mark.parametrize(
    "fault",
    [
        KeyboardInterrupt(),
        BaseExceptionGroup("", [ValueError(), KeyboardInterrupt()]),
        BaseExceptionGroup("", [BaseExceptionGroup("", [KeyboardInterrupt()])]),
    ],
)
def test_an_interrupt_passes_also_out_of_a_group(fault: BaseException):
    with pytest.raises(type(fault)) as caught:
        error_of(fault, "grader_error")
    assert caught.value is fault


def test_said_by_is_one_phrase():
    assert said_by(ExceptionGroup("two", [ValueError()])) == "ExceptionGroup: two (1 sub-exception)"


def test_an_aggregator_that_raises_is_an_error_of_its_kind():
    def combine(_: Any) -> Any:
        raise SystemExit(1)

    assert combined(combine, {}).kind == "aggregator_error"
    assert [each.kind for each in combined_group(combine, [{}, {}])] == ["aggregator_error"] * 2


def test_a_group_aggregator_returns_one_outcome_for_each_member():
    assert (
        combined_group(lambda _: [1.0], [{}, {}])
        == [GraderError("aggregator_error", "it returned 1 outcomes for a group of 2")] * 2
    )
    assert combined_group(lambda _: None, [{}])[0].kind == "aggregator_error"
    first, second = combined_group(lambda _: [0.5, None], [{}, {}])
    assert first == GraderScore(0.5)
    assert second.kind == "bad_return"


def test_a_usual_score_keeps_its_sign_and_is_a_float():
    scale = Scale(-1, 1)
    settle = settler(scale)
    given = [0.0, -0.0, 0, False, True, 1, 1.0, -0.0, 0.0, *(n / 200 for n in range(200)), -0.0]
    made = [settle(value).score for value in given]
    assert [repr(each) for each in made] == [repr(float(value)) for value in given]
    assert settle(1) is settle(True)
