"""Samples that belong together, and what that does to the error of a mean."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

CELLS_AT_ONCE = 4_000_000
"""Weights held at a time when resampling: 32 MB."""


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


def cluster_codes(clusters: Sequence[Any] | npt.ArrayLike | None, count: int) -> Codes:
    """Return a code from 0 for the cluster of each of `count` samples.

    Without clusters, and for an id that is None or nan, a sample is a cluster of its own: samples
    whose cluster is unknown are not known to belong together.

    Raises:
        ValueError: there are not as many ids as samples.
    """
    if clusters is None:
        return np.arange(count, dtype=np.int64)
    ids = clusters.tolist() if isinstance(clusters, np.ndarray) else list(clusters)  # type: ignore[arg-type]  # any iterable will do
    if len(ids) != count:
        raise ValueError(f"there are {len(ids)} ids of clusters for {count} samples")
    known: dict[Any, int] = {}
    codes = np.empty(count, dtype=np.int64)
    for place, each in enumerate(ids):
        is_null = each is None or each != each  # noqa: PLR0124 - nan alone differs from itself
        codes[place] = known.setdefault((place,) if is_null else ("id", each), len(known))
    return codes


def sums(values: Floats, codes: Codes) -> Floats:
    """Return the sum of each cluster that occurs."""
    _, dense = np.unique(codes, return_inverse=True)
    return np.bincount(dense, weights=values).astype(np.float64)


def variance_of_sum(influences: Floats, codes: Codes) -> tuple[float, int]:
    """Return the variance of the sum of influences that sum to 0, and the number of clusters.

    C/(C-1) · Σ over clusters of (the cluster's sum)² (Miller 2024, appendix A, with the correction
    for few clusters; Liang and Zeger 1986). nan where there are fewer than two clusters. For a mean
    the influence of a sample is (x - mean) / n; without clusters it gives the usual s²/n.
    """
    each = sums(influences, codes)
    count = len(each)
    if count < 2:
        return float("nan"), count
    return float(count / (count - 1) * np.square(each).sum()), count


def t_quantile(level: float, freedom: float) -> float:
    """Return the t quantile of a two-sided interval; of the normal one if `freedom` is infinite."""
    from scipy.special import ndtri, stdtrit

    upper = 0.5 + level / 2
    return float(ndtri(upper) if np.isinf(freedom) else stdtrit(freedom, upper))


def cluster_weights(count: int, resamples: int, seed: int) -> Iterator[npt.NDArray[np.float64]]:
    """Yield blocks (resamples, clusters) of how often each of `count` clusters was drawn."""
    dice = np.random.default_rng(seed)
    at_once = max(1, CELLS_AT_ONCE // max(1, count))
    equal = np.full(count, 1 / count)
    for start in range(0, resamples, at_once):
        size = min(at_once, resamples - start)
        yield dice.multinomial(count, equal, size=size).astype(np.float64)


def resampled_sums(
    columns: Floats, codes: Codes, resamples: int, seed: int, *, most: int = 2_000
) -> Floats:
    """Return the column sums (resamples, k) of clusters drawn with replacement.

    More than `most` clusters are first put together at random into that many, which are as
    independent: the spread of the sums stays, and 100,000 clusters cost what 2,000 do.
    """
    _, dense = np.unique(codes, return_inverse=True)
    count = int(dense.max()) + 1
    if count > most:
        order = np.random.default_rng(seed).permutation(count)
        dense, count = order[dense] % most, most
    totals = np.stack([np.bincount(dense, each, minlength=count) for each in columns.T], axis=1)
    drawn = [weights @ totals for weights in cluster_weights(count, resamples, seed)]
    return np.concatenate(drawn)


def cluster_signs(count: int, resamples: int, seed: int) -> Iterator[Floats]:
    """Yield blocks (resamples, clusters) of random signs, -1 or 1."""
    dice = np.random.default_rng(seed)
    at_once = max(1, CELLS_AT_ONCE // max(1, count))
    for start in range(0, resamples, at_once):
        size = min(at_once, resamples - start)
        yield dice.integers(0, 2, (size, count), dtype=np.int8).astype(np.float64) * 2 - 1
