"""Values of samples, checked, and the error of what is a sum over samples."""

import numpy as np
import numpy.typing as npt

from rmg_plugin_stats.clusters import Clusters, each_alone

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]


def floats(values: npt.ArrayLike, name: str = "values") -> Floats:
    """Return values as a line of floats, in which nan is missing.

    Raises:
        ValueError: they are no line, or one is infinite.
    """
    line = np.asarray(values, dtype=np.float64)
    if line.ndim != 1:
        raise ValueError(f"{name} must be one value a sample, and has the shape {line.shape}")
    if np.isinf(line).any():
        raise ValueError(f"{name} must be finite or nan")
    return line


def aligned(*lines: Floats) -> None:
    """Raise ValueError unless all lines are as long."""
    lengths = {len(line) for line in lines}
    if len(lengths) > 1:
        raise ValueError(f"one value a sample is needed in each; there are {sorted(lengths)}")


def clusters_of(clusters: Clusters | None, count: int) -> Clusters:
    """Return the clusters of `count` samples, each one alone where none are given.

    Raises:
        ValueError: they are of another number of samples.
    """
    if clusters is None:
        return each_alone(count)
    if len(clusters.codes) != count:
        raise ValueError(f"there are {len(clusters.codes)} ids of clusters for {count} samples")
    return clusters


def variance_of_sum(influences: Floats, clusters: Clusters) -> float:
    """Return the variance of the sum of influences that sum to 0; nan of fewer than two clusters.

    C/(C-1) · Σ over clusters of (the cluster's sum)² (Miller 2024, appendix A, with the correction
    for few clusters; Liang and Zeger 1986). For a mean the influence of a sample is (x - mean) / n;
    without clusters it gives the usual s²/n.
    """
    count = clusters.count
    if count < 2:
        return float("nan")
    return float(count / (count - 1) * np.square(clusters.sums(influences)).sum())


def t_quantile(level: float, freedom: float) -> float:
    """Return the t quantile of a two-sided interval; of the normal one if `freedom` is infinite."""
    from scipy.special import ndtri, stdtrit

    upper = 0.5 + level / 2
    return float(ndtri(upper) if np.isinf(freedom) else stdtrit(freedom, upper))
