"""TOML to paste: the table of a config that uses a name of the catalogue."""

import json
import math
from collections.abc import Mapping
from enum import Enum
from typing import Any

import attrs

from rmg_core.cli.catalogue import NO_DEFAULT, Entry, Option
from rmg_core.config import kinds


def toml_of(entry: Entry) -> str:
    """Write the table that uses `entry`: what is optional is a comment."""
    name = entry.name.rpartition("/")[2].rpartition(":")[2].removesuffix(".toml")
    if entry.noun == "mapper":
        table = "graders.NAME.mapper"
        return "\n".join([f"[{table}]", f"use = {_text(entry.name)}", *_options(entry, table)])
    table = f"{entry.noun}s.{name}"
    lines = [f"[{table}]", f"use = {_text(entry.name)}"]
    if entry.sets_groups:
        lines.append('group_by = "FIELD"  # samples with the same value are one group')
    if entry.inputs:
        lines += ["", f"[{table}.mapper]  # input = where it stands in a sample"]
        for each in entry.inputs:
            line = f"{each.name} = {_text(each.name)}"
            lines.append(line if each.required else f"# {line}  # optional")
    return "\n".join([*lines, *_options(entry, table)])


def toml_value(value: Any) -> str | None:
    """Write a value of an option as TOML; None where TOML cannot hold it."""
    match value:
        case bool() | int() | str() | float():
            return _scalar(value)
        case Enum():
            return toml_value(value.value)
        case list() | tuple() | set() | frozenset():
            parts = [toml_value(each) for each in value]
            return None if None in parts else f"[{', '.join(map(str, parts))}]"
        case Mapping():
            pairs = {str(key): toml_value(each) for key, each in value.items()}
            return None if None in pairs.values() else _inline(pairs)
        case _ if attrs.has(type(value)):
            return toml_value(attrs.asdict(value, recurse=False))
        case _:
            return None


def _scalar(value: float | str) -> str | None:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if math.isfinite(value) else None


def _inline(pairs: Mapping[str, Any]) -> str:
    inside = ", ".join(f"{_key(key)} = {value}" for key, value in pairs.items())
    return f"{{ {inside} }}" if inside else "{}"


def _options(entry: Entry, table: str) -> list[str]:
    if not entry.options:
        return []
    return ["", f"[{table}.options]", *(_option(each) for each in entry.options)]


def _option(option: Option) -> str:
    if option.is_required:
        return f"{_key(option.name)} = {_placeholder(option.kind)}  # required: {option.type_name}"
    return f"# {_key(option.name)} = {shown_default(option) or '…'}"


def shown_default(option: Option) -> str | None:
    """Write the default of an option as TOML; None where it has none that TOML can hold."""
    return None if option.default is NO_DEFAULT else toml_value(option.default)


def _placeholder(kind: Any) -> str:
    if kinds.is_union(kind):
        return _placeholder(kinds.members(kind)[0])
    if kinds.is_literal(kind):
        return toml_value(kinds.members(kind)[0]) or '"…"'
    if kinds.is_list(kind):
        return "[]"
    if kinds.is_table(kind) or attrs.has(kind):
        return "{}"
    return {int: "0", float: "0.0", bool: "false"}.get(kind, '"…"')


def _key(name: str) -> str:
    is_bare = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if is_bare else _text(name)


def _text(value: str) -> str:
    # A basic string of TOML is a string of JSON, but for one control that TOML wants escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
