"""A call of a tool, read once from any of the forms in which calls are written."""

from collections.abc import Hashable, Mapping
from typing import Any, Final

from attrs import frozen

from rmg_plugin_tools.values import key_of, kind, read_json, shown

ARGUMENTS: Final = ("arguments", "args", "input", "parameters")
"""What the arguments of a call are called: by OpenAI, LangChain, Anthropic and others."""


@frozen
class Call:
    """A call: its tool, its arguments, and what is wrong with it where it cannot be read.

    Equal calls have equal keys.
    """

    name: str
    arguments: Mapping[str, Any]
    key: Hashable
    fault: str = ""

    @property
    def told(self) -> str:
        """The call, with what is wrong with it."""
        return f"{self} ({self.fault})" if self.fault else str(self)

    def __str__(self) -> str:
        return f"{self.name or 'a call without a name'}({shown(self.arguments)[1:-1]})"


def call_of(value: Any) -> Call:
    """Read one call; what cannot be read is told by its `fault`.

    A call is `{"name", "arguments"}`, `{"function": {"name", "arguments"}}`, the same in
    `{"tool_call": …}`, or `{name: {argument: value}}`; a text is one of them as JSON. Arguments
    are an object, or a text that is one as JSON.

    >>> str(call_of({"function": {"name": "sum", "arguments": '{"a": 1}'}}))
    'sum("a": 1)'
    >>> call_of({"sum": {"a": 1}}).key == call_of('{"name": "sum", "arguments": {"a": 1}}').key
    True
    >>> call_of({"name": "sum", "arguments": "a=1"}).fault
    'its arguments are no JSON (Expecting value, character 1)'
    """
    try:
        name, written = _parts(read_json(value) if isinstance(value, str) else value)
    except ValueError as fault:
        return _unread("", value, f"it is {fault}")
    try:
        arguments = _arguments(written)
        return Call(name, arguments, (name, key_of(arguments)))
    except ValueError as fault:
        return _unread(name, written, f"its arguments are {fault}")
    except RecursionError:
        return _unread(name, "", "its arguments are nested too deeply")


def _parts(value: Any) -> tuple[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError(f"of type {kind(value)}, and a call is an object")  # noqa: TRY004 - data
    inner = value.get("tool_call")
    if isinstance(inner, Mapping) and ("function" in inner or "name" in inner):
        return _parts(inner)
    inner = value.get("function")
    if isinstance(inner, Mapping) and isinstance(inner.get("name"), str):
        return _parts(inner)
    name = value.get("name")
    if isinstance(name, str) and name:
        return name, next((value[each] for each in ARGUMENTS if each in value), None)
    if len(value) == 1:
        only, arguments = next(iter(value.items()))
        if isinstance(arguments, Mapping):
            return only, arguments
    raise ValueError("without the name of a tool")


def _arguments(written: Any) -> Mapping[str, Any]:
    if written is None or (isinstance(written, str) and not written.strip()):
        return {}
    value = read_json(written) if isinstance(written, str) else written
    if not isinstance(value, Mapping):
        raise ValueError(f"of type {kind(value)}, and must be an object")  # noqa: TRY004 - data
    return value


def _unread(name: str, written: Any, fault: str) -> Call:
    return Call(name, {}, ("unread", name, repr(written)), fault)
