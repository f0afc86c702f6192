"""Rows of CSV that spreadsheets may open."""

import csv
import io
from collections.abc import Iterable
from typing import Any, Final

_FORMULA: Final = frozenset("=+-@\t\r\n")


def csv_line(cells: Iterable[Any]) -> bytes:
    """Write cells as a row of CSV, in which no text is a formula to a spreadsheet."""
    # The csv module quotes the line breaks that its own terminator has, and no others.
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(map(_harmless, cells))
    line = text.getvalue().removesuffix("\r\n") + "\n"
    return line.encode("utf-8", "backslashreplace")


def _harmless(cell: Any) -> Any:
    """Keep a spreadsheet from running a text as a formula; numbers stay numbers."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in _FORMULA and cell else cell
