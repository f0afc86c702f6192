"""What grading a sample comes to: a score, a rank, a skip or an error, and never a guess."""

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple, TypeAlias

from attrs import field, frozen, validators

NOTHING: Mapping[str, Any] = MappingProxyType({})


@frozen
class Scale:
    """The range of a score, and which end of it is better.

    `low` and `high` are inclusive; `None` means that there is no bound at that end.
    """

    low: float | None = 0.0
    high: float | None = 1.0
    higher_is_better: bool = True

    def __attrs_post_init__(self) -> None:
        for end in (self.low, self.high):
            if end is not None and not math.isfinite(end):
                raise ValueError(f"the end of a scale cannot be {end}; None is an open end")
        if self.low is not None and self.high is not None and not self.low < self.high:
            raise ValueError(f"a scale needs low < high, not {self.low} and {self.high}")

    @property
    def is_bounded(self) -> bool:
        return self.low is not None and self.high is not None

    def contains(self, score: float) -> bool:
        return (self.low is None or score >= self.low) and (self.high is None or score <= self.high)

    def normalise(self, score: float) -> float:
        """Map `score` to 0..1, where 1 is best.

        Raises:
            ValueError: the scale has an open end.
        """
        if self.low is None or self.high is None:
            raise ValueError(f"a score on the open scale {self} has no place between 0 and 1")
        share = (score - self.low) / (self.high - self.low)
        return share if self.higher_is_better else 1.0 - share

    def __str__(self) -> str:
        low = "-∞" if self.low is None else f"{self.low:g}"
        high = "∞" if self.high is None else f"{self.high:g}"
        return f"{low}..{high}" + ("" if self.higher_is_better else ", lower is better")


UNIT = Scale()


def as_scale(scale: Scale | tuple[float | None, float | None]) -> Scale:
    """Accept `(low, high)` for a scale on which higher is better.

    Raises:
        ValueError: it is neither a scale nor a pair of ends.
    """
    match scale:
        case Scale():
            made = scale
        case [None | int() | float() as low, None | int() | float() as high]:
            made = Scale(low, high)
        case _:
            raise ValueError(
                f"a scale is (low, high), such as (1, 5), or a Scale, and not {scale!r}"
            )
    return UNIT if made == UNIT else made


ERROR_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "missing_input": "the sample lacks a field that an input is taken from",
        "bad_input": "an input is of a type that the grader does not take",
        "mapper_error": "the mapper raised, or returned something that is not the grader's inputs",
        "grader_error": "the grader raised",
        "timeout": "the grader did not answer before its deadline",
        "cancelled": "the grader cancelled itself",
        "crash": "the process that the grader runs in ended",
        "stopped": "the grader was stopped after too many crashes",
        "bad_return": "what the grader or aggregator returned is not an outcome, "
        "such as None or NaN",
        "out_of_scale": "the score lies outside the scale that the grader declares",
        "missing_part": "an aggregator or a condition lacks a part: a grader that it names failed",
        "aggregator_error": "the aggregator raised, or a condition has no value here",
        "provider": "the provider of a model failed, or could not be reached, at every attempt",
        "rate_limit": "the provider of a model refused every attempt for its rate limits",
        "bad_request": "the provider of a model refuses the request itself",
        "context_overflow": "the request is longer than the model can read",
        "content_filtered": "the provider of a model filtered the request or the reply",
        "refusal": "the model refused to answer",
        "truncated": "the reply of a model ends at its limit of tokens",
        "empty": "the reply of a model has nothing in it",
        "bad_response": "what came from a provider is not a reply",
        "unparseable": "the reply of a judge holds no verdict that may be counted",
        "empty_input": "there is nothing in the answer that a judge could judge",
        "conflict": "a judge is of the family of the model that answered, or contradicts itself",
        "pending": "a model cannot be asked any more in this run; the next one goes on here",
    }
)
"""Every kind of `GraderError`, with its meaning."""


