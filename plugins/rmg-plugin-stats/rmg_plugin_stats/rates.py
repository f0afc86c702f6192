"""A judge's rate corrected for how often it is wrong on each side (Rogan and Gladen 1978)."""

import numpy as np
import numpy.typing as npt
from attrs import frozen

from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.samples import Floats, aligned, floats, t_quantile
from rmg_plugin_stats.shares import share


@frozen
class RateCorrection:
    """The corrected rate, and the two rates of the judge that it rests on."""

    corrected: Figure
    sensitivity: Figure
    specificity: Figure


def correct_rate(
    labels: npt.ArrayLike, judged: npt.ArrayLike, *, is_apart: bool = False, level: float = 0.95
) -> RateCorrection:
    """Correct the share of samples that a judge calls good: (p + sp - 1) / (se + sp - 1).

    `labels` and `judged` are 0, 1 or nan, one for each sample. se and sp are the judge's
    sensitivity and specificity where there is a label; p is its share over every sample that it
    judged, or over those without a label where the labelled ones are a set apart (`is_apart`). That
    set may have another share of good ones than the run, if both are alike within good and bad.
    The interval is that of Lang and Reiczigel 2014, which adds z²/2 to the counts of p and 1 to
    those of se and sp, and shifts the middle.
    A rate outside of 0..1 is shown as it is: the labelled samples are not like the run then, or
    too few. There is none where se + sp is at most 1: such a judge does not tell good from bad.

    Raises:
        ValueError: lengths differ, or a value is not 0, 1 or nan.
    """
    truth, calls = floats(labels, "labels"), floats(judged, "judged")
    aligned(truth, calls)
    for name, line in (("labels", truth), ("judged", calls)):
        if not np.isin(line[~np.isnan(line)], (0.0, 1.0)).all():
            raise ValueError(f"{name} must be 0, 1 or nan; for other scales correct the mean")
    se = _rate("sensitivity", calls[truth == 1], 1.0, level)
    sp = _rate("specificity", calls[truth == 0], 0.0, level)
    seen = calls[~np.isnan(calls) & (np.isnan(truth) if is_apart else True)]
    return RateCorrection(_corrected(seen, se, sp, level), se, sp)


def _rate(name: str, calls: Floats, right: float, level: float) -> Figure:
    seen = calls[~np.isnan(calls)]
    return share(
        name,
        int((seen == right).sum()),
        len(seen),
        unit="labels",
        rule="samples without a score left out",
        none=f"no judged sample has the label {'1' if right else '0'}",
        level=level,
    )


def _corrected(calls: Floats, se: Figure, sp: Figure, level: float) -> Figure:
    rule = "Rogan-Gladen; Lang-Reiczigel interval"
    n = se.n + sp.n
    if se.value is None or sp.value is None:
        why = se.why or sp.why
        return Figure("corrected rate", None, n=n, unit="labels", level=level, rule=rule, why=why)
    if se.value + sp.value <= 1:
        why = "sensitivity and specificity sum to 1 or less: the judge does not tell good from bad"
        return Figure("corrected rate", None, n=n, unit="labels", level=level, rule=rule, why=why)
    if not len(calls):
        why = "no sample of the run was judged"
        return Figure("corrected rate", None, n=n, unit="labels", level=level, rule=rule, why=why)
    value = (float(calls.mean()) + sp.value - 1) / (se.value + sp.value - 1)
    low, high = _interval(calls, se, sp, t_quantile(level, np.inf))
    outside = (
        "" if 0 <= value <= 1 else "outside of 0..1: the labelled samples are not like the run"
    )
    return Figure("corrected rate", value, low, high, n, "labels", level, rule, outside)


def _interval(calls: Floats, se: Figure, sp: Figure, z: float) -> tuple[float, float]:
    """Return the interval of Lang and Reiczigel, within 0..1."""
    n, n_se, n_sp = len(calls) + z**2, se.n + 2, sp.n + 2
    p = (float(calls.sum()) + z**2 / 2) / n
    s = ((se.value or 0.0) * se.n + 1) / n_se
    t = ((sp.value or 0.0) * sp.n + 1) / n_sp
    reach = s + t - 1
    if reach <= 0:
        return 0.0, 1.0
    rate = (p + t - 1) / reach
    of_se, of_sp = s * (1 - s) / n_se, t * (1 - t) / n_sp
    shift = 2 * z**2 * (rate * of_se - (1 - rate) * of_sp)
    half = z * (p * (1 - p) / n + rate**2 * of_se + (1 - rate) ** 2 * of_sp) ** 0.5 / reach
    low, high = rate + shift - half, rate + shift + half
    return max(0.0, min(low, 1.0)), min(1.0, max(high, 0.0))
