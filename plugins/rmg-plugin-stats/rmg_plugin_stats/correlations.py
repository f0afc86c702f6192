"""Correlations of many resamples at once, from their sums or their joint counts."""

import numpy as np
from numpy.typing import NDArray

from rmg_plugin_stats.resampling import Statistic, Sums

JOINT_BINS = 48
"""Bins a side: 2,304 columns, of which 2,000 clusters × 2,000 resamples take a second."""


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
