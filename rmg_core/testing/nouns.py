"""What the names of each hook must lead to."""

import inspect
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import attrs

from rmg_core.aggregators import as_aggregator
from rmg_core.errors import DefinitionError
from rmg_core.graders import GraderSpec, as_grader, spec_of
from rmg_core.mappers import as_map_function
from rmg_core.plan.models import check_client

_METHODS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "reader": ("read",),
        "sink": ("open", "write", "close"),
        "observer": ("run_started", "outcomes", "run_finished"),
    }
)


def read_grader(offered: Any) -> GraderSpec:
    """Read what a pack offers as a grader: a function, a class, or an object that is made.

    Raises:
        DefinitionError: it is none.
    """
    return spec_of(offered) if is_definition(offered) else as_grader(offered).spec


def is_definition(offered: object) -> bool:
    """Tell whether something is a function or a class, and not an object that is made already."""
    return inspect.isclass(offered) or inspect.isroutine(offered)


def check_noun(noun: str, name: str, offered: Any) -> None:
    """Check that what a pack offers is what its hook is about.

    Raises:
        DefinitionError: it is not.
    """
    is_class = inspect.isclass(offered) and attrs.has(offered)
    # Methods can be looked at without the options that making one would need.
    blank = object.__new__(offered) if is_class else offered
    if noun == "grader":
        read_grader(offered)
    elif noun == "mapper":
        as_map_function(blank, name)
    elif noun in _NO_CLASSES:
        is_one, remedy = _NO_CLASSES[noun]
        if not is_one(offered):
            raise DefinitionError(noun, name, remedy)
    elif not is_class:
        raise DefinitionError(noun, name, "write a class, and decorate it with `attrs.frozen`")
    elif noun == "aggregator":
        as_aggregator(blank, name)
    elif noun == "model":
        check_client(blank, name)
    else:
        for method in _METHODS[noun]:
            if not callable(getattr(blank, method, None)):
                raise DefinitionError(noun, name, f"it has no method `{method}`")


def _is_command(offered: object) -> bool:
    """Tell a command of click from its class, without click, which only the command line needs."""
    classes = type(offered).__mro__
    return any(f"{each.__module__}.{each.__name__}" == "click.core.Command" for each in classes)


_NO_CLASSES: Final[Mapping[str, tuple[Callable[[object], bool], str]]] = MappingProxyType(
    {
        "command": (_is_command, "decorate a function with `click.command`"),
        "document": (callable, "write a function that takes the path of a file"),
    }
)
"""The nouns that are no attrs classes: what tells one, and what to write."""
