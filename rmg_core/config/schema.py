"""JSON Schema (draft 2020-12) of options and of a whole config, which editors read."""

import re
import typing
from collections.abc import Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final, get_args

import attrs

from rmg_core.config import kinds
from rmg_core.config.bounds import keywords
from rmg_core.config.choices import (
    Schema,
    choose,
    choose_reader,
    mapper_schema,
    telling_where,
)
from rmg_core.config.kinds import is_required, options_of, written_type
from rmg_core.config.model import Config
from rmg_core.config.names import NAME_PATTERN
from rmg_core.config.variables import VARIABLE_PATTERN
from rmg_core.models import Model
from rmg_core.outcomes import NOTHING
from rmg_core.redaction import Secret

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

Classes: typing.TypeAlias = Mapping[str, type[Any]]
"""The class of the options of each name, `pack/name`."""

_PLAIN: Final[Mapping[Any, Schema]] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    str: {"type": "string"},
    Path: {"type": "string"},
    Model: {"type": "string"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
    time: {"type": "string", "format": "time"},
    Secret: {
        "anyOf": [
            {"type": "string", "pattern": VARIABLE_PATTERN},
            {
                "type": "object",
                "properties": {"file": {"type": "string", "minLength": 1}},
                "required": ["file"],
                "additionalProperties": False,
            },
        ]
    },
}

_LENGTHS: Final = {"string": "Length", "array": "Items", "object": "Properties"}


def options_schema(cls: type[Any]) -> Schema:
    """Return the schema of a table of options: what `structure_options` takes for `cls`.

    Descriptions are the fields' `metadata["help"]`; bounds and choices are those of the validators
    of attrs. What only a validator of the class's own knows is not in it.
    """
    return _table(cls, ())


def config_schema(
    *,
    graders: Classes,
    mappers: Classes = NOTHING,
    aggregators: Classes = NOTHING,
    models: Classes = NOTHING,
    readers: Classes = NOTHING,
    sinks: Classes = NOTHING,
    observers: Classes = NOTHING,
    about: Mapping[str, Mapping[str, str]] = NOTHING,
) -> Schema:
    """Return the schema of a config, in which the options depend on the name in `use`.

    Names are `pack/name`; a short name counts where one pack alone has it. Readers go by the
    suffix of their files, without a pack. `about` says, by parameter and name, what each is, also
    of those whose options are not known.
    """
    made = options_schema(Config)
    parts = made["properties"]
    for section, classes in (
        ("graders", graders),
        ("aggregators", aggregators),
        ("models", models),
        ("sinks", sinks),
        ("observers", observers),
    ):
        table = parts[section]
        table["propertyNames"] = {"pattern": NAME_PATTERN}
        choose(table["additionalProperties"], _options(classes), about.get(section, NOTHING))
    parts["gates"]["propertyNames"] = {"pattern": NAME_PATTERN}
    parts["graders"]["minProperties"] = 1
    grader = parts["graders"]["additionalProperties"]["properties"]
    grader["mapper"] = mapper_schema(
        grader["mapper"], _options(mappers), about.get("mappers", NOTHING)
    )
    choose_reader(parts["dataset"], _options(readers))
    return {
        "$schema": DIALECT,
        "title": "A config of rmg",
        **telling_where(made),
        "required": ["graders"],
    }


def _options(classes: Classes) -> dict[str, Schema]:
    return {name: options_schema(cls) for name, cls in classes.items()}


def _table(cls: type[Any], inside: tuple[type[Any], ...]) -> Schema:
    options = options_of(cls)
    made: Schema = {
        "type": "object",
        "properties": {name: _option(option, (*inside, cls)) for name, option in options.items()},
        "additionalProperties": False,
    }
    if required := [name for name, option in options.items() if is_required(option)]:
        made["required"] = required
    return made


def _option(option: "attrs.Attribute[Any]", inside: tuple[type[Any], ...]) -> Schema:
    made = _bounded(_of(written_type(option), inside), keywords(option.validator))
    if text := option.metadata.get("help"):
        made["description"] = text
    if isinstance(option.default, bool | int | float | str):
        made["default"] = option.default
    elif isinstance(option.default, list | tuple) and option.default:
        made["default"] = list(option.default)
    return made


def _bounded(schema: Schema, bounds: Schema) -> Schema:
    """Join what the type and what the validators say; lengths are of the type alone, if it has."""
    made = dict(schema)
    kind = made.get("type")
    for key, value in bounds.items():
        length = re.fullmatch(r"(?:min|max)(Length|Items|Properties)", key)
        if length and kind in _LENGTHS and length[1] != _LENGTHS[kind]:
            continue
        inner = made.get(key)
        is_nested = isinstance(inner, dict) and isinstance(value, dict)
        made[key] = _bounded(inner or {}, value) if is_nested else value
    return made


def _of(kind: Any, inside: tuple[type[Any], ...]) -> Schema:  # noqa: PLR0911 - one line a type
    if typing.get_origin(kind) is typing.Annotated:
        return _of(get_args(kind)[0], inside)
    if kind in _PLAIN:
        return dict(_PLAIN[kind])
    if kinds.is_union(kind):
        parts = [_of(part, inside) for part in kinds.members(kind)]
        return parts[0] if len(parts) == 1 else {"anyOf": parts}
    if kinds.is_literal(kind):
        return {"enum": [value for value in get_args(kind) if value is not None]}
    if kinds.is_enum(kind):
        return {"enum": [member.value for member in kind]}
    if fixed := kinds.fixed_elements(kind):
        items = [_of(part, inside) for part in fixed]
        # Not `items: false`: what reads no prefixItems, as an editor may, would take no item then.
        size = len(items)
        return {"type": "array", "prefixItems": items, "minItems": size, "maxItems": size}
    if kinds.is_list(kind):
        return {"type": "array", "items": _of(kinds.element(kind), inside)}
    if kinds.is_table(kind):
        return {"type": "object", "additionalProperties": _of(kinds.element(kind), inside)}
    if attrs.has(kind):
        return {"type": "object"} if kind in inside else _table(kind, inside)
    return {}
