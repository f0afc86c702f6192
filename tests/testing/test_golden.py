"""Samples with a known grade: what they may expect, and what meets them."""

from typing import Any

import pytest

from rmg_core import GraderError, GraderRank, GraderScore, GraderSkip, Scale
from rmg_core.testing import Golden

SCORE = GraderScore(0.5, "half", {"words": 2})
FIVE = Scale(1, 5)


@pytest.mark.parametrize(
    ("expected", "outcome"),
    [
        (0.5, SCORE),
        (1, GraderScore(1.0)),
        (1 / 3, GraderScore(0.333333333333)),
        ((2, 1), GraderRank((2, 1))),
        ("skip", GraderSkip("nothing to grade")),
        ("timeout", GraderError("timeout", "no answer within 1 s")),
        (SCORE, GraderScore(0.5 + 1e-12, "half", {"words": 2}, FIVE)),
        (GraderSkip("why"), GraderSkip("why")),
        (GraderError("crash", "it ended"), GraderError("crash", "it ended", "a traceback")),
    ],
)
def test_an_outcome_meets_what_is_expected(expected: Any, outcome: Any):
    assert Golden({"response": "a"}, expected).is_met_by(outcome)


@pytest.mark.parametrize(
    ("expected", "outcome"),
    [
        (0.5, GraderScore(0.5001)),
        (0.5, GraderSkip("half")),
        (0.0, GraderError("grader_error", "it raised")),
        ((1, 2), GraderRank((2, 1))),
        ("skip", GraderScore(0.0)),
        ("timeout", GraderError("crash", "it ended")),
        (SCORE, GraderScore(0.5, "half")),
        (SCORE, GraderScore(0.5, "a half", {"words": 2})),
        (GraderSkip("why"), GraderSkip("so")),
        (GraderError("crash", "it ended"), GraderError("crash", "it was killed")),
    ],
)
def test_another_outcome_does_not(expected: Any, outcome: Any):
    assert not Golden({"response": "a"}, expected).is_met_by(outcome)


@pytest.mark.parametrize("expected", ["bad_inputs", None, [1, 2], float("nan"), float("inf")])
def test_what_no_grader_can_come_to_is_refused(expected: Any):
    with pytest.raises(ValueError, match="expected is") as caught:
        Golden({"response": "a"}, expected)
    assert str(caught.value) == (
        'expected is a score, a rank, "skip", or one of aggregator_error, bad_input, bad_request, '
        "bad_response, bad_return, cancelled, conflict, content_filtered, context_overflow, crash, "
        "empty, empty_input, grader_error, mapper_error, missing_input, missing_part, "
        "out_of_scale, pending, provider, rate_limit, refusal, stopped, timeout, truncated, "
        "unparseable, or a whole outcome: "
        f"{expected!r}"
    )


def test_inputs_and_options_have_names():
    with pytest.raises(ValueError, match="inputs") as caught:
        Golden("Thank you.", 1.0)  # type: ignore[arg-type]
    assert str(caught.value) == "inputs are a table of names and values, not 'Thank you.'"
    with pytest.raises(ValueError, match="options are a table"):
        Golden({"response": "a"}, 1.0, ["limit"])  # type: ignore[arg-type]