@frozen
class GraderScore:
    """A score on the grader's `scale`."""

    status: ClassVar[str] = "score"

    score: float
    reason: str = ""
    metadata: Mapping[str, Any] = NOTHING
    scale: Scale = UNIT

    @property
    def normalised(self) -> float:
        """The score mapped to 0..1, where 1 is best.

        Raises:
            ValueError: the scale has an open end.
        """
        return self.scale.normalise(self.score)


@frozen
class GraderRank:
    """An order of the items of one sample: `rank[i]` is the place of item i, 1 is best.

    Items that tie share a place.
    """

    status: ClassVar[str] = "rank"

    rank: tuple[int, ...] = field(converter=tuple[int, ...])
    reason: str = ""
    metadata: Mapping[str, Any] = NOTHING


@frozen
class GraderSkip:
    """The grader does not apply to this sample, for the `reason` given."""

    status: ClassVar[str] = "skip"

    reason: str
    metadata: Mapping[str, Any] = NOTHING


@frozen
class GraderError:
    """The sample could not be graded: what kind of failure, and the failure in words.

    `kind` is one of `ERROR_KINDS`; `detail` is a trimmed traceback, or empty.
    """

    status: ClassVar[str] = "error"

    kind: str = field(validator=validators.in_(ERROR_KINDS))
    error: str
    detail: str = ""
    metadata: Mapping[str, Any] = NOTHING


Outcome: TypeAlias = GraderScore | GraderRank | GraderSkip | GraderError
OUTCOMES = (GraderScore, GraderRank, GraderSkip, GraderError)


def is_pending(outcome: Outcome) -> bool:
    """Tell whether an outcome is none yet: what it needs cannot be had in this run."""
    return type(outcome) is GraderError and outcome.kind == "pending"


class Cell(NamedTuple):
    """A finished cell, as sinks and observers get it: a named tuple, since there are so many.

    `index` is the row of the sample, `repeat` counts from 0, `seconds` is the time of the call.
    `fingerprint` is hexadecimal; it is empty where the inputs could not be taken, and for
    the outcomes of aggregators, which are computed anew from the others.
    """

    index: int  # type: ignore[assignment]  # hides a method of tuples that nobody needs
    id: str | int | None
    grader: str
    repeat: int
    fingerprint: str
    outcome: Outcome
    seconds: float


def to_json(outcome: Outcome) -> dict[str, Any]:
    """Return `outcome` as a JSON object; what is empty is left out.

    The object has `status`: `score`, `rank`, `skip` or `error`.
    """
    made: dict[str, Any] = {"status": outcome.status}
    match outcome:
        case GraderScore(scale=scale):
            made["score"] = outcome.score
            if scale is not UNIT:
                made["scale"] = [scale.low, scale.high]
                if not scale.higher_is_better:
                    made["lower_is_better"] = True
        case GraderRank():
            made["rank"] = list(outcome.rank)
        case GraderSkip():
            pass
        case GraderError():
            made |= {"kind": outcome.kind, "error": outcome.error}
            if outcome.detail:
                made["detail"] = outcome.detail
    if not isinstance(outcome, GraderError) and outcome.reason:
        made["reason"] = outcome.reason
    if outcome.metadata:
        made["metadata"] = dict(outcome.metadata)
    return made


def from_json(made: Mapping[str, Any]) -> Outcome:
    """Return the outcome that `to_json` wrote.

    Raises:
        ValueError: `made` is not such an object.
    """
    try:
        metadata = made.get("metadata", NOTHING)
        match made["status"]:
            case "score":
                low, high = made.get("scale", (0.0, 1.0))
                lower = made.get("lower_is_better", False)
                scale = (
                    UNIT if (low, high, lower) == (0.0, 1.0, False) else Scale(low, high, not lower)
                )
                return GraderScore(made["score"], made.get("reason", ""), metadata, scale)
            case "rank":
                return GraderRank(made["rank"], made.get("reason", ""), metadata)
            case "skip":
                return GraderSkip(made.get("reason", ""), metadata)
            case "error":
                return GraderError(made["kind"], made["error"], made.get("detail", ""), metadata)
            case status:
                raise ValueError(f"not an outcome: status {status!r}")
    except (AttributeError, KeyError, TypeError) as fault:
        raise ValueError(f"not an outcome: {made!r}") from fault
