"""The aggregators that place a sample among those of its group: rank and z-score."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from attrs import field, frozen

from rmg_core.aggregators import Parts
from rmg_core.basic.options import GRADER, STOP, Stop, a_name, one_of
from rmg_core.basic.parts import exact_sum, score_parts
from rmg_core.outcomes import UNIT, GraderError, GraderScore, GraderSkip, Outcome, Scale

Group: TypeAlias = Sequence[Mapping[str, Outcome]]
Member: TypeAlias = GraderScore | GraderSkip | GraderError

ALONE = GraderSkip("no other sample of the group has a score to compare with")


@frozen(kw_only=True)
class Rank:
    """Place of a sample in its group by one grader, as the share of the others that it beats.

    (worse + tied / 2) / (n - 1) of the n members that have a score, so that 1 is the best and the
    mean is 1/2. The metadata has `place` (1 is best, ties share a place) and the group's `size`. A
    member without a score stays what it is and is not counted; one that is alone is skipped.
    """

    grader: str = field(validator=a_name, metadata=GRADER)
    on_missing: Stop = field(default="error", validator=one_of("error", "abstain"), metadata=STOP)

    def reads(self) -> tuple[str, ...]:
        return (self.grader,)

    def scale_of(self, _: Mapping[str, Scale], /) -> Scale:
        return UNIT

    def combine_group(self, group: Group, /) -> Sequence[Outcome]:
        members = [_member(outcomes, self.grader, self.on_missing) for outcomes in group]
        goodness = sorted(_goodness(each) for each in members if isinstance(each, GraderScore))
        return [
            _placed(each, goodness) if isinstance(each, GraderScore) else each for each in members
        ]


@frozen(kw_only=True)
class ZScore:
    """Standard score of a sample in its group by one grader.

    (x - mean) / sd over the members that have a score; sd divides by n - `ddof`. When all are
    equal, sd is 0 and everyone's score is 0, as the advantage is in TRL's GRPO, which divides by
    n - 1 too but adds 1e-4 to sd. A member without a score stays what it is and is not counted; one
    that is alone is skipped. The scale is open, and its better end that of the grader.
    """

    grader: str = field(validator=a_name, metadata=GRADER)
    ddof: int = field(
        default=1,
        validator=one_of(0, 1),
        metadata={"help": "1 for the standard deviation of a sample, 0 for that of a population"},
    )
    on_missing: Stop = field(default="error", validator=one_of("error", "abstain"), metadata=STOP)

    def reads(self) -> tuple[str, ...]:
        return (self.grader,)

    def scale_of(self, parts: Mapping[str, Scale]) -> Scale:
        return _open(parts[self.grader])

    def combine_group(self, group: Group, /) -> Sequence[Outcome]:
        members = [_member(outcomes, self.grader, self.on_missing) for outcomes in group]
        values = [each.score for each in members if isinstance(each, GraderScore)]
        if len(values) < 2:
            return [ALONE if isinstance(each, GraderScore) else each for each in members]
        mean, deviation = _spread(values, self.ddof)
        if not math.isfinite(deviation):
            error = GraderError(
                "aggregator_error", "the group's spread is too large to be a number"
            )
            return [error if isinstance(each, GraderScore) else each for each in members]
        return [
            _standardised(each, mean, deviation, len(values))
            if isinstance(each, GraderScore)
            else each
            for each in members
        ]


def _member(outcomes: Mapping[str, Outcome], grader: str, on_missing: Stop) -> Member:
    parts = score_parts(outcomes, (grader,), on_missing)
    return parts.scores[grader] if isinstance(parts, Parts) else parts


def _goodness(part: GraderScore) -> float:
    return part.score if part.scale.higher_is_better else -part.score


def _placed(part: GraderScore, goodness: list[float]) -> Outcome:
    size = len(goodness)
    if size < 2:
        return ALONE
    worse = bisect_left(goodness, _goodness(part))
    better = size - bisect_right(goodness, _goodness(part))
    tied = size - worse - better - 1
    place = better + 1
    said = f"place {place} of {size}" + (f", shared with {tied}" if tied else "")
    metadata = {"rule": "rank", "place": place, "size": size, "tied": tied}
    return GraderScore((worse + tied / 2) / (size - 1), said, metadata)


def _spread(values: list[float], ddof: int) -> tuple[float, float]:
    """Return the mean and the standard deviation, which is exactly 0 where all are equal."""
    low, high = min(values), max(values)
    if low == high:
        return low, 0.0
    mean = exact_sum(values) / len(values)
    # Deviations are taken in units of the largest, so that squares neither vanish nor overflow.
    unit = max(high - mean, mean - low)
    squares = exact_sum(((value - mean) / unit) ** 2 for value in values)
    return mean, unit * math.sqrt(squares / (len(values) - ddof))


def _standardised(part: GraderScore, mean: float, deviation: float, size: int) -> GraderScore:
    metadata: dict[str, Any] = {"rule": "zscore", "mean": mean, "sd": deviation, "size": size}
    if not deviation:
        said = f"all {size} of the group are equal"
        return GraderScore(0.0, said, metadata, _open(part.scale))
    said = f"{part.score:g} beside a mean of {mean:g} ± {deviation:g}"
    return GraderScore((part.score - mean) / deviation, said, metadata, _open(part.scale))


def _open(scale: Scale) -> Scale:
    return Scale(None, None, scale.higher_is_better)
