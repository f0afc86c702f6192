"""The text of a config file, and the table that it writes in TOML."""

import ast
import json
import re
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from rmg_core.config.positions import MAX_DEPTH, place, too_deep
from rmg_core.config.source import Source
from rmg_core.errors import ConfigError, Problem

MAX_BYTES: Final = 4 * 2**20
"""A config is written by hand; what is larger is another file."""

_CLOSE: Final = 0.8
"""Names of files share a suffix, and so are nearer to each other than other words (0.6)."""

_TWICE: Final = "a key or a table is written twice"
_TOML_HINTS: Final = {
    "Invalid value": "a text stands in quotes, true and false in lower case",
    "Expected '=' after a key": "write KEY = VALUE",
    "Expected newline or end of document": "each KEY = VALUE has a line of its own",
    "Unescaped '\\'": "put the text in 'single quotes', or write each backslash twice",
    "Invalid initial character for a key part": "an inline table { … } stands on one line",
    "Cannot overwrite": _TWICE,
    "Cannot declare": _TWICE,
    "Cannot redefine": _TWICE,
    "Cannot mutate": _TWICE,
}
"""What usually is the matter when `tomllib` says so."""


_UNREADABLE: Final[Mapping[type, str]] = {
    PermissionError: "give yourself the right to read it (chmod u+r), or run as its owner",
    IsADirectoryError: "name a TOML file in it",
}


_KEY_TUPLE: Final = re.compile(r"""\((?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|, ?)+\)""")
"""How `tomllib` writes the keys of a table."""


def read_text(file: Path) -> str:
    """Read a file of UTF-8 text.

    Raises:
        ConfigError: it cannot be read, is too large, or is not UTF-8.
    """
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as fault:
        raise ConfigError([_unreadable(file, fault)]) from fault
    if len(data) > MAX_BYTES:
        raise ConfigError(
            [Problem("this is larger than 4 MiB", "a config is a small TOML file", str(file))]
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line, column = _place_of_byte(data, fault.start)
        raise ConfigError(
            [
                Problem(
                    f"this is not UTF-8 text: byte 0x{data[fault.start]:02x}",
                    "save the file as UTF-8",
                    str(file),
                    line,
                    column,
                )
            ]
        ) from fault


def _unreadable(file: Path, fault: OSError) -> Problem:
    if not isinstance(fault, FileNotFoundError):
        reason = fault.strerror or type(fault).__name__
        reason = reason[:1].lower() + reason[1:]
        hint = _UNREADABLE.get(type(fault), "")
        return Problem(f"the config cannot be read: {reason}", hint, str(file))
    names = [each.name for each in file.parent.glob("*.toml")]
    whole = f"{file.name}.toml"
    near = [whole] if whole in names else get_close_matches(file.name, names, n=1, cutoff=_CLOSE)
    hint = f"did you mean {str(file.with_name(near[0]))!r}?" if near else ""
    return Problem("there is no such file", hint, str(file))


def _place_of_byte(data: bytes, at: int) -> tuple[int, int]:
    before = data[data.rfind(b"\n", 0, at) + 1 : at]
    return data.count(b"\n", 0, at) + 1, len(before.decode("utf-8", "replace")) + 1


def parse_toml(source: Source) -> dict[str, Any] | Problem:
    """Return the table of a text, or why it is none."""
    text = source.text
    too_deep_at = too_deep(text)
    if too_deep_at is not None:
        return source.problem_at(
            place(text, too_deep_at), f"this nests more than {MAX_DEPTH} levels deep"
        )
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        return _not_toml(source, str(fault))
    except ValueError:  # int() takes no more than 4,300 digits
        return source.problem_at(None, "this is not TOML: an integer is too long")


def _as_header(found: re.Match[str]) -> str:
    """Write a tuple of keys as the header of a table."""
    keys = [
        key if re.fullmatch(r"[\w-]+", key, re.ASCII) else json.dumps(key, ensure_ascii=False)
        for key in ast.literal_eval(found[0])
    ]
    return f"[{'.'.join(keys)}]"


def _not_toml(source: Source, said: str) -> Problem:
    """Take the place out of what `tomllib` says, which has it in words."""
    text = source.text
    message, _, where = said.rpartition(" (at ")
    found = re.fullmatch(r"line (\d+), column (\d+)\)", where)
    at = (int(found[1]), int(found[2])) if found else place(text, len(text.rstrip()))
    hint = next((hint for start, hint in _TOML_HINTS.items() if message.startswith(start)), "")
    message = _KEY_TUPLE.sub(_as_header, message[:1].lower() + message[1:])
    return source.problem_at(at, f"this is not TOML: {message}", hint)
