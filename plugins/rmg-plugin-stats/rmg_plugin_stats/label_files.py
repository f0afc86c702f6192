"""Tables of labels as people hand them back: CSV that a spreadsheet has saved, TSV, JSON lines."""

import codecs
import csv
import io
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from attrs import field, frozen

from rmg_core import DataError, Problem

SUFFIXES: Final = (".csv", ".tsv", ".txt", ".jsonl", ".json", ".xlsx", ".xls", ".ods")
"""What names of files end in; of some it is only said what to save instead."""

KNOWN: Final = frozenset({"index", "id", "label", "weight", "stratum", "rater"})
"""Names of columns that mean something; they are read whatever their case."""

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_COMMA_NUMBER: Final = re.compile(r"-?\d+,\d+")
_SAMPLE: Final = "`rmg sample RUN --for-labels N` writes one"
_LINES_OF_JSON: Final = "write one JSON object a line, with id or index and label"


@frozen
class LabelRow:
    """A row as it stands: `where` says which one, such as `row 7`, the heading being row 1."""

    where: str
    cells: Mapping[str, Any] = field(repr=False)


@frozen
class LabelTable:
    """The rows of a file, by the names of its columns; an empty cell is None.

    `notes` say what was done to read it. `is_guessed`: its characters beyond ASCII may be wrong.
    """

    place: str
    head: tuple[str, ...]
    rows: tuple[LabelRow, ...] = field(repr=False)
    notes: tuple[str, ...] = ()
    is_guessed: bool = False


def is_file(source: str) -> bool:
    """Tell whether a source of labels is a file, or else a field of the dataset's rows."""
    return Path(source).suffix.lower() in SUFFIXES or "/" in source or Path(source).is_file()


def table_of(place: str) -> LabelTable:
    """Read a file of labels, however a spreadsheet has saved it.

    UTF-8 or UTF-16 with a mark, or else Windows-1252; commas, semicolons or tabs, whichever split
    the heading; a number with a comma for its point where commas do not split; and the ' that was
    put before a text that looks like a formula.

    Raises:
        DataError: there is none, it is not text, or has no rows.
        OSError: it cannot be read.
    """
    try:
        raw = Path(place).read_bytes()
    except FileNotFoundError as fault:
        near = get_close_matches(Path(place).name, _siblings(place), 1)
        hint = f"did you mean {str(Path(place).with_name(near[0]))!r}?" if near else _SAMPLE
        raise _wrong(place, "there is no such file", hint) from fault
    text, notes, is_guessed = _decoded(raw, place)
    if not text.strip():
        raise _wrong(place, "the file is empty", "write one row a sample, under a heading")
    if text.lstrip().startswith("["):
        raise _wrong(place, "this is a list of JSON, not lines of it", _LINES_OF_JSON)
    is_json = Path(place).suffix.lower() == ".jsonl" or text.lstrip().startswith("{")
    head, rows, more = _json_lines(text, place) if is_json else _sheet(text, place)
    if not rows:
        raise _wrong(place, "there is a heading and no row under it", "write one row a sample")
    return LabelTable(place, head, tuple(rows), (*notes, *more), is_guessed)


def _siblings(place: str) -> list[str]:
    """Return the names of the files beside one that may hold labels."""
    beside = Path(place).parent
    names = (each.name for each in (beside.iterdir() if beside.is_dir() else ()))
    return [each for each in names if each.endswith(SUFFIXES)]


def _decoded(raw: bytes, place: str) -> tuple[str, tuple[str, ...], bool]:
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        said = "this is a workbook, not a table of text"
        raise _wrong(place, said, "save it from the spreadsheet as CSV (UTF-8)")
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            try:
                return raw.decode(encoding), (), False
            except UnicodeDecodeError as fault:
                raise _wrong(place, f"is not {encoding}: {fault.reason}") from fault
    if b"\0" in raw:
        raise _wrong(place, "is not text", "save it as CSV (UTF-8)")
    try:
        return raw.decode("utf-8"), (), False
    except UnicodeDecodeError:
        note = f"{place} is not UTF-8, and was read as Windows-1252"
        return raw.decode("cp1252", "replace"), (note,), True


