"""How another process makes a grader: of a name and plain options, and never of a pickle."""

import functools
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs
import orjson
from attrs import frozen

from rmg_core.config import OptionsError, structure_options
from rmg_core.graders import Grader
from rmg_core.redaction import Secret, secrets_in


class CannotTravelError(Exception):
    """A grader cannot be made in another process; says why, and what to do."""


@frozen
class Recipe:
    """Where the definition of a grader is found, and its options as a config writes them.

    It is `name` in `module`, or where `file` is not empty in that file, which runs as a module.
    `variables` are those of the environment that its secrets are in, which the process needs.
    """

    module: str
    file: str
    name: str
    options: Mapping[str, Any]
    variables: tuple[str, ...] = ()


def recipe_of(grader: Grader, written: Mapping[str, Any]) -> Recipe:
    """Return how another process makes `grader`, whose options are `written` in the config.

    Raises:
        CannotTravelError: it has no name there, or options that are no values of JSON.
    """
    if os.name != "posix":
        raise CannotTravelError("processes of graders need Linux, macOS or another POSIX system")
    definition = grader.spec.definition
    module = getattr(definition, "__module__", None) or ""
    name = getattr(definition, "__qualname__", "")
    loaded = sys.modules.get(module)
    if loaded is None or _found(loaded, name) is not definition:
        raise CannotTravelError(
            f"another process cannot find {name or grader.spec.name!r} by its name; "
            "define it at the top level of a module or of a file"
        )
    file = ""
    if module == "__main__" or module.startswith("rmg_code_"):
        file = getattr(loaded, "__file__", None) or ""
        if not file:
            raise CannotTravelError(
                f"another process cannot find {name!r}, which was typed into this one; "
                "put it into a file and import it"
            )
    return Recipe(
        module=module,
        file=str(Path(file).resolve()) if file else "",
        name=name,
        options=_options(grader, written),
        variables=tuple(
            secret.variable for _, secret in secrets_in(grader.options) if secret.variable
        ),
    )


def _found(module: object, name: str) -> object:
    try:
        return functools.reduce(getattr, name.split("."), module)
    except AttributeError:
        return None


def _options(grader: Grader, written: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return options from which another process makes the same ones."""
    wanted = _values(grader.options)
    for candidate in (written, wanted):
        try:
            plain = orjson.loads(orjson.dumps(candidate, default=_plain))
            made = structure_options(grader.spec.options, plain, owner=grader.spec.name)
        except (TypeError, ValueError, OptionsError):
            continue
        if _values(made) == wanted:
            return plain if isinstance(plain, dict) else {}
    raise CannotTravelError(
        f"its options cannot be handed to another process: {_said(wanted)}; "
        "give them as texts, numbers, lists and tables"
    )


def _values(options: Any) -> dict[str, Any]:
    fields = attrs.fields(type(options))
    return {each.alias: getattr(options, each.name) for each in fields if each.init}


def _plain(value: Any) -> Any:
    if isinstance(value, set | frozenset):
        return sorted(value)
    if attrs.has(type(value)):
        return _values(value)
    if isinstance(value, Secret):
        return value.written()
    return os.fspath(value)


def _said(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} is a {type(value).__name__}" for name, value in values.items())
