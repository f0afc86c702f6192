"""Canonical texts of values: different values have different ones, in whatever process."""

import dataclasses
import dis
import functools
import re
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta, timezone
from enum import Enum
from pathlib import PosixPath, PurePosixPath, PureWindowsPath, WindowsPath
from types import (
    BuiltinFunctionType,
    CodeType,
    EllipsisType,
    FunctionType,
    MappingProxyType,
    MethodDescriptorType,
    MethodType,
    ModuleType,
)
from typing import Any, Final

import attrs
from attrs import define, field

from rmg_core.connections import Connection
from rmg_core.datasets import ReadOnlyDict, ReadOnlyList
from rmg_core.graders import MARK
from rmg_core.plan.homes import home_of, home_of_code, named_home
from rmg_core.redaction import Secret


class NoForm(Exception):
    """A value has no text that tells it from every other; says which, as in `it holds …`."""


def canonical(value: object) -> str:
    """Write a value down, with the type and value of all that it holds.

    Equal texts mean that nothing could tell the values apart but the order of keys. Functions and
    classes are written as the release or the file that they are from; those made at run time by
    their code and all that they close over.

    Raises:
        NoForm: that cannot be known of it.
    """
    return _Writer().form(value)


@define(eq=False)
class _Writer:
    _above: list[int] = field(factory=list)  # what is being written, from the outermost

    def form(self, value: Any) -> str:
        kind = type(value)
        spell = _SPELLED.get(kind)
        if spell is not None:
            return spell(value)
        if id(value) in self._above:
            return f"^{self._above.index(id(value))}"  # it holds itself, as recursive closures do
        self._above.append(id(value))
        try:
            write = _WRITTEN.get(kind) or _structure(kind)
            return write(self, value)
        except RecursionError:
            raise NoForm("it is nested without end") from None
        finally:
            self._above.pop()

    def all(self, values: Iterable[Any]) -> str:
        return ",".join(map(self.form, values))

    def unordered(self, values: Iterable[Any]) -> str:
        return ",".join(sorted(map(self.form, values)))

    def pairs(self, values: Mapping[Any, Any]) -> str:
        pairs = (f"{self.form(key)}:{self.form(part)}" for key, part in values.items())
        return f"{{{','.join(sorted(pairs))}}}"

    def fields(self, value: Any, names: Iterable[str]) -> str:
        parts = (f"{name}={self.form(getattr(value, name, attrs.NOTHING))}" for name in names)
        return f"{self.form(type(value))}({','.join(parts)})"

    def attrs_object(self, value: Any) -> str:
        return self.fields(value, [each.name for each in attrs.fields(type(value))])

    def data_object(self, value: Any) -> str:
        return self.fields(value, [each.name for each in dataclasses.fields(value)])

    def named_tuple(self, value: Any) -> str:
        return f"{self.form(type(value))}({self.all(value)})"

    def member(self, value: Enum) -> str:
        return f"{self.form(type(value))}.{value.name!a}={self.form(value.value)}"

    def pattern(self, value: re.Pattern[Any]) -> str:
        return f"re({self.form(value.pattern)},{value.flags})"  # its repr is cut short

    def moment(self, value: Any) -> str:
        return f"{value.replace(tzinfo=None)!r}@{self.form(value.tzinfo)}"

    def partial(self, value: "functools.partial[Any]") -> str:
        arguments = f"{self.form(value.args)}{self.pairs(value.keywords)}"
        return f"partial({self.form(value.func)},{arguments})"

    def method(self, value: MethodType) -> str:
        return f"method({self.form(value.__func__)},{self.form(value.__self__)})"

    def builtin(self, value: Any) -> str:
        owner = value.__self__
        whose = value.__module__ if owner is None else self.form(owner)
        return f"builtin({whose}.{value.__qualname__})"

    def descriptor(self, value: MethodDescriptorType) -> str:
        return f"{self.form(value.__objclass__)}.{value.__name__}"

    def module(self, value: ModuleType) -> str:
        home = home_of(value)
        if home is None:
            raise NoForm(f"it uses the module {value.__name__!r}, which has no file")
        return f"module({home.text})"

    def definition(self, value: type) -> str:
        named = named_home(value)
        if not named:
            name = value.__qualname__
            raise NoForm(f"it needs the class {name!r}, which cannot be imported by its name")
        return f"class({named})"

    def function(self, value: FunctionType) -> str:
        if named := named_home(value):
            return f"def({named})"
        home = home_of_code(value)
        parts = [
            value.__code__,
            value.__defaults__,
            value.__kwdefaults__,
            {key: part for key, part in vars(value).items() if key != MARK},
            *map(_content, value.__closure__ or ()),
        ]
        where = home.text if home else self._globals_of(value)
        return f"function({where}:{value.__qualname__},{self.all(parts)})"

    def code(self, value: CodeType) -> str:
        parts = [getattr(value, name) for name in _OF_CODE]
        return f"code({self.all(parts)})"

    def _globals_of(self, function: FunctionType) -> str:
        """Write what a typed function uses of its module; modules and what is imported of them.

        Raises:
            NoForm: it uses something that was typed as well, and may be typed anew.
        """
        around, found = function.__globals__, {}
        for name in sorted({*_globals_in(function.__code__)}):
            value = around.get(name, attrs.NOTHING)
            if value is attrs.NOTHING or id(value) in self._above:
                continue
            if not isinstance(value, ModuleType) and not named_home(value):
                raise NoForm(f"it uses {name!r}, which is in no file")
            found[name] = value
        return self.pairs(found)


