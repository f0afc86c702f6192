"""The tools that an agent has: their names, and the JSON Schemas of their arguments."""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from attrs import frozen

from rmg_core import CannotGrade
from rmg_plugin_tools.values import is_list, kind, read_json, within_depth

Tools: TypeAlias = str | list[Any] | dict[str, Any]
"""Definitions of tools, as objects or as JSON."""

_SCHEMA: Final = ("parameters", "input_schema", "inputSchema", "args_schema")


@frozen
class Tool:
    """A tool: its name, and the JSON Schema of its arguments as it is written."""

    name: str
    parameters: Mapping[str, Any]

    @property
    def properties(self) -> Mapping[str, Any]:
        found = self.parameters.get("properties")
        return found if isinstance(found, Mapping) else {}

    def may_have(self, argument: str) -> bool:
        """Tell whether an argument is one that the schema names; one without names takes any."""
        return "properties" not in self.parameters or argument in self.properties

    @property
    def required(self) -> tuple[str, ...]:
        found = self.parameters.get("required")
        return tuple(found) if is_list(found) else ()


def tools_of(value: Tools) -> Mapping[str, Tool]:
    """Read definitions of tools, by name.

    A definition is `{"name", "parameters"}`, also as the `function` of `{"type": "function"}`.
    The schema may be called `input_schema` or `inputSchema`, as Anthropic and MCP call it; one
    that is not there allows any arguments.

    Raises:
        CannotGrade: they cannot be read, or two have one name (`bad_input`).
    """
    try:
        written: Any = read_json(value) if isinstance(value, str) else within_depth(value)
    except ValueError as fault:
        raise _unread(f"they are {fault}") from fault
    if isinstance(written, Mapping):
        written = [written]
    if not is_list(written):
        raise _unread(f"they are of type {kind(written)}, and must be a list")
    found: dict[str, Tool] = {}
    for place, each in enumerate(written, 1):
        tool = _tool(each, place)
        if tool.name in found:
            raise _unread(f"two are called {tool.name!r}")
        found[tool.name] = tool
    return found


def _tool(value: Any, place: int) -> Tool:
    if not isinstance(value, Mapping):
        raise _unread(f"tool {place} is of type {kind(value)}, and must be an object")
    inner = value.get("function")
    if isinstance(inner, Mapping):
        value = inner
    name = value.get("name")
    if not isinstance(name, str) or not name:
        raise _unread(f"tool {place} has no name")
    schema: Any = next((value[each] for each in _SCHEMA if value.get(each) is not None), {})
    if not isinstance(schema, Mapping):
        raise _unread(f"the parameters of {name!r} are of type {kind(schema)}, no JSON Schema")
    return Tool(name, schema)


def _unread(what: str) -> CannotGrade:
    return CannotGrade(f"the tools cannot be read: {what}", "bad_input")
