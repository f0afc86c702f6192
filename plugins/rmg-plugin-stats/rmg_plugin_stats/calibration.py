"""Whether a judge's probabilities are kept, and the curve that makes them so."""

import json
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from attrs import frozen

from rmg_plugin_stats.closed_forms import wilson
from rmg_plugin_stats.clusters import Clusters, each_alone
from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.regressions import logistic
from rmg_plugin_stats.samples import Floats, Places, aligned, clusters_of, floats

Kind = Literal["isotonic", "platt", "temperature"]


@frozen
class Bin:
    """Samples of like probability: mean probability, and the share that was good."""

    n: int
    predicted: float
    share: float
    low: float
    high: float


@frozen
class Reliability:
    """How probabilities are kept: Brier = reliability - resolution + uncertainty + inside.

    `ece` is the mean gap of bins, weighted by samples; it is above 0 by chance alone. `inside` is
    what bins of unequal probabilities leave over (Stephenson, Coelho and Jolliffe 2008).
    """

    bins: tuple[Bin, ...]
    ece: Figure
    brier: Figure
    reliability: float | None = None
    resolution: float | None = None
    uncertainty: float | None = None
    inside: float | None = None


def reliability(
    probabilities: npt.ArrayLike, good: npt.ArrayLike, *, bins: int = 10, level: float = 0.95
) -> Reliability:
    """Compare probabilities (0..1) with what was good (0, 1); nan is left out.

    Bins of equal mass: their edges are quantiles of the probabilities, equal ones fall into one
    bin, so that there may be fewer (as scikit-learn's `calibration_curve(strategy="quantile")`).
    ECE: Naeini, Cooper and Hauskrecht 2015. Brier 1950, decomposed by bins after Murphy 1973.
    The Brier score's interval is Student's t.

    Raises:
        ValueError: lengths differ, or a value is out of range.
    """
    chance, label = _known(probabilities, good)
    if ((chance < 0) | (chance > 1)).any():
        raise ValueError("probabilities are between 0 and 1; calibrate scores first")
    n, rule = len(chance), f"{bins} bins of equal mass"
    if not n:
        why = "no sample has a probability and a label"
        none = [
            Figure(each, None, level=level, rule=rule, why=why) for each in ("ECE", "Brier score")
        ]
        return Reliability((), none[0], none[1])
    code, counts = _binned(chance, bins)
    predicted, shares = np.bincount(code, chance) / counts, np.bincount(code, label) / counts
    base = float(label.mean())
    why = "no interval: chance alone raises it"
    ece = float((counts * np.abs(predicted - shares)).sum() / n)
    squares = np.square(chance - label)
    parts = (
        float((counts * np.square(predicted - shares)).sum() / n),
        float((counts * np.square(shares - base)).sum() / n),
        base * (1 - base),
    )
    inside = float(squares.mean()) - (parts[0] - parts[1] + parts[2])
    table = tuple(
        Bin(int(size), float(p), float(s), *wilson(round(float(s * size)), int(size), level))
        for size, p, s in zip(counts, predicted, shares, strict=True)
    )
    return Reliability(
        table,
        Figure("ECE", ece, n=n, level=level, rule=rule, why=why),
        _brier(squares, level),
        *parts,
        inside,
    )


def _known(values: npt.ArrayLike, good: npt.ArrayLike) -> tuple[Floats, Floats]:
    line, label = floats(values, "values"), floats(good, "good")
    aligned(line, label)
    known = ~np.isnan(line) & ~np.isnan(label)
    if not np.isin(label[known], (0.0, 1.0)).all():
        raise ValueError("good must be 0, 1 or nan")
    return line[known], label[known]


def _binned(chance: Floats, bins: int) -> tuple[Places, Places]:
    edges = np.percentile(chance, np.linspace(0, 1, bins + 1) * 100)
    _, code, counts = np.unique(
        np.searchsorted(edges[1:-1], chance), return_inverse=True, return_counts=True
    )
    return code, counts


def _brier(squares: Floats, level: float) -> Figure:
    from rmg_plugin_stats.paired import mean_of

    places = each_alone(len(squares))
    rule = "mean squared distance"
    return mean_of(squares, places, name="Brier score", level=level, rule=rule, unit="samples")


@frozen
class Calibration:
    """A curve from scores to shares of good: what `calibrate` of a judge reads.

    An isotonic one has `x`, rising, and `y`, not falling, straight between points, flat outside. A
    logistic one is 1 / (1 + exp(-(slope · score + offset))).
    """

    kind: Literal["isotonic", "logistic"]
    x: tuple[float, ...] = ()
    y: tuple[float, ...] = ()
    slope: float = 0.0
    offset: float = 0.0

    def __call__(self, scores: npt.ArrayLike) -> Floats:
        """Return the shares for scores."""
        line = np.asarray(scores, dtype=np.float64)
        if self.kind == "isotonic":
            found = np.interp(line, self.x, self.y)
            return np.asarray(np.where(np.isnan(line), np.nan, found))
        from scipy.special import expit

        return np.asarray(expit(self.slope * line + self.offset))

    def as_json(self) -> dict[str, Any]:
        """Return what the file holds."""
        if self.kind == "isotonic":
            return {"kind": self.kind, "x": list(self.x), "y": list(self.y)}
        return {"kind": self.kind, "slope": self.slope, "offset": self.offset}

    def save(self, path: str | Path) -> None:
        """Write the file of JSON that a judge's option `calibrate` reads."""
        Path(path).write_text(json.dumps(self.as_json()) + "\n", encoding="utf-8")


