"""What a score means: the share of answers with it that people find good, by a fitted curve."""

import json
from bisect import bisect_right
from itertools import pairwise
from math import exp, isfinite
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from rmg_core import GraderScore, Outcome


@frozen
class Curve:
    """A curve from scores to shares of 0..1, fitted to answers that people have judged.

    An isotonic one has `x`, rising, and `y`, not falling, and is a straight line between points
    and flat outside of them. A logistic one is 1 / (1 + exp(-(`slope` · score + `offset`))).
    """

    kind: str
    x: tuple[float, ...] = ()
    y: tuple[float, ...] = ()
    slope: float = 0.0
    offset: float = 0.0

    def __call__(self, score: float) -> float:
        """Return the share for a score."""
        if self.kind == "logistic":
            return 1.0 / (1.0 + exp(-max(-700.0, min(700.0, self.slope * score + self.offset))))
        place = bisect_right(self.x, score)
        if place in (0, len(self.x)):
            return self.y[min(place, len(self.y) - 1)]
        before, after = self.x[place - 1], self.x[place]
        share = (score - before) / (after - before)
        return self.y[place - 1] + share * (self.y[place] - self.y[place - 1])


def calibrated(outcome: Outcome, curve: Curve | None) -> Outcome:
    """Add to a score's metadata, as `calibrated`, the share of people who would find it good."""
    if curve is None or not isinstance(outcome, GraderScore):
        return outcome
    return evolve(outcome, metadata={**outcome.metadata, "calibrated": curve(outcome.score)})


def read_curve(path: str | Path | Curve | None) -> Curve | None:
    """Read a curve from a file of JSON.

    Raises:
        ValueError: it holds none.
    """
    if path is None or isinstance(path, Curve):
        return path
    try:
        return _curve(json.loads(Path(path).read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise ValueError(f"the calibration in '{path}' cannot be read: {fault}") from fault


def _curve(made: dict[str, Any]) -> Curve:
    kind = made["kind"]
    if kind == "logistic":
        curve = Curve(kind, slope=float(made["slope"]), offset=float(made["offset"]))
        numbers = [curve.slope, curve.offset]
    elif kind == "isotonic":
        curve = Curve(kind, tuple(map(float, made["x"])), tuple(map(float, made["y"])))
        numbers = [*curve.x, *curve.y]
        rises = all(left < right for left, right in pairwise(curve.x))
        never_falls = all(left <= right for left, right in pairwise(curve.y))
        if not (curve.x and len(curve.x) == len(curve.y) and rises and never_falls):
            raise ValueError("an isotonic curve has as many y as x, of which none falls")
        if not all(0 <= each <= 1 for each in curve.y):
            raise ValueError("y are shares, from 0 to 1")
    else:
        raise ValueError(f"kind is 'isotonic' or 'logistic', and not {kind!r}")
    if not all(map(isfinite, numbers)):
        raise ValueError("a curve has finite numbers")
    return curve
