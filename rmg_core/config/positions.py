"""Where the keys and values of a TOML text stand."""

import functools
import re
import tomllib
from typing import Final, TypeAlias

KeyPath: TypeAlias = tuple[str | int, ...]
"""Keys, and indices of list elements, from the root of a document."""

MAX_DEPTH: Final = 64
"""How deep a config may nest. Every prefix of a path is kept, so that depth costs its square."""

_STRING: Final = (
    r'"""(?:\\.|[^\\])*?"""(?:"{0,2})'
    r"|'''.*?'''(?:'{0,2})"
    r'|"(?:\\.|[^"\\])*"'
    r"|'[^']*'"
)
_IS_STRING: Final = re.compile(_STRING, re.DOTALL)
_KEY: Final = re.compile(r"""[A-Za-z0-9_-]+|"(?:\\.|[^"\\\n])*"|'[^'\n]*'""")
_DOT: Final = re.compile(r"[ \t]*\.[ \t]*")
_BLANK: Final = re.compile(r"(?:\s|#[^\n]*)+")
_SCALAR: Final = re.compile(r"[^,\]}#\n]+")
_LONG_KEY: Final = (
    rf"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){{{MAX_DEPTH}}}"""
)
_NESTING: Final = re.compile(rf"{_LONG_KEY}|{_STRING}|#[^\n]*|[\[{{\]}}]", re.DOTALL)


class Positions:
    """The place of every key and value of a text that `tomllib` accepts.

    The text is read when the first place is asked for. Lines and columns count from 1, columns in
    characters. What the text does not hold has the place of its nearest ancestor that it does; the
    document as a whole has none.
    """

    def __init__(self, text: str) -> None:
        self._text = text.replace("\r\n", "\n")

    def knows(self, path: KeyPath) -> bool:
        """Whether the text itself holds `path`."""
        return path in self._offsets

    def key(self, path: KeyPath) -> tuple[int, int] | None:
        """Return the line and column of the key; an element of a list stands for its own key."""
        found = self._nearest(path)
        return None if found is None else place(self._text, self._offsets[found][0])

    def value(self, path: KeyPath) -> tuple[int, int] | None:
        """Return the line and column of the value; a table under a header has those of its key."""
        found = self._nearest(path)
        return None if found is None else place(self._text, self._offsets[found][1])

    def _nearest(self, path: KeyPath) -> KeyPath | None:
        ancestors = (path[:length] for length in range(len(path), 0, -1))
        return next(filter(self.knows, ancestors), None)

    @functools.cached_property
    def _offsets(self) -> dict[KeyPath, tuple[int, int]]:
        return _Scan(self._text).offsets


def place(text: str, offset: int) -> tuple[int, int]:
    """Return the line and column of an offset, both counted from 1."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def read_key(text: str, at: int) -> tuple[list[tuple[str, int]], int]:
    """Read a dotted key: its parts, each with its offset, and the offset after it.

    Raises:
        ValueError: there is no key.
    """
    parts: list[tuple[str, int]] = []
    while found := _KEY.match(text, at):
        written = found.group()
        is_quoted = written[0] in "\"'"
        key = tomllib.loads(f"key = {written}")["key"] if is_quoted else written
        parts.append((key, at))
        dot = _DOT.match(text, found.end())
        if dot is None:
            return parts, found.end()
        at = dot.end()
    raise ValueError("a key is missing")


def too_deep(text: str) -> int | None:
    """Return the offset of the first bracket or dotted key that nests below `MAX_DEPTH`.

    `tomllib` recurses into brackets, and takes the square of a dotted key's length.
    """
    depth = 0
    for found in _NESTING.finditer(text):
        match found.group():
            case "[" | "{":
                depth += 1
            case "]" | "}":
                depth -= 1
            case token if token[-1] in ". \t" and token[0] != "#":
                return found.start()
        if depth > MAX_DEPTH:
            return found.start()
    return None


class _Scan:
    """One walk over a text; `offsets` maps paths to the offsets of key and value."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.offsets: dict[KeyPath, tuple[int, int]] = {}
        self._lengths: dict[KeyPath, int] = {}
        self._read_document()

    def _read_document(self) -> None:
        table: KeyPath = ()
        at = self._skip(0)
        while at < len(self.text):
            if self.text[at] == "[":
                table, at = self._read_header(at)
            else:
                at = self._read_pair(at, table)
            at = self._skip(at)

    def _read_header(self, at: int) -> tuple[KeyPath, int]:
        is_element = self.text.startswith("[[", at)
        parts, at = read_key(self.text, self._skip(at + 1 + is_element))
        path: KeyPath = ()
        for number, (key, offset) in enumerate(parts, 1):
            path = (*path, key)
            self._add(path, offset, offset, overwrite=number == len(parts) and not is_element)
            if number == len(parts) and is_element:
                self._lengths[path] = self._lengths.get(path, 0) + 1
                self._add((*path, self._lengths[path] - 1), offset, offset)
            if path in self._lengths:
                path = (*path, self._lengths[path] - 1)
        return path, self.text.index("]", at) + 1 + is_element

    def _read_pair(self, at: int, table: KeyPath) -> int:
        parts, at = read_key(self.text, at)
        at = self._skip(self.text.index("=", at) + 1)
        path = table
        for key, offset in parts[:-1]:
            path = (*path, key)
            self._add(path, offset, offset)
        key, offset = parts[-1]
        path = (*path, key)
        self._add(path, offset, at)
        return self._read_value(at, path)

    def _read_value(self, at: int, path: KeyPath) -> int:
        match self.text[at]:
            case "[":
                return self._read_array(at, path)
            case "{":
                return self._read_inline_table(at, path)
            case _:
                found = _IS_STRING.match(self.text, at) or _SCALAR.match(self.text, at)
                return found.end() if found else at + 1

    def _read_array(self, at: int, path: KeyPath) -> int:
        at = self._skip(at + 1)
        index = 0
        while self.text[at] != "]":
            self._add((*path, index), at, at)
            at = self._skip_comma(self._read_value(at, (*path, index)))
            index += 1
        return at + 1

    def _read_inline_table(self, at: int, path: KeyPath) -> int:
        at = self._skip(at + 1)
        while self.text[at] != "}":
            at = self._skip_comma(self._read_pair(at, path))
        return at + 1

    def _skip_comma(self, at: int) -> int:
        at = self._skip(at)
        return self._skip(at + 1) if self.text[at] == "," else at

    def _skip(self, at: int) -> int:
        found = _BLANK.match(self.text, at)
        return found.end() if found else at

    def _add(self, path: KeyPath, key: int, value: int, *, overwrite: bool = False) -> None:
        if len(path) <= MAX_DEPTH and (overwrite or path not in self.offsets):
            self.offsets[path] = key, value
