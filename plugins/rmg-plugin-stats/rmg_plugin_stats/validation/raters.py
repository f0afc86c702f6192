"""How far people agree with each other, and whether a judge may stand in for one of them."""

from itertools import combinations
from typing import Literal

from attrs import evolve

from rmg_plugin_stats.agreement import cohen_kappa
from rmg_plugin_stats.alpha import alpha_of_labels, krippendorff_alpha
from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.intraclass import intraclass_correlation
from rmg_plugin_stats.labels import code, pair_up
from rmg_plugin_stats.panels import alt_test, leave_one_out
from rmg_plugin_stats.raters import (
    fleiss_kappa,
    gwet_ac1_of_raters,
    pairwise_agreement,
    rater_prevalence,
)
from rmg_plugin_stats.reports import Grid, Section, interval, number
from rmg_plugin_stats.samples import Floats
from rmg_plugin_stats.validation.agreeing import MOST_LABELS
from rmg_plugin_stats.validation.matched import Match, unclustered, unweighted
from rmg_plugin_stats.validation.measuring import within

CEILING = "human ceiling: a rater against the others"

MOST_PAIRS = 10
"""Pairs of raters beyond which κ of each is left out."""


def among_people(match: Match, key: str = "people") -> Section | None:
    """Return how far the raters agree; None of one rater."""
    title = f"People among themselves ({', '.join(match.names)})"
    if len(match.raters) < 2:
        why = "one rater: how far people agree cannot be told, nor what a judge could reach"
        return Section(key, "People among themselves", notes=[why])
    if match.kind == "numeric":
        return Section(key, title, [unweighted(each, match) for each in _of_numbers(match)])
    ratings = code(match.raters, match.labels)
    clusters = match.clusters
    metric: Literal["nominal", "ordinal"] = "ordinal" if match.kind == "ordinal" else "nominal"
    figures = [
        pairwise_agreement(ratings, clusters=clusters),
        fleiss_kappa(ratings, clusters=clusters),
        gwet_ac1_of_raters(ratings, clusters=clusters),
        alpha_of_labels(ratings, "nominal", clusters=clusters),
    ]
    if metric == "ordinal":
        figures += [alpha_of_labels(ratings, "ordinal", clusters=clusters), *_of_numbers(match)]
    figures += _by_pair(match)
    if len(ratings.labels) <= MOST_LABELS:
        figures += rater_prevalence(ratings, clusters=clusters)
    return Section(key, title, [unweighted(each, match) for each in figures])


def stand_in(match: Match) -> Section | None:
    """Return the human ceiling and the alternative annotator test; None of one rater."""
    if len(match.raters) < 2:
        return None
    key, title = f"{match.name}.stand_in", f"{match.name}: beside a person"
    notes = []
    if match.kind == "numeric":
        table, judged = match.values(), match.scores
    else:
        table, judged = match.codes(match.raters), match.codes([match.judge])[:, 0]
    figures: list[Figure] = []
    if match.kind == "numeric":
        notes.append("leave one out: not available, measurements have no majority")
    else:
        ceiling = leave_one_out(table, judged)
        named = zip(match.names, ceiling.raters, strict=True)
        figures += [evolve(each, name=f"{name} against the other raters") for name, each in named]
        figures.append(within(evolve(ceiling.mean, name=CEILING), 0, 1))
        if ceiling.judge is not None:
            judge = evolve(ceiling.judge, name="the judge against the same majorities")
            figures.append(within(judge, 0, 1))
    made, tests, said = _alternative(match, judged, table)
    both = [unclustered(unweighted(each, match), match) for each in (*figures, *made)]
    return Section(key, title, both, tests, [*notes, *said])


def _alternative(
    match: Match, judged: Floats, table: Floats
) -> tuple[list[Figure], list[Grid], list[str]]:
    """Return the alternative annotator test, or why there is none."""
    name = "alternative annotator test"
    if len(match.raters) < 3:
        why = f"{len(match.raters)} raters; three are needed"
        return [], [], [f"{name}: not available, {why}"]
    if match.kind in ("ordinal", "numeric") and not match.same_units:
        return [], [], [f"{name}: not available, scores and labels are not on one scale"]
    is_label = match.kind in ("binary", "nominal")
    tested = alt_test(judged, table, measure="equal" if is_label else "distance")
    figures = [
        evolve(tested.omega, name="alt-test ω: raters that the judge beats"),
        evolve(tested.rho, name="alt-test ρ: how often the judge is as close"),
    ]
    if tested.passes is None:
        return figures, [], []
    rows = [("rater tested", "judge as close", "p, not corrected")]
    rows += [
        (str(at + 1), number(a), number(p))
        for at, (a, p) in enumerate(zip(tested.advantages, tested.p_values, strict=True))
    ]
    may = "may" if tested.passes else "may not"
    note = f"{name}: the judge {may} stand in for a rater (it may where ω ≥ 0.5)"
    return figures, [Grid(name, rows)], [note]


def _of_numbers(match: Match) -> list[Figure]:
    values = match.values()
    return [
        krippendorff_alpha(values, "interval", clusters=match.clusters),
        intraclass_correlation(values, "2,1", clusters=match.clusters),
        intraclass_correlation(values, "2,k", clusters=match.clusters),
    ]


def _by_pair(match: Match) -> list[Figure]:
    pairs = list(combinations(range(len(match.raters)), 2))
    if len(pairs) > MOST_PAIRS:
        return []
    return [
        evolve(
            cohen_kappa(
                pair_up(
                    match.raters[one],
                    match.raters[two],
                    labels=match.labels,
                    clusters=match.clusters,
                )
            ),
            name=f"Cohen's κ, {match.names[one]} and {match.names[two]}",
        )
        for one, two in pairs
    ]


def ends(figure: Figure) -> str:
    """Write a value with its interval, for a cell of a table."""
    if figure.value is None:
        return "not available"
    return (
        number(figure.value)
        if figure.low is None
        else f"{number(figure.value)} ({interval(figure)})"
    )
