"""JSON Schema: an option that holds a schema, and what a value does not keep of it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rmg_core import CannotGrade
from rmg_plugin_format.json_text import given_json, read_json
from rmg_plugin_format.unreadable import Unreadable, cut

LATEST = "https://json-schema.org/draft/2020-12/schema"
_NEEDS = "schema needs jsonschema; run `pip install 'rmg-plugin-format[schema]'`"


def as_schema(written: Mapping[str, Any] | str | None) -> Mapping[str, Any] | None:
    """Make a schema of what an option says: the schema itself, or the path of its file.

    The content stands in the option from then on, so that another content makes other grades.

    Raises:
        ValueError: there is no such file, or what it holds is no schema.
    """
    if written is None:
        return None
    schema = _from_file(written) if isinstance(written, str) else _given(written)
    _check(schema)
    return schema


def faults_of(value: Any, schema: Mapping[str, Any]) -> list[str]:
    """Return what of a value breaks the schema, the most telling first.

    Raises:
        CannotGrade: the schema cannot be applied to the value.
    """
    from jsonschema.exceptions import best_match, relevance
    from referencing.exceptions import Unresolvable

    try:
        found = sorted(_validator(schema).iter_errors(value), key=relevance, reverse=True)
        if not found:
            return []
        first = best_match(iter(found)) or found[0]
    except (RecursionError, Unresolvable, ArithmeticError) as fault:
        raise CannotGrade(
            f"the schema cannot be applied: {cut(str(fault)) or type(fault).__name__}"
        ) from fault
    rest = [each for each in found if each is not first]
    return [cut(f"{each.json_path}: {each.message}") for each in (first, *rest)]


def _from_file(path: str) -> Mapping[str, Any]:
    try:
        schema = read_json(Path(path).read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as fault:
        raise ValueError(f"schema must be a table or the path of a file: {fault}") from fault
    except Unreadable as fault:
        raise ValueError(f"schema must be in a file of JSON, and {path!r} is {fault}") from fault
    if not isinstance(schema, dict):
        raise ValueError(f"schema must be an object, and {path!r} holds none")  # noqa: TRY004 - options
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
        from referencing import Resource
        from referencing.exceptions import Unresolvable
    except ModuleNotFoundError as fault:
        raise ValueError(_NEEDS) from fault
    named = schema.get("$schema", LATEST)
    if validator_for({"$schema": named}, default=None) is None:
        raise ValueError(f"schema must name a draft of JSON Schema that is known, not {named!r}")
    validator = _validator(schema)
    try:
        validator.check_schema(schema)
    except SchemaError as fault:
        raise ValueError(
            cut(f"schema must be JSON Schema, and at {fault.json_path} {fault.message}")
        ) from fault
    top = Resource.from_contents(schema, default_specification=_specification())
    try:
        _follow(_registry().with_resource("", top).resolver(), top)
    except Unresolvable as fault:
        raise ValueError(f"schema must not refer to what is not in it: {fault.ref!r}") from fault
    try:
        validator.is_valid(None)
    except RecursionError as fault:
        raise ValueError("schema must not refer to itself without end") from fault


def _follow(resolver: Any, resource: Any) -> None:
    contents = resource.contents
    if isinstance(contents, Mapping):
        for keyword in ("$ref", "$dynamicRef"):
            if isinstance(reference := contents.get(keyword), str):
                resolver.lookup(reference)
    for part in resource.subresources():
        _follow(resolver.in_subresource(part), part)


def _specification() -> Any:
    from referencing.jsonschema import DRAFT202012

    return DRAFT202012


def _registry() -> Any:
    """Return what references lead to: the drafts themselves, and nothing that is fetched."""
    from jsonschema_specifications import REGISTRY

    return REGISTRY


def _validator(schema: Mapping[str, Any]) -> Any:
    from jsonschema.validators import Draft202012Validator, validator_for

    return validator_for(schema, default=Draft202012Validator)(schema, registry=_registry())
