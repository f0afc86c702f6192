"""The sample of a run that a row of labels is about, though a spreadsheet has been at its id."""

import re
from collections import defaultdict
from typing import Any, Final

from rmg_plugin_stats.label_files import LabelRow
from rmg_plugin_stats.reading import RunScores

_WHOLE: Final = re.compile(r"-?\d+(\.0*)?")
_MANGLED: Final = re.compile(
    r"0\d+|\d{12,}|\d*\.\d*0|\d+\.?\d*e\d+"  # 007, numbers too long, 1.50, 3e5
    r"|\d{1,4}[-/.:]\d{1,4}([-/.:]\d{1,4})?"  # what looks like a date or a time
    r"|[a-z]{3,9}[-/. ]?\d{1,4}|\d{1,4}[-/. ]?[a-z]{3,9}"  # mar1, 1-mar
    r"|true|false|[-+=@'].*",
    re.IGNORECASE,
)
"""Ids that a spreadsheet writes otherwise when it saves."""


class RowFinder:
    """Finds samples by id, by the id as a number, and by index where the id was mangled."""

    def __init__(self, run: RunScores) -> None:
        self._has_ids = run.has_ids
        self._ids = dict(zip(run.index, run.ids, strict=True))
        self._places = {index: place for place, index in enumerate(run.index)}
        self._exact: dict[str, list[int]] = defaultdict(list)
        self._loose: dict[str, list[int]] = defaultdict(list)
        for place, each in enumerate(run.ids):
            if each is not None:
                self._exact[str(each)].append(place)
                self._loose[_loose(each)].append(place)
        self.mended: list[str] = []
        """What ids became in the file, of rows that were found by their index."""

    def place(self, row: LabelRow) -> int | None:
        """Return the place of a row's sample; None where the run has no such sample.

        Raises:
            ValueError: the row does not say which sample it is about, or contradicts itself.
        """
        given, index = row.cells.get("id"), _index(row.cells.get("index"))
        if given is None and index is None:
            raise ValueError("has neither id nor index")
        if given is None or not self._has_ids:
            if index is None:
                raise ValueError("has no index, and the samples of the run have no ids")
            return self._places.get(index)
        found = self._exact.get(str(given)) or self._loose.get(_loose(given)) or []
        if index is None:
            if len(found) > 1:
                raise ValueError(f"{len(found)} samples have the id {given!r}, and it has no index")
            return found[0] if found else None
        at = self._places.get(index)
        if at in found or (at is None and not found):
            return at
        return self._contradiction(given, index, at, found)

    def _contradiction(
        self, given: Any, index: int, at: int | None, found: list[int]
    ) -> int | None:
        """Return the sample that is meant where id and index lead to different ones."""
        own = None if at is None else self._ids[index]
        if not found and own is not None and _MANGLED.fullmatch(str(own).strip()):
            self.mended.append(f"{str(own)!r} became {str(given)!r}")
            return at
        if not found:
            return None
        said = f"has the id {given!r} and the index {index}, which are two samples"
        raise ValueError(f"{said}: is it of another run?")


def _loose(key: Any) -> str:
    """Return what of an id a spreadsheet leaves alone: 7 of 007, 7 of 7.0, and letters small."""
    text = str(key).strip().lstrip("'")
    if _WHOLE.fullmatch(text):
        return str(int(text.partition(".")[0]))
    return text.casefold()


def _index(cell: Any) -> int | None:
    """Return a cell as an index.

    Raises:
        ValueError: it is none.
    """
    if cell is None:
        return None
    text = str(cell)
    if isinstance(cell, bool) or not _WHOLE.fullmatch(text) or text.startswith("-"):
        raise ValueError(f"has the index {text!r}, which is no whole number from 0 on")
    return int(text.partition(".")[0])
