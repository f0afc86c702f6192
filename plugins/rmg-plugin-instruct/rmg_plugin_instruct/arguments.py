"""The arguments that instructions have in common, and what their values may be.

The same classes are built from the options of a config, whose types rmg has checked, and from the
`kwargs` of a data set, whose types nobody has: so each field tells its type by a validator too.
"""

from collections.abc import Callable
from typing import Any, Literal, TypeAlias, get_args

from attrs import Attribute, field, validators

from rmg_plugin_instruct.findings import Finding, counted

Relation: TypeAlias = Literal["at least", "less than"]

IS_RELATION = validators.in_(get_args(Relation))
RELATION = {"help": "`less than` leaves the number itself out"}

_Validator: TypeAlias = Callable[[Any, "Attribute[Any]", Any], None]


def whole(told: str, *, minimum: int = 0) -> Any:
    """Return the field of a whole number."""
    return field(
        validator=[_must(_is_whole, "a whole number"), validators.ge(minimum)],
        metadata={"help": told},
    )


def text(told: str) -> Any:
    """Return the field of a text that is not blank."""
    return field(validator=_must(_is_text, "a text that is not blank"), metadata={"help": told})


def texts(told: str) -> Any:
    """Return the field of a list of texts, at least one, none of them blank."""
    return field(
        validator=_must(_are_texts, "a list of texts, at least one, none of them blank"),
        metadata={"help": told, "example": ["…"]},
    )


def letter(told: str) -> Any:
    """Return the field of a single character."""
    return field(validator=_must(_is_character, "one character"), metadata={"help": told})


def loose() -> Any:
    """Return the option of every instruction to be read loosely."""
    told = "also followed without the first or last line, or both, or without asterisks"
    return field(default=False, metadata={"help": told})


def compare(count: int, relation: Relation, number: int, *, unit: str) -> Finding:
    """Return whether a count is at least a number, or less than it."""
    followed = count < number if relation == "less than" else count >= number
    verdict = relation if followed else f"not {relation}"
    return Finding(followed, f"{counted(count, unit)}, {verdict} {number}")


def _must(holds: Callable[[Any], bool], expected: str) -> _Validator:
    def check(_instance: object, attribute: "Attribute[Any]", value: Any) -> None:
        if not holds(value):
            raise ValueError(f"{attribute.name!r} must be {expected}, not {value!r}")

    return check


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _are_texts(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value) and all(map(_is_text, value))


def _is_character(value: Any) -> bool:
    return isinstance(value, str) and len(value) == 1
