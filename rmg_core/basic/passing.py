"""The aggregators that count the parts that pass: all, any, at least k."""

from collections.abc import Callable, Mapping

from attrs import field, frozen

from rmg_core.aggregators import Aggregator, OnMissing, Parts
from rmg_core.basic.options import (
    GRADERS,
    MIN_COVERAGE,
    ON_MISSING,
    ON_MISSING_FIXED,
    as_names,
    as_on_missing,
    count,
    min_coverage,
    no_renormalise,
    on_missing,
    optional_number,
)
from rmg_core.basic.parts import Bound, about, listed, score_parts
from rmg_core.basic.thresholds import (
    THRESHOLD,
    THRESHOLDS,
    Judging,
    as_thresholds,
    check_named,
    check_thresholds,
    tally,
)
from rmg_core.outcomes import NOTHING, GraderError, GraderScore, Outcome, Scale


@frozen(kw_only=True)
class AllPass:
    """1 when every part passes, else 0.

    A part passes when its score, on its own scale, is the threshold or better: at least the
    threshold where higher is better, at most where lower is. A part that fails decides, whatever
    other parts are missing.
    """

    threshold: float | None = field(default=None, validator=optional_number, metadata=THRESHOLD)
    thresholds: Mapping[str, float] = field(
        factory=dict, converter=as_thresholds, metadata=THRESHOLDS
    )
    graders: tuple[str, ...] | None = field(default=None, converter=as_names, metadata=GRADERS)
    on_missing: OnMissing = field(
        default="error", converter=as_on_missing, validator=on_missing, metadata=ON_MISSING
    )
    min_coverage: float = field(default=1.0, validator=min_coverage, metadata=MIN_COVERAGE)

    def __attrs_post_init__(self) -> None:
        check_named(self)

    def reads(self) -> tuple[str, ...] | None:
        return self.graders

    def scale_of(self, parts: Mapping[str, Scale]) -> Scale:
        return check_thresholds(self, parts)

    def bound(self, parts: Mapping[str, Scale]) -> Aggregator:
        return Bound(self, parts)

    def combine(
        self, outcomes: Mapping[str, Outcome], scales: Mapping[str, Scale] = NOTHING, /
    ) -> Outcome:
        return _verdict("all", self, outcomes, scales, needed=lambda parts: parts)


@frozen(kw_only=True)
class AnyPass:
    """1 when at least one part passes, else 0.

    A part passes when its score, on its own scale, is the threshold or better: at least the
    threshold where higher is better, at most where lower is. A part that passes decides, whatever
    other parts are missing.
    """

    threshold: float | None = field(default=None, validator=optional_number, metadata=THRESHOLD)
    thresholds: Mapping[str, float] = field(
        factory=dict, converter=as_thresholds, metadata=THRESHOLDS
    )
    graders: tuple[str, ...] | None = field(default=None, converter=as_names, metadata=GRADERS)
    on_missing: OnMissing = field(
        default="error", converter=as_on_missing, validator=on_missing, metadata=ON_MISSING
    )
    min_coverage: float = field(default=1.0, validator=min_coverage, metadata=MIN_COVERAGE)

    def __attrs_post_init__(self) -> None:
        check_named(self)

    def reads(self) -> tuple[str, ...] | None:
        return self.graders

    def scale_of(self, parts: Mapping[str, Scale]) -> Scale:
        return check_thresholds(self, parts)

    def bound(self, parts: Mapping[str, Scale]) -> Aggregator:
        return Bound(self, parts)

    def combine(
        self, outcomes: Mapping[str, Outcome], scales: Mapping[str, Scale] = NOTHING, /
    ) -> Outcome:
        return _verdict("any", self, outcomes, scales, needed=lambda _: 1)


@frozen(kw_only=True)
class AtLeast:
    """1 when at least k parts pass, else 0.

    A part passes when its score, on its own scale, is the threshold or better: at least the
    threshold where higher is better, at most where lower is. As soon as missing parts could not
    change the verdict, it stands.
    """

    k: int = field(validator=count, metadata={"help": "how many parts must pass", "example": 1})
    threshold: float | None = field(default=None, validator=optional_number, metadata=THRESHOLD)
    thresholds: Mapping[str, float] = field(
        factory=dict, converter=as_thresholds, metadata=THRESHOLDS
    )
    graders: tuple[str, ...] | None = field(default=None, converter=as_names, metadata=GRADERS)
    on_missing: OnMissing = field(
        default="error",
        converter=as_on_missing,
        validator=no_renormalise("k of fewer parts is another question"),
        metadata=ON_MISSING_FIXED,
    )

    def __attrs_post_init__(self) -> None:
        check_named(self)
        if self.graders is not None:
            _check_possible(self.k, len(self.graders))

    @property
    def min_coverage(self) -> float:
        return 1.0

    def reads(self) -> tuple[str, ...] | None:
        return self.graders

    def scale_of(self, parts: Mapping[str, Scale]) -> Scale:
        _check_possible(self.k, len(parts))
        return check_thresholds(self, parts)

    def bound(self, parts: Mapping[str, Scale]) -> Aggregator:
        return Bound(self, parts)

    def combine(
        self, outcomes: Mapping[str, Outcome], scales: Mapping[str, Scale] = NOTHING, /
    ) -> Outcome:
        wanted = len(outcomes if self.graders is None else self.graders)
        if wanted and self.k > wanted:
            return GraderError("missing_part", f"at least {self.k} of {wanted} parts cannot pass")
        return _verdict("at_least", self, outcomes, scales, needed=lambda _: self.k)


def _check_possible(k: int, parts: int) -> None:
    if k > parts:
        raise ValueError(f"k = {k} is more than the {parts} parts that there are")


def _verdict(
    rule: str,
    options: Judging,
    outcomes: Mapping[str, Outcome],
    scales: Mapping[str, Scale],
    *,
    needed: Callable[[int], int],
) -> Outcome:
    """Say whether as many parts pass as are `needed` of so many."""
    wanted = tuple(outcomes) if options.graders is None else options.graders
    # Any coverage will do for parts that decide alone.
    present = score_parts(outcomes, wanted, "renormalise", 0.0)
    try:
        if isinstance(present, Parts) and present.coverage < 1:
            passed, _, _ = tally(options, present)
            missing = len(wanted) - len(present.scores)
            must = needed(len(wanted))
            if len(passed) >= must or len(passed) + missing < must:
                return _said(rule, options, present, must)
        parts = score_parts(outcomes, wanted, options.on_missing, options.min_coverage, scales)
        if not isinstance(parts, Parts):
            return parts
        return _said(rule, options, parts, needed(len(parts.scores)))
    except ValueError as fault:
        return GraderError("aggregator_error", str(fault))


def _said(rule: str, options: Judging, parts: Parts, must: int) -> GraderScore:
    passed, failed, said = tally(options, parts)
    metadata = about(rule, parts) | {"failed": failed}
    reason = f"{len(passed)} of {len(said)} pass: {listed(said)}"
    return GraderScore(float(len(passed) >= must), reason, metadata)
