"""The types of options: in words, and what they take from TOML."""

import inspect
import math
import types
import typing
from collections.abc import (
    Callable,
    Collection,
    Iterable,
    Mapping,
    MutableMapping,
    MutableSequence,
    Sequence,
)
from collections.abc import (
    Set as AbstractSet,
)
from datetime import date, datetime, time
from enum import Enum
from pathlib import Path
from typing import Any, Final, Literal, get_args, get_origin

import attrs

from rmg_core.errors import DefinitionError
from rmg_core.models import Model
from rmg_core.redaction import Secret, redacted

LISTS: Final[Mapping[Any, Callable[[list[Any]], Any]]] = types.MappingProxyType(
    {
        list: list,
        Sequence: list,
        MutableSequence: list,
        Collection: list,
        Iterable: list,
        tuple: tuple,
        set: set,
        frozenset: frozenset,
        AbstractSet: frozenset,
    }
)
"""The types that a TOML list fills, and what makes such a value of a list."""

TABLES: Final = frozenset((dict, Mapping, MutableMapping))

# attrs types these two as functions.
_CONVERTER: Final[Any] = attrs.Converter
_FACTORY: Final[Any] = attrs.Factory

_WORDS: Final[Mapping[Any, tuple[str, str]]] = types.MappingProxyType(
    {
        bool: ("true or false", "true or false"),
        int: ("an integer", "integers"),
        float: ("a number", "numbers"),
        str: ("a text", "texts"),
        Path: ("a path", "paths"),
        datetime: ("a date and time", "dates and times"),
        date: ("a date", "dates"),
        time: ("a time", "times"),
        Model: ("the name of a model", "names of models"),
        Secret: ('"${NAME}" or { file = "PATH" }', "secrets"),
    }
)


def is_union(kind: Any) -> bool:
    return get_origin(kind) in (typing.Union, types.UnionType)


def is_literal(kind: Any) -> bool:
    return get_origin(kind) is Literal


def is_enum(kind: Any) -> bool:
    return inspect.isclass(kind) and issubclass(kind, Enum)


def is_list(kind: Any) -> bool:
    return (get_origin(kind) or kind) in LISTS


def is_table(kind: Any) -> bool:
    return (get_origin(kind) or kind) in TABLES


def is_anything(kind: Any) -> bool:
    return kind in (Any, object, None)


def is_model(kind: Any) -> bool:
    return kind is Model


def members(kind: Any) -> list[Any]:
    """Return the types of a union that a config can write, which has no null."""
    return [part for part in get_args(kind) if part not in (None, type(None))]


def element(kind: Any) -> Any:
    """Return the type of the elements of a list, or of the values of a table."""
    arguments = [part for part in get_args(kind) if part is not Ellipsis]
    return arguments[-1] if arguments else Any


def fixed_elements(kind: Any) -> tuple[Any, ...] | None:
    """Return the types of the elements of a tuple that has a fixed length."""
    arguments = get_args(kind)
    is_fixed = get_origin(kind) is tuple and arguments and arguments[-1] is not Ellipsis
    return arguments if is_fixed else None


def either(words: Sequence[str]) -> str:
    """Join alternatives: `a, b or c`."""
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last


def words(kind: Any) -> str:
    """Say what a config has to write for a type."""
    return either(_alternatives(kind))


def _alternatives(kind: Any) -> list[str]:  # noqa: PLR0911 - one line a type
    if typing.get_origin(kind) is typing.Annotated:
        return _alternatives(get_args(kind)[0])
    if is_union(kind):
        return list(dict.fromkeys(word for part in members(kind) for word in _alternatives(part)))
    if is_literal(kind):
        return [repr(value) for value in get_args(kind) if value is not None]
    if is_enum(kind):
        return [repr(member.value) for member in kind]
    if kind in _WORDS:
        return [_WORDS[kind][0]]
    if fixed := fixed_elements(kind):
        return [f"a list of {len(fixed)}: {', '.join(words(part) for part in fixed)}"]
    if is_list(kind):
        return [f"a list{_of(element(kind))}"]
    if is_table(kind):
        return [f"a table{_of(element(kind))}"]
    if attrs.has(kind):
        needed = [name for name, option in options_of(kind).items() if is_required(option)]
        return [
            f"a table {{{', '.join(f'{name} = …' for name in needed)}}}" if needed else "a table"
        ]
    return [f"a {getattr(kind, '__name__', str(kind))}"]


def _of(kind: Any) -> str:
    if is_anything(kind):
        return ""
    if kind in _WORDS:
        return f" of {_WORDS[kind][1]}"
    return f", each {words(kind)}"


def said(value: Any) -> str:  # noqa: PLR0911 - one line a type
    """Say what a value is that a config has written."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            shown = repr(value)
            return shown if len(shown) <= 40 else f"{shown[:39]}…"
        case str():
            shown = redacted(value)
            return f"the text {shown if len(shown) <= 40 else shown[:39] + '…'!r}"
        case datetime():
            return f"the date and time {value}"
        case date():
            return f"the date {value}"
        case time():
            return f"the time {value}"
        case Mapping():
            return "a table"
        case list() | tuple():
            return "a list"
        case _:
            return f"a {type(value).__name__}"


def is_finite(value: Any) -> bool:
    """Whether `value` is anything but NaN or an infinity."""
    return not isinstance(value, float) or math.isfinite(value)


def options_of(cls: Any) -> dict[str, "attrs.Attribute[Any]"]:
    """Return the options of an attrs class by the name that a config gives them.

    An attribute with `init=False` or `metadata={"option": False}` is none.

    Raises:
        DefinitionError: an annotation of the class cannot be read.
    """
    try:
        attrs.resolve_types(cls, include_extras=True)
    except (NameError, TypeError, AttributeError) as fault:
        raise DefinitionError(
            "class of options", cls.__name__, f"its annotations cannot be read: {fault}"
        ) from fault
    return {
        attribute.alias or attribute.name: attribute
        for attribute in attrs.fields(cls)
        if attribute.init and attribute.metadata.get("option", True)
    }


def is_required(option: "attrs.Attribute[Any]") -> bool:
    return option.default is attrs.NOTHING


def written_type(option: "attrs.Attribute[Any]") -> Any:
    """Return the type that a config writes.

    It is the field's own, or else `metadata["written"]`, where a converter makes the one of the
    other.
    """
    return option.metadata.get("written", Any if option.type is None else option.type)


def convert(option: "attrs.Attribute[Any]", instance: Any, value: Any) -> Any:
    """Return what the field of an unfinished instance becomes, given `value`."""
    converter: Any = option.converter
    if converter is None:
        return value
    if isinstance(converter, _CONVERTER):
        return converter.__call__(value, instance, option)
    return converter(value)


def default_of(option: "attrs.Attribute[Any]", instance: Any) -> Any:
    """Return the default of a field of an unfinished instance."""
    default: Any = option.default
    if not isinstance(default, _FACTORY):
        return default
    return default.factory(instance) if default.takes_self else default.factory()
