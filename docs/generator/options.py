"""Tables of options: what a table of a config may hold, read off an attrs class."""

import json
import math
from collections.abc import Collection, Mapping
from typing import Any

import attrs

from generator.markdown import code, table
from rmg_core.config.bounds import keywords
from rmg_core.config.kinds import is_required, options_of, words, written_type

NOTHING: Mapping[str, str] = {}
_SIGNS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "above {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "below {}",
}


def options_table(
    cls: type[Any],
    key: str = "option",
    meanings: Mapping[str, str] = NOTHING,
    *,
    names: Collection[str] | None = None,
) -> str:
    """Write the options of a class, or those of `names`, or nothing where it has none.

    `meanings` are those of options that do not say their own.
    """
    rows = [
        (
            f"`{name}`",
            _type(option),
            _range(option),
            _default(option),
            option.metadata.get("help", "") or meanings.get(name, ""),
        )
        for name, option in options_of(cls).items()
        if names is None or name in names
    ]
    return table((key, "type", "range", "default", "meaning"), rows) if rows else ""


def _type(option: "attrs.Attribute[Any]") -> str:
    kind = written_type(option)
    if attrs.has(kind) and not any(is_required(each) for each in options_of(kind).values()):
        return "a table"
    return words(kind) if kind is not Any else "anything"


def _range(option: "attrs.Attribute[Any]") -> str:
    bounds = keywords(option.validator) if option.validator else {}
    said = [
        _SIGNS[key].format(f"{bound:g}")
        for key, bound in bounds.items()
        if key in _SIGNS and math.isfinite(bound)
    ]
    return ", ".join(said)


def _default(option: "attrs.Attribute[Any]") -> str:
    default: Any = option.default
    if is_required(option):
        return "**required**"
    if isinstance(default, bool | int | float | str):
        return code(json.dumps(default, ensure_ascii=False))
    if isinstance(default, list | tuple) and default:
        return code(json.dumps(list(default), ensure_ascii=False))
    return ""