def _json_lines(text: str, place: str) -> tuple[tuple[str, ...], list[LabelRow], tuple[str, ...]]:
    rows = []
    head: dict[str, None] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        where = f"line {number}"
        try:
            made = json.loads(line)
        except ValueError as fault:
            raise _wrong(place, f"{where} is not JSON: {fault}", _LINES_OF_JSON) from fault
        if not isinstance(made, dict):
            said = f"{where} is no object, but {type(made).__name__}"
            raise _wrong(place, said, _LINES_OF_JSON)
        cells = {_plain(name): _filled(value) for name, value in made.items()}
        head.update(dict.fromkeys(cells))
        rows.append(LabelRow(where, cells))
    return tuple(head), rows, ()


def _sheet(text: str, place: str) -> tuple[tuple[str, ...], list[LabelRow], tuple[str, ...]]:
    delimiter, text, skipped = _delimiter(text)
    records = _records(text, delimiter, place, skipped)
    _, first = next(records)
    head = [_plain(name) for name in first]
    while head and not head[-1]:
        head.pop()
    twice = [name for name, count in Counter(head).items() if count > 1 and name]
    if twice:
        raise _wrong(place, f"two columns are named {twice[0]!r}", "give each a name of its own")
    rows, commas = [], 0
    for number, cells in records:
        where = f"row {number}"
        if any(each.strip() for each in cells[len(head) :]):
            said = f"{where} has {len(cells)} cells, and the heading {len(head)}"
            raise _wrong(place, said, 'put texts with a delimiter in them in "…"')
        made: dict[str, Any] = {}
        for name, cell in zip(head, cells, strict=False):
            made[name], has_comma = _value(cell, delimiter)
            commas += has_comma and _is_label(name)
        rows.append(LabelRow(where, made))
    note = f"{place}: {commas} numbers have a comma for their point"
    return tuple(head), rows, (note,) if commas else ()


def _delimiter(text: str) -> tuple[str, str, int]:
    """Return what splits the cells, the text without a line that says so, and 1 if there was one.

    It is what makes the most known names of the heading, or else the most names.
    """
    first, _, rest = text.partition("\n")
    if re.fullmatch(r"sep=.\r?", first, re.IGNORECASE):
        return first[4], rest, 1
    counts = {}
    for each in (",", ";", "\t", "|"):
        try:
            head = next(filter(any, csv.reader(io.StringIO(text, newline=""), delimiter=each)), [])
        except csv.Error:
            head = []
        known = sum(_plain(name) in KNOWN or _is_label(_plain(name)) for name in head)
        counts[each] = (known, len(head))
    return max(counts, key=counts.__getitem__), text, 0


def _records(
    text: str, delimiter: str, place: str, skipped: int
) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are not empty, with their number as a spreadsheet counts."""
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))  # a text may be longer than csv's own limit
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    number = skipped
    try:
        for cells in reader:
            number += 1
            if any(each.strip() for each in cells):
                yield number, cells
    except csv.Error as fault:
        raise _wrong(place, f"row {number + 1} cannot be read: {fault}") from fault


def _value(cell: str, delimiter: str) -> tuple[str | None, bool]:
    """Return a cell as text, None if it is empty, and whether its point was a comma."""
    text = cell.strip()
    if text[:1] == "'" and text[1:2] in {"=", "+", "-", "@"} and text[1:2]:
        text = text[1:]
    if delimiter != "," and _COMMA_NUMBER.fullmatch(text):
        return text.replace(",", "."), True
    return text or None, False


def _filled(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip() or None
    return None if isinstance(value, float) and value != value else value  # noqa: PLR0124 - nan


def _plain(name: str) -> str:
    """Return the name of a column; one that is known or a label's in small letters."""
    text = name.strip()
    small = text.casefold()
    return small if small in KNOWN or _is_label(small) else text


def _is_label(name: str) -> bool:
    return name == "label" or name.startswith("label_")


def _wrong(place: str, said: str, hint: str = "") -> DataError:
    return DataError([Problem(said, hint, place)])
