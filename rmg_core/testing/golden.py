"""A sample whose grade is known."""

import math
from collections.abc import Mapping
from typing import Any, TypeAlias

from attrs import Attribute, field, frozen

from rmg_core.outcomes import ERROR_KINDS, NOTHING, GraderError, GraderRank, GraderScore, Outcome

Expected: TypeAlias = float | tuple[int, ...] | str


def _is_known(_: Any, __: "Attribute[Any]", expected: Any) -> None:
    if isinstance(expected, str) and expected != "skip" and expected not in ERROR_KINDS:
        kinds = ", ".join(sorted(ERROR_KINDS))
        raise ValueError(f'expected is a score, a rank, "skip", or one of {kinds}: {expected!r}')


@frozen
class Golden:
    """Inputs of a grader, and what they come to.

    `expected` is a score (compared to nine digits), the places of a rank, `"skip"`, or a kind of
    error. `options` are those that the grader runs with.
    """

    inputs: Mapping[str, Any]
    expected: Expected = field(validator=_is_known)
    options: Mapping[str, Any] = NOTHING

    def is_met_by(self, outcome: Outcome) -> bool:
        match outcome:
            case GraderScore(score=score):
                return isinstance(self.expected, int | float) and math.isclose(
                    score, self.expected, rel_tol=1e-9, abs_tol=1e-9
                )
            case GraderRank(rank=rank):
                return rank == self.expected
            case GraderError(kind=kind):
                return kind == self.expected
        return self.expected == "skip"


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
