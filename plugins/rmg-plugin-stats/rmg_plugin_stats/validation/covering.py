"""What a judge has a verdict on, and what it and people say on average."""

import numpy as np
from attrs import evolve

from rmg_plugin_stats.clusters import Clusters
from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.intervals import mean, proportion
from rmg_plugin_stats.reading import ColumnScores, RunScores
from rmg_plugin_stats.reports import Grid, Section, number
from rmg_plugin_stats.samples import Floats
from rmg_plugin_stats.scores import ends_of
from rmg_plugin_stats.validation.matched import Match

MOST_FAILURES = 50
"""Samples with an error that are listed; the others are counted."""


def coverage(match: Match, run: RunScores, clusters: Clusters) -> Section:
    """Return what has a score and why the rest has none, and the means beside it."""
    column = match.column
    figures = [
        covered(column, len(run)),
        evolve(_covered_of_labelled(match), name="coverage of the labelled samples"),
        *_means(match, clusters),
    ]
    if match.kind == "binary" and not np.isin(match.scores, (0, 1)).all():
        figures += _rates(match)
    rows = [("samples", "count"), ("with a score", f"{column.scored:,}")]
    rows += [(f"error: {kind}", f"{count:,}") for kind, count in column.errors.items()]
    others = (("skipped", column.skipped), ("ranked", column.ranked), ("no outcome", column.absent))
    rows += [(name, f"{count:,}") for name, count in others if count]
    rows.append(("with a label of people", f"{len(match):,}"))
    grids = [Grid("samples by outcome", rows)]
    found = distribution_of(column.scores)
    grids.append(
        Grid("distribution of the scores", [tuple(found), tuple(map(number, found.values()))])
    )
    if column.failures:
        grids.append(_failed(column, run))
    title = f"{match.name}: coverage and means ({match.kind} labels)"
    return Section(f"{match.name}.coverage", title, figures, grids, match.told)


def distribution_of(scores: Floats) -> dict[str, float | None]:
    """Return where scores lie; the standard deviation (n - 1) needs two of them."""
    known = scores[~np.isnan(scores)]
    names = ("lowest", "first quartile", "median", "third quartile", "highest")
    if not len(known):
        return dict.fromkeys((*names, "mean", "standard deviation"))
    points = np.percentile(known, [0, 25, 50, 75, 100])
    found: dict[str, float | None] = dict(zip(names, map(float, points), strict=True))
    found["mean"] = float(known.mean())
    found["standard deviation"] = float(known.std(ddof=1)) if len(known) > 1 else None
    return found


def covered(column: ColumnScores, count: int) -> Figure:
    """Return the share of samples with a score."""
    found = proportion(column.scored, count, name="coverage")
    return evolve(found, rule=f"samples with a score; {found.rule}")


def _covered_of_labelled(match: Match) -> Figure:
    has_score = int((~np.isnan(match.scores)).sum())
    return proportion(has_score, len(match))


def _means(match: Match, clusters: Clusters) -> list[Figure]:
    """Return the judge's mean over the run and over the labelled samples, and that of people."""
    if np.isnan(match.target).all():
        return []
    column, bounds = match.column, ends_of(match.column.scale)
    own = bounds if match.same_units else (-np.inf, np.inf)
    whole = mean(
        column.scores, name="mean of the judge, all samples", bounds=bounds, clusters=clusters
    )
    part = mean(
        match.scores,
        name="mean of the judge, labelled samples",
        bounds=bounds,
        clusters=match.clusters,
        weights=match.weights,
    )
    people = mean(
        match.target,
        name="mean of people",
        bounds=(0.0, 1.0) if match.kind == "binary" else own,
        clusters=match.clusters,
        weights=match.weights,
    )
    told = f"{whole.rule}; the interval of the judge's own scores: not of what people would say"
    return [evolve(whole, rule=told), part, people]


def _rates(match: Match) -> list[Figure]:
    """Return how often the judge says yes, by its threshold."""
    calls = [np.nan if x is None else float(x) for x in match.judge]  # type: ignore[arg-type]
    return [
        mean(
            calls,
            name="rate of yes of the judge, labelled samples",
            bounds=(0.0, 1.0),
            clusters=match.clusters,
            weights=match.weights,
        )
    ]


def _failed(column: ColumnScores, run: RunScores) -> Grid:
    rows = [("sample", "kind", "error")]
    for place, kind, said in column.failures[:MOST_FAILURES]:
        key = run.ids[place]
        rows.append((str(run.index[place] if key is None else key), kind, said[:200]))
    more = len(column.failures) - MOST_FAILURES
    title = "samples with an error" + (f", the first {MOST_FAILURES}" if more > 0 else "")
    return Grid(title, rows)
