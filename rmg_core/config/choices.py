"""How the name in `use` decides what `options` may hold, in a JSON Schema that editors read.

What is wrong is found by `if` and `then`, so that it is told where it stands. Editors that follow
neither, as Taplo when it completes and shows descriptions, have beside it every option by its name.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias

Schema: TypeAlias = dict[str, Any]

_MOST_NAMES: Final = 3
"""So many names are listed beside what an option does; fifty rubrics may share one."""


def choose(table: Schema, options: Mapping[str, Schema], about: Mapping[str, str]) -> None:
    """Let `use` in a table decide on its `options`, which are given by the full names.

    `about` says what each name is, and may have more of them.
    """
    use = table["properties"]["use"]
    use["minLength"] = 1
    full = dict.fromkeys([*options, *about])
    if not full:
        return
    last = {name: name.rpartition("/")[2] for name in full}
    shared = Counter(last.values())
    written = {
        name: [name, short] if shared[short] == 1 else [name] for name, short in last.items()
    }
    table["allOf"] = [
        _when(
            {"properties": {"use": {"enum": [each for name in names for each in written[name]]}}},
            "use",
            made,
        )
        for made, names in _alike(options)
    ]
    names = {each: about.get(name, "") for name, either in written.items() for each in either}
    packs = sorted({re.escape(name.partition("/")[0]) for name in full if "/" in name})
    known: Schema = {"enum": [*names]}
    if about:  # which Taplo shows beside each name
        known["x-taplo"] = {"docs": {"enumValues": [text or None for text in names.values()]}}
    # A name of a pack that is known is known too.
    other: Schema = {"type": "string"}
    if packs:
        other["not"] = {"pattern": f"^({'|'.join(packs)})/"}
    use["anyOf"] = [known, other]
    _hint(table, options)


def choose_reader(dataset: Schema, options: Mapping[str, Schema]) -> None:
    """Let the suffix of a file, or its format, decide on the options of its reader."""
    if not options:
        return
    dataset["allOf"] = []
    for name, made in options.items():
        by_suffix = {
            "properties": {"path": {"pattern": rf"\.{re.escape(name)}(\.gz)?$"}},
            "required": ["path"],
            "not": {"required": ["format"]},
        }
        by_format = {"properties": {"format": {"const": name}}, "required": ["format"]}
        dataset["allOf"].append(
            {"if": {"anyOf": [by_format, by_suffix]}, "then": _with_options(made)}
        )
    _hint(dataset, options)


def mapper_schema(
    either: Schema, options: Mapping[str, Schema], about: Mapping[str, str]
) -> Schema:
    """Let a mapper be a name, a table that has one in `use`, or where each input is."""
    tables = [each for each in either["anyOf"] if each["type"] == "object"]
    [named] = [each for each in tables if "properties" in each]
    [inputs] = [each for each in tables if "properties" not in each]
    choose(named, options, about)
    return {
        "description": either["description"],
        "type": ["string", "object"],
        "minLength": 1,
        "if": {
            "type": "object",
            "properties": {"use": {"type": "string"}},
            "required": ["use"],
        },
        "then": named,
        "else": {key: value for key, value in inputs.items() if key != "type"},
    }


def telling_where(schema: Any) -> Any:
    """Refuse a key that is not known where it stands, and not the table around it.

    Of a table with `additionalProperties: false` Taplo marks all that is in it, once for each part.
    """
    if isinstance(schema, list):
        return [telling_where(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: telling_where(value) for key, value in schema.items()}
    if schema.get("additionalProperties") is False:
        known = ", ".join(schema["properties"]) or "none"
        made["additionalProperties"] = {"not": {"title": f"no such key; keys: {known}"}}
    return made


def _alike(options: Mapping[str, Schema]) -> Iterable[tuple[Schema, list[str]]]:
    """Put names together whose options are the same, as those of many rubrics are."""
    found: dict[str, tuple[Schema, list[str]]] = {}
    for name, made in options.items():
        key = json.dumps(made, sort_keys=True, default=str)
        found.setdefault(key, (made, []))[1].append(name)
    return found.values()


def _when(condition: Schema, key: str, options: Schema) -> Schema:
    return {"if": {**condition, "required": [key]}, "then": _with_options(options)}


def _with_options(options: Schema) -> Schema:
    made: Schema = {"properties": {"options": options}}
    if "required" in options:
        made["required"] = ["options"]
    return made


def _hint(table: Schema, options: Mapping[str, Schema]) -> None:
    """Say of each option, by its name alone, what it does wherever it is one."""
    said: dict[str, dict[str, list[str]]] = {}
    for owner, made in options.items():
        for name, option in made["properties"].items():
            text = option.get("description", "")
            said.setdefault(name, {}).setdefault(text, []).append(owner)
    if said:
        table["properties"]["options"]["properties"] = {
            name: {"description": "\n\n".join(map(_told, texts.items()))}
            for name, texts in said.items()
        }


def _told(said: tuple[str, list[str]]) -> str:
    text, owners = said
    names = ", ".join(owners[:_MOST_NAMES])
    more = len(owners) - _MOST_NAMES
    return f"{names}{f' and {more} more' if more > 0 else ''}: {text or 'no description'}"
