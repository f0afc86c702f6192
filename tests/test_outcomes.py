import math
from typing import Any

import orjson
import pytest
from attrs.exceptions import FrozenInstanceError
from hypothesis import given
from hypothesis import strategies as st

from rmg_core.outcomes import (
    ERROR_KINDS,
    UNIT,
    GraderError,
    GraderRank,
    GraderScore,
    GraderSkip,
    Outcome,
    Scale,
    as_scale,
    from_json,
    to_json,
)


@pytest.mark.parametrize(
    ("scale", "score", "normalised"),
    [
        (UNIT, 0.25, 0.25),
        (Scale(1, 5), 4.0, 0.75),
        (Scale(0, 10, higher_is_better=False), 2.5, 0.75),
        (Scale(-1, 1), 0.0, 0.5),
    ],
)
def test_a_score_is_normalised_by_its_scale(scale: Scale, score: float, normalised: float):
    assert GraderScore(score, scale=scale).normalised == normalised


@pytest.mark.parametrize("scale", [Scale(None, 1), Scale(0, None), Scale(None, None)])
def test_an_open_scale_has_no_place_between_0_and_1(scale: Scale):
    assert not scale.is_bounded
    with pytest.raises(ValueError) as caught:
        GraderScore(0.5, scale=scale).normalised  # noqa: B018
    assert str(caught.value) == (f"a score on the open scale {scale} has no place between 0 and 1")


@pytest.mark.parametrize(
    ("scale", "text"),
    [
        (UNIT, "0..1"),
        (Scale(1, 5, higher_is_better=False), "1..5, lower is better"),
        (Scale(None, None), "-∞..∞"),
    ],
)
def test_a_scale_is_written_as_its_ends(scale: Scale, text: str):
    assert str(scale) == text


def test_the_ends_of_a_scale_belong_to_it():
    assert Scale(1, 5).contains(1)
    assert Scale(1, 5).contains(5)
    assert not Scale(1, 5).contains(5.1)
    assert not Scale(1, 5).contains(math.nan)
    assert Scale(None, 5).contains(-1e300)


@pytest.mark.parametrize(("low", "high"), [(1, 1), (2, 1)])
def test_a_scale_goes_up(low: float, high: float):
    with pytest.raises(ValueError) as caught:
        Scale(low, high)
    assert str(caught.value) == f"a scale needs low < high, not {low} and {high}"


@pytest.mark.parametrize("end", [math.inf, -math.inf, math.nan])
def test_the_end_of_a_scale_is_a_number_or_none(end: float):
    for ends in ((end, 1), (0, end)):
        with pytest.raises(ValueError) as caught:
            Scale(*ends)
        assert str(caught.value) == f"the end of a scale cannot be {end}; None is an open end"


def test_a_pair_is_a_scale_on_which_higher_is_better():
    assert as_scale((1, 5)) == Scale(1, 5)
    assert as_scale((0, 1)) is UNIT
    assert as_scale(Scale(0, 1, higher_is_better=False)).higher_is_better is False


@pytest.mark.parametrize("scale", [(1,), "1-5", (1, "5"), 5, (1, 2, 3)])
def test_what_is_no_pair_is_no_scale(scale: Any):
    with pytest.raises(ValueError) as caught:
        as_scale(scale)
    assert str(caught.value) == (
        f"a scale is (low, high), such as (1, 5), or a Scale, and not {scale!r}"
    )


@pytest.mark.parametrize(
    "outcome", [GraderScore(1.0), GraderRank([1]), GraderSkip("no"), GraderError("timeout", "no")]
)
def test_an_outcome_cannot_be_changed(outcome: Outcome):
    with pytest.raises(FrozenInstanceError):
        outcome.metadata = {}  # type: ignore[misc]
    with pytest.raises(TypeError):
        outcome.metadata["a"] = 1  # type: ignore[index]


def test_an_error_has_one_of_the_known_kinds():
    for kind in ERROR_KINDS:
        assert GraderError(kind, "no").kind == kind
    with pytest.raises(ValueError, match="must be in"):
        GraderError("my_kind", "no")


@pytest.mark.parametrize(
    ("outcome", "made"),
    [
        (GraderScore(0.5), {"status": "score", "score": 0.5}),
        (
            GraderScore(2.0, "two", {"a": 1}, Scale(1, None, higher_is_better=False)),
            {
                "status": "score",
                "score": 2.0,
                "scale": [1, None],
                "lower_is_better": True,
                "reason": "two",
                "metadata": {"a": 1},
            },
        ),
        (GraderRank([2, 1], "by age"), {"status": "rank", "rank": [2, 1], "reason": "by age"}),
        (GraderSkip("too short"), {"status": "skip", "reason": "too short"}),
        (
            GraderError("timeout", "late", "line 1"),
            {"status": "error", "kind": "timeout", "error": "late", "detail": "line 1"},
        ),
    ],
)
def test_an_outcome_is_json_without_what_is_empty(outcome: Outcome, made: dict[str, Any]):
    assert to_json(outcome) == made
    assert from_json(made) == outcome


scales = st.builds(
    Scale,
    st.none() | st.floats(-10, 0),
    st.none() | st.floats(1, 10),
    st.booleans(),
)
metadata = st.dictionaries(st.text(), st.integers(0, 9) | st.text())
outcomes = st.one_of(
    st.builds(GraderScore, st.floats(0, 1), st.text(), metadata, scales),
    st.builds(GraderRank, st.permutations([1, 2, 3]), st.text(), metadata),
    st.builds(GraderSkip, st.text(), metadata),
    st.builds(GraderError, st.sampled_from(sorted(ERROR_KINDS)), st.text(), st.text(), metadata),
)


@given(outcomes)
def test_an_outcome_comes_back_from_json_as_it_was(outcome: Outcome):
    assert from_json(orjson.loads(orjson.dumps(to_json(outcome)))) == outcome


@pytest.mark.parametrize(
    "made",
    [
        {},
        {"status": "good"},
        {"status": "score"},
        {"status": "score", "score": 1.0, "scale": 5},
        {"status": "score", "score": 1.0, "scale": [5, 1]},
        {"status": "rank", "rank": 1},
        {"status": "error", "kind": "timeout"},
        {"status": "error", "kind": "my_kind", "error": "no"},
        [],
        "score",
    ],
)
def test_what_is_not_an_outcome_is_refused(made: Any):
    with pytest.raises(ValueError):
        from_json(made)


def test_a_refused_outcome_is_shown():
    with pytest.raises(ValueError) as caught:
        from_json({"status": "good"})
    assert str(caught.value) == "not an outcome: status 'good'"
    with pytest.raises(ValueError) as caught:
        from_json({"status": "score"})
    assert str(caught.value) == "not an outcome: {'status': 'score'}"
