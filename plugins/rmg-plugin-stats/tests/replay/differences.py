"""Where we differ from what was recorded, with the reasons."""

from collections.abc import Mapping
from types import MappingProxyType

EMPTY = "there are no data: 0 there, and here no figure, with the reason"

DIFFERENT: Mapping[str, str] = MappingProxyType(
    {
        "openjudge-00196": EMPTY,
        "openjudge-00197": (
            "the standard deviation of one score is 0 there; here it needs two scores"
        ),
        "openjudge-00204": EMPTY,
        "openjudge-00238": (
            "nothing was predicted to be positive: a precision of 0 there, and here no precision, "
            "since no verdict was wrong"
        ),
        "openjudge-00239": EMPTY,
        "openjudge-00243": EMPTY,
    }
)
"""Row → why we differ."""
