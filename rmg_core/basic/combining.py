"""The aggregators that average: weighted sum and mean."""

import math
from collections.abc import Mapping

from attrs import field, frozen

from rmg_core.aggregators import Aggregator, NamedAggregator, OnMissing
from rmg_core.basic.options import (
    GRADERS,
    MIN_COVERAGE,
    ON_MISSING,
    RAW,
    as_names,
    as_on_missing,
    check_impute,
    min_coverage,
    numbers,
    on_missing,
)
from rmg_core.basic.parts import (
    Aligned,
    Bound,
    align,
    align_by,
    common_scale,
    exact_sum,
    listed,
    scale_by,
)
from rmg_core.outcomes import NOTHING, GraderError, Outcome, Scale


def _as_weights(given: Mapping[str, float]) -> Mapping[str, float]:
    return numbers(given, "weights")


@frozen(kw_only=True)
class WeightedSum:
    """Weighted mean of the parts, or with `normalise = false` their plain weighted sum.

    Σ wᵢ·vᵢ / Σ wᵢ. Weights need not sum to 1. Parts that share a scale are combined on it. Parts
    on different scales are combined as their normalised values, on 0..1, and the outcome's
    metadata says `normalised`; `raw = true` insists on raw scores.

    With `normalise = false` it is Σ wᵢ·vᵢ, and a weight may be negative: a penalty. Its scale is
    the range that the parts' scales allow, open where theirs are. Its better end is that of the
    parts with positive weights.
    """

    weights: Mapping[str, float] = field(
        converter=_as_weights,
        metadata={"help": "the weight of each part"},
    )
    normalise: bool = field(default=True, metadata={"help": "divide by the sum of the weights"})
    raw: bool = field(default=False, metadata=RAW)
    on_missing: OnMissing = field(
        default="error", converter=as_on_missing, validator=on_missing, metadata=ON_MISSING
    )
    min_coverage: float = field(default=1.0, validator=min_coverage, metadata=MIN_COVERAGE)

    def __attrs_post_init__(self) -> None:
        if not self.weights:
            raise ValueError("weights is empty: name at least one grader and its weight")
        if not any(self.weights.values()):
            raise ValueError("weights are all 0, so that no part counts")
        if not math.isfinite(exact_sum(map(abs, self.weights.values()))):
            raise ValueError("weights sum to more than a number can hold")
        if self.normalise:
            for name, weight in self.weights.items():
                if weight < 0:
                    raise ValueError(
                        f"weights.{name} = {weight:g} is negative, and a mean has no negative "
                        "weights: set normalise = false for the plain sum"
                    )
        elif self.on_missing == "renormalise":
            raise ValueError(
                "on_missing = 'renormalise' needs a mean: without a part, the plain sum of "
                "normalise = false is another quantity"
            )

    def reads(self) -> tuple[str, ...]:
        return tuple(self.weights)

    def scale_of(self, parts: Mapping[str, Scale]) -> Scale:
        check_impute(self.on_missing, parts)
        return self._meet(parts)[0]

    def bound(self, parts: Mapping[str, Scale]) -> Aggregator:
        return Bound(self, parts)

    def combine(
        self, outcomes: Mapping[str, Outcome], scales: Mapping[str, Scale] = NOTHING, /
    ) -> Outcome:
        parts = align(
            outcomes,
            self.reads(),
            scales,
            self._meet,
            on_missing=self.on_missing,
            min_coverage=self.min_coverage,
        )
        if not isinstance(parts, Aligned):
            return parts
        weights = {name: self.weights[name] for name in parts.values}
        value = exact_sum(weights[name] * part for name, part in parts.values.items())
        reason = _terms(weights, parts.values)
        if self.normalise:
            total = exact_sum(weights.values())
            if not total:
                return GraderError("missing_part", f"no part with a weight has a score: {reason}")
            value = parts.within(value / total)
        return parts.outcome("weighted_sum", value, reason)

    def _meet(self, parts: Mapping[str, Scale]) -> tuple[Scale, bool]:
        if self.normalise:
            return common_scale(parts, raw=self.raw)
        if self.raw:
            return sum_scale(self.weights, parts), False
        scale, normalised = common_scale(parts)
        return sum_scale(self.weights, dict.fromkeys(self.weights, scale)), normalised


