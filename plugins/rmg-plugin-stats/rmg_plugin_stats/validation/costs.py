"""What a run cost: calls, tokens, money, the seconds of its graders, and what that bought."""

from collections.abc import Iterable, Mapping
from typing import Any

from rmg_core import StoredRun
from rmg_plugin_stats.intervals import standard_error
from rmg_plugin_stats.reading import ColumnScores
from rmg_plugin_stats.reports import Grid, Section, number


def cost(run: StoredRun, columns: Iterable[ColumnScores] = ()) -> Section:
    """Return calls, tokens and money by model, the seconds by column, and the price of precision.

    That is money times the squared standard error of a mean, which stays the same however many
    samples are graded: of two judges the one with the smaller gives more for the money.
    """
    grids, notes = [], []
    calls = run.calls()
    summary = run.summary
    if calls:
        rows = [("model", "calls", "tokens in", "tokens out", "USD", "calls without a price")]
        rows += [
            (
                name,
                f"{each.calls:,}",
                f"{each.input_tokens:,}",
                f"{each.output_tokens:,}",
                "not available" if each.usd is None else f"{each.usd:.4f}",
                f"{each.unpriced:,}",
            )
            for name, each in calls.items()
        ]
        grids.append(Grid("calls of models", rows))
    else:
        notes.append("no model was called")
    notes += [
        f"model {name}: {each['hits']:,} stored replies were used again in the last run"
        for name, each in summary.get("models", {}).items()
        if each.get("hits")
    ]
    if seconds := _seconds(summary):
        grids.append(Grid("time in graders", [("grader", "seconds"), *seconds]))
    if prices := _prices(calls, columns):
        grids.append(Grid("price of precision", prices))
        notes.append("price of precision: USD of all models × SE² of the mean; less is better")
    return Section("cost", "Cost", grids=grids, notes=notes)


def _seconds(summary: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (name, f"{each['seconds']:.3f}")
        for name, each in summary.get("columns", {}).items()
        if isinstance(each.get("seconds"), float)
    ]


def _prices(calls: Mapping[str, Any], columns: Iterable[ColumnScores]) -> list[tuple[str, ...]]:
    """Return what a unit of 1/SE² cost; nothing where a call has no price."""
    money = [each.usd for each in calls.values()]
    if not money or None in money or any(each.unpriced for each in calls.values()):
        return []
    usd = sum(money)
    made = []
    for each in columns:
        error = standard_error(each.scores)
        if error is not None:
            made.append((each.name, number(error), number(usd * error**2)))
    return [("grader", "SE of its mean", "USD × SE²"), *made] if made else []
