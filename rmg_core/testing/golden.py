"""Golden samples: inputs of a grader whose outcome is known."""

import math
from collections.abc import Mapping
from typing import Any, TypeAlias

from attrs import Attribute, evolve, field, frozen

from rmg_core.errors import suggestion
from rmg_core.outcomes import (
    ERROR_KINDS,
    NOTHING,
    OUTCOMES,
    GraderError,
    GraderRank,
    GraderScore,
    GraderSkip,
    Outcome,
    Scale,
)
from rmg_core.runner.settling import settler, shown

Expected: TypeAlias = float | str | Outcome
"""A score, the kind of an error, or a whole outcome."""


def _is_table(_: Any, attribute: "Attribute[Any]", value: Any) -> None:
    if not isinstance(value, Mapping):
        raise ValueError(
            f"the {attribute.name} of a golden sample are a table by name, and not {shown(value)}"
        )


def _is_expected(_: Any, __: Any, value: Any) -> None:
    if isinstance(value, str):
        if value not in ERROR_KINDS:
            hint = suggestion(value, ERROR_KINDS, "kinds")
            raise ValueError(f"{value!r} is not the kind of an error; {hint}")
    elif isinstance(value, int | float):
        if not math.isfinite(value):
            raise ValueError(f"no grader may give {value}: a golden sample expects a finite score")
    elif not isinstance(value, OUTCOMES):
        raise ValueError(
            "a golden sample expects a score, an outcome, or the kind of an error, "
            f"and not {shown(value)}"
        )


@frozen
class Golden:
    """Inputs of a grader, and what they must come to under its `options`.

    A score is met to nine digits, the kind of an error whatever its words. A whole outcome is met
    in everything but the scale, which is the grader's, and the traceback of an error.
    """

    inputs: Mapping[str, Any] = field(validator=_is_table)
    expected: Expected = field(validator=_is_expected)
    options: Mapping[str, Any] = field(default=NOTHING, validator=_is_table, kw_only=True)

    def is_met_by(self, outcome: Outcome, scale: Scale) -> bool:
        """Tell whether the outcome of a grader with this scale is the one that is expected."""
        match self.expected:
            case str() as kind:
                return isinstance(outcome, GraderError) and outcome.kind == kind
            case int() | float() as score:
                return isinstance(outcome, GraderScore) and _is_close(outcome.score, score)
            case whole:
                return _is_alike(outcome, settler(scale)(whole))


def _is_close(score: float, other: float) -> bool:
    return math.isclose(score, other, rel_tol=1e-9, abs_tol=1e-9)


def _is_alike(outcome: Outcome, expected: Outcome) -> bool:
    match outcome, expected:
        case GraderScore(), GraderScore():
            made = evolve(outcome, score=expected.score)
            return _is_close(outcome.score, expected.score) and made == expected
        case _:
            return is_same(outcome, expected)


def is_same(outcome: Outcome, other: Outcome) -> bool:
    """Tell whether two outcomes are equal, but for the traceback of an error."""
    match outcome, other:
        case GraderError(), GraderError():
            return evolve(outcome, detail="") == evolve(other, detail="")
        case _:
            return outcome == other


def told(made: Expected) -> str:
    """Say in words what is expected, or what came of it."""
    match made:
        case str() as kind:
            return f"an error of kind {kind}"
        case GraderScore(score=score, reason=reason, metadata=metadata):
            return f"the score {score!r}{_in_brackets(reason)}{_with(metadata)}"
        case GraderRank(rank=rank, reason=reason, metadata=metadata):
            return f"the rank {list(rank)}{_in_brackets(reason)}{_with(metadata)}"
        case GraderSkip(reason=reason, metadata=metadata):
            return f"a skip{_in_brackets(reason)}{_with(metadata)}"
        case GraderError(kind=kind, error=error):
            return f"an error of kind {kind}{_in_brackets(error)}"
        case score:
            return f"the score {float(score)!r}"


def _in_brackets(reason: str) -> str:
    return f" ({reason if len(reason) <= 200 else reason[:199] + '…'})" if reason else ""


def _with(metadata: Mapping[str, Any]) -> str:
    return f" with the metadata {shown(dict(metadata))}" if metadata else ""
