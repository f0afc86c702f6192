"""Two lines of scores of the same samples: their means, their difference, and what it rests on."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from attrs import field, frozen

from rmg_core import Scale
from rmg_plugin_stats.clusters import Clusters
from rmg_plugin_stats.equivalence import Margin, equivalent, non_inferior
from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.intervals import mean
from rmg_plugin_stats.paired import Comparison, Kind, compare, pair
from rmg_plugin_stats.samples import Floats
from rmg_plugin_stats.scores import ends_of

MOST_GRADES = 20
"""Whole numbers of more different values than that are taken for measurements."""

Ends = tuple[float, float]


@frozen
class Rule:
    """By what two lines of scores are compared."""

    scale: Scale | None
    kind: Kind
    level: float = 0.95
    margin: float | None = None

    @property
    def bounds(self) -> Ends | None:
        scale = self.scale
        if scale is None or scale.low is None or scale.high is None:
            return None
        return scale.low, scale.high

    @property
    def span(self) -> float | None:
        return None if self.bounds is None else self.bounds[1] - self.bounds[0]

    @property
    def higher_is_better(self) -> bool:
        return self.scale is None or self.scale.higher_is_better


@frozen
class Contrast:
    """A comparison of two lines; the means are over the pairs, so that they tell the difference.

    `no_worse` and `equivalent` are there where a margin was given.
    """

    first: Figure
    second: Figure
    comparison: Comparison
    no_worse: Margin | None = None
    equivalent: Margin | None = None


@frozen
class Missing:
    """What of the pairs has no score: in the second alone, in the first alone, and in both.

    The first two count by what is there instead: `skipped`, `absent`, or a kind of error.
    """

    in_second: Mapping[str, int] = field(factory=dict)
    in_first: Mapping[str, int] = field(factory=dict)
    in_both: int = 0

    @property
    def on_one_side(self) -> int:
        return sum(self.in_first.values()) + sum(self.in_second.values())


@frozen
class Sensitivity:
    """What the difference would be, second - first, if samples scored on one side were on both.

    `worst` and `best` give every missing score the worst or best end of the scale; `lowest` and
    `highest` are the least and the largest difference that any scores could make of it.
    """

    worst: float
    best: float
    lowest: float
    highest: float
    n: int


def kind_of(first: Floats, second: Floats, scale: Scale | None) -> tuple[Kind, str]:
    """Return which kind of scores two lines have, and why."""
    seen = np.unique(np.concatenate([first, second]))
    seen = seen[~np.isnan(seen)]
    is_unit = scale is not None and (scale.low, scale.high) == (0, 1)
    if len(seen) and is_unit and np.isin(seen, (0.0, 1.0)).all():
        return "binary", "every score is 0 or 1"
    if len(seen) and len(seen) <= MOST_GRADES and (seen == np.round(seen)).all():
        return "ordinal", f"scores are {len(seen)} different whole numbers"
    return "continuous", f"scores have {len(seen):,} different values"


def contrast(first: Floats, second: Floats, rule: Rule, clusters: Clusters) -> Contrast:
    """Compare two lines of scores of the same samples, nan where missing."""
    both = ~np.isnan(first) & ~np.isnan(second)
    groups = clusters.only(both)
    one, other = (
        mean(line[both], bounds=ends_of(rule.scale), clusters=groups, level=rule.level)
        for line in (first, second)
    )
    found = compare(
        first, second, kind=rule.kind, span=rule.span, clusters=clusters, level=rule.level
    )
    if rule.margin is None:
        return Contrast(one, other, found)
    pairs, alpha = pair(first, second, clusters), 1 - rule.level
    return Contrast(
        one,
        other,
        found,
        non_inferior(
            pairs,
            rule.margin,
            higher_is_better=rule.higher_is_better,
            span=rule.span,
            alpha=alpha,
        ),
        equivalent(pairs, rule.margin, span=rule.span, alpha=alpha),
    )


def missing_of(first: Sequence[str], second: Sequence[str]) -> Missing:
    """Count what has no score, from why each sample has none; empty where it has one."""
    pairs = list(zip(first, second, strict=True))
    return Missing(
        dict(Counter(theirs for ours, theirs in pairs if theirs and not ours)),
        dict(Counter(ours for ours, theirs in pairs if ours and not theirs)),
        sum(1 for ours, theirs in pairs if ours and theirs),
    )


def sensitivity(first: Floats, second: Floats, rule: Rule) -> Sensitivity | None:
    """Say how far the samples with a score on one side alone could move the difference.

    None where there is no such sample, or the scale is open.
    """
    bounds = rule.bounds
    lone = np.isnan(first) != np.isnan(second)
    if bounds is None or not lone.any():
        return None
    either = ~np.isnan(first) | ~np.isnan(second)
    one, other = first[either], second[either]

    def filled(in_first: float, in_second: float) -> float:
        left, right = np.nan_to_num(one, nan=in_first), np.nan_to_num(other, nan=in_second)
        return float((right - left).mean())

    low, high = bounds
    worst, best = bounds if rule.higher_is_better else bounds[::-1]
    return Sensitivity(
        filled(worst, worst),
        filled(best, best),
        filled(high, low),
        filled(low, high),
        int(lone.sum()),
    )
