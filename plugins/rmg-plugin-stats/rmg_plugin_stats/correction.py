"""What people would say of a whole run, from a judge of all of it and labels of a part."""

from collections.abc import Hashable, Sequence

import numpy as np
import numpy.typing as npt
from attrs import frozen

from rmg_plugin_stats.clusters import Clusters, cluster_by
from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.samples import (
    Flags,
    Floats,
    Places,
    aligned,
    clusters_of,
    floats,
    t_quantile,
    variance_of_sum,
)
from rmg_plugin_stats.summaries import ALIKE
from rmg_plugin_stats.wording import joined

FEW_LABELS = 100
"""Below it PPI++ covered .920 to .941 instead of .95 on recorded judges, with 50 labels."""


@frozen
class Correction:
    """A run's mean as people would give it, beside what labels or judge alone say.

    `corrected` is PPI++. `labels_only` has the interval of the labels alone; `judge_only` has no
    interval, because the one that its samples give leaves out that the judge is wrong. `trust` is
    λ, the weight of the judge: 0 where it tells nothing about the labels, 1 at most.
    """

    corrected: Figure
    labels_only: Figure
    judge_only: Figure
    trust: float | None = None
    warnings: tuple[str, ...] = ()


def correct_mean(
    labels: npt.ArrayLike,
    judged: npt.ArrayLike,
    *,
    weights: npt.ArrayLike | None = None,
    strata: Sequence[Hashable] | None = None,
    clusters: Clusters | None = None,
    trust: float | None = None,
    level: float = 0.95,
) -> Correction:
    """Correct a judge's mean by PPI++ (Angelopoulos, Duchi and Zrnic 2023), in units of the labels.

    `labels` and `judged` have one value for each sample of the run, on one scale; a label is nan
    where nobody labelled. Samples that the judge did not score count only for `labels_only`. The
    labelled samples must be drawn at random from the run: all alike, or with `weights` of 1 / the
    chance of being drawn, up to a factor (read where there is a label).

    With n labelled and N other samples, Y labels and f the judge: λ = cov(Y, f) /
    ((1 + n/N) · var f) clipped to [0, 1], var f over all; θ = λ · mean f of the others
    + mean(Y - λf); variance = λ² · var f / N + var(Y - λf) / n; t quantiles of n - 1 degrees.
    `ppi-python` gives the same value; its interval is narrower for small n, because it has normal
    quantiles and variances that divide by n. With clusters the variance is that of
    `samples.variance_of_sum`, which knows that a cluster may hold samples of both sorts.
    With weights: the regression estimator of double sampling (Cochran 1977, 12.8) over `strata`,
    one a sample (read where there is a label); without, samples of equal weight are a stratum.
    Strata of one label are taken together. `trust` sets λ instead.

    Raises:
        ValueError: lengths differ, a weight is not above 0, weights and clusters are both given, or
            strata without weights.
    """
    truth, scores = floats(labels, "labels"), floats(judged, "judged")
    aligned(truth, scores)
    if weights is not None and clusters is not None:
        raise ValueError("weights and clusters cannot be given both")
    if strata is not None and (weights is None or len(strata) != len(truth)):
        raise ValueError("strata are given with weights, one a sample")
    groups = clusters_of(clusters, len(truth))
    shares = _weights_of(weights, truth)
    codes = None if strata is None else cluster_by(strata).codes
    both = ~np.isnan(truth) & ~np.isnan(scores)
    rest = np.isnan(truth) & ~np.isnan(scores)
    alone = _labels_only(truth, shares, codes, groups, level)
    naive = _judge_only(scores, level)
    n, others = int(both.sum()), int(rest.sum())
    why = _why_none(n, others)
    if why:
        return Correction(_none(why, n, level), alone, naive)
    sample = _Sample(truth[both], scores[both], scores[rest], both, rest)
    made = (
        _plain(sample, groups, trust) if shares is None else _weighted(sample, shares, codes, trust)
    )
    rule = _rule(made.trust, others, groups.only(both | rest))
    corrected = _figure("corrected mean", made, n, level, rule)
    return Correction(corrected, alone, naive, made.trust, _warnings(n, truth, scores, both))


