"""Scores as numbers, of which nan is one that is missing."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmg_core import Scale


def numbers(scores: ArrayLike) -> NDArray[np.float64]:
    """Return scores as an array.

    Raises:
        ValueError: a score is infinite, of which no mean and no difference can be taken.
    """
    values = np.asarray(scores, dtype=float)
    if np.isinf(values).any():
        raise ValueError("a score is infinite")
    return values


def ends_of(scale: Scale | None) -> tuple[float, float]:
    """Return the ends of a scale, infinite where it is open or where there is none."""
    low, high = (None, None) if scale is None else (scale.low, scale.high)
    return -np.inf if low is None else low, np.inf if high is None else high
