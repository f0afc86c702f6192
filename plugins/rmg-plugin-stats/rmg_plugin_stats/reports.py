"""A report: figures and tables under headings, for a terminal, as Markdown and as JSON."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from attrs import asdict, field, frozen

from rmg_plugin_stats.figures import Figure

_HEAD = ("figure", "value", "interval", "n", "how")


@frozen
class Grid:
    """A table of texts under a title, the first row of which are the headings."""

    title: str
    rows: Sequence[Sequence[str]] = field(converter=tuple[Sequence[str], ...])


@frozen
class Section:
    """Figures, tables and notes under one heading; `key` names it in JSON."""

    key: str
    title: str
    figures: Sequence[Figure] = field(default=(), converter=tuple[Figure, ...])
    grids: Sequence[Grid] = field(default=(), converter=tuple[Grid, ...])
    notes: Sequence[str] = field(default=(), converter=tuple[str, ...])


@frozen
class Report:
    """What a verb found; `facts` are what it rests on, such as the names of the runs."""

    title: str
    facts: dict[str, Any]
    sections: Sequence[Section] = field(converter=tuple[Section, ...])
    warnings: Sequence[str] = field(default=(), converter=tuple[str, ...])

    def as_json(self) -> dict[str, Any]:
        """Return it as values of JSON; what is not available is null, with why."""
        return {
            **self.facts,
            "warnings": list(self.warnings),
            "sections": {each.key: _section_json(each) for each in self.sections},
        }

    def as_markdown(self) -> str:
        lines = [f"# {_escaped(self.title)}", ""]
        lines += [f"> {_escaped(each)}\n" for each in self.warnings]
        for section in self.sections:
            lines += [f"## {_escaped(section.title)}", ""]
            for title, rows in _tables(section):
                lines += [f"**{_escaped(title)}**", ""] if title else []
                lines += [*_markdown(rows), ""]
            lines += [f"- {_escaped(each)}" for each in section.notes]
            lines += [""] if section.notes else []
        return "\n".join(lines).rstrip() + "\n"

    def show(
        self, say: Callable[[str], None], lay_out: Callable[[Sequence[Sequence[str]]], None]
    ) -> None:
        """Write it for a reader: `say` writes lines, and `lay_out` a table."""
        say(self.title)
        for section in self.sections:
            say(f"\n{section.title}")
            for title, rows in _tables(section):
                say(f"\n{title}" if title else "")
                lay_out(rows)
            if section.notes:
                say("\n" + "\n".join(" ".join(each.split()) for each in section.notes))


def figure_row(figure: Figure) -> tuple[str, str, str, str, str]:
    """Return a figure as a row: name, value, interval, n with its unit, rule or reason."""
    how = figure.why if figure.value is None else "; ".join(filter(None, (figure.rule, figure.why)))
    return figure.name, number(figure.value), interval(figure), f"{figure.n:,} {figure.unit}", how


def figure_json(figure: Figure) -> dict[str, Any]:
    """Return a figure as values of JSON; what is not available is null, with why."""
    return _finite(asdict(figure))


def number(value: float | None) -> str:
    """Write a number to four digits, or that there is none."""
    if value is None or not math.isfinite(value):
        return "not available"
    return f"{value:.4g}" if abs(value) < 1 else f"{value:,.4g}"


def interval(figure: Figure) -> str:
    """Write the interval of a figure; another level than 95 % is said."""
    if figure.low is None or figure.high is None:
        return "–"  # noqa: RUF001 - the dash that stands for no figure
    level = "" if figure.level == 0.95 else f" ({figure.level:.0%})"
    return f"{number(figure.low)} to {number(figure.high)}{level}"


def _tables(section: Section) -> list[tuple[str, list[tuple[str, ...]]]]:
    made: list[tuple[str, list[tuple[str, ...]]]] = []
    if section.figures:
        made.append(("", [_HEAD, *map(figure_row, section.figures)]))
    return [*made, *((each.title, [tuple(row) for row in each.rows]) for each in section.grids)]


def _section_json(section: Section) -> dict[str, Any]:
    made: dict[str, Any] = {"title": section.title}
    if section.figures:
        made["figures"] = [figure_json(each) for each in section.figures]
    for grid in section.grids:
        head, *rows = grid.rows
        made.setdefault("tables", {})[grid.title] = [
            dict(zip(head, row, strict=True)) for row in rows
        ]
    if section.notes:
        made["notes"] = list(section.notes)
    return made


def _finite(made: dict[str, Any]) -> dict[str, Any]:
    return {
        key: None if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in made.items()
    }


def _markdown(rows: Sequence[Sequence[str]]) -> list[str]:
    head, *body = [[_escaped(cell) for cell in row] for row in rows]
    rule = ["---", *["---:"] * (len(head) - 1)]
    return [f"| {' | '.join(row)} |" for row in (head, rule, *body)]


def _escaped(text: str) -> str:
    """Write a text that may be a stranger's so that Markdown shows it as it is, on one line."""
    from rmg_core.cli import one_line

    shown = one_line(text, most=len(text) + 1)
    return "".join(f"\\{sign}" if sign in r"\`*_[]<>|#" else sign for sign in shown)
