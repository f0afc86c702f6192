"""How far a judge's scores go with what people say: as ranks, in units, at thresholds, as odds."""

from collections.abc import Iterator

import numpy as np
from attrs import evolve

from rmg_plugin_stats.association import (
    correlation,
    correlation_of_systems,
    correlation_within,
    put_together,
)
from rmg_plugin_stats.calibration import Calibration, Refit, Reliability, refit
from rmg_plugin_stats.clusters import Clusters
from rmg_plugin_stats.correlations import Kind
from rmg_plugin_stats.differences import (
    bias,
    limits_of_agreement,
    mean_absolute_error,
    root_mean_squared_error,
)
from rmg_plugin_stats.discrimination import (
    average_precision,
    best_threshold,
    roc_auc,
    score_up,
)
from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.reports import Grid, Section, number
from rmg_plugin_stats.validation.matched import Match, unweighted

KINDS: tuple[Kind, ...] = ("spearman", "kendall", "pearson")


def association(
    match: Match, prompts: Clusters | None = None, systems: Clusters | None = None
) -> Section | None:
    """Return correlations over items, within prompts and over systems."""
    if np.isnan(match.target).all():
        return None
    scores = put_together(match.scores, match.target, clusters=match.clusters)
    figures = [correlation(scores, kind) for kind in KINDS]
    if prompts is not None:
        figures += [correlation_within(scores, prompts, kind) for kind in KINDS]
    if systems is not None:
        figures += [correlation_of_systems(scores, systems, kind) for kind in KINDS]
    figures = [unweighted(each, match) for each in figures]
    title = f"{match.name}: how far scores go with people"
    return Section(f"{match.name}.correlation", title, figures, notes=match.told_direction)


def differences(match: Match) -> Section | None:
    """Return bias, MAE, RMSE and limits of agreement."""
    if match.kind not in ("ordinal", "numeric") and not _is_probability(match):
        return None
    title = f"{match.name}: how far scores are from people's, in units of the scale"
    key = f"{match.name}.differences"
    if why := match.not_in_units:
        names = ("bias", "MAE", "RMSE", "lower limit of agreement", "upper limit of agreement")
        return Section(key, title, [Figure(each, None, why=why) for each in names])
    scores = put_together(match.scores, match.target, clusters=match.clusters)
    figures = [bias(scores), mean_absolute_error(scores), root_mean_squared_error(scores)]
    return Section(
        key,
        title,
        [unweighted(each, match) for each in (*figures, *limits_of_agreement(scores))],
        notes=["bias is judge - people"],
    )


def discrimination(match: Match) -> Section | None:
    """Return the areas under the curves, and the best threshold."""
    if match.kind != "binary":
        return None
    sign = 1.0 if match.is_upward else -1.0
    scored = score_up(
        sign * match.scores, match.target, clusters=match.clusters, weights=match.weights
    )
    best, reached = best_threshold(scored)
    if not match.is_upward:
        low, high = best.high, best.low
        best = evolve(best, value=_negative(best.value), low=_negative(low), high=_negative(high))
    notes = [] if match.is_upward else ["a lower score is better: it is a yes up to the threshold"]
    return Section(
        f"{match.name}.discrimination",
        f"{match.name}: how well scores tell a yes from a no, whatever the threshold",
        [roc_auc(scored), average_precision(scored), best, reached],
        notes=notes,
    )


def calibration(match: Match, folds: int = 5) -> Section | None:
    """Return how far scores are probabilities, as they are and refitted out of fold."""
    if match.kind != "binary":
        return None
    key, title = f"{match.name}.calibration", f"{match.name}: whether scores mean what they say"
    made = _refitted(match, folds)
    if isinstance(made, str):
        return Section(
            key, title, [Figure(each, None, why=made) for each in ("ECE", "Brier score")]
        )
    figures: list[Figure] = []
    grids = []
    notes = ["an isotonic curve, fitted to the folds without the sample"]
    for name, found in (("as they are", made.before), (f"refitted, {folds} folds", made.after)):
        if found is None:
            notes.append("scores as they are: not available, they are not all between 0 and 1")
            continue
        figures += _told(found, name)
        grids.append(Grid(f"reliability, {name}", list(_bins(found))))
    if match.weights is not None:
        notes.append("weights are not used here")
    return Section(key, title, figures, grids, notes)


def curve_of(match: Match) -> Calibration | str:
    """Return the curve from scores to the share that people find good, or why there is none."""
    from rmg_plugin_stats.calibration import calibrate

    if match.kind != "binary":
        return f"labels of {match.name!r} are {match.kind}: a curve needs yes and no"
    if not match.is_upward:
        return f"a lower score of {match.name!r} is better, and the curve rises"
    try:
        return calibrate(match.scores, match.target)
    except ValueError as fault:
        return str(fault)


def _refitted(match: Match, folds: int) -> Refit | str:
    if not match.is_upward:
        return "a lower score is better, and the curve rises"
    try:
        return refit(match.scores, match.target, groups=match.clusters, folds=folds)
    except ValueError as fault:
        return str(fault)


def _told(found: Reliability, name: str) -> list[Figure]:
    parts = ("reliability", "resolution", "uncertainty", "inside")
    why = "no interval: a part of the Brier score"
    return [
        *(
            within(evolve(each, name=f"{each.name}, {name}"), 0.0, 1.0)
            for each in (found.ece, found.brier)
        ),
        *(
            Figure(f"Brier: {part}, {name}", _part(getattr(found, part)), n=found.brier.n, why=why)
            for part in parts
        ),
    ]


def _bins(found: Reliability) -> Iterator[tuple[str, ...]]:
    yield "mean score", "share of yes", "interval", "n"
    for each in found.bins:
        ends = f"{number(each.low)} to {number(each.high)}"
        yield number(each.predicted), number(each.share), ends, str(each.n)


def _is_probability(match: Match) -> bool:
    """Tell whether scores could be the probabilities of a yes, so that distances have a meaning."""
    return match.kind == "binary" and match.column.bounds == (0.0, 1.0)


def _negative(value: float | None) -> float | None:
    return None if value is None else -value


def _part(value: float | None) -> float | None:
    """Return a part of a score, 0 where rounding alone left something."""
    return value if value is None or abs(value) > 1e-12 else 0.0


def within(figure: Figure, low: float, high: float) -> Figure:
    """Cut an interval at the ends of what the figure can be: t intervals do not know them."""
    if figure.low is None or figure.high is None:
        return figure
    return evolve(figure, low=max(low, figure.low), high=min(high, figure.high))