@frozen(eq=False)
class _Sample:
    """Labels and scores where both are, scores of the others, and the places of both in the run."""

    labels: Floats
    scores: Floats
    others: Floats
    has_both: Flags
    is_other: Flags


@frozen(eq=False)
class _Estimate:
    """A mean with its variance, its degrees of freedom and λ."""

    value: float
    variance: float
    freedom: float
    trust: float = 0.0


def _weights_of(weights: npt.ArrayLike | None, truth: Floats) -> Floats | None:
    if weights is None:
        return None
    given = floats(weights, "weights")
    aligned(given, truth)
    if not (given[~np.isnan(truth)] > 0).all():
        raise ValueError("the weight of a labelled sample is above 0")
    return given


def _why_none(n: int, others: int) -> str:
    if n < 2:
        return f"{n} samples have both a label and a score of the judge; two are the least"
    if not others:
        return "every judged sample has a label: the labels alone are the answer"
    return ""


def _rule(trust: float, others: int, clusters: Clusters) -> str:
    said = f"PPI++, λ = {trust:.3f}, {others} unlabelled samples"
    return joined(said, clusters.told, "t interval")


def _warnings(n: int, truth: Floats, scores: Floats, both: Flags) -> tuple[str, ...]:
    said = []
    if n < FEW_LABELS:
        said.append(
            f"{n} labels: below {FEW_LABELS} the interval covers somewhat less than it says"
        )
    unjudged = int((~np.isnan(truth) & np.isnan(scores)).sum())
    if unjudged:
        said.append(f"{unjudged} labelled samples have no score of the judge and were left out")
    if np.ptp(scores[both]) == 0:
        said.append("the judge gave every labelled sample the same score: it adds nothing")
    return tuple(said)


def _plain(sample: _Sample, clusters: Clusters, trust: float | None) -> _Estimate:
    y, f, g = sample.labels, sample.scores, sample.others
    n, others = len(y), len(g)
    spread = float(np.concatenate([f, g]).var(ddof=1))
    used = trust
    if used is None:
        joint = float(np.mean((y - y.mean()) * (f - f.mean())))
        used = float(np.clip(joint / ((1 + n / others) * spread), 0.0, 1.0)) if spread > 0 else 0.0
    residual = y - used * f
    value = float(used * g.mean() + residual.mean())
    if clusters.alone:
        of_others = float(g.var(ddof=1)) if others > 1 else spread
        variance = used**2 * of_others / others + float(residual.var(ddof=1)) / n
        return _Estimate(value, variance, n - 1, used)
    influences = np.zeros(len(clusters.codes))
    influences[sample.has_both] = (residual - residual.mean()) / n
    influences[sample.is_other] = used * (g - g.mean()) / others
    seen = sample.has_both | sample.is_other
    variance = variance_of_sum(influences[seen], clusters.only(seen))
    return _Estimate(value, variance, clusters.only(sample.has_both).count - 1, used)


def _weighted(
    sample: _Sample, weights: Floats, codes: Places | None, trust: float | None
) -> _Estimate:
    y, f = sample.labels, sample.scores
    w = weights[sample.has_both] / weights[sample.has_both].sum()
    whole = np.concatenate([f, sample.others])
    draw = _Draw(w, _strata(w, None if codes is None else codes[sample.has_both]), len(whole))
    used = trust
    if used is None:
        joint = (draw.variance(y + f) - draw.variance(y - f)) / 4
        spread = draw.variance(f)
        used = float(np.clip(joint / spread, 0.0, 1.0)) if spread > 0 else 0.0
    residual = y - used * f
    value = float(used * whole.mean() + (w * residual).sum())
    spread_of_run = float((w * (y - (w * y).sum()) ** 2).sum()) * len(y) / (len(y) - 1)
    variance = spread_of_run / len(whole) + draw.variance(residual)
    return _Estimate(value, variance, draw.freedom, used)


