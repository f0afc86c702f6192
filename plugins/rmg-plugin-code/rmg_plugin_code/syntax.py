"""The grader of code that must parse."""

import json
import tomllib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Annotated

from attrs import Attribute

from rmg_core import GraderScore, grader
from rmg_plugin_code import python_source
from rmg_plugin_code.blocks import Block, code_in, fenced
from rmg_plugin_code.python_source import Unparsable


def _python(text: str) -> None:
    python_source.source(text).tree()


def _json(text: str) -> None:
    try:
        json.loads(text)
    except json.JSONDecodeError as fault:
        raise Unparsable(f"{fault.msg} (line {fault.lineno})") from fault
    except RecursionError as fault:
        raise Unparsable("it is nested deeper than Python can parse") from fault
    except ValueError as fault:  # a number of more digits than Python reads
        raise Unparsable(str(fault)) from fault


def _toml(text: str) -> None:
    try:
        tomllib.loads(text)
    except RecursionError as fault:
        raise Unparsable("it is nested deeper than Python can parse") from fault
    except ValueError as fault:
        raise Unparsable(str(fault)) from fault


Check = Callable[[str], None]
CHECKS: Mapping[str, Check] = MappingProxyType({"python": _python, "json": _json, "toml": _toml})
TAGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"python": python_source.TAGS, "json": ("json",), "toml": ("toml",)}
)


def _are_known(_: object, attribute: "Attribute[tuple[str, ...]]", value: tuple[str, ...]) -> None:
    known = ", ".join(CHECKS)
    if not value:
        raise ValueError(f"{attribute.name} must name at least one of {known}")
    for each in value:
        if each not in CHECKS:
            raise ValueError(f"{attribute.name} cannot have {each!r}: it knows {known}")


@grader(runs_in="process")
def syntax(
    response: str,
    *,
    languages: Annotated[
        tuple[str, ...],
        _are_known,
        "which blocks are checked, of python, json and toml; a block without a tag is the first",
    ] = ("python",),
    share: Annotated[bool, "the share of blocks that parse, instead of 1 when all do"] = False,
    fences_only: Annotated[bool, "without a fence there is no code"] = False,
) -> GraderScore:
    """1 when every block of code in the response parses, else 0.

    The language of a block is what its fence says; blocks of other languages are passed over. A
    response without fences is code as a whole. Where there is no code the score is 0; so it is for
    code that is nested deeper than the parser can follow, or has null bytes.

    Python is what the Python that runs this parses. What only its compiler refuses, such as
    `return` outside a function, is not looked for. Other languages are refused before the run: no
    library reads them that cannot be kept busy for minutes by a short text.

    Definition: `ast.parse`, `json.loads` and `tomllib.loads` of Python.

    Raises:
        CannotGrade: the response has more than a million characters (`bad_input`).

    Example:
        >>> syntax("def f(:").reason
        'block 1: invalid syntax (line 1)'
        >>> syntax("1 + 1").reason
        '1 of 1 block parses'
    """
    python_source.refuse_long(response)
    tag_of = {tag: language for language in languages for tag in TAGS[language]}
    blocks = code_in(response, tuple(tag_of), fences_only=fences_only)
    if not blocks:
        return GraderScore(0.0, _absence(response, languages))
    faults = {}
    for number, block in enumerate(blocks, 1):
        try:
            CHECKS[tag_of.get(block.tag, languages[0])](block.text)
        except Unparsable as fault:
            faults[number] = str(fault)
    return _score(blocks, faults, share=share)


def _score(blocks: tuple[Block, ...], faults: Mapping[int, str], *, share: bool) -> GraderScore:
    valid = len(blocks) - len(faults)
    counts = {"blocks": len(blocks), "valid": valid}
    if not faults:
        noun, verb = ("block", "parses") if valid == 1 else ("blocks", "parse")
        return GraderScore(1.0, f"{valid} of {len(blocks)} {noun} {verb}", counts)
    reason = "; ".join(f"block {number}: {fault}" for number, fault in list(faults.items())[:10])
    return GraderScore(valid / len(blocks) if share else 0.0, reason, counts)


def _absence(response: str, languages: tuple[str, ...]) -> str:
    known = {"", *(tag for language in languages for tag in TAGS[language])}
    others = sorted({block.tag for block in fenced(response)} - known)
    beside = f"; its blocks are {', '.join(others[:10])}" if others else ""
    return f"the response has no {' or '.join(languages)}{beside}"