_Write = Callable[[_Writer, Any], str]


def _structure(kind: type) -> _Write:
    """Return how a value is written whose type is no other's; what it is tells its class.

    Raises:
        NoForm: nobody knows what it holds.
    """
    if issubclass(kind, type):
        return _Writer.definition
    if issubclass(kind, Enum):
        return _Writer.member
    if issubclass(kind, tuple) and hasattr(kind, "_fields"):
        return _Writer.named_tuple
    if not issubclass(kind, _BUILT_IN):  # else it is more than its fields
        if attrs.has(kind):
            return _Writer.attrs_object
        if dataclasses.is_dataclass(kind):
            return _Writer.data_object
    name = f"{kind.__module__}.{kind.__qualname__}"
    known = getattr(sys.modules.get(kind.__module__), kind.__qualname__, None)
    if known is kind and name in _FAITHFUL:
        return lambda _, value: _faithful(value)
    raise NoForm(f"it holds an object of type {name}, whose content is not known")


def _faithful(value: Any) -> str:
    if getattr(value, "key", "") is None:
        raise NoForm("it holds a time zone that was read from a file")
    return f"{type(value).__module__}.{value!a}"


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # it is empty: the variable has no value yet
        return attrs.NOTHING


def _globals_in(code: CodeType) -> Iterator[str]:
    for each in dis.get_instructions(code):
        if each.opname in _OF_GLOBALS:
            yield each.argval
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _globals_in(constant)


_OF_GLOBALS: Final = frozenset(
    {"LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS", "STORE_GLOBAL"}
)
_OF_CODE: Final = (
    "co_name",
    "co_argcount",
    "co_posonlyargcount",
    "co_kwonlyargcount",
    "co_flags",
    "co_varnames",
    "co_cellvars",
    "co_freevars",
    "co_names",
    "co_consts",
    "co_code",
    "co_exceptiontable",
)

_BUILT_IN: Final = (str, bytes, int, float, complex, list, tuple, dict, set, frozenset)

_PLAIN: Final = (bool, float, complex, bytes, bytearray, type(None), EllipsisType, range)
_SPELLED: Final[Mapping[type, Callable[[Any], str]]] = {
    str: ascii,
    int: hex,  # `repr` gives up beyond 4,300 digits
    date: repr,
    timedelta: repr,
    timezone: ascii,
    type(attrs.NOTHING): lambda _: "unset",
    Secret: lambda _: "secret",  # its text is nowhere, and another key changes no grade
    **dict.fromkeys(_PLAIN, repr),
    **dict.fromkeys(
        (PosixPath, WindowsPath, PurePosixPath, PureWindowsPath),
        lambda path: f"{type(path).__name__}({str(path)!a})",
    ),
}

_WRITTEN: Final[Mapping[type, _Write]] = {
    **dict.fromkeys((list, ReadOnlyList), lambda writer, value: f"[{writer.all(value)}]"),
    tuple: lambda writer, value: f"({writer.all(value)},)",
    set: lambda writer, value: f"set({writer.unordered(value)})",
    frozenset: lambda writer, value: f"frozenset({writer.unordered(value)})",
    **dict.fromkeys((dict, ReadOnlyDict, OrderedDict, MappingProxyType), _Writer.pairs),
    **dict.fromkeys((datetime, time), _Writer.moment),
    slice: lambda writer, value: f"slice({writer.all([value.start, value.stop, value.step])})",
    re.Pattern: _Writer.pattern,
    functools.partial: _Writer.partial,
    ModuleType: _Writer.module,
    FunctionType: _Writer.function,
    MethodType: _Writer.method,
    BuiltinFunctionType: _Writer.builtin,
    MethodDescriptorType: _Writer.descriptor,
    CodeType: _Writer.code,
    Connection: lambda _, value: f"model({value.identity!a})",
}

# Whose `repr` says all that they are. By name: they are seldom there, and slow to import.
_FAITHFUL: Final = frozenset(
    {
        "decimal.Decimal",
        "fractions.Fraction",
        "ipaddress.IPv4Address",
        "ipaddress.IPv4Network",
        "ipaddress.IPv6Address",
        "ipaddress.IPv6Network",
        "uuid.UUID",
        "zoneinfo.ZoneInfo",
    }
)
