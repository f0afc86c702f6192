"""Samples by what a field of their rows says: slices of a run, and clusters of it."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from rmg_core import DataError, Problem
from rmg_plugin_stats.clusters import Clusters, cluster_by
from rmg_plugin_stats.samples import Flags

MOST_SLICES = 50
NOTHING_THERE = "(nothing)"
"""The slice of samples whose row has no such field."""


def value_text(value: Any) -> str:
    """Write a value of a row: a text as it is, `true`, `3`, what is nested as JSON."""
    if value is None:
        return NOTHING_THERE
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)


def clusters_by(values: Sequence[Any]) -> Clusters:
    """Return the clusters that the values of a field make; None is a cluster of its own."""
    return cluster_by([None if each is None else value_text(each) for each in values])


def slices_by(path: str, values: Sequence[Any]) -> Iterator[tuple[str, Flags]]:
    """Yield each value of a field, the most frequent first, with the samples that have it.

    Raises:
        DataError: it has so many values that they are no slices.
    """
    texts = np.array([*map(value_text, values)], dtype=object)
    found, codes, counts = np.unique(texts, return_inverse=True, return_counts=True)
    if len(found) > MOST_SLICES:
        said = f"{path!r} has {len(found):,} different values, more than {MOST_SLICES} slices"
        raise DataError([Problem(said, "name a field that has few, such as a language")])
    for code in np.argsort(-counts, kind="stable"):
        yield str(found[code]), codes == code
