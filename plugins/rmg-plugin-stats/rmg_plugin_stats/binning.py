"""Bins of equal mass, for intervals of ranks of very many different values."""

import numpy as np
from numpy.typing import NDArray

MOST_BINS = 256


def binned(
    values: NDArray[np.float64], most: int = MOST_BINS
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Return the lowest value of each bin, and the bin of each value.

    Up to `most` different values are a bin each.
    """
    known, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    if len(known) <= most:
        return known, places
    bins = (np.cumsum(counts) - counts) * most // len(values)
    edges, first = np.unique(bins, return_index=True)
    return known[first], np.searchsorted(edges, bins)[places]
