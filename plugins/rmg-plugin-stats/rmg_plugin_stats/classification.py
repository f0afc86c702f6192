"""How well labels are told: confusion, rates of each label, and their averages."""

from typing import Literal

import numpy as np
from attrs import evolve, frozen
from numpy.typing import ArrayLike, NDArray

from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.intervals import mean
from rmg_plugin_stats.labels import Label, Pairs
from rmg_plugin_stats.resampling import MOST_CLUSTERS, RESAMPLES, Statistic, Sums, figures_of
from rmg_plugin_stats.scores import numbers
from rmg_plugin_stats.wording import joined

Rate = Literal["sensitivity", "specificity", "precision", "npv", "fpr", "fnr"]
RATES: dict[Rate, tuple[bool, bool, bool]] = {
    # of the pairs whose truth (else whose verdict) is the label (else is not), those told so
    "sensitivity": (True, True, True),
    "specificity": (True, False, False),
    "precision": (False, True, True),
    "npv": (False, False, False),
    "fpr": (True, False, True),
    "fnr": (True, True, False),
}


@frozen
class Confusion:
    """How often each verdict stands beside each truth: `counts[truth][verdict]`."""

    labels: tuple[Label, ...]
    counts: tuple[tuple[int, ...], ...]
    rule: str


def confusion(pairs: Pairs) -> Confusion:
    """Return the counts of verdicts by truth, in the order of the labels; weights do not count."""
    width = len(pairs.labels)
    flat = np.bincount(pairs.truth * width + pairs.judge, minlength=width**2)
    counts = tuple(tuple(int(each) for each in row) for row in flat.reshape(width, width))
    return Confusion(pairs.labels, counts, pairs.rule_by_label)


def at_threshold(scores: ArrayLike, threshold: float) -> list[bool | None]:
    """Return whether each score reaches the threshold; None for a score that is nan."""
    values = numbers(scores)
    return [None if np.isnan(each) else bool(each >= threshold) for each in values]


