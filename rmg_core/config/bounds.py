"""What the attrs validators of an option allow: in words, and as JSON Schema."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

import attrs
from attrs import validators

from rmg_core.config.kinds import either, said
from rmg_core.config.positions import KeyPath

Validator: TypeAlias = Any
"""A callable `(instance, attribute, value)`, which attrs makes with fields of its own."""


def _passes(*_: Any) -> None: ...


# attrs makes its validators of private classes, with public fields.
_AND: Final[Any] = type(validators.and_(_passes))
_OPTIONAL: Final[Any] = type(validators.optional(_passes))
_IN: Final[Any] = type(validators.in_(()))
_NUMBER: Final[Any] = type(validators.ge(0))
_MIN_LEN: Final[Any] = type(validators.min_len(0))
_MAX_LEN: Final[Any] = type(validators.max_len(0))
_MEMBERS: Final[Any] = type(validators.deep_iterable(_passes))
_VALUES: Final[Any] = type(validators.deep_mapping(_passes, _passes))
_COMPOSED: Final[Any] = (_AND, _OPTIONAL, _MEMBERS, _VALUES)

_COMPARED: Final = {
    ">=": ("at least", "minimum"),
    ">": ("above", "exclusiveMinimum"),
    "<=": ("at most", "maximum"),
    "<": ("below", "exclusiveMaximum"),
}


def must(validator: Validator, value: Any) -> str | None:
    """Say what a validator of attrs asks for and `value` is not; None where its own words do."""
    if isinstance(validator, _NUMBER):
        return (
            f"must be {_COMPARED[validator.compare_op][0]} {validator.bound}, not {_shown(value)}"
        )
    if isinstance(validator, _IN):
        choices = either([repr(choice) for choice in validator.options])
        return f"must be {choices}, not {said(value)}"
    if isinstance(validator, _MIN_LEN):
        least = validator.min_length
        if least == 1:
            return "must not be empty"
        return f"must have a length of at least {least}, not {len(value)}"
    if isinstance(validator, _MAX_LEN):
        return f"must have a length of at most {validator.max_length}, not {len(value)}"
    return None


def _shown(number: Any) -> str:
    """Write a float as an integer where it is one, as it most likely was written."""
    return repr(int(number) if isinstance(number, float) and number.is_integer() else number)


def choices_of(validator: Validator) -> list[str]:
    """Return the texts that a validator lets through, where it lists them."""
    choices = validator.options if isinstance(validator, _IN) else ()
    return [choice for choice in choices if isinstance(choice, str)]


def keywords(validator: Validator | None) -> dict[str, Any]:
    """Return what validators say as keywords of JSON Schema; one of our own has `keywords`."""
    read = _KEYWORDS.get(type(validator))
    return read(validator) if read else dict(getattr(validator, "keywords", {}))


def _lengths(least_or_most: str, length: int) -> dict[str, Any]:
    return {f"{least_or_most}{part}": length for part in ("Length", "Items", "Properties")}


def _bound(keyword: str, bound: Any) -> dict[str, Any]:
    """Leave out what JSON has no number for: no number of a config is beyond infinity."""
    return {keyword: bound} if math.isfinite(bound) else {}


_KEYWORDS: Final[Mapping[type, Callable[[Validator], dict[str, Any]]]] = {
    _AND: lambda made: {
        key: bound for part in _parts(made) for key, bound in keywords(part).items()
    },
    _OPTIONAL: lambda made: keywords(made.validator),
    _NUMBER: lambda made: _bound(_COMPARED[made.compare_op][1], made.bound),
    _IN: lambda made: {"enum": list(made.options)},
    _MIN_LEN: lambda made: _lengths("min", made.min_length),
    _MAX_LEN: lambda made: _lengths("max", made.max_length),
    _MEMBERS: lambda made: {
        **keywords(made.iterable_validator),
        "items": keywords(made.member_validator),
    },
    _VALUES: lambda made: {
        **keywords(made.mapping_validator),
        "additionalProperties": keywords(made.value_validator),
    },
}


def refusals(
    validator: Validator | None, instance: Any, attribute: "attrs.Attribute[Any]", value: Any
) -> Iterator[tuple[KeyPath, Any, Validator, Exception]]:
    """Yield every part of `value` that a validator refuses, which one, and how it says so."""
    if isinstance(validator, _COMPOSED):
        for path, inner, part in _inner(validator, value):
            for below, *refusal in refusals(inner, instance, attribute, part):
                yield ((*path, *below), *refusal)
    elif validator is not None:
        try:
            validator(instance, attribute, value)
        except Exception as fault:  # noqa: BLE001 - a validator is a pack's code
            yield (), value, validator, fault


def _inner(validator: Validator, value: Any) -> Iterator[tuple[KeyPath, Validator, Any]]:
    """Yield what a composed validator consists of, and which part of the value each is for."""
    if isinstance(validator, _AND):
        for part in _parts(validator):
            yield (), part, value
    elif isinstance(validator, _OPTIONAL):
        if value is not None:
            yield (), validator.validator, value
    elif isinstance(validator, _MEMBERS):
        yield (), validator.iterable_validator, value
        for index, member in enumerate(value):
            yield (index,), validator.member_validator, member
    else:
        yield (), validator.mapping_validator, value
        for key, member in value.items():
            yield (key,), validator.key_validator, key
            yield (key,), validator.value_validator, member


def _parts(validator: Validator) -> Sequence[Validator]:
    parts: Sequence[Validator] = validator._validators  # noqa: SLF001 - attrs has no public way
    return parts
