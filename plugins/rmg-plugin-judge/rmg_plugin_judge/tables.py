"""Options that are tables of their own: how many opinions, who is asked again, what is cut."""

from collections.abc import Mapping
from typing import Any, Literal

import attrs
from attrs import Attribute, field, frozen
from attrs.validators import ge, min_len

from rmg_core import Model


def _is_above_min(made: "Sampling", attribute: "Attribute[int]", value: int) -> None:
    if value <= made.min:
        raise ValueError(f"{attribute.name} must be above min, which is {made.min}, not {value}")


@frozen(kw_only=True)
class Sampling:
    """As many opinions as it takes: from `min` to `max`, until the rest could change nothing."""

    min: int = field(validator=ge(1))
    max: int = field(validator=_is_above_min)
    stop: Literal["decided"] = "decided"


def _is_margin(_: "Escalation", attribute: "Attribute[Any]", value: Any) -> None:
    if value != "disagree" and (isinstance(value, str | bool) or not 0 < value <= 1):
        raise ValueError(f"{attribute.name} must be 'disagree' or a number in 0..1, not {value!r}")


@frozen(kw_only=True)
class Escalation:
    """Another model that judges again where the opinions differ.

    With a number for `when`, it is where the commonest verdict leads the second by a smaller share
    of the votes.
    """

    to: Model
    when: Literal["disagree"] | float = field(default="disagree", validator=_is_margin)


@frozen(kw_only=True)
class Truncation:
    """An input that may be cut to so many characters, and which part of it is kept."""

    field: str = attrs.field(validator=min_len(1))
    keep: Literal["head", "tail", "middle"]
    characters: int = attrs.field(validator=ge(1))


def as_sampling(given: Any) -> Any:
    """Make a table of a mapping, as Python code may write it."""
    return Sampling(**given) if isinstance(given, Mapping) else given


def as_escalation(given: Any) -> Any:
    """Make a table of a mapping."""
    return Escalation(**given) if isinstance(given, Mapping) else given


def as_truncation(given: Any) -> Any:
    """Make a table of a mapping."""
    return Truncation(**given) if isinstance(given, Mapping) else given
