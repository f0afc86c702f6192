"""Tables in delimited text: a header, then rows with as many cells."""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from attrs import define

from rmg_core.basic.lines import ROW_LIMIT, SPLIT, TOO_LONG, lines_of, unreadable
from rmg_core.datasets import BadRow, Row


@define
class _TextLines:
    """The lines of a table as texts, and what was wrong with those of the present row."""

    _lines: Iterator[bytes | None]
    _number: int = 0
    _first: int = 1
    _size: int = 0
    fault: tuple[str, str] | None = None

    def begin_row(self) -> int:
        """Forget the row before, and return the line on which the next one begins."""
        self._first, self._size, self.fault = self._number + 1, 0, None
        return self._first

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self._number += 1
        if line is None:
            self.fault = (TOO_LONG, SPLIT)
            return ""
        self._size += len(line)
        if self._size > ROW_LIMIT:
            message = f"the row that begins here {TOO_LONG}"
            raise unreadable(message, "is a quote left open?", self._first)
        try:
            text = line.decode()
        except UnicodeDecodeError as fault:
            said = f"is not UTF-8: byte 0x{line[fault.start]:02x}"
            self.fault = (said, "convert the file to UTF-8")
            return line.decode(errors="replace")
        if "\0" in text:
            self.fault = ("holds a NUL byte", "is the file damaged, or not text?")
        return text


def table_rows(stream: BinaryIO, delimiter: str) -> Iterator[Row | BadRow]:
    """Yield the rows of delimited text with a header.

    Raises:
        DataError: the header is unusable, or a row does not end.
    """
    # The module allows 128 KiB a cell, one limit for the whole process: it is only ever raised.
    csv.field_size_limit(max(csv.field_size_limit(), ROW_LIMIT))
    lines = _TextLines(lines_of(stream))
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    names: list[str] = []
    while True:
        line = lines.begin_row()
        try:
            cells = next(rows, None)
            fault = lines.fault
        except csv.Error as error:
            cells, fault = [], _quoting_fault(str(error))
        if cells is None:
            return
        if fault and not names:
            raise unreadable(f"the header {fault[0]}", fault[1], line)
        if fault:
            yield BadRow(line, *fault)
        elif cells and not names:
            names = _header(cells, line)
        elif cells and len(cells) != len(names):
            hint = f"put a cell that holds {delimiter!r} or a line break in double quotes"
            yield BadRow(line, f"has {len(cells)} cells, and the header has {len(names)}", hint)
        elif cells:
            yield line, dict(zip(names, cells, strict=True))


def _quoting_fault(said: str) -> tuple[str, str]:
    if "end of data" in said:
        return "has a quote that is not closed", "close it; a quote in quotes is doubled"
    if "new-line" in said:
        return "has a carriage return inside a cell", "end lines in LF or CRLF, or quote the cell"
    return f"is not quoted as CSV is: {said}", "put the whole cell in quotes, and double its quotes"


def _header(names: list[str], line: int) -> list[str]:
    """Return the names of the columns.

    Raises:
        DataError: one is empty, or is there twice.
    """
    for place, name in enumerate(names, 1):
        if not name:
            hint = "name it; pandas leaves the index out with `index=False`"
            raise unreadable(f"column {place} has no name", hint, line)
    expect_unique(names, line)
    return names


def expect_unique(names: Sequence[str], line: int | None) -> None:
    name, times = Counter(names).most_common(1)[0]
    if times > 1:
        raise unreadable(f"{times} columns are named {name!r}", "rename all but one", line)
