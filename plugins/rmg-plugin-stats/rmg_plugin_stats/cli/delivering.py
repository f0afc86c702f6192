"""How verbs hand out a report: for a reader, as JSON, as Markdown, or into a file."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from rmg_core.cli import Finite, one_line, opened, show, show_json, show_table, tell

if TYPE_CHECKING:
    from rmg_plugin_stats.reports import Report

Command = TypeVar("Command", bound=Callable[..., Any])


def forms(command: Command) -> Command:
    """Add the options that say in which form a report is wanted: `deliver` takes their values."""
    for option in reversed(_FORMS):
        command = option(command)
    return command


level_of_intervals = click.option(
    "--level",
    type=Finite(min=0.5, max=1, max_open=True),
    default=0.95,
    metavar="SHARE",
    help="The level of intervals.",
)

_FORMS = (
    click.option("--json", "as_json", is_flag=True, help="Write JSON."),
    click.option("--markdown", "as_markdown", is_flag=True, help="Write Markdown."),
    click.option(
        "-o",
        "--output",
        metavar="FILE",
        help="Write the report to a file: JSON if it ends in .json, or else Markdown.",
    ),
)


def check_forms(*, as_json: bool, as_markdown: bool) -> None:
    """See to it that one form is wanted, before anything is computed.

    Raises:
        click.UsageError: two are.
    """
    if as_json and as_markdown:
        raise click.UsageError("--json and --markdown are two forms: choose one")


def deliver(
    report: "Report",
    place: Path,
    *,
    as_json: bool,
    as_markdown: bool,
    output: str | None,
    values: Any = None,
) -> None:
    """Write a report about the run in `place`; `values` are its JSON, where it has another."""
    for warning in report.warnings:
        tell(one_line(warning, 2000))
    made = report.as_json() if values is None else values
    if output is not None:
        is_json = as_json or (Path(output).suffix.lower() == ".json" and not as_markdown)
        write(output, place, _text(made) if is_json else report.as_markdown())
        tell(f"the report is saved: {output}")
    elif as_json:
        show_json(made)
    elif as_markdown:
        show(report.as_markdown())
    else:
        report.show(show, show_table)


def write(output: str, place: Path, text: str) -> None:
    """Write a file, which is none of those of the run in `place`."""
    with opened(output, place) as file:
        file.write(text.encode("utf-8", "backslashreplace"))


def _text(values: Any) -> str:
    return json.dumps(values, indent=2, ensure_ascii=False, default=str, allow_nan=False) + "\n"
