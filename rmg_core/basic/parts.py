"""The parts that an aggregator combines, as numbers on one scale."""

import math
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, Protocol, TypeAlias

from attrs import frozen

from rmg_core.aggregators import OnMissing, Parts, scored_parts
from rmg_core.basic.options import check_impute
from rmg_core.outcomes import (
    NOTHING,
    UNIT,
    GraderError,
    GraderScore,
    GraderSkip,
    Outcome,
    Scale,
)

SHOWN_PARTS = 8


def end_of(scale: Scale, *, best: bool) -> float | None:
    """Return the best or the worst score of a scale; None where that end is open."""
    return scale.high if scale.higher_is_better is best else scale.low


def name_of_end(scale: Scale, *, best: bool) -> str:
    return "upper" if scale.higher_is_better is best else "lower"


def common_scale(parts: Mapping[str, Scale], *, raw: bool = False) -> tuple[Scale, bool]:
    """Return the scale to combine parts on, and whether their scores must be normalised for it.

    Parts that share a scale stay on it. Others meet on 0..1, or with `raw` on the smallest scale
    that holds them all.

    Raises:
        ValueError: there are no parts, or they cannot meet.
    """
    if not parts:
        raise ValueError("there is no part to combine")
    first = next(iter(parts.values()))
    if all(scale is first or scale == first for scale in parts.values()):
        return first, False
    if raw:
        return _hull(parts), False
    for name, scale in parts.items():
        if not scale.is_bounded:
            end = "upper" if scale.high is None else "lower"
            raise ValueError(
                f"the parts are on different scales and {name} ({scale}) has no {end} end: "
                "normalise it first or set raw = true"
            )
    return UNIT, True


def _hull(parts: Mapping[str, Scale]) -> Scale:
    directions = {scale.higher_is_better: name for name, scale in parts.items()}
    if len(directions) == 2:
        raise ValueError(
            f"{directions[True]} is better when higher and {directions[False]} when lower: "
            "leave out raw, so that they are normalised"
        )
    lows = [scale.low for scale in parts.values()]
    highs = [scale.high for scale in parts.values()]
    return Scale(
        None if None in lows else min(low for low in lows if low is not None),
        None if None in highs else max(high for high in highs if high is not None),
        higher_is_better=True in directions,
    )


def exact_sum(values: Iterable[float]) -> float:
    """Return the sum of `values`, the same in any order; infinite when it is too large."""
    try:
        return math.fsum(values)
    except (OverflowError, ValueError):
        return math.inf


def score_parts(
    outcomes: Mapping[str, Outcome],
    names: tuple[str, ...] | None,
    on_missing: OnMissing,
    min_coverage: float = 1.0,
    scales: Mapping[str, Scale] = NOTHING,
) -> Parts | GraderSkip | GraderError:
    """Take the scores of the parts by the rule of `scored_parts`; NaN is an error, not a score."""
    parts = scored_parts(
        outcomes, names, on_missing=on_missing, min_coverage=min_coverage, scales=scales
    )
    if isinstance(parts, Parts):
        for name, part in parts.scores.items():
            if not math.isfinite(part.score):
                return GraderError("aggregator_error", f"{name} is {part.score}, not a number")
    return parts


def about(rule: str, parts: Parts) -> dict[str, Any]:
    """Return the metadata of an outcome made of parts: the rule, the scores and the coverage."""
    made: dict[str, Any] = {
        "rule": rule,
        "parts": {name: part.score for name, part in parts.scores.items()},
        "coverage": parts.coverage,
    }
    if parts.imputed:
        made["imputed"] = list(parts.imputed)
    return made


