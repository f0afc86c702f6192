"""Trials of a grader: inputs whose grade is known, or of which one deserves a better grade."""

import inspect
from collections.abc import Mapping, Sequence
from math import isclose
from typing import Any, Literal, TypeAlias

from attrs import frozen

from rmg_core.errors import DefinitionError
from rmg_core.outcomes import GraderError, GraderRank, GraderScore, GraderSkip, Outcome

TrialNoun: TypeAlias = Literal["example", "pair"]


@frozen
class GradeTrial:
    """Inputs whose grade is known.

    `expected` is a score, the places of a rank, or "skip". A score is right that is less than
    `tolerance` away. `noun` is what it is counted as.
    """

    inputs: Mapping[str, Any]
    expected: float | tuple[int, ...] | Literal["skip"]
    tolerance: float = 0.0
    why: str = ""
    noun: TrialNoun = "example"

    @property
    def asked(self) -> tuple[Mapping[str, Any], ...]:
        """The inputs to be graded."""
        return (self.inputs,)

    @property
    def wanted(self) -> str:
        """What should come of it, in words."""
        return f"{self.expected:g}" if isinstance(self.expected, float) else str(self.expected)

    def is_met_by(self, outcomes: Sequence[Outcome]) -> bool:
        """Tell whether the outcome of `asked` is right."""
        match outcomes:
            case [GraderScore(score=score)] if isinstance(self.expected, float | int):
                gap = abs(score - self.expected)
                return gap < self.tolerance or isclose(gap, 0.0, abs_tol=1e-9)
            case [GraderRank(rank=rank)]:
                return rank == self.expected
            case [GraderSkip()]:
                return self.expected == "skip"
        return False


@frozen
class OrderTrial:
    """Two inputs of which `better` deserves the better grade, or with `is_tie` neither.

    Of scores the scale says which is better; of ranks it is the place of the first answer. The
    scores of a tie are at most `tolerance` apart.
    """

    better: Mapping[str, Any]
    worse: Mapping[str, Any]
    is_tie: bool = False
    tolerance: float = 0.0
    why: str = ""

    @property
    def noun(self) -> TrialNoun:
        return "pair"

    @property
    def asked(self) -> tuple[Mapping[str, Any], ...]:
        """The inputs to be graded, the better ones first."""
        return self.better, self.worse

    @property
    def wanted(self) -> str:
        """What should come of it, in words."""
        return "both alike" if self.is_tie else "the first above the second"

    def is_met_by(self, outcomes: Sequence[Outcome]) -> bool:
        """Tell whether the outcomes of `asked` are in the right order."""
        worths = [worth for each in outcomes if (worth := _worth(each)) is not None]
        if len(worths) != len(self.asked):
            return False
        first, second = worths
        if self.is_tie:
            gap = abs(first - second)
            return gap <= self.tolerance or isclose(gap, self.tolerance, abs_tol=1e-9)
        return first > second and not isclose(first, second, rel_tol=0.0, abs_tol=1e-9)


Trial: TypeAlias = GradeTrial | OrderTrial
"""What a grader that is a class returns of its method `trials`, in a sequence."""


def trials_of(options: Any, name: str) -> tuple[Trial, ...] | None:
    """Return what a grader is tried on, by its method `trials`; None where it has none.

    `options` is the object of a grader that is a class, and `name` what an error calls it.

    Raises:
        DefinitionError: the method returns something else.
    """
    tell = getattr(options, "trials", None)
    if not inspect.ismethod(tell):
        return None
    told = tell()
    is_known = isinstance(told, Sequence) and all(
        isinstance(each, GradeTrial | OrderTrial) for each in told
    )
    if not is_known:
        hint = "let `trials` return a sequence of GradeTrial and OrderTrial"
        raise DefinitionError("grader", name, hint)
    return tuple(told)


def _worth(outcome: Outcome) -> float | None:
    """Return a number that is higher for what is better, in the units of the scale."""
    match outcome:
        case GraderScore(score=score, scale=scale):
            return score if scale.higher_is_better else -score
        case GraderRank(rank=[first, *_]):
            return -float(first)
    return None


def said_of(outcome: Outcome) -> str:
    """Say in short what came of inputs."""
    match outcome:
        case GraderScore(score=score):
            return f"{score:.6g}"
        case GraderRank(rank=rank):
            return str(tuple(rank))
        case GraderError(kind=kind, error=error):
            return f"an error ({kind}: {error})"
    return f"a skip ({outcome.reason})"
