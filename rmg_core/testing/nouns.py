"""What the names of each hook must lead to."""

import inspect
from typing import Any, Final

import attrs

from rmg_core.aggregators import as_aggregator
from rmg_core.errors import DefinitionError
from rmg_core.graders import GraderSpec, as_grader, spec_of
from rmg_core.mappers import as_map_function

_METHODS: Final = {
    "reader": ("read",),
    "sink": ("open", "write", "close"),
    "observer": ("run_started", "outcomes", "run_finished"),
}


def spec_of_offered(value: Any) -> GraderSpec:
    """Read what a pack offers as a grader: a function, a class, or an object that is made.

    Raises:
        DefinitionError: it is none.
    """
    is_definition = inspect.isclass(value) or inspect.isroutine(value)
    return spec_of(value) if is_definition else as_grader(value).spec


def check_noun(noun: str, name: str, value: Any) -> None:
    """Check that a value is what its noun asks for, graders aside.

    Raises:
        DefinitionError: it is not.
    """
    is_class = inspect.isclass(value) and attrs.has(value)
    # Its methods can be looked at without the options that making one would need.
    blank = object.__new__(value) if is_class else value
    if noun == "mapper":
        as_map_function(blank, name)
    elif noun == "command":
        import click

        if not isinstance(value, click.Command):
            raise DefinitionError(noun, name, "decorate a function with `click.command`")
    elif not is_class:
        raise DefinitionError(noun, name, "write a class, and decorate it with `attrs.frozen`")
    elif noun == "aggregator":
        as_aggregator(blank, name)
    else:
        for method in _METHODS[noun]:
            if not callable(getattr(blank, method, None)):
                raise DefinitionError(noun, name, f"it has no method `{method}`")
