"""A comparison of runs as it is told: for a terminal, as Markdown and as JSON."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from attrs import asdict, evolve

from rmg_plugin_stats.contrasts import Missing
from rmg_plugin_stats.equivalence import Margin
from rmg_plugin_stats.paired import Kind
from rmg_plugin_stats.reading import ColumnScores
from rmg_plugin_stats.reports import Grid, Report, Section, figure_json, interval, number
from rmg_plugin_stats.run_comparison import (
    Changed,
    ColumnComparison,
    RunComparison,
    SliceContrast,
)
from rmg_plugin_stats.significance import Significance

CORRECTIONS: Final = {
    "bh": "Benjamini-Hochberg, over all tests shown",
    "by": "Benjamini-Yekutieli, over all tests shown",
    "none": "not corrected",
}
_TESTS: Final[Mapping[Kind, str]] = {
    "binary": "tested by McNemar, exact, on the pairs that differ",
    "ordinal": "tested by Wilcoxon's signed ranks, which need no equal steps",
    "continuous": "tested by flipped signs of the differences, which need no normal ones",
}
_CLUSTERED: Final = (
    "tested by flipped signs of whole clusters, since the tests of single samples take these as "
    "independent"
)
_WORDS: Final = 12
_NONE: Final = "–"  # noqa: RUF001 - the dash that stands for no figure


def report_of(found: RunComparison) -> Report:
    """Return what was found as a report; A is the first run or column, and B the second."""
    return Report(
        f"A is {_side(found, 0)}, B is {_side(found, 1)}",
        {},
        [_overview(found), *(part for each in found.columns for part in _column(each, found))],
        found.warnings,
    )


def as_json(found: RunComparison) -> dict[str, Any]:
    """Return all figures as values of JSON; what is not available is null, with why."""
    question = found.question
    return {
        "first": found.first,
        "second": found.second,
        "paired_by": found.matched.by,
        "pairs": len(found.matched),
        "only_in_first": found.matched.only_first,
        "only_in_second": found.matched.only_second,
        "rows": found.rows_said,
        "cluster": question.cluster,
        "clusters": found.clusters,
        "level": question.level,
        "correction": question.correction,
        "warnings": list(found.warnings),
        "refused": dict(found.refused),
        "columns": {each.name: _column_json(each) for each in found.columns},
    }


def _side(found: RunComparison, at: int) -> str:
    place = (found.first, found.second)[at]
    couple = found.question.couple
    return place if couple is None else f"{couple[at]} of {place}"


def _overview(found: RunComparison) -> Section:
    level = f"{found.question.level:.0%} interval".replace("%", " %")
    head = ("", "A", "B", "B - A", level, "p", "corrected p", "B is")
    rows = [(each.name, *_cells(each.whole, each, found)) for each in found.columns]
    matched = found.matched
    alone = f"only in A: {matched.only_first:,}, only in B: {matched.only_second:,}"
    notes = [
        f"{len(matched):,} samples are in both, paired by {matched.by}; {alone}",
        f"corrected p: {CORRECTIONS[found.question.correction]}",
    ]
    if found.clusters is not None:
        notes.append(f"clusters of {found.question.cluster}: {found.clusters:,}")
    if found.rows_said:
        notes.append(f"rows: {found.rows_said}")
    notes += [f"{name} was not compared: {why}" for name, why in found.refused.items()]
    return Section("differences", "Differences", (), [Grid("", [head, *rows])], notes)


def _cells(part: SliceContrast, column: ColumnComparison, found: RunComparison) -> tuple[str, ...]:
    made = part.made
    return (
        number(made.first.value),
        number(made.second.value),
        number(made.comparison.difference.value),
        interval(evolve(made.comparison.difference, level=0.95)),
        _p(made.comparison.test.p_value),
        _p(part.adjusted),
        verdict_of(part, column, found.question.level),
    )


def verdict_of(part: SliceContrast, column: ColumnComparison, level: float) -> str:
    """Say what the corrected test says of the second: better, worse, or not told apart."""
    value, p = part.made.comparison.difference.value, part.adjusted
    if value is None:
        return "not available"
    if p is None or p > 1 - level or value == 0:
        return "not told apart"
    return "better" if (value > 0) == column.rule.higher_is_better else "worse"


def _column(column: ColumnComparison, found: RunComparison) -> Iterator[Section]:
    made = column.whole.made
    figures = [
        evolve(made.first, name="mean of A"),
        evolve(made.second, name="mean of B"),
        evolve(made.comparison.difference, name="B - A"),
        made.comparison.effect,
    ]
    title = f"{column.name}, scale {column.rule.scale or _NONE}"
    yield Section(column.name, title, figures, (), list(_notes(column, found)))
    if grids := [*_slice_grids(column, found), *_changes(column)]:
        yield Section(f"{column.name}.samples", f"{column.name}: its samples", (), grids)


def _notes(column: ColumnComparison, of: RunComparison) -> Iterator[str]:
    whole = column.whole
    found = whole.made.comparison
    is_clustered = of.clusters is not None and of.clusters < len(of.matched)
    why = _CLUSTERED if is_clustered else _TESTS[column.rule.kind]
    yield f"{column.rule.kind} scores ({column.kind_why}): {why}"
    yield _test(found.test)
    told = f"equal in {found.equal:,}, lower in {found.lower:,}"
    yield f"B is higher in {found.higher:,} pairs, {told}"
    yield f"coverage: A {_coverage(column.first)}; B {_coverage(column.second)}"
    if whole.missing.on_one_side or whole.missing.in_both:
        yield _missing(whole.missing)
    if whole.missing.on_one_side:
        yield _sensitivity(column)
    for said, margin in (
        ("B is no worse than A", whole.made.no_worse),
        ("A and B are alike", whole.made.equivalent),
    ):
        if margin is not None:
            yield _margin(said, margin)


def _test(test: Significance) -> str:
    if test.p_value is None:
        return f"{test.name}: not available, {test.why}"
    why = f"; {test.why}" if test.why else ""
    return f"{test.name}: p {_p(test.p_value)}, n {test.n:,} ({test.rule}{why})"


def _coverage(side: ColumnScores) -> str:
    total = len(side.scores)
    lacks = _counts({**side.errors, "skipped": side.skipped, "ranked": side.ranked})
    absent = f", {side.absent:,} without an outcome" if side.absent else ""
    share = f" ({side.scored / total:.1%})" if total else ""
    return f"{side.scored:,} of {total:,} scored{share}{', ' * bool(lacks)}{lacks}{absent}"


def _counts(lacks: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {kind}" for kind, count in lacks.items() if count)


def _missing(missing: Missing) -> str:
    parts = [
        f"in {side} alone {sum(lacks.values()):,} ({_counts(lacks)})"
        for side, lacks in (("A", missing.in_first), ("B", missing.in_second))
        if lacks
    ]
    parts += [f"in both {missing.in_both:,}"] if missing.in_both else []
    return f"pairs left out, with no score {', '.join(parts)}"


def _sensitivity(column: ColumnComparison) -> str:
    found = column.sensitivity
    if found is None:
        return "what the missing scores could change is not available: the scale is open"
    return (
        f"with the {found.n:,} pairs scored on one side, B - A were {number(found.worst)} if each "
        f"missing score were the worst, {number(found.best)} if the best, and between "
        f"{number(found.lowest)} and {number(found.highest)} whatever they were"
    )


def _margin(said: str, margin: Margin) -> str:
    shown = margin.difference
    level = f"{shown.level:.0%} interval".replace("%", " %")
    ends = interval(evolve(shown, level=0.95))
    p = f", p {_p(margin.test.p_value)}" if margin.test.p_value is not None else ""
    why = f" ({margin.why})" if margin.why else ""
    how = f"{margin.test.rule}{p}; {level} {ends}{why}"
    return f"{said} to within {margin.margin:g}: {margin.verdict}; {how}"


def _slice_grids(column: ColumnComparison, found: RunComparison) -> Iterator[Grid]:
    for path in found.question.slices:
        level = f"{found.question.level:.0%} interval".replace("%", " %")
        head = (path, "pairs", "A", "B", "B - A", level, "p", "corrected p", "B is", "in one alone")
        rows = [
            (
                part.value,
                f"{part.made.comparison.difference.n:,}",
                *_cells(part, column, found),
                f"{part.missing.on_one_side:,}",
            )
            for part in column.slices
            if part.path == path
        ]
        yield Grid(f"By {path}", [head, *rows])


def _changes(column: ColumnComparison) -> Iterator[Grid]:
    if column.changed:
        head = ("changed most", "A", "B", "said in A", "said in B")
        yield Grid("Samples that changed most", [head, *map(_change, column.changed)])


def _change(each: Changed) -> tuple[str, ...]:
    name = f"#{each.index}" if each.id is None else str(each.id)
    scores = number(each.first), number(each.second)
    return (name, *scores, _words(each.first_said), _words(each.second_said))


def _words(said: str) -> str:
    words = said.split()
    return " ".join(words[:_WORDS]) + (" …" if len(words) > _WORDS else "")


def _p(value: float | None) -> str:
    if value is None:
        return _NONE
    return "< 0.0001" if value < 1e-4 else f"{value:.4f}"


def _column_json(column: ColumnComparison) -> dict[str, Any]:
    scale = column.rule.scale
    return {
        "scale": None if scale is None else [scale.low, scale.high],
        "higher_is_better": column.rule.higher_is_better,
        "kind": column.rule.kind,
        "kind_why": column.kind_why,
        "coverage": {"first": _side_json(column.first), "second": _side_json(column.second)},
        **_part_json(column.whole),
        "sensitivity": None if column.sensitivity is None else asdict(column.sensitivity),
        "slices": [
            {"field": each.path, "value": each.value, **_part_json(each)} for each in column.slices
        ],
        "changed": [asdict(each) for each in column.changed],
    }


def _side_json(side: ColumnScores) -> dict[str, Any]:
    return {
        "column": side.name,
        "samples": len(side.scores),
        "scored": side.scored,
        "errors": dict(side.errors),
        "skipped": side.skipped,
        "ranked": side.ranked,
        "absent": side.absent,
    }


def _part_json(part: SliceContrast) -> dict[str, Any]:
    made = part.made
    found = made.comparison
    return {
        "first": figure_json(made.first),
        "second": figure_json(made.second),
        "difference": figure_json(found.difference),
        "effect": figure_json(found.effect),
        "test": asdict(found.test),
        "corrected_p": part.adjusted,
        "higher": found.higher,
        "equal": found.equal,
        "lower": found.lower,
        "missing": asdict(part.missing),
        "no_worse": _margin_json(made.no_worse),
        "equivalent": _margin_json(made.equivalent),
    }


def _margin_json(margin: Margin | None) -> dict[str, Any] | None:
    if margin is None:
        return None
    return {
        "margin": margin.margin,
        "verdict": margin.verdict,
        "difference": figure_json(margin.difference),
        "test": asdict(margin.test),
        "why": margin.why,
    }
