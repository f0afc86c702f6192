"""How far a judge agrees with the truth beyond chance, label by label or in all."""

from typing import Literal

import numpy as np
from attrs import evolve
from numpy.typing import NDArray

from rmg_plugin_stats.clusters import Clusters
from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.intervals import mean
from rmg_plugin_stats.labels import Label, Pairs
from rmg_plugin_stats.resampling import MOST_CLUSTERS, RESAMPLES, Statistic, Sums, figure_of
from rmg_plugin_stats.wording import joined

Weights = Literal["none", "linear", "quadratic"]
ONE_LABEL = "one label only: nothing tells agreement from chance"
NO_PAIRS = "no pair of labels"


def raw_agreement(
    pairs: Pairs, *, level: float = 0.95, resamples: int = RESAMPLES, seed: int = 0
) -> Figure:
    """Return the share of pairs that agree, 0..1; a tie may count half (see `Rules`).

    With a truth it is the accuracy.
    """
    credit = pairs.credit[pairs.judge, pairs.truth]
    found = mean(
        credit,
        name="agreement",
        bounds=(0.0, 1.0),
        clusters=pairs.clusters,
        weights=pairs.weights,
        level=level,
        resamples=resamples,
        seed=seed,
    )
    return _of_pairs(found, pairs)


def label_agreement(
    pairs: Pairs,
    label: Label,
    *,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Figure:
    """Return how often both say the label, of how often one does, 0..1 (Fleiss 1981: 2a/(2a+b+c)).

    It is the F1 of the label, and None where nobody says it.
    """
    at = pairs.labels.index(label)
    columns = [pairs.judge == at, pairs.truth == at]
    both = columns[0] & columns[1]
    rows = _groups(pairs.clusters, seed).sums(
        pairs.weighed(2.0 * both), pairs.weighed(columns[0] * 1.0 + columns[1])
    )
    rule = joined(pairs.rule_by_label, pairs.clusters.told)
    found = Figure(
        f"agreement on {label!r}", None, n=len(pairs), unit="pairs", level=level, rule=rule
    )
    why = f"nobody says {label!r}"
    return figure_of(found, rows, _ratio, why=why, resamples=resamples, seed=seed)


def cohen_kappa(
    pairs: Pairs,
    *,
    weights: Weights = "none",
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Figure:
    """Return Cohen's κ, at most 1, below 0 for less agreement than chance (Cohen 1960, 1968).

    `weights` are of the distance between the places of the labels in their order: "linear" |i-j|,
    "quadratic" its square. Undefined where both say one label only. A tie that counts half counts
    so in what is expected too.

    Raises:
        ValueError: weights with ties that count half, or with missing that counts as a label.
    """
    agree = _credit(pairs, weights)
    name = "Cohen's κ" if weights == "none" else f"Cohen's κ, {weights}"
    return _corrected(
        name, pairs, agree, _kappa(agree), level=level, resamples=resamples, seed=seed
    )


def gwet_ac1(
    pairs: Pairs, *, level: float = 0.95, resamples: int = RESAMPLES, seed: int = 0
) -> Figure:
    """Return Gwet's AC1, at most 1, which skewed labels do not depress (Gwet 2008).

    It counts the labels that are declared, said or not. Where one label only was said it is not
    available: Gwet's formula would give 1, whatever the raters can tell apart.
    """
    agree = pairs.credit
    return _corrected(
        "Gwet's AC1", pairs, agree, _ac1(agree), level=level, resamples=resamples, seed=seed
    )


def prevalence(
    pairs: Pairs, *, level: float = 0.95, resamples: int = RESAMPLES, seed: int = 0
) -> tuple[Figure, ...]:
    """Return for each label the share of all that both said, 0..1."""
    return tuple(
        _of_pairs(
            mean(
                ((pairs.judge == place) * 1.0 + (pairs.truth == place)) / 2,
                name=f"prevalence of {label!r}",
                bounds=(0.0, 1.0),
                clusters=pairs.clusters,
                weights=pairs.weights,
                level=level,
                resamples=resamples,
                seed=seed,
            ),
            pairs,
        )
        for place, label in enumerate(pairs.labels)
    )


def _groups(clusters: Clusters, seed: int) -> Clusters:
    return clusters.at_most(MOST_CLUSTERS, seed)


def _ratio(sums: Sums) -> NDArray[np.float64]:
    return np.asarray(sums[:, :1] / sums[:, 1:])


def _of_pairs(found: Figure, pairs: Pairs) -> Figure:
    return evolve(found, unit="pairs", rule=joined(found.rule, pairs.rule))


def _credit(pairs: Pairs, weights: Weights) -> NDArray[np.float64]:
    """Return how much of an agreement each pair of labels is."""
    if weights == "none":
        return pairs.credit
    if len(pairs.labels) > pairs.scored or (pairs.credit % 1).any():
        raise ValueError("a weighted κ needs ties as labels, and missing left out or as ties")
    places = np.arange(len(pairs.labels), dtype=float)
    apart = np.abs(places[:, None] - places) / max(1, len(places) - 1)
    return np.asarray(1 - (apart if weights == "linear" else apart**2))


def _corrected(
    name: str,
    pairs: Pairs,
    agree: NDArray[np.float64],
    statistic: Statistic,
    *,
    level: float,
    resamples: int,
    seed: int,
) -> Figure:
    rule = joined(pairs.rule, pairs.clusters.told, most_common(pairs))
    found = Figure(name, None, n=len(pairs), unit="pairs", level=level, rule=rule)
    if not len(pairs):
        return evolve(found, why=NO_PAIRS)
    if len(np.unique(np.concatenate((pairs.judge, pairs.truth)))) == 1:
        return evolve(found, why=ONE_LABEL)
    groups = _groups(pairs.clusters, seed)
    count = len(pairs.labels)
    agreed = groups.sums(pairs.weighed(agree[pairs.judge, pairs.truth]))
    judge, truth = (
        groups.tallies(each, count, pairs.weights) for each in (pairs.judge, pairs.truth)
    )
    rows = np.concatenate((agreed, judge, truth), axis=1)
    return figure_of(found, rows, statistic, why=ONE_LABEL, resamples=resamples, seed=seed)


def most_common(pairs: Pairs) -> str:
    """Return the prevalence of the label that is said most, in words."""
    if not len(pairs):
        return ""
    width = len(pairs.labels)
    judge, truth = (np.bincount(each, pairs.weights, width) for each in (pairs.judge, pairs.truth))
    said = judge + truth
    return f"{pairs.labels[int(said.argmax())]!r} is {said.max() / said.sum():.1%} of the labels"


def _kappa(agree: NDArray[np.float64]) -> Statistic:
    """Return κ of sums [agreed, judge's labels, true labels]."""

    def kappa(sums: Sums) -> NDArray[np.float64]:
        judge, truth = np.split(sums[:, 1:], 2, axis=1)
        total = judge.sum(axis=1)
        disagreed = total - sums[:, 0]
        expected = total - ((judge @ agree) * truth).sum(axis=1) / total
        expected[expected <= 1e-12 * total] = np.nan
        return np.asarray(1 - disagreed / expected)[:, None]

    return kappa


def _ac1(agree: NDArray[np.float64]) -> Statistic:
    """Return AC1 of sums [agreed, judge's labels, true labels], AC2 where ties count half."""
    scale = agree.sum() / (len(agree) * max(1, len(agree) - 1))

    def ac1(sums: Sums) -> NDArray[np.float64]:
        judge, truth = np.split(sums[:, 1:], 2, axis=1)
        total = judge.sum(axis=1)
        shares = (judge + truth) / (2 * total[:, None])
        chance = scale * (shares * (1 - shares)).sum(axis=1)
        return np.asarray((sums[:, 0] / total - chance) / (1 - chance))[:, None]

    return ac1
