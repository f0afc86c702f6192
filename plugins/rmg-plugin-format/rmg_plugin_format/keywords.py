"""Keywords of JSON Schema that a response must not be able to keep busy."""

import functools
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any

from rmg_plugin_format.unreadable import quoted


def check_patterns(parts: Iterable[Mapping[str, Any]]) -> None:
    """Let the patterns of the parts of a schema pass.

    Raises:
        ValueError: RE2 cannot search by one, or a library would search by it with `re`.
    """
    keywords: set[str] = set()
    for place, part in enumerate(parts):
        # The library looks for what is evaluated in the parts of a part too, by `re`.
        keywords.update(part)
        if place and "$schema" in part and _patterns(part):
            raise ValueError("schema must not name a draft again in a part that has patterns")
        if {"patternProperties", "unevaluatedProperties"} <= keywords:
            raise ValueError(
                "schema must not have patternProperties and unevaluatedProperties both, "
                "unless python_patterns is true"
            )
        for pattern in _patterns(part):
            fault = _fault_of(pattern)
            if fault:
                raise ValueError(
                    f"schema must have patterns that RE2 can search by, and {quoted(pattern)} is "
                    f"none ({fault}); python_patterns = true takes Python's, which may never end"
                )


def quick(validator: Any, *, is_linear: bool) -> Any:
    """Make a class of validators that finds equal items by hashes, and may search by RE2."""
    from jsonschema.validators import extend

    keywords: dict[str, Any] = {"uniqueItems": _unique_items}
    if is_linear:
        keywords |= {
            "pattern": _pattern,
            "patternProperties": _pattern_properties,
            "additionalProperties": _additional_properties,
        }
    return extend(validator, keywords)


def _patterns(part: Mapping[str, Any]) -> list[str]:
    found = [part["pattern"]] if isinstance(part.get("pattern"), str) else []
    named = part.get("patternProperties")
    return found + list(named if isinstance(named, Mapping) else ())


@functools.lru_cache(maxsize=256)
def _compiled(pattern: str) -> Any:
    import re2

    options = re2.Options()
    options.log_errors = False
    return re2.compile(pattern, options)


def _fault_of(pattern: str) -> str:
    import re2

    try:
        _compiled(pattern)
    except re2.error as fault:
        said = fault.args[0] if fault.args else fault
        return said.decode() if isinstance(said, bytes) else str(said)
    return ""


def _matches(pattern: str, text: str) -> bool:
    return _compiled(pattern).search(text) is not None


def _unique_items(validator: Any, is_asked: Any, instance: Any, _: Any) -> Iterator[Any]:
    # The library compares each item with each: 8 s for 3,000 small objects, here 0.02 s.
    from jsonschema.exceptions import ValidationError

    if not is_asked or not validator.is_type(instance, "array"):
        return
    first: dict[Hashable, int] = {}
    for place, item in enumerate(instance):
        before = first.setdefault(_form(item), place)
        if before != place:
            yield ValidationError(f"items {before} and {place} are the same")
            return


def _form(value: Any) -> Hashable:
    """Return what is equal for two equal instances: 1 is 1.0, and not true."""
    match value:
        case dict():
            return frozenset((key, _form(part)) for key, part in value.items())
        case list():
            return ("array", tuple(_form(part) for part in value))
        case bool() | None:
            return ("word", value)
        case _:
            return ("plain", value)


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
        yield ValidationError(f"the schema does not know {', '.join(map(quoted, more))}")
