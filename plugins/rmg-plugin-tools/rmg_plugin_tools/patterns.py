"""Keywords of JSON Schema that a call must not be able to keep busy."""

import functools
from collections.abc import Hashable, Iterator, Mapping
from typing import Any, Final

from rmg_plugin_tools.values import key_of, shown

OF_NAMES: Final = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
OF_DATA: Final = ("const", "default", "enum", "example", "examples", "required")


class UnsearchableError(ValueError):
    """Raised with the reason why the patterns of a schema are not searched by."""


def check_patterns(schema: Mapping[str, Any]) -> None:
    """Let the patterns of a schema pass.

    Raises:
        UnsearchableError: RE2 cannot search by one, or a library would search by it with `re`.
    """
    parts = list(_parts(schema))
    if not any(map(_patterns, parts)):
        return
    if any("$schema" in part for part in parts[1:]):
        raise UnsearchableError("a part of it names a draft again, and it has patterns")
    has = functools.partial(_has, parts)
    if has("patternProperties") and has("unevaluatedProperties"):
        raise UnsearchableError("it has patternProperties and unevaluatedProperties")
    for part in parts:
        for pattern in _patterns(part):
            _compiled(pattern)


def quick(validator: Any, *, is_linear: bool, type_checker: Any) -> Any:
    """Make a class of validators that finds equal items by keys, and may search by RE2."""
    from jsonschema.validators import extend

    keywords: dict[str, Any] = {"uniqueItems": _unique_items}
    if is_linear:
        keywords |= {
            "pattern": _pattern,
            "patternProperties": _pattern_properties,
            "additionalProperties": _additional_properties,
        }
    return extend(validator, keywords, type_checker=type_checker)


def _parts(schema: Any) -> Iterator[Mapping[str, Any]]:
    """Yield a schema and all in it that may be one, the whole first."""
    stack = [schema]
    while stack:
        part = stack.pop()
        if isinstance(part, list):
            stack += part
        elif isinstance(part, dict):
            yield part
            for name, value in part.items():
                if name in OF_NAMES and isinstance(value, dict):
                    stack += value.values()
                elif name not in OF_DATA:
                    stack.append(value)


def _has(parts: list[Mapping[str, Any]], keyword: str) -> bool:
    return any(keyword in part for part in parts)


def _patterns(part: Mapping[str, Any]) -> list[str]:
    found = [part["pattern"]] if isinstance(part.get("pattern"), str) else []
    named = part.get("patternProperties")
    return found + list(named if isinstance(named, dict) else ())


@functools.lru_cache(maxsize=1024)
def _compiled(pattern: str) -> Any:
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except UnicodeEncodeError:
        why = "half of a character stands alone in it"
    except re2.error as fault:
        said = fault.args[0] if fault.args else fault
        why = said.decode() if isinstance(said, bytes) else str(said)
    raise UnsearchableError(f"RE2 cannot search by the pattern {shown(pattern)} ({why})")


def _matches(pattern: str, text: str) -> bool:
    # RE2 reads UTF-8, which has no halves of characters: each is one unknown character.
    return _compiled(pattern).search(text.encode("utf-8", "replace").decode()) is not None


def _pattern(validator: Any, pattern: str, instance: Any, _: Any) -> Iterator[Any]:
    from jsonschema.exceptions import ValidationError

    if validator.is_type(instance, "string") and not _matches(pattern, instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _pattern_properties(validator: Any, named: Any, instance: Any, _: Any) -> Iterator[Any]:
    if validator.is_type(instance, "object"):
        for pattern, schema in named.items():
            for key, value in instance.items():
                if _matches(pattern, key):
                    yield from validator.descend(value, schema, path=key, schema_path=pattern)


def _additional_properties(
    validator: Any, allowed: Any, instance: Any, schema: Any
) -> Iterator[Any]:
    from jsonschema.exceptions import ValidationError

    if not validator.is_type(instance, "object"):
        return
    known = schema.get("properties", {})
    patterns = schema.get("patternProperties", {})
    more = [
        key
        for key in instance
        if key not in known and not any(_matches(pattern, key) for pattern in patterns)
    ]
    if validator.is_type(allowed, "object"):
        for key in more:
            yield from validator.descend(instance[key], allowed, path=key)
    elif not allowed and more:
        names = ", ".join(map(shown, more))
        yield ValidationError(f"additional properties are not allowed, and there is {names}")


def _unique_items(validator: Any, is_asked: Any, instance: Any, _: Any) -> Iterator[Any]:
    # The library compares each item with each.
    from jsonschema.exceptions import ValidationError

    if not is_asked or not validator.is_type(instance, "array"):
        return
    first: dict[Hashable, int] = {}
    for place, item in enumerate(instance):
        before = first.setdefault(key_of(item), place)
        if before != place:
            yield ValidationError(f"items {before} and {place} are the same")
            return
