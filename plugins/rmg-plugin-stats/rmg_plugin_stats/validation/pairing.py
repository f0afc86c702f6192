"""What sways a choice between two responses: which is longer, which has more markdown."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.reports import Section
from rmg_plugin_stats.samples import Floats
from rmg_plugin_stats.style import choice_weight, prefers_more, surface_gaps
from rmg_plugin_stats.validation.matched import EVEN, Match


def is_choice(match: Match) -> bool:
    """Tell whether scores and labels are wins of the first of two responses, and ties."""
    known = match.scores[~np.isnan(match.scores)]
    truth = match.target[~np.isnan(match.target)]
    values = (0, EVEN, 1)
    return len(truth) > 0 and bool(np.isin(known, values).all() and np.isin(truth, values).all())


def surface_of_pairs(match: Match, first: Sequence[Any], second: Sequence[Any]) -> Section:
    """Return how far judge and people go with length and style, of two responses each."""
    key, title = f"{match.name}.surface", f"{match.name}: length and style of both responses"
    if not is_choice(match):
        why = "scores and labels are not 1, 0.5 and 0: wins of the first response, ties, losses"
        return Section(key, title, notes=[f"not available: {why}"])
    texts = [[_text(each[at]) for at in match.rows] for each in (first, second)]
    lengths = [_lengths(each) for each in texts]
    figures: list[Figure] = [
        prefers_more(match.scores, *lengths, name="the judge prefers the longer"),
        prefers_more(match.target, *lengths, name="people prefer the longer"),
    ]
    for name, gap in surface_gaps(*texts).items():
        found = choice_weight(match.scores, gap, match.target, clusters=match.clusters, name=name)
        figures += [found.judge, *([] if found.truth is None else [found.truth])]
    notes = [
        "how often people prefer the longer is also what always choosing the longer would reach",
        "people may be right to prefer length: only what the judge has above them is a sway",
    ]
    return Section(key, title, figures, notes=notes)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _lengths(texts: Sequence[str | None]) -> Floats:
    return np.array([np.nan if each is None else len(each) for each in texts], dtype=float)
