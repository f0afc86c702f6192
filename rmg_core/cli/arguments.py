"""The arguments that several verbs share."""

import math
from collections.abc import Callable
from typing import Any, Final, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


class Finite(click.FloatRange):
    """A number of the command line, within a range if one is given; never nan nor infinite."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        found = float(super().convert(value, param, ctx))
        if not math.isfinite(found):
            self.fail(f"{value!r} is no finite number", param, ctx)
        return found


def config(command: Command) -> Command:
    return click.argument("config", metavar="CONFIG")(command)


def overrides(command: Command) -> Command:
    return click.option(
        "--set",
        "overrides",
        metavar="KEY=VALUE",
        multiple=True,
        help="Put a value in the place of what the config says; may be given again.",
    )(command)


def as_json(command: Command) -> Command:
    return click.option("--json", "as_json", is_flag=True, help="Write JSON.")(command)


def of_run(command: Command) -> Command:
    """Add what a run may be told beside its config."""
    for option in reversed(_OF_RUN):
        command = option(command)
    return command


_OF_RUN: Final = (
    click.option(
        "--on-bad-row",
        type=click.Choice(["fail", "skip"]),
        help="What to do when a row cannot be read; skip counts it.",
    ),
    click.option(
        "--limit", type=click.IntRange(min=1), metavar="N", help="Grade the first N samples only."
    ),
    click.option("--run-dir", metavar="DIR", help="Where to keep the run, in place of [run] dir."),
    click.option(
        "--retry-errors",
        "again",
        flag_value="errors",
        help="Grade every cell again that has an error, also one that will not pass by itself.",
    ),
    click.option("--fresh", "again", flag_value="all", help="Grade every cell again."),
    click.option("--offline", is_flag=True, help="Ask no model: use stored replies only."),
)


def with_rule(overrides: tuple[str, ...], on_bad_row: str | None) -> tuple[str, ...]:
    """Add to overrides what is to be done with a row that cannot be read, where that is said."""
    return (*overrides, f'dataset.on_bad_row="{on_bad_row}"') if on_bad_row else overrides
