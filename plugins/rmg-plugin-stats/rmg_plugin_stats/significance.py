"""How surprising a result would be if there were no difference, alone and among many."""

import numpy as np
import numpy.typing as npt
from attrs import frozen

from rmg_plugin_stats.samples import Floats


@frozen
class Significance:
    """A two-sided p value unless `rule` says one-sided; None with the reason in `why`.

    `statistic` is what `rule` names; `n` counts the units that the test rests on.
    """

    name: str
    p_value: float | None
    statistic: float | None = None
    n: int = 0
    rule: str = ""
    why: str = ""


def benjamini_hochberg(p_values: npt.ArrayLike) -> Floats:
    """Return p values adjusted for the false discovery rate (Benjamini and Hochberg 1995).

    For tests that are independent or positively dependent. nan (no test) stays nan and is not
    counted among the tests. Where the adjusted value is at most q, the share of false findings
    among those found is at most q.

    Raises:
        ValueError: a p value is outside of 0..1.
    """
    return _adjusted(p_values, is_dependent=False)


def benjamini_yekutieli(p_values: npt.ArrayLike) -> Floats:
    """Return p values adjusted for the false discovery rate under any dependence.

    Benjamini and Yekutieli 2001: those of `benjamini_hochberg` times 1 + 1/2 + … + 1/m, at most 1.

    Raises:
        ValueError: a p value is outside of 0..1.
    """
    return _adjusted(p_values, is_dependent=True)


def _adjusted(p_values: npt.ArrayLike, *, is_dependent: bool) -> Floats:
    given = np.asarray(p_values, dtype=np.float64)
    present = ~np.isnan(given)
    values = given[present]
    if ((values < 0) | (values > 1)).any():
        raise ValueError("p values are between 0 and 1")
    count = len(values)
    ranks = np.arange(1, count + 1)
    factor = (1 / ranks).sum() if is_dependent else 1.0
    order = np.argsort(values, kind="stable")
    scaled = values[order] * factor * count / ranks
    least = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    adjusted = np.full(given.shape, np.nan)
    back = np.empty(count)
    back[order] = least
    adjusted[present] = back
    return adjusted