@frozen
class Aligned:
    """The scores of parts as numbers that can be combined, and the scale of what comes of it."""

    values: Mapping[str, float]
    scale: Scale
    normalised: bool
    coverage: float
    imputed: tuple[str, ...]

    def outcome(self, rule: str, value: float, reason: str) -> GraderScore | GraderError:
        """Return the combined score, with the parts, the rule and the coverage."""
        notes = []
        metadata: dict[str, Any] = {
            "rule": rule,
            "parts": dict(self.values),
            "coverage": self.coverage,
        }
        if self.normalised:
            notes.append("normalised")
            metadata["normalised"] = True
        if self.imputed:
            notes.append("imputed: " + ", ".join(self.imputed))
            metadata["imputed"] = list(self.imputed)
        elif self.coverage < 1:
            notes.append(f"coverage {self.coverage:.2f}")
        said = f"{reason} ({'; '.join(notes)})" if notes else reason
        if not math.isfinite(value):
            return GraderError("aggregator_error", f"too large to be a number: {said}")
        return GraderScore(value, said, metadata, self.scale)

    def mean(self) -> float:
        return self.within(exact_sum(self.values.values()) / len(self.values))

    def within(self, value: float) -> float:
        """Undo the rounding that puts a mean beside what it is the mean of."""
        if not math.isfinite(value):
            return value
        return min(max(value, min(self.values.values())), max(self.values.values()))

    def listed(self) -> str:
        return listed([f"{name} {value:g}" for name, value in self.values.items()])


def listed(items: list[str], separator: str = ", ") -> str:
    """Write a list, cut short where it is long."""
    if len(items) <= SHOWN_PARTS:
        return separator.join(items)
    return separator.join([*items[:SHOWN_PARTS], f"… ({len(items)} in all)"])


Meet: TypeAlias = Callable[[Mapping[str, Scale]], tuple[Scale, bool]]
"""Says, of the scales of the parts, what the combined scale is and whether to normalise scores."""


def align(
    outcomes: Mapping[str, Outcome],
    names: tuple[str, ...] | None,
    scales: Mapping[str, Scale],
    meet: Meet,
    *,
    on_missing: OnMissing,
    min_coverage: float,
) -> Aligned | GraderSkip | GraderError:
    """Take the scores of the parts, normalised where that is how they meet.

    `scales` are those known beforehand, also of parts that are missing here.
    """
    parts = score_parts(outcomes, names, on_missing, min_coverage, scales)
    if not isinstance(parts, Parts):
        return parts
    known = scales or {name: part.scale for name, part in parts.scores.items()}
    try:
        scale, normalised = meet(known)
    except ValueError as fault:
        return GraderError("aggregator_error", str(fault))
    if normalised:
        values = {name: part.normalised for name, part in parts.scores.items()}
    else:
        values = {name: part.score for name, part in parts.scores.items()}
    return Aligned(values, scale, normalised, parts.coverage, parts.imputed)


class Combining(Protocol):
    """The options of an aggregator that combines parts on one scale."""

    @property
    def graders(self) -> tuple[str, ...] | None: ...
    @property
    def raw(self) -> bool: ...
    @property
    def on_missing(self) -> OnMissing: ...
    @property
    def min_coverage(self) -> float: ...


def align_by(
    options: Combining, outcomes: Mapping[str, Outcome], scales: Mapping[str, Scale]
) -> Aligned | GraderSkip | GraderError:
    """Take the scores of the parts on their common scale, as the options have it."""
    meet = partial(common_scale, raw=options.raw)
    return align(
        outcomes,
        options.graders,
        scales,
        meet,
        on_missing=options.on_missing,
        min_coverage=options.min_coverage,
    )


def scale_by(options: Combining, parts: Mapping[str, Scale]) -> Scale:
    """Return the common scale of the parts, as the options have it.

    Raises:
        ValueError: the parts have none, or an imputed value is not on a part's scale.
    """
    check_impute(options.on_missing, parts)
    return common_scale(parts, raw=options.raw)[0]


@frozen
class Bound:
    """An aggregator that knows the scales of its parts, also of one that a sample lacks."""

    aggregator: Any
    scales: Mapping[str, Scale]

    def combine(self, outcomes: Mapping[str, Outcome], /) -> Outcome:
        made: Outcome = self.aggregator.combine(outcomes, self.scales)
        return made
