"""`rmg plan`: what a config would run."""

import inspect
from typing import TYPE_CHECKING, Any, Final

import click

from rmg_core.cli import arguments
from rmg_core.cli.screen import counted, in_columns, show, show_json
from rmg_core.cli.verbs import example

if TYPE_CHECKING:
    from rmg_core.cli.preflight import Ready
    from rmg_core.plan import PlannedAggregator, PlannedGrader
    from rmg_core.runner.archive import Again
    from rmg_core.runner.survey import Survey


_LEFT_OUT: Final = (("skipped", "row", "skipped"), ("duplicates", "duplicate", "left out"))


@click.command("plan", epilog=example("rmg plan qa.toml"))
@arguments.config
@arguments.overrides
@arguments.of_run
@click.option(
    "--precision",
    type=arguments.Finite(min=0, min_open=True),
    metavar="WIDTH",
    help="Say how many samples a mean needs that is known to ± WIDTH, on the grader's scale, "
    "by what the run directory holds of an earlier run. Needs rmg-plugin-stats.",
)
@arguments.as_json
def command(  # noqa: PLR0917 - click calls it by name
    config: str,
    overrides: tuple[str, ...],
    on_bad_row: str | None,
    limit: int | None,
    run_dir: str | None,
    again: "Again | None",
    offline: bool,
    precision: float | None,
    as_json: bool,
) -> None:
    """Say what a config would run, and what of it an earlier run has done.

    A grader's fingerprint changes with everything that can change its grades. For each model it
    says how many calls are to be made, what they cost, and whether the budget allows that: the
    graders are called as far as replies are stored, and no model is. With --offline it says how
    many cells stored replies are enough for, and which replies are missing.
    """
    from rmg_core.cli.needs import needs_json
    from rmg_core.cli.preflight import preflight
    from rmg_core.cli.surveying import outlook_of

    ready = preflight(config, arguments.with_rule(overrides, on_bad_row), run_dir)
    outlook = outlook_of(ready, limit, again or "failed")
    made = _json(ready, outlook.survey) | needs_json(ready, outlook, is_offline=offline)
    if precision is not None:
        made["precision"] = _precision(ready, precision)
    if as_json:
        show_json(made)
    else:
        show(_text(made))


def _precision(ready: "Ready", width: float) -> list[dict[str, Any]]:
    """Ask the pack of statistics what an earlier run says of how precise this one will be.

    Raises:
        ConfigError: the pack is not there.
        DataError: there is no earlier run.
    """
    from rmg_core.errors import ConfigError, Problem
    from rmg_core.runs.stored import StoredRun
    from rmg_core.statistics import statistic

    advise = statistic("precision")
    if advise is None:
        hint = "run `pip install rmg-plugin-stats`; `rmg plugins` says whether it can be used"
        raise ConfigError([Problem("--precision needs the pack stats", hint)])
    with StoredRun.open(ready.run_dir) as pilot:
        found: list[dict[str, Any]] = advise(pilot, width=width, samples=ready.report.samples)
    return found


def _json(ready: "Ready", survey: "Survey") -> dict[str, Any]:
    plan, report = ready.plan, ready.report
    graders = [
        _grader(each, ready.config.graders[each.name].use, report.samples) for each in plan.graders
    ]
    return {
        "dataset": {
            "name": ready.dataset.name,
            "rows": report.rows,
            "samples": report.samples,
            "skipped": report.skipped,
            "duplicates": report.duplicates,
        },
        "graders": graders,
        "aggregators": [_aggregator(each) for each in plan.aggregators],
        "cells": survey.cells,
        "cells_to_run": survey.to_run,
        "to_run": str(survey),
        "max_concurrency": plan.max_concurrency,
        "max_errors": plan.max_errors,
        "run_dir": str(ready.run_dir),
    }


def _grader(planned: "PlannedGrader", use: str, samples: int) -> dict[str, Any]:
    return {
        "name": planned.name,
        # Of what comes from a pack, the full name; of a file, the name as the config has it.
        "use": planned.identity.name if planned.identity.distribution else use,
        "cells": samples * planned.repeats,
        "repeats": planned.repeats,
        "lane": _lane(planned),
        "scale": str(planned.scale),
        "max_concurrency": planned.max_concurrency,
        "timeout": planned.timeout,
        "when": None if planned.when is None else planned.when.text,
        "fingerprint": planned.identity.digest.hex() or None,
        "unknown": planned.identity.unknown,
        "calls": _calls(planned),
    }


