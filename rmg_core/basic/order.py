"""The aggregators that sort the parts: median, trimmed mean, worst and best."""

import math
from collections.abc import Mapping
from functools import partial

from attrs import field, frozen

from rmg_core.aggregators import Aggregator, OnMissing
from rmg_core.basic.options import (
    GRADERS,
    MIN_COVERAGE,
    ON_MISSING,
    RAW,
    as_names,
    as_on_missing,
    finite,
    min_coverage,
    on_missing,
)
from rmg_core.basic.parts import (
    Aligned,
    Bound,
    Combining,
    align,
    align_by,
    common_scale,
    end_of,
    exact_sum,
    scale_by,
)
from rmg_core.outcomes import NOTHING, Outcome, Scale


@frozen(kw_only=True)
class Median:
    """Median of the parts, or of one grader's repeats; the mean of the middle two if even.

    Parts on different scales are compared as their normalised values, on 0..1, and the outcome's
    metadata says `normalised`; `raw = true` insists on raw scores.
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
        ordered = sorted(parts.values.values())
        low, high = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
        return parts.outcome(
            "median", parts.within(exact_sum((low, high)) / 2), f"median of {parts.listed()}"
        )


def _trim(_: object, __: object, value: float) -> None:
    if not 0 <= finite(value, "trim") < 0.5:
        raise ValueError(f"trim must be at least 0 and below 0.5, not {value:g}")


@frozen(kw_only=True)
class TrimmedMean:
    """Mean of the parts without the lowest and the highest.

    Of n sorted values ⌊trim·n⌋ are cut from either end, and the rest averaged
    (the definition of `scipy.stats.trim_mean`).
    """

    trim: float = field(
        default=0.2,
        validator=_trim,
        metadata={"help": "share of the values to cut from either end; 0 to below 0.5"},
    )
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
        ordered = sorted(parts.values.values())
        # 0.29 · 100 is 28.999999999999996 in floating point, and 29 in the definition.
        cut = math.floor(self.trim * len(ordered) + 1e-9)
        kept = ordered[cut : len(ordered) - cut]
        value = parts.within(exact_sum(kept) / len(kept))
        return parts.outcome(
            "trimmed", value, f"mean of {parts.listed()} without {cut} at either end"
        )


@frozen(kw_only=True)
class Minimum:
    """Worst part, or worst of one grader's repeats.

    The lowest score, or the highest where lower is better. Parts on different scales are compared
    as their normalised values, on 0..1; `raw = true` insists on raw scores. A part that is as bad
    as its scale allows decides, whatever other parts are missing.
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
        return _extreme(self, outcomes, scales, best=False)


@frozen(kw_only=True)
class Maximum:
    """Best part, or best of one grader's repeats.

    The highest score, or the lowest where lower is better. Parts on different scales are compared
    as their normalised values, on 0..1; `raw = true` insists on raw scores. A part that is as good
    as its scale allows decides, whatever other parts are missing.
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
        return _extreme(self, outcomes, scales, best=True)


def _extreme(
    options: Combining,
    outcomes: Mapping[str, Outcome],
    scales: Mapping[str, Scale],
    *,
    best: bool,
) -> Outcome:
    rule = "max" if best else "min"
    word = "best" if best else "worst"
    meet = partial(common_scale, raw=options.raw)
    # Any coverage will do for a part that decides alone.
    present = align(
        outcomes, options.graders, scales, meet, on_missing="renormalise", min_coverage=0.0
    )
    if isinstance(present, Aligned) and present.coverage < 1:
        name, value = _pick(present, best=best)
        if value == end_of(present.scale, best=best):
            said = f"{name} {value:g} decides: it is the {word} of the scale"
            return present.outcome(rule, value, said)
    parts = align_by(options, outcomes, scales)
    if not isinstance(parts, Aligned):
        return parts
    name, value = _pick(parts, best=best)
    return parts.outcome(rule, value, f"{word} is {name} {value:g} of {parts.listed()}")


def _pick(parts: Aligned, *, best: bool) -> tuple[str, float]:
    choose = max if parts.scale.higher_is_better is best else min
    value = choose(parts.values.values())
    return min(name for name, each in parts.values.items() if each == value), value