def _strata(weights: Floats, codes: Places | None) -> Places:
    """Return the stratum of each: those given, or those of equal weight if each has two or more.

    Strata of one label tell nothing of how labels vary in them: they are one, with the smallest of
    the others if need be.
    """
    if codes is None:
        _, found, counts = np.unique(np.round(weights, 12), return_inverse=True, return_counts=True)
        return np.zeros_like(found) if (counts < 2).any() else found
    _, found, counts = np.unique(codes, return_inverse=True, return_counts=True)
    lone = counts < 2
    if lone.any():
        if lone.sum() == 1 and len(counts) > 1:
            lone[np.where(lone, counts.max() + 1, counts).argmin()] = True
        _, found = np.unique(np.where(lone, -1, np.arange(len(counts)))[found], return_inverse=True)
    return found


@frozen(eq=False)
class _Draw:
    """How the labelled samples were drawn: weights that sum to 1, strata, and from how many."""

    weights: Floats
    strata: Places
    run: float = np.inf

    @property
    def freedom(self) -> int:
        return len(self.weights) - int(self.strata.max()) - 1

    def variance(self, values: Floats) -> float:
        """Return the variance of the weighted mean over draws: Σ W² (1 - n/N) s² / n over strata.

        In one stratum of unequal weights it is that of the linearised ratio.
        """
        total = 0.0
        for code in range(int(self.strata.max()) + 1):
            at = self.strata == code
            n, w = int(at.sum()), self.weights[at]
            mean = (w * values[at]).sum() / w.sum()
            left = max(0.0, 1 - n / (w.sum() * self.run))
            total += left * n / (n - 1) * float(np.square(w * (values[at] - mean)).sum())
        return total


def _labels_only(
    truth: Floats,
    weights: Floats | None,
    codes: Places | None,
    clusters: Clusters,
    level: float,
) -> Figure:
    labelled = ~np.isnan(truth)
    y, n = truth[labelled], int(labelled.sum())
    if n < 2:
        return Figure(
            "mean of the labels",
            None,
            n=n,
            unit="labels",
            level=level,
            why="two labels are the least",
        )
    if weights is None:
        value = float(y.mean())
        own = clusters.only(labelled)
        made = _Estimate(value, variance_of_sum((y - value) / n, own), own.count - 1)
        return _figure("mean of the labels", made, n, level, joined(own.told, "t interval"))
    w = weights[labelled] / weights[labelled].sum()
    draw = _Draw(w, _strata(w, None if codes is None else codes[labelled]))
    made = _Estimate(float((w * y).sum()), draw.variance(y), draw.freedom)
    return _figure("mean of the labels", made, n, level, "weighted; t interval")


def _judge_only(scores: Floats, level: float) -> Figure:
    seen = scores[~np.isnan(scores)]
    return Figure(
        "mean of the judge",
        float(seen.mean()) if len(seen) else None,
        n=len(seen),
        level=level,
        rule="uncorrected",
        why="no interval: that of its samples alone would leave out that the judge is wrong"
        if len(seen)
        else "the judge scored no sample",
    )


def _figure(name: str, made: _Estimate, n: int, level: float, rule: str) -> Figure:
    if made.freedom < 1 or np.isnan(made.variance):
        why = "no interval: two clusters with labels are the least"
        return Figure(name, made.value, n=n, unit="labels", level=level, rule=rule, why=why)
    if made.variance <= (1e-12 * made.value) ** 2:  # of rounding, where clusters are all alike
        why = f"no interval: {ALIKE}"
        return Figure(name, made.value, n=n, unit="labels", level=level, rule=rule, why=why)
    half = t_quantile(level, made.freedom) * float(made.variance) ** 0.5
    return Figure(name, made.value, made.value - half, made.value + half, n, "labels", level, rule)


def _none(why: str, n: int, level: float) -> Figure:
    return Figure("corrected mean", None, n=n, unit="labels", level=level, rule="PPI++", why=why)
