"""Where we differ from what was recorded, with the reasons."""

from collections.abc import Mapping
from types import MappingProxyType

DIFFERENT: Mapping[str, str] = MappingProxyType(
    {
        "autoevals-00053": (
            "an object and a list are compared as texts there, which are alike in their "
            "punctuation; ours counts values of different kinds as 0"
        ),
        "autoevals-00068": (
            "the response is the number 100, and no text: 0 there; ours takes texts, tables and "
            "lists, and says so (bad_input)"
        ),
        "openjudge-00111": (
            "the reference is not JSON: 0 there, an error here (bad_input), since no response "
            "could have been right"
        ),
    }
)
"""Row → why we differ."""
