"""`rmg check`: every mistake of a config, before anything runs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import attrs
import click

from rmg_core.cli import arguments
from rmg_core.cli.exits import WRONG_QUESTION
from rmg_core.cli.screen import counted, one_line, show, show_json, tell
from rmg_core.cli.verbs import example

if TYPE_CHECKING:
    from rmg_core.errors import Problem

SHOWN: Final = 20
"""So many problems of a dataset are shown; it may have a million."""


@click.command("check", epilog=example("rmg check qa.toml", "rmg check --no-import theirs.toml"))
@arguments.config
@arguments.overrides
@click.option("--no-import", is_flag=True, help="Read the config alone: import and open nothing.")
@arguments.as_json
def command(config: str, overrides: tuple[str, ...], no_import: bool, as_json: bool) -> None:
    """Find every mistake of a config before anything runs.

    Looks at its keys and types, at every name and option, and at the rows of its dataset.
    Exits 2 when something is wrong.
    """
    from rmg_core.errors import ConfigError, DataError

    made: dict[str, Any] = {}
    problems: Sequence[Problem] = ()
    try:
        made, said = _read(config, overrides) if no_import else _looked_at(config, overrides)
    except (ConfigError, DataError) as fault:
        problems = fault.problems
    if as_json:
        listed = [attrs.asdict(each) for each in problems]
        show_json({"config": config, "ready": not problems, **made, "problems": listed})
    elif not problems:
        show(f"{config}: {said}")
    else:
        own = [each for each in problems if each.file == config or each.line is None]
        rows = [each for each in problems if each not in own]
        for each in (*own, *rows[:SHOWN]):
            tell(one_line(str(each), 2000))
        if len(rows) > SHOWN:
            tell(f"… and {len(rows) - SHOWN:,} more, which --json lists")
        tell("1 problem" if len(problems) == 1 else f"{len(problems)} problems")
    if problems:
        raise click.exceptions.Exit(WRONG_QUESTION)


def _read(path: str, overrides: Sequence[str]) -> tuple[dict[str, Any], str]:
    from rmg_core.config import load_config

    config = load_config(path, overrides)
    graders, aggregators = len(config.graders), len(config.aggregators)
    said = f"{counted(graders, 'grader')}, {counted(aggregators, 'aggregator')}"
    return (
        {"graders": graders, "aggregators": aggregators},
        f"{said}: well written; names, options and dataset were not looked at",
    )


def _looked_at(path: str, overrides: Sequence[str]) -> tuple[dict[str, Any], str]:
    from rmg_core.cli.preflight import preflight
    from rmg_core.cli.report import tell_warnings

    ready = preflight(path, overrides)
    report, plan = ready.report, ready.plan
    counts = {
        "graders": len(plan.graders),
        "aggregators": len(plan.aggregators),
        "samples": report.samples,
    }
    tell_warnings(report)
    for warning in ready.warnings:
        tell(one_line(warning, 2000))
    said = [counted(count, noun[:-1]) for noun, count in counts.items()]
    left_out = {"rows_skipped": report.skipped, "duplicates": report.duplicates}
    known = {**counts, **left_out, "warnings": list(ready.warnings)}
    return known, f"{', '.join(said)}: ready"
