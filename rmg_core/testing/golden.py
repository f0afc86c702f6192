"""A sample whose grade is known."""

import math
from collections.abc import Mapping
from typing import Any, TypeAlias

from attrs import Attribute, evolve, field, frozen

from rmg_core.outcomes import (
    ERROR_KINDS,
    NOTHING,
    OUTCOMES,
    GraderError,
    GraderRank,
    GraderScore,
    Outcome,
)
from rmg_core.runner.settling import shown

Expected: TypeAlias = float | tuple[int, ...] | str | Outcome


def _is_table(_: Any, attribute: "Attribute[Any]", value: Any) -> None:
    if not isinstance(value, Mapping):
        said = f"{attribute.name} are a table of names and values, not {shown(value)}"
        raise ValueError(said)  # noqa: TRY004 - what every validator raises


def _is_known(_: Any, __: "Attribute[Any]", expected: Any) -> None:
    match expected:
        case str():
            is_known = expected == "skip" or expected in ERROR_KINDS
        case int() | float():
            is_known = math.isfinite(expected)
        case _:
            is_known = isinstance(expected, (tuple, *OUTCOMES))
    if not is_known:
        kinds = ", ".join(sorted(ERROR_KINDS))
        raise ValueError(
            f'expected is a score, a rank, "skip", or one of {kinds}, '
            f"or a whole outcome: {shown(expected)}"
        )


@frozen
class Golden:
    """Inputs of a grader, and what they come to.

    `expected` is a score (compared to nine digits), the places of a rank, `"skip"`, or a kind of
    error; or a whole outcome, of which the scale is the grader's and an error's traceback does not
    count. `options` are those that the grader runs with.
    """

    inputs: Mapping[str, Any] = field(validator=_is_table)
    expected: Expected = field(validator=_is_known)
    options: Mapping[str, Any] = field(default=NOTHING, validator=_is_table)

    def is_met_by(self, outcome: Outcome) -> bool:
        if isinstance(self.expected, OUTCOMES):
            return _is_alike(outcome, self.expected)
        match outcome:
            case GraderScore(score=score):
                return isinstance(self.expected, int | float) and _is_close(score, self.expected)
            case GraderRank(rank=rank):
                return rank == self.expected
            case GraderError(kind=kind):
                return kind == self.expected
        return self.expected == "skip"

    def told(self, outcome: Outcome) -> str:
        """Say what came of the sample, as far as it tells it from what is expected."""
        return shown(outcome) if isinstance(self.expected, OUTCOMES) else said(outcome)


def _is_close(score: float, other: float) -> bool:
    return math.isclose(score, other, rel_tol=1e-9, abs_tol=1e-9)


def _is_alike(outcome: Outcome, expected: Outcome) -> bool:
    match outcome, expected:
        case GraderScore(), GraderScore():
            made = evolve(outcome, score=expected.score, scale=expected.scale)
            return made == expected and _is_close(outcome.score, expected.score)
        case GraderError(), GraderError():
            return evolve(outcome, detail=expected.detail) == expected
    return outcome == expected


def said(outcome: Outcome) -> str:
    """Say in short what came of a sample."""
    match outcome:
        case GraderScore(score=score):
            return f"{score:.10g}"
        case GraderRank(rank=rank):
            return str(rank)
        case GraderError(kind=kind, error=error):
            return f"an error ({kind}: {error})"
    return f"a skip ({outcome.reason})"
