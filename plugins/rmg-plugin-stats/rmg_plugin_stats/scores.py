"""Scores as numbers, of which nan is one that is missing."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def numbers(scores: ArrayLike) -> NDArray[np.float64]:
    """Return scores as an array.

    Raises:
        ValueError: a score is infinite, of which no mean and no difference can be taken.
    """
    values = np.asarray(scores, dtype=float)
    if np.isinf(values).any():
        raise ValueError("a score is infinite")
    return values
