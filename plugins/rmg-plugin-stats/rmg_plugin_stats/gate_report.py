"""What became of gates as it is told: for a terminal, as Markdown for a CI job, and as JSON."""

from typing import Any, Final

from attrs import evolve

from rmg_plugin_stats.gate_rules import GateReport, RuleVerdict
from rmg_plugin_stats.gating import Verdict
from rmg_plugin_stats.reports import Grid, Report, Section, figure_json, interval, number

_SIGNS: Final[dict[Verdict, str]] = {"pass": "✅", "fail": "❌", "inconclusive": "❔"}
_SAID: Final[dict[Verdict, str]] = {
    "pass": "passes",
    "fail": "fails",
    "inconclusive": "is not decided",
}

_PARTICIPLES: Final[dict[Verdict, str]] = {
    "pass": "passed",
    "fail": "failed",
    "inconclusive": "inconclusive",
}


def report_of(found: GateReport) -> Report:
    """Return what was found as a report, which is also the summary of a CI job."""
    head = ("gate", "rule", "bound", "verdict", "value", "interval", "n", "why")
    rows = [_row(each) for each in found.rules]
    notes = [sentence(found)]
    if found.pairs is not None:
        notes.append(f"compared with {found.against} over {found.pairs:,} samples that both have")
    rules = Section("rules", "Rules", (), [Grid("", [head, *rows])], notes)
    title = f"{_SIGNS[found.verdict]} {found.run} {_SAID[found.verdict]}"
    return Report(title, {}, [rules], found.warnings)


def sentence(found: GateReport) -> str:
    """Say the verdict over all rules, and of how many rules it is made."""
    counts = [
        f"{len(found.of(verdict)):,} {said}"
        for verdict, said in _PARTICIPLES.items()
        if found.of(verdict)
    ]
    return f"{found.verdict}: {', '.join(counts)} of {len(found.rules):,} rules"


def as_json(found: GateReport) -> dict[str, Any]:
    """Return it as values of JSON; what is not available is null, with why."""
    return {
        "run": found.run,
        "against": found.against,
        "pairs": found.pairs,
        "verdict": found.verdict,
        "warnings": list(found.warnings),
        "rules": [_rule_json(each) for each in found.rules],
    }


def why_of(each: RuleVerdict) -> str:
    """Say what a verdict rests on, or why there is none."""
    return each.made.why or each.made.figure.rule


def _row(each: RuleVerdict) -> tuple[str, ...]:
    figure = each.made.figure
    is_counted = figure.low is not None and figure.low == figure.high
    return (
        each.gate,
        each.name,
        f"{each.bound:g}",
        each.made.verdict,
        number(figure.value),
        "counted" if is_counted else interval(evolve(figure, level=round(figure.level, 4))),
        f"{figure.n:,} {figure.unit}",
        why_of(each),
    )


def _rule_json(each: RuleVerdict) -> dict[str, Any]:
    return {
        "gate": each.gate,
        "column": each.column,
        "rule": each.rule,
        "bound": each.bound,
        "where": each.where,
        "verdict": each.made.verdict,
        "figure": figure_json(each.made.figure),
        "needed": each.made.needed,
        "why": each.made.why,
    }