def calibrate(scores: npt.ArrayLike, good: npt.ArrayLike, kind: Kind = "isotonic") -> Calibration:
    """Fit a curve from scores to the chance that people find a sample good (0, 1); nan left out.

    `isotonic`: least squares among curves that do not fall (Ayer and others 1955). `platt`: the
    logistic curve fitted to labels drawn in by his priors, (n₊+1)/(n₊+2) and 1/(n₋+2) (Platt 1999),
    so that it has bounds where scores separate the labels. `temperature`: a slope alone, for scores
    that are log odds, and as likely to be good as not at 0 (Guo and others 2017).

    Raises:
        ValueError: there are not both labels, scores do not vary, or no curve fits.
    """
    line, label = _known(scores, good)
    if len(np.unique(label)) < 2:
        raise ValueError("a calibration needs good samples and others")
    if kind == "isotonic":
        return _isotonic(line, label)
    if kind == "temperature":
        fitted = logistic(line[:, None], label, constant=False)
    else:
        many = float(label.sum())
        high, low = (many + 1) / (many + 2), 1 / (len(label) - many + 2)
        fitted = logistic(line[:, None], np.where(label == 1, high, low))
    if fitted.coefficients is None:
        raise ValueError(f"no curve fits: {fitted.why}")
    offset = float(fitted.coefficients[0]) if kind == "platt" else 0.0
    return Calibration("logistic", slope=float(fitted.coefficients[-1]), offset=offset)


def _isotonic(scores: Floats, label: Floats) -> Calibration:
    from scipy.optimize import isotonic_regression

    x, code, counts = np.unique(scores, return_inverse=True, return_counts=True)
    shares = np.bincount(code, label) / counts
    fitted = np.clip(isotonic_regression(shares, weights=counts.astype(np.float64)).x, 0.0, 1.0)
    y = np.maximum.accumulate(fitted)
    # Within a level only the ends matter to the straight lines.
    is_end = np.ones(len(x), dtype=bool)
    is_end[1:-1] = (y[1:-1] != y[:-2]) | (y[1:-1] != y[2:])
    return Calibration("isotonic", tuple(map(float, x[is_end])), tuple(map(float, y[is_end])))


@frozen(eq=False)
class Refit:
    """A curve fitted on all, and what it does to samples that it was not fitted on.

    `calibrated` has each sample's probability from the folds without it, nan where it has none.
    """

    curve: Calibration
    calibrated: Floats
    before: Reliability | None
    after: Reliability


def refit(
    scores: npt.ArrayLike,
    good: npt.ArrayLike,
    kind: Kind = "isotonic",
    *,
    groups: Clusters | None = None,
    folds: int = 5,
    seed: int = 0,
    bins: int = 10,
) -> Refit:
    """Calibrate by folds drawn at random, and say how well probabilities are kept out of fold.

    Samples of one of `groups` share a fold, because they would tell of one another. `before` is of
    the scores as they are: None where they are no probabilities, for `temperature` of their
    logistic.

    Raises:
        ValueError: there are fewer groups than folds, or a fold lacks good samples or others.
    """
    line, label = floats(scores, "scores"), floats(good, "good")
    aligned(line, label)
    known = np.flatnonzero(~np.isnan(line) & ~np.isnan(label))
    fold = _folds(clusters_of(groups, len(line)), known, folds, seed)
    calibrated = np.full(len(line), np.nan)
    for each in range(folds):
        train, held = known[fold != each], known[fold == each]
        calibrated[held] = calibrate(line[train], label[train], kind)(line[held])
    plain = Calibration("logistic", slope=1.0)(line) if kind == "temperature" else line
    seen = plain[known]
    has_chances = bool(((seen >= 0) & (seen <= 1)).all())
    return Refit(
        calibrate(line, label, kind),
        calibrated,
        reliability(plain, label, bins=bins) if has_chances else None,
        reliability(calibrated, label, bins=bins),
    )


def _folds(groups: Clusters, known: Places, folds: int, seed: int) -> Places:
    """Return the fold of each sample that is known."""
    codes = np.unique(groups.codes[known], return_inverse=True)[1]
    count = int(codes.max(initial=-1)) + 1
    if not 2 <= folds <= count:
        raise ValueError(f"{folds} folds of {count} samples or groups cannot be made")
    return np.asarray((np.random.default_rng(seed).permutation(count) % folds)[codes])
