"""Which analyzer of another project is which figure of a validation.

An operation takes a row's `input` and `expected`, and returns what we get and what was recorded.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from rmg_core import RunColumn
from rmg_plugin_stats.association import correlation, put_together
from rmg_plugin_stats.clusters import each_alone
from rmg_plugin_stats.reading import ColumnScores
from rmg_plugin_stats.reports import Section
from rmg_plugin_stats.validation.agreeing import agreement, classes
from rmg_plugin_stats.validation.covering import distribution_of
from rmg_plugin_stats.validation.matched import Asked, Match, match
from rmg_plugin_stats.validation.measuring import association
from rmg_plugin_stats.validation.people import People

Row = Mapping[str, Any]
Operation = Callable[[Row, Any], tuple[Any, Any]]


def scores_of(results: list[Row]) -> np.ndarray:
    return np.array([each["score"] for each in results], dtype=float)


def matched(row: Row) -> Match | str:
    """Set the recorded scores beside the recorded labels, as `rmg validate` does."""
    found = [each[row["label_path"]] for each in row["dataset"]]
    labels = [each[0] if isinstance(each, list) else each for each in found]
    line = tuple(None if each is None else float(each) for each in labels)
    scores = scores_of(row["grader_results"])
    column = ColumnScores(RunColumn("judge"), scores, None)
    return match(column, People(("people",), (line,)), each_alone(len(scores)), Asked())


def figure(section: Callable[[Match], Section | None], name: str, row: Row) -> float | None:
    """Return a figure of a section; None where it is not available."""
    made = matched(row)
    found = None if isinstance(made, str) else section(made)
    if found is None:
        return None
    return next(each.value for each in found.figures if each.name == name)


def distribution(row: Row, expected: Row) -> tuple[Any, Any]:
    found = distribution_of(scores_of(row["grader_results"]))
    names = {
        "mean": "mean",
        "median": "median",
        "stdev": "standard deviation",
        "min_score": "lowest",
        "max_score": "highest",
    }
    return {key: found[name] for key, name in names.items()}, {key: expected[key] for key in names}


def accuracy(row: Row, expected: Row) -> tuple[Any, Any]:
    return figure(agreement, "agreement", row), expected["accuracy"]


def consistency(row: Row, expected: Row) -> tuple[Any, Any]:
    both = put_together(scores_of(row["grader_results"]), scores_of(row["another_grader_results"]))
    return correlation(both, "pearson").value, expected["consistency"]


def correlated(row: Row, expected: Row) -> tuple[Any, Any]:
    return figure(association, "Pearson's r", row), expected["correlation"]


def f1(row: Row, expected: Row) -> tuple[Any, Any]:
    return figure(classes, "micro F1", row), expected["f1_score"]


def rate(name: str, key: str) -> Operation:
    def operation(row: Row, expected: Row) -> tuple[Any, Any]:
        return figure(classes, f"{name} of 1", row), expected[key]

    return operation


OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {
        "DistributionAnalyzer.analyze": distribution,
        "AccuracyAnalyzer.analyze": accuracy,
        "ConsistencyAnalyzer.analyze": consistency,
        "CorrelationAnalyzer.analyze": correlated,
        "F1ScoreAnalyzer.analyze": f1,
        "FalseNegativeAnalyzer.analyze": rate("fnr", "false_negative_rate"),
        "FalsePositiveAnalyzer.analyze": rate("fpr", "false_positive_rate"),
        "PrecisionAnalyzer.analyze": rate("precision", "precision"),
        "RecallAnalyzer.analyze": rate("sensitivity", "recall"),
    }
)
"""Operation → what of ours it is."""
