"""How the scores of a column spread: all that an interval of their mean is made of."""

from collections.abc import Mapping
from typing import Final

from attrs import define, field, frozen

from rmg_core.outcomes import Scale

VALUES_KEPT: Final = 1_000
"""So many different scores are counted one by one; of more, only their moments are kept."""


@frozen
class Interval:
    """The ends of an interval of a mean, at `level`, by which rule; or why there is none."""

    low: float | None = None
    high: float | None = None
    level: float = 0.95
    rule: str = ""
    why: str = ""


@frozen
class Spread:
    """The scores of a column, without their order.

    `counts` says how often each came, from the least on, where at most 1,000 different ones did,
    and is empty else: however samples were finished, a spread is the same.
    `variance` is that of a sample, with n - 1 below the line; None of fewer than two scores.
    """

    count: int
    mean: float
    variance: float | None
    scale: Scale
    counts: Mapping[float, int] = field(factory=dict)


@define(eq=False)
class Spreading:
    """Gathers a spread as scores come, in memory that does not grow with them.

    While few different ones have come they are counted; then the moments are taken of their
    distance to the mean so far, so that they lose no digits.
    """

    _counts: dict[float, int] | None = field(factory=dict)
    _about: float = 0.0
    _count: int = 0
    _sum: float = 0.0
    _squares: float = 0.0

    def add(self, score: float) -> None:
        counts = self._counts
        if counts is None:
            away = score - self._about
            self._count += 1
            self._sum += away
            self._squares += away * away
        elif score in counts:
            counts[score] += 1
        elif len(counts) < VALUES_KEPT:
            counts[score] = 1
        else:
            self._counts = None
            self._begin(counts)
            self.add(score)

    def _begin(self, counts: Mapping[float, int]) -> None:
        total = sum(counts.values())
        self._about = sum(score * (count / total) for score, count in counts.items())
        for score, count in counts.items():
            away = score - self._about
            self._count += count
            self._sum += count * away
            self._squares += count * away * away

    def spread(self, mean: float, scale: Scale) -> Spread:
        """Return what has come so far; `mean` is its mean."""
        if self._counts is not None:
            total = sum(self._counts.values())
            squares = sum(
                count * (score - mean) ** 2 for score, count in self._counts.items()
            )  # about the mean itself
            counts: Mapping[float, int] = dict(sorted(self._counts.items()))
        else:
            total, counts = self._count, {}
            squares = max(0.0, self._squares - self._sum * self._sum / self._count)
        variance = squares / (total - 1) if total > 1 else None
        return Spread(total, mean, variance, scale, counts)