def _calls(planned: "PlannedGrader") -> str | None:
    """Return what a grader says of the calls of one sample.

    A grader that is a class may have a method `calls(self)`, which tells it in words.
    """
    options = planned.grader.options
    is_method = inspect.isfunction(getattr(type(options), "calls", None))
    return str(options.calls()) if is_method else None


def _lane(planned: "PlannedGrader") -> str:
    if planned.recipe is not None:
        return "process"
    return "loop" if planned.grader.spec.is_async else "thread"


def _aggregator(planned: "PlannedAggregator") -> dict[str, Any]:
    return {
        "name": planned.name,
        "reads": list(planned.reads),
        "repeats_of": planned.repeats_of,
        "group_by": None if planned.group_by is None else planned.group_by.text,
        "scale": None if planned.scale is None else str(planned.scale),
    }


def _text(made: dict[str, Any]) -> str:
    from rmg_core.cli.needs import needs_text

    dataset = made["dataset"]
    left_out = [
        f"{counted(dataset[key], noun)} {done}" for key, noun, done in _LEFT_OUT if dataset[key]
    ]
    head = f"{counted(dataset['samples'], 'sample')} from {dataset['name']}"
    parts = [f"{head} ({', '.join(left_out)})" if left_out else head]
    rows = [("grader", "uses", "cells", "repeats", "lane", "scale", "limits", "fingerprint")]
    rows += [
        (
            each["name"],
            each["use"],
            f"{each['cells']:,}",
            str(each["repeats"]),
            each["lane"],
            each["scale"],
            _limits(each),
            (each["fingerprint"] or "none")[:8],
        )
        for each in made["graders"]
    ]
    parts.append(in_columns(rows))
    if unknown := [(each["name"], each["unknown"]) for each in made["graders"] if each["unknown"]]:
        parts.append(in_columns([("grader", "is graded at every run, since"), *unknown]))
    if asking := [(each["name"], each["calls"]) for each in made["graders"] if each["calls"]]:
        parts.append(in_columns([("grader", "calls of one sample"), *asking]))
    if gated := [(each["name"], each["when"]) for each in made["graders"] if each["when"]]:
        parts.append(in_columns([("grader", "runs only when"), *gated]))
    if made["aggregators"]:
        columns = [("aggregator", "combines", "scale")]
        columns += [
            (each["name"], _combined(each), each["scale"] or "-") for each in made["aggregators"]
        ]
        parts.append(in_columns(columns))
    parts += needs_text(made)
    if advice := made.get("precision"):
        parts.append(in_columns(_advice(advice)))
    parts.append(
        f"{made['to_run']}\nat most {made['max_concurrency']} at once, to {made['run_dir']}"
    )
    return "\n\n".join(parts)


def _advice(advice: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    """Lay out what is said of precision: a row a column."""
    head = (
        "column",
        "spread",
        "of",
        "all samples give",
        "wanted",
        "samples needed",
        "best repeats",
    )
    return [head, *(_advised(each) for each in advice)]


def _advised(each: dict[str, Any]) -> tuple[str, ...]:
    if each["why"]:
        return (each["name"], "not available", each["why"], "", "", "", "")
    repeats = each["best_repeats"]
    return (
        each["name"],
        f"{each['deviation']:.3g}",
        counted(each["pilot"], "sample"),
        f"± {each['half_width']:.2g}",
        f"± {each['wanted']:.2g}",
        f"{each['needed']:,}",
        "-" if repeats is None else str(repeats),
    )


def _limits(grader: dict[str, Any]) -> str:
    said = []
    if grader["max_concurrency"] is not None:
        said.append(f"{grader['max_concurrency']} at once")
    if grader["timeout"] is not None:
        said.append(f"{grader['timeout']:g} s")
    return ", ".join(said) or "-"


def _combined(aggregator: dict[str, Any]) -> str:
    if aggregator["repeats_of"]:
        return f"the repeats of {aggregator['repeats_of']}"
    said = ", ".join(aggregator["reads"])
    return f"{said} by {aggregator['group_by']}" if aggregator["group_by"] else said
