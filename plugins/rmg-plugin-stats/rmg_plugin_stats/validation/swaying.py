"""What sways a judge that should not: chance, length and style, its own family, the position."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from attrs import frozen

from rmg_plugin_stats.alpha import krippendorff_alpha
from rmg_plugin_stats.bias import position_bias, repeat_consistency, self_preference
from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.intervals import mean
from rmg_plugin_stats.reports import Grid, Section, number
from rmg_plugin_stats.samples import Floats
from rmg_plugin_stats.significance import Significance
from rmg_plugin_stats.style import rank_correlation, surface_columns
from rmg_plugin_stats.validation.matched import EVEN, Match, unclustered, unweighted


def repeats(match: Match) -> Section | None:
    """Return how a judge repeats itself, from the repeats of the run; None where it ran once."""
    table = match.column.repeats
    if table is None:
        return None
    found = repeat_consistency(table)
    figures = [found.flip_rate, found.within, found.between, found.within_share]
    figures.append(krippendorff_alpha(table, "interval"))
    title = f"{match.name}: the judge against itself, {table.shape[1]} repeats"
    return Section(f"{match.name}.repeats", title, figures, notes=["over all samples of the run"])


@frozen(eq=False)
class Responses:
    """What a reader sees of the responses of the labelled samples before reading them."""

    features: Mapping[str, Floats]
    strange: int

    @property
    def log_lengths(self) -> Floats:
        return self.features["log length"]


def responses_of(texts: Sequence[Any]) -> Responses:
    """Count what is seen of responses; what is no text has none of it."""
    read = [each if isinstance(each, str) else None for each in texts]
    return Responses(surface_columns(read), sum(each is None for each in read))


def surface(match: Match, responses: Responses) -> Section:
    """Return how far judge and people go with length and style of the responses."""
    figures: list[Figure] = []
    for name, feature in responses.features.items():
        truth = None if np.isnan(match.target).all() else match.target
        found = rank_correlation(match.scores, feature, truth, name=name)
        figures += [found.judge, *([] if found.truth is None else [found.truth])]
    notes = ["people may be right to prefer length: only what the judge has above them is a sway"]
    if not match.is_upward and match.kind == "binary":
        notes.append("a lower score is better: the judge's signs are against those of people")
    if responses.strange:
        notes.append(f"{responses.strange} responses are no texts, and left out")
    title = f"{match.name}: length and style, beside the truth's own"
    told = [unclustered(unweighted(each, match), match) for each in figures]
    return Section(f"{match.name}.surface", title, told, notes=notes)


def own_family(match: Match, families: Sequence[Any], own: str) -> Section:
    """Return whether a judge is kinder to responses of its own family than people are."""
    key, title = f"{match.name}.own_family", f"{match.name}: responses of the family {own!r}"
    chosen = [families[at] for at in match.rows]
    is_own = [np.nan if each is None else float(str(each) == own) for each in chosen]
    why = "labels are texts" if np.isnan(match.target).all() else match.not_in_units
    if why:
        return Section(key, title, [Figure("self-preference", None, why=why)])
    found = self_preference(match.scores, match.target, is_own, clusters=match.clusters)
    figures = [unweighted(each, match) for each in (found.preference, found.own, found.others)]
    return Section(key, title, figures)


def positions(match: Match) -> Section | None:
    """Return win rate and position bias of a column that compares two answers; None of others."""
    orders = match.column.orders
    if orders is None:
        return None
    wins = mean(match.column.scores, name="win rate of the first response", bounds=(0.0, 1.0))
    found = position_bias(orders[:, 0], orders[:, 1])
    tests = [("test", "p", "n", "how"), _test(found.first_test), _test(found.flip_test)]
    title = f"{match.name}: position of the responses"
    return Section(
        f"{match.name}.position",
        title,
        [wins, found.first_share, found.consistency, found.first_of_flips],
        [Grid("tests of position", tests)],
        [f"a tie is {EVEN:g} of a win; over all samples of the run"],
    )


def _test(found: Significance) -> tuple[str, str, str, str]:
    return found.name, number(found.p_value), f"{found.n:,}", found.why or found.rule
