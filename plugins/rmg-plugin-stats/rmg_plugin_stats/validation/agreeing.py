"""How far a judge and people agree on labels."""

from attrs import evolve

from rmg_plugin_stats.agreement import (
    cohen_kappa,
    gwet_ac1,
    label_agreement,
    prevalence,
    raw_agreement,
)
from rmg_plugin_stats.alpha import alpha_of_labels, krippendorff_alpha
from rmg_plugin_stats.classification import RATES, averages, confusion, f1_by_label, rate
from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.intraclass import intraclass_correlation
from rmg_plugin_stats.labels import UNREADABLE, Pairs, code
from rmg_plugin_stats.reports import Grid, Section
from rmg_plugin_stats.validation.matched import Match, unweighted

MOST_LABELS = 20
"""Labels beyond which figures of each one are left out."""


def agreement(match: Match) -> Section:
    """Return raw agreement, what chance leaves of it, and prevalence."""
    key, title = f"{match.name}.agreement", f"{match.name}: agreement with people"
    if not match.has_labels:
        return Section(key, title, [unweighted(each, match) for each in on_a_scale(match)])
    pairs = match.pairs()
    figures = [raw_agreement(pairs), cohen_kappa(pairs)]
    if match.kind == "ordinal":
        figures += [_weighted(match, pairs, "linear"), _weighted(match, pairs, "quadratic")]
    figures += [gwet_ac1(pairs), unweighted(_alpha(match), match)]
    if match.kind == "ordinal":
        figures += [unweighted(each, match) for each in on_a_scale(match)]
    notes = []
    if len(pairs.labels) <= MOST_LABELS:
        figures += [label_agreement(pairs, each) for each in pairs.labels[: pairs.scored]]
        figures += prevalence(pairs)
    else:
        notes.append(f"{len(pairs.labels)} labels: figures of each one are left out")
    return Section(key, title, figures, notes=notes)


def on_a_scale(match: Match) -> list[Figure]:
    """Return α of the interval scale and ICC of judge and people; people are their mean."""
    import numpy as np

    both = np.column_stack([match.scores, match.target])
    clusters = match.clusters
    found = [
        evolve(
            krippendorff_alpha(both, "interval", clusters=clusters),
            name="Krippendorff's α of judge and people, interval",
        )
    ]
    if not match.same_units:
        why = "labels and scores are not on one scale"
        return [
            evolve(each, value=None, low=None, high=None, why=why)
            for each in (*found, Figure("ICC(2,1) of judge and people", None))
        ]
    icc = intraclass_correlation(both, "2,1", clusters=clusters)
    return [*found, evolve(icc, name="ICC(2,1) of judge and people")]


def classes(match: Match) -> Section | None:
    """Return the confusion matrix, the rates of each label, and their averages."""
    if not match.has_labels:
        return None
    key, title = f"{match.name}.confusion", f"{match.name}: which labels are told right"
    pairs = match.pairs()
    found = confusion(pairs)
    head = ("people \\ judge", *map(str, found.labels))
    rows = [
        (str(label), *map(str, row))
        for label, row in zip(found.labels, found.counts, strict=True)
        if label != UNREADABLE or any(row)
    ]
    figures = [*averages(pairs).values()]
    notes = ["counts of pairs; weights do not count here"] if match.weights is not None else []
    if len(pairs.labels) <= MOST_LABELS:
        meant = pairs.labels[: pairs.scored]
        positives = [1] if match.kind == "binary" else meant
        figures = [rate(pairs, each, kind) for each in positives for kind in RATES] + figures
        figures += f1_by_label(pairs)
    return Section(key, title, figures, [Grid("confusion matrix", [head, *rows])], notes)


def _weighted(match: Match, pairs: Pairs, weights: str) -> Figure:
    name = f"Cohen's κ, {weights}"
    if len(pairs.labels) > pairs.scored or match.rules.ties == "half":
        why = "it needs ties as labels, and missing left out or as ties"
        return Figure(name, None, n=len(pairs), unit="pairs", why=why)
    return cohen_kappa(pairs, weights="linear" if weights == "linear" else "quadratic")


def _alpha(match: Match) -> Figure:
    metric = "ordinal" if match.kind == "ordinal" else "nominal"
    both = code([match.judge, match.truth], match.labels)
    found = alpha_of_labels(
        both, "ordinal" if metric == "ordinal" else "nominal", clusters=match.clusters
    )
    return evolve(found, name=f"Krippendorff's α of judge and people, {metric}")
