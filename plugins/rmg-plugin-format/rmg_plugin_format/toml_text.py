"""The grader of a response that must be TOML."""

import tomllib
from typing import Annotated

from attrs import validators

from rmg_core import GraderScore, grader
from rmg_plugin_format.fences import FENCE, FENCES, Fence, unfenced
from rmg_plugin_format.toml_nesting import check_nesting
from rmg_plugin_format.unreadable import Unreadable, check_characters, counted, said

LANGUAGES = ("toml",)


@grader
def valid_toml(
    response: str,
    *,
    fence: Annotated[Fence, validators.in_(FENCES), FENCE["help"]] = "none",
) -> GraderScore:
    """1 when the response is a TOML document, else 0.

    An empty response, which TOML would allow, is no answer: 0. Nesting more than 100 deep is
    refused: the parts of a header and of a dotted key count, as tables and lists do.

    Definition: TOML 1.0, as `tomllib` of Python reads it.

    Example:
        >>> valid_toml("name = 'Ada'").score
        1.0
        >>> valid_toml("name: Ada").reason
        "not TOML: Expected '=' after a key in a key/value pair (at line 1, column 5)"
    """
    try:
        text = unfenced(response, fence, LANGUAGES)
        keys = _keys(text)
    except Unreadable as fault:
        return GraderScore(0.0, str(fault))
    return GraderScore(1.0, f"valid TOML, with {keys} at the top")


def _keys(text: str) -> str:
    if not text or text.isspace():
        raise Unreadable("the response is empty")
    check_characters(text)
    check_nesting(text)
    try:
        made = tomllib.loads(text)
    # Of itself a fault of TOML, and also a number that Python does not convert.
    except ValueError as fault:
        raise Unreadable(f"not TOML: {said(fault)}") from fault
    return counted(len(made), "key")
