"""What an aggregator is, and the one rule for parts that are missing."""

import inspect
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

import attrs
from attrs import frozen

from rmg_core.errors import DefinitionError
from rmg_core.outcomes import NOTHING, GraderError, GraderScore, GraderSkip, Outcome, Scale


@runtime_checkable
class Aggregator(Protocol):
    """Combines one sample's outcomes, or one grader's repeats, into one outcome.

    An attrs class whose fields are its options. It may also have

    - `reads(self) -> tuple[str, ...] | None`: the graders and aggregators that it combines;
      None, as without the method, means all graders;
    - `scale_of(self, parts: Mapping[str, Scale]) -> Scale`: the scale of its outcome, given the
      scales of what it reads; raises ValueError when these cannot be combined;
    - `bound(self, parts: Mapping[str, Scale]) -> Aggregator`: the aggregator to run in its place,
      which knows the scales of what it reads even where a sample lacks a part.

    All are asked before a run, so that a mistake is found before anything is spent.
    """

    def combine(self, outcomes: Mapping[str, Outcome], /) -> Outcome: ...


@runtime_checkable
class GroupAggregator(Protocol):
    """Sets the samples of one group against each other: one outcome for each, in order."""

    def combine_group(self, group: Sequence[Mapping[str, Outcome]], /) -> Sequence[Outcome]: ...


@frozen
class NamedAggregator:
    """An aggregator and the column that its outcomes go to."""

    name: str
    aggregator: Any


@frozen
class Impute:
    """A value to put in the place of a missing part, on the part's own scale."""

    impute: float


OnMissing: TypeAlias = Literal["error", "renormalise", "abstain"] | Impute
"""What to do when a part has no score: say so, go on without it, skip, or put a value there."""


@frozen
class Parts:
    """The scores that an aggregator combines, and the share of the parts that they are (0..1)."""

    scores: Mapping[str, GraderScore]
    coverage: float
    imputed: tuple[str, ...] = ()


def scored_parts(
    outcomes: Mapping[str, Outcome],
    names: Sequence[str] | None,
    *,
    on_missing: OnMissing = "error",
    min_coverage: float = 1.0,
    scales: Mapping[str, Scale] = NOTHING,
) -> Parts | GraderSkip | GraderError:
    """Take the scores of the named parts (None: of all), by the rule for those that are missing.

    A missing part is one whose outcome is an error, a skip or a rank. With `renormalise` the
    share of parts that have scores must reach `min_coverage`. A value that is put in the place of
    a missing part is on that part's scale in `scales`, or else on the one that all others share.
    """
    wanted = list(outcomes) if names is None else names
    if not wanted:
        return GraderError("missing_part", "there is no part to combine")
    scores: dict[str, GraderScore] = {}
    missing: dict[str, str] = {}
    for name in wanted:
        outcome = outcomes.get(name)
        if isinstance(outcome, GraderScore):
            scores[name] = outcome
        else:
            missing[name] = f"{name} {_why_missing(outcome)}"
    coverage = len(scores) / len(wanted)
    if not missing or (on_missing == "renormalise" and scores and coverage >= min_coverage):
        return Parts(scores, coverage)
    said = "; ".join(missing.values())
    if isinstance(on_missing, Impute):
        shared = {score.scale for score in scores.values()}
        only = shared.pop() if len(shared) == 1 else None
        value = on_missing.impute
        for name in missing:
            scale = scales.get(name, only)
            if scale is None:
                said += f"; {value:g} cannot stand for a part of unknown scale"
                return GraderError("missing_part", said)
            scores[name] = GraderScore(value, "imputed", scale=scale)
        return Parts({name: scores[name] for name in wanted}, coverage, tuple(missing))
    if on_missing == "abstain":
        return GraderSkip(said)
    if on_missing == "renormalise":
        said += f"; coverage {coverage:.2f} is below {min_coverage:g}"
    return GraderError("missing_part", said)


def _why_missing(outcome: Outcome | None) -> str:
    match outcome:
        case GraderError(kind=kind):
            return f"has an error ({kind})"
        case GraderSkip(reason=reason):
            return f"was skipped ({reason})"
        case None:
            return "has no outcome"
        case _:
            return "is a rank, not a score"


def as_aggregator(offered: Any, name: str) -> Any:
    """Accept an attrs object that combines.

    Raises:
        DefinitionError: it has neither `combine` nor `combine_group`.
    """
    made = offered() if inspect.isclass(offered) else offered
    if not attrs.has(type(made)):
        raise DefinitionError("aggregator", name, "decorate its class with `attrs.frozen`")
    if not isinstance(made, Aggregator | GroupAggregator):
        raise DefinitionError(
            "aggregator", name, "it has no method `combine(self, outcomes)` or `combine_group`"
        )
    return made