def _terms(weights: Mapping[str, float], values: Mapping[str, float]) -> str:
    terms = [
        f"{'-' if weights[name] < 0 else '+'} {abs(weights[name]):g}·{name} {value:g}"
        for name, value in values.items()
    ]
    return listed(terms, " ").removeprefix("+ ")


def sum_scale(weights: Mapping[str, float], parts: Mapping[str, Scale]) -> Scale:
    """Return the scale of Σ wᵢ·vᵢ: what the parts' scales allow.

    Raises:
        ValueError: parts with weights of one sign differ in which end is better.
    """
    lows: list[float | None] = []
    highs: list[float | None] = []
    better: dict[bool, str] = {}
    has_positive = any(weight > 0 for weight in weights.values())
    for name, weight in weights.items():
        if not weight:
            continue
        scale = parts[name]
        ends = [None if end is None else weight * end for end in (scale.low, scale.high)]
        low, high = ends if weight > 0 else reversed(ends)
        lows.append(low)
        highs.append(high)
        if weight > 0 or not has_positive:
            better[scale.higher_is_better is (weight > 0)] = name
    if len(better) == 2:
        raise ValueError(
            f"a higher sum is better by {better[True]} and worse by {better[False]}: leave out "
            "raw, so that they are normalised, or make one of the weights negative"
        )
    return Scale(_sum_or_open(lows), _sum_or_open(highs), higher_is_better=True in better)


def _sum_or_open(ends: list[float | None]) -> float | None:
    closed = [end for end in ends if end is not None]
    return exact_sum(closed) if len(closed) == len(ends) else None


@frozen(kw_only=True)
class Mean:
    """Mean of the parts, or of one grader's repeats.

    Σ vᵢ / n. Parts on different scales are combined as their normalised values, on 0..1, and the
    outcome's metadata says `normalised`; `raw = true` insists on raw scores.
    """

    graders: tuple[str, ...] | None = field(default=None, converter=as_names, metadata=GRADERS)
    raw: bool = field(default=False, metadata=RAW)
    on_missing: OnMissing = field(
        default="error", converter=as_on_missing, validator=on_missing, metadata=ON_MISSING
    )
    min_coverage: float = field(default=1.0, validator=min_coverage, metadata=MIN_COVERAGE)

    def reads(self) -> tuple[str, ...] | None:
        return self.graders

    def scale_of(self, parts: Mapping[str, Scale]) -> Scale:
        return scale_by(self, parts)

    def bound(self, parts: Mapping[str, Scale]) -> Aggregator:
        return Bound(self, parts)

    def combine(
        self, outcomes: Mapping[str, Outcome], scales: Mapping[str, Scale] = NOTHING, /
    ) -> Outcome:
        parts = align_by(self, outcomes, scales)
        if not isinstance(parts, Aligned):
            return parts
        return parts.outcome("mean", parts.mean(), f"mean of {parts.listed()}")


def WeightedSumAggregator(  # noqa: N802 - it stands where a class stands in the seed's shape
    name: str,
    weights: Mapping[str, float],
    *,
    normalise: bool = True,
    raw: bool = False,
    on_missing: OnMissing = "error",
    min_coverage: float = 1.0,
) -> NamedAggregator:
    """Return a weighted sum and the column that it goes to, for `GradingRunner(aggregators=…)`.

    The other parameters are the options of `WeightedSum`.

    Raises:
        ValueError: an option is refused.
    """
    if not name:
        raise ValueError("name is empty: it is the column of the results")
    return NamedAggregator(
        name,
        WeightedSum(
            weights=weights,
            normalise=normalise,
            raw=raw,
            on_missing=on_missing,
            min_coverage=min_coverage,
        ),
    )
