"""The aggregators in which every part votes for its score: majority and mode."""

from collections import Counter
from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

from attrs import field, frozen

from rmg_core.aggregators import OnMissing, Parts
from rmg_core.basic.options import (
    GRADERS,
    MIN_COVERAGE,
    ON_MISSING,
    as_names,
    as_on_missing,
    check_impute,
    min_coverage,
    on_missing,
    one_of,
)
from rmg_core.basic.parts import about, listed, score_parts
from rmg_core.outcomes import GraderError, GraderScore, GraderSkip, Outcome, Scale

Tie: TypeAlias = Literal["abstain", "lowest"]


TIE: Final = {"help": "when scores tie: abstain (skip), or the lowest (worst) of them"}


@frozen(kw_only=True)
class Majority:
    """Score that most parts give.

    Every part votes for its score; the score with most votes wins, also with less than half of
    them. All parts must share one scale. A lead that missing parts could not make up decides.
    """

    tie: Tie = field(default="abstain", validator=one_of("abstain", "lowest"), metadata=TIE)
    graders: tuple[str, ...] | None = field(default=None, converter=as_names, metadata=GRADERS)
    on_missing: OnMissing = field(
        default="error", converter=as_on_missing, validator=on_missing, metadata=ON_MISSING
    )
    min_coverage: float = field(default=1.0, validator=min_coverage, metadata=MIN_COVERAGE)

    def reads(self) -> tuple[str, ...] | None:
        return self.graders

    def scale_of(self, parts: Mapping[str, Scale]) -> Scale:
        check_impute(self.on_missing, parts)
        return one_scale("majority", parts)

    def combine(self, outcomes: Mapping[str, Outcome], /) -> Outcome:
        names = tuple(outcomes) if self.graders is None else self.graders
        # Any coverage will do for a lead that decides alone.
        present = score_parts(outcomes, names, "renormalise", 0.0)
        if isinstance(present, Parts) and present.coverage < 1:
            (_, most), *others = Counter(_votes(present)).most_common()
            lead = most - (others[0][1] if others else 0)
            if lead > len(names) - len(present.scores):
                return _elected("majority", present, self.tie)
        parts = score_parts(outcomes, names, self.on_missing, self.min_coverage)
        return _elected("majority", parts, self.tie) if isinstance(parts, Parts) else parts


@frozen(kw_only=True)
class Mode:
    """Most frequent score of the parts, or of one grader's repeats.

    All parts must share one scale.
    """

    tie: Tie = field(default="abstain", validator=one_of("abstain", "lowest"), metadata=TIE)
    graders: tuple[str, ...] | None = field(default=None, converter=as_names, metadata=GRADERS)
    on_missing: OnMissing = field(
        default="error", converter=as_on_missing, validator=on_missing, metadata=ON_MISSING
    )
    min_coverage: float = field(default=1.0, validator=min_coverage, metadata=MIN_COVERAGE)

    def reads(self) -> tuple[str, ...] | None:
        return self.graders

    def scale_of(self, parts: Mapping[str, Scale]) -> Scale:
        check_impute(self.on_missing, parts)
        return one_scale("mode", parts)

    def combine(self, outcomes: Mapping[str, Outcome], /) -> Outcome:
        parts = score_parts(outcomes, self.graders, self.on_missing, self.min_coverage)
        return _elected("mode", parts, self.tie) if isinstance(parts, Parts) else parts


def one_scale(rule: str, parts: Mapping[str, Scale]) -> Scale:
    """Return the scale that all parts share.

    Raises:
        ValueError: they share none.
    """
    if not parts:
        raise ValueError("there is no part to combine")
    first, scale = next(iter(parts.items()))
    for name, other in parts.items():
        if other != scale:
            raise ValueError(
                f"{rule} needs parts on one scale, and {first} is on {scale}, {name} on {other}"
            )
    return scale


def _votes(parts: Parts) -> list[float]:
    return [part.score for part in parts.scores.values()]


def _elected(rule: str, parts: Parts, tie: Tie) -> GraderScore | GraderSkip | GraderError:
    try:
        scale = one_scale(rule, {name: part.scale for name, part in parts.scores.items()})
    except ValueError as fault:
        return GraderError("aggregator_error", str(fault))
    counts = sorted(Counter(_votes(parts)).items(), key=lambda each: (-each[1], each[0]))
    most = counts[0][1]
    tied = [score for score, votes in counts if votes == most]
    if len(tied) > 1 and tie == "abstain":
        scores = listed([f"{score:g}" for score in tied])
        return GraderSkip(f"tie of {scores}, with {most} of {len(parts.scores)} votes each")
    chosen = tied[0] if scale.higher_is_better else tied[-1]
    metadata = about(rule, parts) | {"votes": counts}
    reason = f"{chosen:g} by {most} of {len(parts.scores)} votes"
    if len(tied) > 1:
        reason += f", the lowest of {len(tied)} that tie"
    return GraderScore(chosen, reason, metadata, scale)
