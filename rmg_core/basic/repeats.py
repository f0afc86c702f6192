"""The aggregators that estimate what k attempts achieve from n repeats: pass@k and pass^k."""

from collections.abc import Mapping
from math import comb
from typing import Final

from attrs import field, frozen

from rmg_core.aggregators import OnMissing, Parts
from rmg_core.basic.options import (
    GRADERS,
    MIN_COVERAGE,
    ON_MISSING,
    as_names,
    as_on_missing,
    check_impute,
    check_on_scale,
    count,
    min_coverage,
    on_missing,
    optional_number,
)
from rmg_core.basic.parts import about, end_of, name_of_end, score_parts
from rmg_core.basic.thresholds import compared
from rmg_core.basic.voting import one_scale
from rmg_core.outcomes import UNIT, GraderError, GraderScore, GraderSkip, Outcome, Scale

K: Final = {"help": "how many attempts", "example": 1}
CORRECT_AT: Final = {
    "help": "the score from which a repeat is correct, on its own scale; without it, the best one"
}


@frozen(kw_only=True)
class PassAtK:
    """Probability that at least one of k attempts is correct: pass@k.

    1 - C(n-c, k) / C(n, k) for c correct of n repeats, the unbiased estimator of Chen et al. 2021
    (arXiv 2107.03374). With fewer than k scored repeats it is undefined: an error.
    """

    k: int = field(validator=count, metadata=K)
    correct_at: float | None = field(default=None, validator=optional_number, metadata=CORRECT_AT)
    graders: tuple[str, ...] | None = field(default=None, converter=as_names, metadata=GRADERS)
    on_missing: OnMissing = field(
        default="error", converter=as_on_missing, validator=on_missing, metadata=ON_MISSING
    )
    min_coverage: float = field(default=1.0, validator=min_coverage, metadata=MIN_COVERAGE)

    def reads(self) -> tuple[str, ...] | None:
        return self.graders

    def scale_of(self, parts: Mapping[str, Scale]) -> Scale:
        check_impute(self.on_missing, parts)
        return _checked("pass@k", self.k, self.correct_at, parts)

    def combine(self, outcomes: Mapping[str, Outcome], /) -> Outcome:
        parts = score_parts(outcomes, self.graders, self.on_missing, self.min_coverage)
        tally = _correct_of(parts, f"pass@{self.k}", self.k, self.correct_at)
        if not isinstance(tally, _Tally):
            return tally
        ways = comb(tally.scored, self.k)
        return tally.outcome((ways - comb(tally.scored - tally.correct, self.k)) / ways)


@frozen(kw_only=True)
class PassHatK:
    """Probability that all of k attempts are correct: pass^k.

    C(c, k) / C(n, k) for c correct of n repeats, the unbiased estimator of Yao et al. 2024
    (τ-bench, arXiv 2406.12045). With fewer than k scored repeats it is undefined: an error.
    """

    k: int = field(validator=count, metadata=K)
    correct_at: float | None = field(default=None, validator=optional_number, metadata=CORRECT_AT)
    graders: tuple[str, ...] | None = field(default=None, converter=as_names, metadata=GRADERS)
    on_missing: OnMissing = field(
        default="error", converter=as_on_missing, validator=on_missing, metadata=ON_MISSING
    )
    min_coverage: float = field(default=1.0, validator=min_coverage, metadata=MIN_COVERAGE)

    def reads(self) -> tuple[str, ...] | None:
        return self.graders

    def scale_of(self, parts: Mapping[str, Scale]) -> Scale:
        check_impute(self.on_missing, parts)
        return _checked("pass^k", self.k, self.correct_at, parts)

    def combine(self, outcomes: Mapping[str, Outcome], /) -> Outcome:
        parts = score_parts(outcomes, self.graders, self.on_missing, self.min_coverage)
        tally = _correct_of(parts, f"pass^{self.k}", self.k, self.correct_at)
        if not isinstance(tally, _Tally):
            return tally
        return tally.outcome(comb(tally.correct, self.k) / comb(tally.scored, self.k))


def _checked(rule: str, k: int, correct_at: float | None, parts: Mapping[str, Scale]) -> Scale:
    if k > len(parts):
        raise ValueError(f"k = {k} needs as many repeats, and there are {len(parts)}")
    scale = one_scale(rule, parts)
    check_on_scale("correct_at", _bar(correct_at, scale), next(iter(parts)), scale)
    return UNIT


def _bar(correct_at: float | None, scale: Scale) -> float:
    bar = end_of(scale, best=True) if correct_at is None else correct_at
    if bar is None:
        raise ValueError(
            f"the scale {scale} has no {name_of_end(scale, best=True)} end: set correct_at"
        )
    return bar


@frozen
class _Tally:
    rule: str
    parts: Parts
    correct: int

    @property
    def scored(self) -> int:
        return len(self.parts.scores)

    def outcome(self, share: float) -> GraderScore:
        metadata = about(self.rule, self.parts) | {"correct": self.correct}
        return GraderScore(
            share, f"{self.rule} with {self.correct} of {self.scored} correct", metadata
        )


def _correct_of(
    parts: Parts | GraderSkip | GraderError, rule: str, k: int, correct_at: float | None
) -> _Tally | GraderSkip | GraderError:
    if not isinstance(parts, Parts):
        return parts
    if len(parts.scores) < k:
        return GraderError(
            "missing_part", f"{rule} is undefined: {len(parts.scores)} of the repeats have a score"
        )
    try:
        scale = one_scale(rule, {name: part.scale for name, part in parts.scores.items()})
        bar = _bar(correct_at, scale)
    except ValueError as fault:
        return GraderError("aggregator_error", str(fault))
    correct = sum(compared(name, part.score, bar, scale)[0] for name, part in parts.scores.items())
    return _Tally(rule, parts, correct)
