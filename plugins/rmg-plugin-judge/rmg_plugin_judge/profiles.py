"""Profiles: what one word stands for among the options of a judge."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import attrs

DEFAULT: Final = "balanced"

PROFILES: Final[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "fast": {"samples": 1, "orders": "random", "inconsistent": "tie"},
        DEFAULT: {"samples": 1, "orders": "swap", "inconsistent": "tie"},
        "careful": {
            "samples": 5,
            "temperature": 0.7,
            "orders": "swap",
            "inconsistent": "rejudge",
        },
        "panel": {"samples": 1, "orders": "swap", "inconsistent": "tie", "min_votes": 2},
    }
)
"""The options of each profile; a mode takes those that it has."""

TWICE: Final = ("swap", "rotate")
"""The orders that ask for every opinion twice."""

OF_PAIRS: Final[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {"careful": {"samples": 3}, "panel": {"min_votes": 3}}
)
"""What differs there; three votes are never those of one judge."""


def filled(options: Any) -> Mapping[str, Any]:
    """Return the options that are not written, by their names; `profile` is spent.

    Raises:
        ValueError: the profile needs a panel, and there is none.
    """
    name = options.profile or DEFAULT
    if name == "panel" and not options.panel:
        raise ValueError('profile \'panel\' needs panel = ["NAME", "NAME", "NAME"]')
    chosen = dict(PROFILES[name])
    own = {each.name for each in attrs.fields(type(options))}
    if "tournament" in own and options.tournament is None:
        own -= {"inconsistent"}  # it is of pairs
    if "orders" in own and (getattr(options, "orders", None) or chosen["orders"]) in TWICE:
        chosen |= OF_PAIRS.get(name, {})
    unwritten = {
        key: value for key, value in chosen.items() if key in own and getattr(options, key) is None
    }
    return {**unwritten, "profile": None}
