"""The score from which on it is a yes."""

from typing import Final

import numpy as np

from rmg_plugin_stats.reading import ColumnScores
from rmg_plugin_stats.samples import Floats

NO_MIDDLE: Final = (
    "its scale has an open end, so that it has no middle: say at which score it is a yes with "
    "--threshold NUMBER"
)


def threshold_of(scores: Floats, column: ColumnScores, given: float | None) -> float:
    """Return the threshold that is given, or else the middle of the scale; nan if it has none.

    Raises:
        DataError: what is given is not on the scale.
    """
    if given is not None:
        column.check_threshold(given)
        return given
    if column.bounds is not None:
        return sum(column.bounds) / 2
    return 0.5 if np.isin(scores[~np.isnan(scores)], (0, 1)).all() else float("nan")
