"""TOML to paste: the table of a config that uses a name of the catalogue."""

import json
import math
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, Final

import attrs

from rmg_core.cli.catalogue import NO_DEFAULT, Entry, Option
from rmg_core.config import kinds
from rmg_core.models import Model

_MODEL: Final = "judge"


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
    return "\n".join([*lines, *_options(entry, table), *_model(entry)])


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
    asked = _asked(entry)
    return ["", f"[{table}.options]", *(_option(each, asked) for each in entry.options)]


def _option(option: Option, asked: Option | None) -> str:
    key = _key(option.name)
    if option is asked:
        said = "required" if option.is_required else "optional"
        return f"{key} = {_text(_MODEL)}  # {said}: {option.type_name}"
    if option.is_required:
        return f"{key} = {_example(option)}  # required: {option.type_name}"
    if option.example is not NO_DEFAULT:
        return f"{key} = {_example(option)}"
    return f"# {key} = {shown_default(option) or '…'}"


def _asked(entry: Entry) -> Option | None:
    """Return the option that names the model which a grader asks, if it asks one."""
    options = entry.options if entry.noun == "grader" else ()
    return next((each for each in options if Model in (each.kind, *kinds.members(each.kind))), None)


def _model(entry: Entry) -> list[str]:
    """Write a model that any config may have, in the place of the one that is to be asked."""
    if _asked(entry) is None:
        return []
    return [
        "",
        f"[models.{_MODEL}]",
        'use = "basic/recorded"  # put yours here: `rmg models` lists them',
        "options = { echo = true }",
    ]


def shown_default(option: Option) -> str | None:
    """Write the default of an option as TOML; None where it has none that TOML can hold."""
    return None if option.default is NO_DEFAULT else toml_value(option.default)


def _example(option: Option) -> str:
    """Write a value that the option takes: what its author gives, or else what the bounds allow."""
    value = _fitting(option.schema) if option.example is NO_DEFAULT else option.example
    return toml_value(value) or '"…"'


def _fitting(schema: Mapping[str, Any]) -> Any:
    """Return the plainest value that a schema allows, as far as types and bounds can tell."""
    if schema.get("anyOf"):
        return _fitting({**schema, "anyOf": None, **schema["anyOf"][0]})
    if schema.get("enum"):
        return schema["enum"][0]
    makers: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
        "boolean": lambda _: False,
        "integer": lambda each: round(_number(each)),
        "number": _number,
        "array": _list,
        "object": lambda each: {
            name: _fitting(each["properties"][name]) for name in each.get("required", ())
        },
    }
    make = makers.get(schema.get("type", ""))
    return make(schema) if make else "…" * schema.get("minLength", 1)


def _list(schema: Mapping[str, Any]) -> list[Any]:
    parts = schema.get("prefixItems")
    if parts is None:
        parts = [schema.get("items", {})] * schema.get("minItems", 0)
    return [_fitting(each) for each in parts]


def _number(schema: Mapping[str, Any]) -> float:
    """Return 0 or the number nearest to it, or else one between the bounds."""
    low, above = schema.get("minimum", 0), schema.get("exclusiveMinimum")
    high, below = schema.get("maximum"), schema.get("exclusiveMaximum")
    made = float(low if above is None else max(low, above + 1))
    if high is not None and made > high:
        return float(high)
    if below is not None and made >= below:
        return float(below - 1 if above is None else (above + below) / 2)
    return max(made, 0.0) if high is None and below is None else made


def _key(name: str) -> str:
    is_bare = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if is_bare else _text(name)


def _text(value: str) -> str:
    # A basic string of TOML is a string of JSON, but for one control that TOML wants escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
