"""`rmg check`: every mistake of a config, before anything runs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import attrs
import click

from rmg_core.cli import arguments
from rmg_core.cli.exits import FAILED, WRONG_QUESTION
from rmg_core.cli.screen import counted, one_line, show, show_json, tell
from rmg_core.cli.verbs import example

if TYPE_CHECKING:
    from rmg_core.cli.preflight import Ready
    from rmg_core.errors import Problem

SHOWN: Final = 20
"""So many problems of a dataset are shown; it may have a million."""


@click.command(
    "check",
    epilog=example(
        "rmg check qa.toml", "rmg check --no-import theirs.toml", "rmg check qa.toml --pairs"
    ),
)
@arguments.config
@arguments.overrides
@click.option("--no-import", is_flag=True, help="Read the config alone: import and open nothing.")
@click.option(
    "--pairs",
    is_flag=True,
    help="Then let its graders grade their own examples and minimal pairs, which costs calls.",
)
@arguments.as_json
def command(
    config: str, overrides: tuple[str, ...], no_import: bool, pairs: bool, as_json: bool
) -> None:
    """Find every mistake of a config before anything runs.

    Looks at its keys and types, at every name and option, and at the rows of its dataset.
    Exits 2 when something is wrong, and 1 when a pair comes out in the wrong order.
    """
    from rmg_core.errors import ConfigError, DataError

    if pairs and no_import:
        raise click.UsageError("--pairs runs the graders, and --no-import imports none")
    made: dict[str, Any] = {}
    problems: Sequence[Problem] = ()
    ready: Ready | None = None
    try:
        if no_import:
            made, said = _read(config, overrides)
        else:
            ready, made, said = _looked_at(config, overrides)
    except (ConfigError, DataError) as fault:
        problems = fault.problems
    wrong = 0
    if pairs and ready is not None:
        wrong, made["trials"], tried = _tried(ready)
        said = f"{said}\n\n{tried}"
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
    if problems or wrong:
        raise click.exceptions.Exit(WRONG_QUESTION if problems else FAILED)


def _tried(ready: "Ready") -> tuple[int, list[dict[str, Any]], str]:
    """Run the trials of the graders: the wrong pairs, all trials as JSON, and as a text.

    Raises:
        ConfigError: a secret is not there, or no grader has trials.
        DefinitionError: the trials of a grader are none.
        RunFailed: a grader could not be opened.
    """
    from rmg_core.cli.trials import (
        failed_pairs,
        needs_said,
        trials_in,
        trials_text,
        without_trials,
    )
    from rmg_core.errors import ConfigError, Problem

    if ready.warnings:  # of secrets, which models need now
        raise ConfigError([Problem(each) for each in ready.warnings])
    trials = trials_in(ready.plan)
    if not trials.graders:
        hint = "they stand in rubric files; leave --pairs out"
        raise ConfigError([Problem("no grader of the config has examples or pairs", hint)])
    if said := without_trials(ready.plan, trials):
        tell(one_line(said, 2000))
    tell(one_line(needs_said(trials.needs()), 2000))
    tried = trials.run()
    return failed_pairs(tried), [each.to_json() for each in tried], trials_text(tried)


def _read(path: str, overrides: Sequence[str]) -> tuple[dict[str, Any], str]:
    from rmg_core.config import load_config

    config = load_config(path, overrides)
    graders, aggregators = len(config.graders), len(config.aggregators)
    said = f"{counted(graders, 'grader')}, {counted(aggregators, 'aggregator')}"
    return (
        {"graders": graders, "aggregators": aggregators},
        f"{said}: well written; names, options and dataset were not looked at",
    )


def _looked_at(path: str, overrides: Sequence[str]) -> "tuple[Ready, dict[str, Any], str]":
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
    return ready, known, f"{', '.join(said)}: ready"
