"""How deep a text nests as TOML, found before it is read."""

import re

from rmg_plugin_format.unreadable import DEPTH, Unreadable, within_depth

# `tomllib` looks at every level of a key once for each level above it: a megabyte of keys that
# nest 100 deep would take four seconds. Files that people write need a tenth of this.
STEPS = 5_000_000

# A text that does not end goes to the end of its line or of the response, so that the search
# stays linear; comments and texts are found for what they hide.
_SIGN = re.compile(
    r'"""(?:[^"\\]|\\.?|"(?!""))*+(?:"{3,5}|\Z)'
    r"|'''(?:[^']|'(?!''))*+(?:'{3,5}|\Z)"
    r'|"(?:[^"\\\n]|\\.?)*+"?'
    r"|'[^'\n]*+'?"
    r"|#[^\n]*+"
    r"|[.=,\n\[\]{}]",
    re.DOTALL,
)


def check_nesting(text: str) -> None:
    """Let a text pass whose tables, dotted keys and lists can be read.

    Raises:
        Unreadable: it nests too deep, or there are too many keys that nest deep.
    """
    if text.count(".") + text.count("[") + text.count("{") <= DEPTH:
        return
    scan = _Scan()
    for found in _SIGN.finditer(text):
        scan.take(found[0])


class _Scan:
    def __init__(self) -> None:
        self._table = 0  # the depth of the table that a header opened
        self._around = 0  # the depth of what is open around the key or value that is read
        self._open: list[tuple[str, int, int]] = []  # brackets, with `around` and `dots` before
        self._dots = 0  # in the key that is read, or was last
        self._is_value = False
        self._is_header = False
        self._steps = 0

    def take(self, sign: str) -> None:
        if sign == "." and not self._is_value:
            self._dots += 1
            self._check()
        elif sign == "=" and not self._is_value:
            self._is_value = True
            self._count()
        elif sign in ("[", "{"):
            self._opened(sign)
        elif sign in ("]", "}") and self._open:
            _, self._around, self._dots = self._open.pop()
            self._is_value = True
        elif sign == "," and self._open and self._open[-1][0] == "{":
            self._is_value, self._dots = False, 0
        elif sign == "\n" and not self._open:
            self._line()

    def _opened(self, sign: str) -> None:
        if not self._is_value:
            self._is_header, self._table, self._dots = True, 0, 0
            return
        self._open.append((sign, self._around, self._dots))
        # Items of a list are one level below it, as the members of a table are below the table.
        is_item = len(self._open) > 1 and self._open[-2][0] == "["
        self._around += 1 if is_item else self._dots + 1
        self._dots = 0
        self._is_value = sign == "["
        self._check()

    def _line(self) -> None:
        if self._is_header:
            self._count()
            self._table = self._dots + 1
        self._is_value, self._is_header, self._dots = False, False, 0

    def _depth(self) -> int:
        return self._table + self._around + (0 if self._is_value else self._dots + 1)

    def _check(self) -> None:
        within_depth(self._depth())

    def _count(self) -> None:
        parts = self._dots + 1
        self._steps += parts * (self._table + self._around + parts)
        if self._steps > STEPS:
            raise Unreadable("too many keys that nest deep, which are not read")
