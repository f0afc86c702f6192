"""Agreement slice by slice, and which slices stand out."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from rmg_plugin_stats.clusters import Clusters
from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.intervals import mean
from rmg_plugin_stats.reports import Grid, Section, interval, number
from rmg_plugin_stats.samples import Flags, Floats, variance_of_sum
from rmg_plugin_stats.shares import even_tails
from rmg_plugin_stats.significance import benjamini_hochberg
from rmg_plugin_stats.validation.matched import Match

MOST_VALUES = 50
"""Different values of a field beyond which it is no slice."""

FEWEST = 10
"""Labelled samples of a slice below which it is not tested."""


def slices(match: Match, fields: Mapping[str, Sequence[Any]]) -> Section | None:
    """Return for each value of each field how far judge and people agree there."""
    if not fields:
        return None
    title = f"{match.name}: slices"
    if not match.has_labels and match.not_in_units:
        why = f"MAE by slice: not available, {match.not_in_units}"
        return Section(f"{match.name}.slices", title, notes=[why])
    right = _right(match)
    notes = [_told(match)]
    found: list[tuple[str, int, int, Figure, float]] = []
    for name, values in fields.items():
        written = np.array(["(none)" if each is None else str(each) for each in values])
        known = sorted(set(written.tolist()))
        if len(known) > MOST_VALUES:
            notes.append(
                f"{name}: {len(known)} different values are no slices ({MOST_VALUES} at most)"
            )
            continue
        for value in known:
            here = written == value
            found.append((f"{name} = {value}", *_slice(match, here, right)))
    adjusted = benjamini_hochberg([each[4] for each in found])
    head = ("slice", "samples", "coverage", "labelled", _what(match), "interval", "p", "p adjusted")
    rows = [
        (
            name,
            f"{count:,}",
            number(scored / count),
            f"{figure.n:,}",
            number(figure.value),
            interval(figure),
            _p(p),
            _p(q),
        )
        for (name, count, scored, figure, p), q in zip(found, adjusted, strict=True)
    ]
    notes.append(
        "p: against the samples outside of the slice, of which both have at least "
        f"{FEWEST}; adjusted after Benjamini and Hochberg over all slices"
    )
    if match.weights is not None:
        notes.append("p: weights are not used")
    return Section(
        f"{match.name}.slices", title, grids=[Grid("slices", [head, *rows])], notes=notes
    )


def _slice(match: Match, here: Flags, right: Floats) -> tuple[int, int, Figure, float]:
    at = here[match.rows]
    inside = at & ~np.isnan(right)
    figure = mean(
        right[inside],
        name=_what(match),
        bounds=(0.0, 1.0 if match.has_labels else np.inf),
        clusters=match.clusters.only(inside),
        weights=None if match.weights is None else match.weights[inside],
    )
    scored = int((here & ~np.isnan(match.column.scores)).sum())
    return int(here.sum()), scored, figure, _apart(right, at, match.clusters)


def _right(match: Match) -> Floats:
    """Return how far judge and people agree on each sample, nan where that is not counted."""
    if not match.has_labels:
        return np.abs(match.scores - match.target)
    pairs = {label: at for at, label in enumerate(match.labels)}
    rules = match.rules
    found = np.full(len(match), np.nan)
    for at, (judge, truth) in enumerate(zip(match.judge, match.truth, strict=True)):
        said = rules.tie if judge is None and rules.missing == "tie" else judge
        if truth is None or (said is None and rules.missing != "wrong"):
            continue
        is_tie = said == rules.tie, truth == rules.tie
        if rules.tie is not None and (
            (rules.ties == "drop" and any(is_tie)) or (rules.ties == "wrong" and is_tie[1])
        ):
            continue
        is_half = rules.ties == "half" and rules.tie is not None and is_tie[0] != is_tie[1]
        found[at] = 0.5 if is_half and said in pairs else float(said == truth)
    return found


def _apart(right: Floats, inside: Flags, clusters: Clusters) -> float:
    """Return the p value of a difference between inside and outside; nan where it cannot be had."""
    known = ~np.isnan(right)
    sides = inside & known, ~inside & known
    counts = [int(each.sum()) for each in sides]
    if min(counts) < FEWEST:
        return float("nan")
    means = [float(right[each].mean()) for each in sides]
    influences = np.zeros(len(right))
    influences[sides[0]] = (right[sides[0]] - means[0]) / counts[0]
    influences[sides[1]] = -(right[sides[1]] - means[1]) / counts[1]
    variance = variance_of_sum(influences[known], clusters.only(known))
    return even_tails((means[0] - means[1]) / variance**0.5) if variance > 0 else float("nan")


def _what(match: Match) -> str:
    return "agreement" if match.has_labels else "MAE"


def _told(match: Match) -> str:
    missing = {"drop": "left out", "wrong": "wrong", "tie": "a tie"}[match.rules.missing]
    return f"a missing verdict is {missing}; ties: {match.rules.ties}"


def _p(value: float) -> str:
    return "not tested" if np.isnan(value) else f"{value:.3g}"
