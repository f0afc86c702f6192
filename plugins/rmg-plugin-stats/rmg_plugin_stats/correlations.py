"""Correlations of two scores: of one sample, of each group, of many resamples at once."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rmg_plugin_stats.resampling import Statistic, Sums

Kind = Literal["spearman", "kendall", "pearson"]

MOST_BY_PAIRS = 64  # of few, comparing all pairs takes a tenth of the time that scipy takes
JOINT_BINS = 32
"""Bins a side: 1,024 columns, of which 2,000 resamples of 2,000 clusters take 0.4 s."""


def correlate(kind: Kind, one: NDArray[np.float64], two: NDArray[np.float64]) -> float:
    """Return the correlation of two scores; nan of fewer than two, or where one never varies."""
    if kind == "kendall":
        return _kendall(one, two)
    found = correlations_within(kind, np.zeros(len(one), dtype=np.intp), one, two)
    return float(found[0]) if len(found) else float("nan")


def correlations_within(
    kind: Kind, codes: NDArray[np.intp], one: NDArray[np.float64], two: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the correlation within each group of 0..max(codes); nan where it is undefined."""
    if not len(codes):
        return np.empty(0)
    if kind == "kendall":
        order = np.argsort(codes, kind="stable")
        cuts = np.flatnonzero(np.diff(codes[order])) + 1
        return np.array([_kendall(one[each], two[each]) for each in np.split(order, cuts)])
    if kind == "spearman":
        one, two = _ranks_within(codes, one), _ranks_within(codes, two)
    one, two = _standardised(codes, one), _standardised(codes, two)
    return np.asarray(np.clip(np.bincount(codes, one * two), -1, 1))


def correlations_of_rows(
    kind: Kind, one: NDArray[np.float64], two: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the correlation of each row of two arrays; nan where a row has one."""
    found = np.full(len(one), np.nan)
    whole = np.isfinite(one).all(axis=1) & np.isfinite(two).all(axis=1)
    if whole.any():
        codes = np.repeat(np.arange(whole.sum()), one.shape[1])
        found[whole] = correlations_within(kind, codes, one[whole].ravel(), two[whole].ravel())
    return found


def _standardised(codes: NDArray[np.intp], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return values around the mean of their group, of length 1; nan where they do not vary."""
    highest = np.full(codes.max() + 1, -np.inf)
    lowest = np.full(codes.max() + 1, np.inf)
    np.maximum.at(highest, codes, values)
    np.minimum.at(lowest, codes, values)
    span = np.where(highest > lowest, highest - lowest, np.nan)
    off = (values - lowest[codes]) / span[codes]  # first to 0..1, so that no digits cancel
    off = off - (np.bincount(codes, off) / np.bincount(codes))[codes]
    return np.asarray(off / np.sqrt(np.bincount(codes, off * off))[codes])


def _ranks_within(codes: NDArray[np.intp], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return middle ranks within each group, counted from wherever it begins."""
    order = np.lexsort((values, codes))
    sorted_codes, sorted_values = codes[order], values[order]
    new = np.ones(len(codes), dtype=np.bool_)
    new[1:] = (np.diff(sorted_codes) != 0) | (sorted_values[1:] != sorted_values[:-1])
    runs = np.cumsum(new) - 1
    starts = np.flatnonzero(new)
    ranks = np.empty(len(codes))
    ranks[order] = (starts + (np.bincount(runs) - 1) / 2)[runs]
    return ranks


def _kendall(one: NDArray[np.float64], two: NDArray[np.float64]) -> float:
    if len(one) < 2 or np.ptp(one) == 0 or np.ptp(two) == 0:
        return float("nan")
    if len(one) > MOST_BY_PAIRS:
        from scipy.stats import kendalltau

        return float(kendalltau(one, two).statistic)
    signs = [np.sign(each[:, None] - each) for each in (one, two)]
    untied = [float(np.count_nonzero(each)) for each in signs]
    return float((signs[0] * signs[1]).sum()) / float(np.sqrt(untied[0] * untied[1]))


def pearson_of_sums(sums: Sums) -> NDArray[np.float64]:
    """Return r of sums [n, x, y, x², y², xy]."""
    n, one, two, squares_one, squares_two, both = sums.T
    across = both - one * two / n
    spread = (squares_one - one**2 / n) * (squares_two - two**2 / n)
    spread[spread <= 1e-24 * (squares_one * squares_two)] = np.nan
    return np.asarray(across / np.sqrt(spread))[:, None]


def spearman_of_joint(shape: tuple[int, int]) -> Statistic:
    """Return ρ of counts of pairs of values, each in order: resamples × (rows·columns)."""

    def rho(sums: Sums) -> NDArray[np.float64]:
        joint = sums.reshape(-1, *shape)
        of_rows, of_columns = joint.sum(axis=2), joint.sum(axis=1)
        left, right = _centred_ranks(of_rows), _centred_ranks(of_columns)
        across = ((left[:, None] @ joint)[:, 0] * right).sum(axis=1)
        spread = (of_rows * left**2).sum(axis=1) * (of_columns * right**2).sum(axis=1)
        spread[spread == 0] = np.nan
        return np.asarray(across / np.sqrt(spread))[:, None]

    return rho


def kendall_of_joint(shape: tuple[int, int]) -> Statistic:
    """Return τ-b of counts of pairs of values, each in order: resamples × (rows·columns)."""

    def tau(sums: Sums) -> NDArray[np.float64]:
        joint = sums.reshape(-1, *shape)
        to_left = np.cumsum(joint, axis=2) - joint
        to_right = joint.sum(axis=2, keepdims=True) - to_left - joint
        net = to_left - to_right
        above = np.cumsum(net, axis=1) - net
        concordant = (joint * above).sum(axis=(1, 2))  # less the discordant, each pair once
        of_rows, of_columns = joint.sum(axis=2), joint.sum(axis=1)
        total = of_rows.sum(axis=1)
        untied = [total**2 - (each**2).sum(axis=1) for each in (of_rows, of_columns)]
        spread = untied[0] * untied[1]
        spread[spread == 0] = np.nan
        return np.asarray(2 * concordant / np.sqrt(spread))[:, None]

    return tau


def _centred_ranks(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return middle ranks, less their mean."""
    return np.asarray(np.cumsum(counts, axis=1) - counts / 2 - counts.sum(axis=1)[:, None] / 2)
