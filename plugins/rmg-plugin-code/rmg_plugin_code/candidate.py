"""The program that a response holds."""

import ast
from typing import Final, Literal, TypeAlias

from rmg_plugin_code import python_source
from rmg_plugin_code.blocks import code_in, fenced

Take: TypeAlias = Literal["last", "first", "all"]
_FUTURE: Final = "__future__"


def program_in(response: str, take: Take, prelude: str = "") -> str | None:
    """Return the program of a response, or None where it has none.

    A block without a tag is often what the program prints: where others say Python, these count.
    """
    blocks = code_in(response, python_source.TAGS)
    blocks = tuple(each for each in blocks if each.tag) or blocks
    if not blocks:
        return None
    chosen = {"first": blocks[:1], "last": blocks[-1:], "all": blocks}[take]
    program = "\n".join(python_source.source(each.text).text for each in chosen)
    return with_prelude(program, prelude) if prelude else program


def absence(response: str) -> str:
    """Say that there is no program, and what there is instead."""
    others = sorted({each.tag for each in fenced(response)} - {"", *python_source.TAGS})
    beside = f"; its blocks are {', '.join(others[:10])}" if others else ""
    return f"the response has no python{beside}"


def with_prelude(program: str, prelude: str) -> str:
    """Put a text before a program, but for the imports of `__future__`, which must come first."""
    lines = program.split("\n")
    after = _end_of_future_imports(program) if _FUTURE in program else 0
    return "\n".join([*lines[:after], prelude, *lines[after:]])


def _end_of_future_imports(program: str) -> int:
    try:
        body = python_source.source(program).tree().body
    except python_source.Unparsable:
        return 0  # it will say so itself
    ends = [
        each.end_lineno or 0
        for each in body
        if isinstance(each, ast.ImportFrom) and each.module == _FUTURE
    ]
    return max(ends, default=0)
