"""Lines and odds fitted to samples, with errors that know of clusters."""

import numpy as np
import numpy.typing as npt
from attrs import evolve, frozen

from rmg_plugin_stats.clusters import Clusters, each_alone
from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.samples import Floats, t_quantile


@frozen(eq=False)
class Fitted:
    """Coefficients, that of the constant first, and their covariance; None if not available."""

    coefficients: Floats | None
    covariance: Floats | None = None
    why: str = ""


def logistic(
    features: Floats,
    chosen: Floats,
    *,
    clusters: Clusters | None = None,
    ridge: float = 0.0,
    constant: bool = True,
) -> Fitted:
    """Fit log odds of `chosen` (0..1, fractions allowed) on features (samples, k), by Newton.

    `ridge` · n/2 · Σ coefficients² is added to the loss, of all but the constant. The covariance is
    the inverse information, as in statsmodels; with clusters the sandwich of clusters with
    C/(C-1) (Liang and Zeger 1986). Without ridge there is none where a feature separates the
    choices, or is made of the others.
    """
    x = _with_constant(features, constant)
    n, size = x.shape
    penalty = _penalty(size, ridge * n, constant)
    beta = np.zeros(size)
    why = _why_none(x, chosen, ridge)
    if why:
        return Fitted(None, why=why)
    for _ in range(100):
        chance = _chance(x @ beta)
        information = (x * (chance * (1 - chance))[:, None]).T @ x + penalty
        gradient = x.T @ (chosen - chance) - penalty @ beta
        if np.linalg.cond(information) > 1e14:
            return Fitted(None, why="the features separate the choices: their weight has no bound")
        step = np.linalg.solve(information, gradient)
        beta += step * min(1.0, 4.0 / max(float(np.abs(step).max()), 1e-300))
        if np.abs(step).max() < 1e-12 * (1 + np.abs(beta).max()):
            break
    if np.abs(x @ beta).max() > 30 and not ridge:
        return Fitted(None, why="the features separate the choices: their weight has no bound")
    bread: Floats = np.asarray(np.linalg.inv(information), dtype=np.float64)
    if clusters is None:
        return Fitted(beta, bread)
    return Fitted(beta, _sandwich(bread, x * (chosen - _chance(x @ beta))[:, None], clusters))


def linear(
    features: Floats, values: Floats, *, clusters: Clusters | None = None, ridge: float = 0.0
) -> Fitted:
    """Fit values on a constant and features (samples, k) by least squares.

    `ridge` · n · Σ coefficients² is added to the squares, of all but the constant. The covariance
    is the sandwich over clusters, or over samples (HC1 up to its factor), with C/(C-1).
    """
    x = _with_constant(features, constant=True)
    n, size = x.shape
    if n <= size:
        return Fitted(None, why=f"{n} samples are too few for {size} coefficients")
    if not ridge and np.linalg.matrix_rank(x) < size:
        return Fitted(None, why="a feature is constant, or made of the others")
    square = x.T @ x + _penalty(size, ridge * n, constant=True)
    bread: Floats = np.asarray(np.linalg.inv(square), dtype=np.float64)
    beta = bread @ (x.T @ values)
    scores = x * (values - x @ beta)[:, None]
    return Fitted(beta, _sandwich(bread, scores, clusters or each_alone(n)))


def coefficient(fitted: Fitted, at: int, like: Figure) -> Figure:
    """Return one coefficient, with the normal interval of its error, as a figure."""
    if fitted.coefficients is None or fitted.covariance is None:
        return evolve(like, why=fitted.why)
    value = float(fitted.coefficients[at])
    variance = float(fitted.covariance[at, at])
    if np.isnan(variance):
        return evolve(like, value=value, why="no interval: two clusters are the least")
    half = t_quantile(like.level, np.inf) * variance**0.5
    return evolve(like, value=value, low=value - half, high=value + half)


def _with_constant(features: Floats, constant: bool) -> Floats:
    if features.ndim != 2:
        raise ValueError(f"features are (samples, k), and have the shape {features.shape}")
    return np.column_stack([np.ones(len(features)), features]) if constant else features


def _penalty(size: int, weight: float, constant: bool) -> Floats:
    diagonal = np.full(size, weight)
    if constant:
        diagonal[0] = 0.0
    return np.diag(diagonal)


def _why_none(x: Floats, chosen: Floats, ridge: float) -> str:
    n, size = x.shape
    if n <= size:
        return f"{n} samples are too few for {size} coefficients"
    if chosen.min() == chosen.max() and chosen.min() in {0.0, 1.0}:
        return "every choice is the same"
    if not ridge and np.linalg.matrix_rank(x) < size:
        return "a feature is constant, or made of the others"
    return ""


def _chance(odds: Floats) -> Floats:
    from scipy.special import expit

    return np.asarray(expit(odds))


def _sandwich(bread: Floats, scores: Floats, clusters: Clusters) -> Floats:
    totals, count = clusters.sums(*scores.T), clusters.count
    factor = count / (count - 1) if count > 1 else np.nan
    return np.asarray(factor * bread @ (totals.T @ totals) @ bread)


def standardised(features: npt.ArrayLike) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return the features that vary, each over its root mean square, and which those are.

    They are not centred: 0 stays no difference.
    """
    given = np.asarray(features, dtype=np.float64)
    size = np.sqrt(np.square(given).mean(0)) if len(given) else np.zeros(given.shape[1])
    varies = size > 0
    return given[:, varies] / size[varies], varies