def rate(
    pairs: Pairs,
    label: Label,
    kind: Rate,
    *,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Figure:
    """Return a rate of one label against the rest, 0..1.

    "sensitivity" (recall) and "fnr" are of the pairs whose truth is the label, "specificity" and
    "fpr" of the others, "precision" of the verdicts that are the label, "npv" of the others. Not
    available where there are none of these: a precision without verdicts is not 0.
    """
    at = pairs.labels.index(label)
    by_truth, of_label, told = RATES[kind]
    whose, other = (pairs.truth, pairs.judge) if by_truth else (pairs.judge, pairs.truth)
    kept = (whose == at) == of_label
    found = mean(
        ((other == at) == told)[kept],
        name=f"{kind} of {label!r}",
        bounds=(0.0, 1.0),
        clusters=pairs.clusters.only(kept),
        weights=pairs.weights_of(kept),
        level=level,
        resamples=resamples,
        seed=seed,
    )
    rule = joined(found.rule, pairs.rule_by_label)
    side = "truth" if by_truth else "verdict"
    why = found.why if kept.any() else f"no {side} is {'' if of_label else 'other than '}{label!r}"
    return evolve(found, unit="pairs", rule=rule, why=why)


def f1_by_label(
    pairs: Pairs, *, level: float = 0.95, resamples: int = RESAMPLES, seed: int = 0
) -> tuple[Figure, ...]:
    """Return the F1 of each label, 2tp/(2tp+fp+fn), not available where nobody says it."""
    labels = pairs.labels[: pairs.scored]
    found = [_figure(f"F1 of {label!r}", pairs, level) for label in labels]
    whys = [f"nobody says {label!r}" for label in labels]
    parts = _Parts(pairs.scored)
    return tuple(_fill(found, pairs, parts.f1, whys, resamples=resamples, seed=seed))


def averages(
    pairs: Pairs, *, level: float = 0.95, resamples: int = RESAMPLES, seed: int = 0
) -> dict[str, Figure]:
    """Return macro precision, recall and F1, micro F1, balanced accuracy and MCC.

    Macro is the plain mean over the labels, and not available where one has no such figure: a mean
    that takes 0 for it, as scikit-learn does unless told, measures the rare label. Micro F1 is of
    all labels together; it is the accuracy unless missing verdicts are counted as wrong, which are
    verdicts of no label: then precision leaves them out and recall does not. Balanced accuracy is
    the mean recall over the labels that the truth has (Brodersen et al. 2010). MCC is that of
    Gorodkin (2004), -1..1, undefined where one side says one label only.
    """
    parts = _Parts(pairs.scored)
    names = ("macro precision", "macro recall", "macro F1", "micro F1", "balanced accuracy", "MCC")
    seen = [set(np.unique(each).tolist()) for each in (pairs.judge, pairs.truth)]
    labels = range(pairs.scored)
    lacks = [
        _lacking(pairs, "verdict", [each for each in labels if each not in seen[0]]),
        _lacking(pairs, "truth", [each for each in labels if each not in seen[1]]),
        _lacking(pairs, "verdict or truth", [x for x in labels if x not in seen[0] | seen[1]]),
    ]
    whys = [*lacks, "no pair", "no pair", "one side says one label only"]
    found = [_figure(name, pairs, level) for name in names]
    filled = _fill(found, pairs, parts.averages, whys, resamples=resamples, seed=seed)
    return dict(zip(names, filled, strict=True))


def _figure(name: str, pairs: Pairs, level: float) -> Figure:
    rule = joined(pairs.rule_by_label, pairs.clusters.told)
    return Figure(name, None, n=len(pairs), unit="pairs", level=level, rule=rule)


def _lacking(pairs: Pairs, side: str, places: list[int]) -> str:
    return f"no {side} is {', '.join(repr(pairs.labels[each]) for each in places)}"


def _fill(
    found: list[Figure],
    pairs: Pairs,
    statistic: Statistic,
    whys: list[str],
    *,
    resamples: int,
    seed: int,
) -> list[Figure]:
    if not len(pairs):
        return [evolve(each, why="no pair") for each in found]
    groups = pairs.clusters.at_most(MOST_CLUSTERS, seed)
    width = len(pairs.labels)
    hits = (pairs.judge == pairs.truth).astype(float)
    tallied = [
        groups.tallies(pairs.truth, width, pairs.weighed(hits)),
        groups.tallies(pairs.judge, width, pairs.weights),
        groups.tallies(pairs.truth, width, pairs.weights),
    ]
    rows = np.concatenate(tallied, axis=1)
    return figures_of(found, rows, statistic, whys=whys, resamples=resamples, seed=seed)


@frozen
class _Parts:
    """Statistics of the sums [hits, verdicts, truths] by label, of which `scored` are meant."""

    scored: int

    def f1(self, sums: Sums) -> NDArray[np.float64]:
        hits, verdicts, truths = self._meant(sums)
        return np.asarray(2 * hits / (verdicts + truths))

    def averages(self, sums: Sums) -> NDArray[np.float64]:
        hits, verdicts, truths = self._meant(sums)
        recall = hits / truths
        judged = truths > 0
        balanced = np.where(judged, recall, 0).sum(axis=1) / judged.sum(axis=1)
        micro = 2 * hits.sum(axis=1) / (verdicts + truths).sum(axis=1)
        macro = [(hits / verdicts).mean(axis=1), recall.mean(axis=1), self.f1(sums).mean(axis=1)]
        return np.stack([*macro, micro, balanced, _matthews(sums)], axis=1)

    def _meant(self, sums: Sums) -> list[NDArray[np.float64]]:
        return [each[:, : self.scored] for each in np.split(sums, 3, axis=1)]


def _matthews(sums: Sums) -> NDArray[np.float64]:
    """Return Gorodkin's R_K, which is Matthews' of two labels."""
    hits, verdicts, truths = np.split(sums, 3, axis=1)
    total = truths.sum(axis=1)
    above = total * hits.sum(axis=1) - (verdicts * truths).sum(axis=1)
    spread = [total**2 - (each * each).sum(axis=1) for each in (verdicts, truths)]
    return np.asarray(above / np.sqrt(spread[0] * spread[1]))
