"""What a run cost: calls, tokens, money, and the seconds of its graders."""

import json
from typing import Any

from rmg_core import StoredRun
from rmg_plugin_stats.reports import Grid, Section


def cost(run: StoredRun) -> Section:
    """Return calls, tokens and money by model, and the seconds by column."""
    grids, notes = [], []
    calls = run.calls()
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
    seconds = _seconds(run)
    if seconds:
        grids.append(Grid("time in graders", [("grader", "seconds"), *seconds]))
    return Section("cost", "Cost", grids=grids, notes=notes)


def _seconds(run: StoredRun) -> list[tuple[str, str]]:
    """Return what the summary of the run says; nothing where the run has none yet."""
    try:
        made: Any = json.loads((run.place / "summary.json").read_bytes())
        columns = made["columns"]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    if not isinstance(columns, dict):
        return []
    return [
        (name, f"{each['seconds']:.3f}")
        for name, each in columns.items()
        if isinstance(each.get("seconds"), float)
    ]
