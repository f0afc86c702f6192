"""What a judge must beat: the commonest label, a guess, the longest response."""

import numpy as np
from attrs import evolve

from rmg_plugin_stats.agreement import raw_agreement
from rmg_plugin_stats.discrimination import roc_auc, score_up
from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.labels import MISSING, Label, code
from rmg_plugin_stats.reports import Section
from rmg_plugin_stats.samples import Floats
from rmg_plugin_stats.validation.matched import Match, unweighted


def baselines(match: Match, lengths: Floats | None = None) -> Section | None:
    """Return what costs nothing and how far it agrees with people."""
    if not match.has_labels:
        return None
    figures = [majority_label(match), *(unweighted(each, match) for each in _guesses(match))]
    notes = []
    if match.kind == "binary" and lengths is not None:
        known = np.where(np.isnan(match.scores), np.nan, lengths)  # as the AUC of the judge has
        scored = score_up(known, match.target, clusters=match.clusters, weights=match.weights)
        longest = roc_auc(scored)
        figures.append(evolve(longest, name="ROC AUC of the length: the longer is a yes"))
    elif match.kind == "binary":
        notes.append("length: not available, name the field of the responses with --text")
    title = f"{match.name}: what costs nothing"
    return Section(f"{match.name}.baselines", title, figures, notes=notes)


def truth_of_counted(match: Match) -> list[Label | None]:
    """Return the truth of the samples on which the judge counts, None of the others.

    A judge that lacks the easy samples, or the hard ones, is to beat what costs nothing on those
    that it has.
    """
    said = zip(match.truth, match.judge, strict=True)
    is_dropped = match.rules.missing == "drop"
    return [None if is_dropped and verdict is None else truth for truth, verdict in said]


def commonest(match: Match) -> Label | None:
    """Return the label that most samples on which the judge counts have by the truth."""
    known = [each for each in truth_of_counted(match) if each is not None]
    if not known:
        return None
    counts = {label: known.count(label) for label in match.labels}
    return max(counts, key=counts.__getitem__)


def majority_label(match: Match) -> Figure:
    """Return the agreement with people of saying the commonest label always."""
    label = commonest(match)
    if label is None:
        return Figure("always the commonest label", None, unit="pairs", why="no sample has a truth")
    counted = truth_of_counted(match)
    found = raw_agreement(match.pairs_with([None if x is None else label for x in counted]))
    return evolve(found, name=f"always {label!r}, the commonest label")


def _guesses(match: Match) -> list[Figure]:
    codes = code([truth_of_counted(match)], match.labels).codes[:, 0]
    known = codes != MISSING
    n = int(known.sum())
    if not n:
        return []
    counts = np.bincount(codes[known], minlength=len(match.labels)) / n
    why = "no interval: it follows from the shares of the labels"
    return [
        Figure("a guess by the shares of the labels", float((counts**2).sum()), n=n, why=why),
        Figure("a guess, each label alike", 1 / len(match.labels), n=n, why=why),
    ]
