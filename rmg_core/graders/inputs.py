"""The inputs of a grader, and which values their types take."""

import inspect
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, get_args, get_origin

from attrs import field, frozen

Predicate = Callable[[Any], bool]


@frozen
class Input:
    """One value that a grader takes from a sample.

    `default` stands for one that is not there, if it is not `required`. `accepts` tells whether
    a value has the annotated type; it is None where any value will do.
    """

    name: str
    annotation: Any
    required: bool
    default: Any = field(repr=False)
    accepts: Predicate | None = field(eq=False, repr=False)

    @property
    def type_name(self) -> str:
        return type_name(self.annotation)

    @property
    def goes_by_type(self) -> bool:
        """Whether a scalar is accepted depends on its type alone."""
        return not _has_literal(self.annotation)


def _has_literal(annotation: Any) -> bool:
    return get_origin(annotation) is Literal or any(map(_has_literal, get_args(annotation)))


def accepts(annotation: Any) -> Predicate | None:  # noqa: PLR0911 - one for each kind of type
    """Return a test for values of the annotated type, or None where any value will do.

    A bool is not a number, an int is a float, and text is not a list.
    """
    origin, arguments = get_origin(annotation), get_args(annotation)
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    if origin in (typing.Union, types.UnionType):
        tests = [accepts(part) for part in arguments]
        if any(test is None for test in tests):
            return None
        known = typing.cast(list[Predicate], tests)
        return lambda value: any(test(value) for test in known)
    if origin is Literal:
        return lambda value: value in arguments
    if origin in _LISTS or annotation in _LISTS:
        element = accepts(arguments[0]) if arguments else None
        if element is None:
            return lambda value: isinstance(value, list | tuple)
        return lambda value: isinstance(value, list | tuple) and all(map(element, value))
    if origin in _MAPPINGS or annotation in _MAPPINGS:
        return lambda value: isinstance(value, Mapping)
    return None


_LISTS = (list, Sequence)
_MAPPINGS = (dict, Mapping)
_PLAIN: Mapping[Any, Predicate] = types.MappingProxyType(
    {
        str: lambda value: isinstance(value, str),
        bool: lambda value: isinstance(value, bool),
        int: lambda value: isinstance(value, int) and not isinstance(value, bool),
        float: lambda value: isinstance(value, int | float) and not isinstance(value, bool),
        None: lambda value: value is None,
        type(None): lambda value: value is None,
    }
)


def type_name(annotation: Any) -> str:
    """Write a type as a user would: `str | list[str]`."""
    if annotation in (Any, inspect.Parameter.empty):
        return "any"
    if get_origin(annotation) in (typing.Union, types.UnionType):
        return " | ".join(type_name(part) for part in get_args(annotation))
    if annotation in (None, type(None)):
        return "null"
    if inspect.isclass(annotation) and not get_args(annotation):
        return annotation.__name__
    return str(annotation).replace("typing.", "").replace("collections.abc.", "")
