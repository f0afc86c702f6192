"""JSON Schema: an option that holds a schema, and what a value does not keep of it."""

import importlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rmg_core import CannotGrade
from rmg_plugin_format.json_text import given_json, read_json
from rmg_plugin_format.keywords import check_patterns, quick
from rmg_plugin_format.places import spelled
from rmg_plugin_format.unreadable import Unreadable, cut

LATEST = "https://json-schema.org/draft/2020-12/schema"
_NEEDS = "schema needs jsonschema and google-re2; run `pip install 'rmg-plugin-format[schema]'`"


def as_schema(written: Mapping[str, Any] | Path | str | None) -> Mapping[str, Any] | None:
    """Make a schema of what an option says: the schema itself, or the path of its file.

    The content stands in the option from then on, so that another content makes other grades.

    Raises:
        ValueError: there is no such file, or what it holds is no schema.
    """
    if written is None:
        return None
    schema = _from_file(written) if isinstance(written, Path | str) else _given(written)
    _check(schema)
    return schema


def check_schema_patterns(schema: Mapping[str, Any]) -> None:
    """Let the patterns of a schema pass.

    Raises:
        ValueError: they cannot be searched by in linear time.
    """
    check_patterns(_parts(schema))


def faults_of(value: Any, schema: Mapping[str, Any], *, is_linear: bool) -> list[str]:
    """Return what of a value breaks the schema, the most telling first.

    Where it `is_linear`, the schema's patterns must have passed.

    Raises:
        CannotGrade: the schema cannot be applied to the value.
    """
    from jsonschema.exceptions import best_match, relevance
    from referencing.exceptions import Unresolvable

    try:
        # By place first: the library goes through additional properties in no fixed order.
        found = sorted(_validator(schema, is_linear).iter_errors(value), key=_place)
        found.sort(key=relevance, reverse=True)
        if not found:
            return []
        first = best_match(iter(found)) or found[0]
    except (RecursionError, Unresolvable, ArithmeticError) as fault:
        raise CannotGrade(
            f"the schema cannot be applied: {cut(str(fault)) or type(fault).__name__}"
        ) from fault
    rest = [each for each in found if each is not first]
    return [
        cut(f"at {spelled(list(each.absolute_path))}: {each.message}") for each in (first, *rest)
    ]


def _place(error: Any) -> tuple[str, str]:
    return spelled(list(error.absolute_path)), error.message


def _from_file(path: Path | str) -> Mapping[str, Any]:
    try:
        schema = read_json(Path(path).read_text("utf-8-sig"))
    except FileNotFoundError as fault:
        raise ValueError(
            f"schema must be a table or the path of a file, and there is no file '{path}'"
        ) from fault
    except (OSError, UnicodeDecodeError) as fault:
        raise ValueError(f"schema must be a table or the path of a file: {fault}") from fault
    except Unreadable as fault:
        raise ValueError(f"schema must be in a file of JSON, and '{path}' is {fault}") from fault
    if not isinstance(schema, dict):
        raise ValueError(f"schema must be an object, and '{path}' holds none")  # noqa: TRY004 - options
    return schema


def _given(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        return dict(given_json(schema, "schema"))
    except CannotGrade as fault:
        raise ValueError(f"schema must be JSON: {fault}") from fault


def _check(schema: Mapping[str, Any]) -> None:
    try:
        from jsonschema.exceptions import SchemaError
        from jsonschema.validators import validator_for
        from referencing.exceptions import Unresolvable

        importlib.import_module("re2")
    except ModuleNotFoundError as fault:
        raise ValueError(_NEEDS) from fault
    named = schema.get("$schema", LATEST)
    if validator_for({"$schema": named}, default=None) is None:
        raise ValueError(f"schema must name a draft of JSON Schema that is known, not {named!r}")
    validator = _validator(schema, is_linear=False)
    try:
        validator.check_schema(schema)
    except SchemaError as fault:
        raise ValueError(
            cut(f"schema must be JSON Schema, and at {fault.json_path} {fault.message}")
        ) from fault
    try:
        list(_parts(schema))
    except Unresolvable as fault:
        raise ValueError(f"schema must not refer to what is not in it: {fault.ref!r}") from fault
    try:
        validator.is_valid(None)
    except RecursionError as fault:
        raise ValueError("schema must not refer to itself without end") from fault


def _parts(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield a schema and the schemas in it, and look up what they refer to."""
    from referencing import Resource

    top = Resource.from_contents(schema, default_specification=_specification())
    return _followed(_registry().with_resource("", top).resolver(), top)


def _followed(resolver: Any, resource: Any) -> Iterator[Mapping[str, Any]]:
    contents = resource.contents
    if isinstance(contents, Mapping):
        for keyword in ("$ref", "$dynamicRef"):
            if isinstance(reference := contents.get(keyword), str):
                resolver.lookup(reference)
        yield contents
    for part in resource.subresources():
        yield from _followed(resolver.in_subresource(part), part)


def _specification() -> Any:
    from referencing.jsonschema import DRAFT202012

    return DRAFT202012


def _registry() -> Any:
    """Return what references lead to: the drafts themselves, and nothing that is fetched."""
    from jsonschema_specifications import REGISTRY

    return REGISTRY


def _validator(schema: Mapping[str, Any], is_linear: bool) -> Any:
    from jsonschema.validators import Draft202012Validator, validator_for

    made = validator_for(schema, default=Draft202012Validator)
    # A part that named its draft, as the whole does for one that refers to it, would be given to
    # the library's own class, which searches by `re`.
    unnamed = {key: part for key, part in schema.items() if key != "$schema"}
    return quick(made, is_linear=is_linear)(unnamed, registry=_registry())
