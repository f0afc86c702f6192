"""The arguments that several verbs share."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


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
