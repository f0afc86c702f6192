"""The file in which people label samples of a run."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from attrs import field, frozen

from rmg_core import DataError, Problem, StoredRun
from rmg_plugin_stats.drawing import Draw
from rmg_plugin_stats.label_files import KNOWN, table_of
from rmg_plugin_stats.reading import ColumnScores, RunScores

LONGEST_CELL: Final = 32_767
"""The characters that a cell of Excel holds; the rest is lost when it saves."""

_DESIGN: Final = ("weight", "stratum", "stratum_size")


@frozen
class LabelSheet:
    """Rows under a heading; `lost` samples have no row in the dataset any more."""

    head: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...] = field(repr=False)
    lost: int = 0

    @property
    def longest(self) -> int:
        """How long the longest text is."""
        texts = (len(cell) for row in self.rows for cell in row if isinstance(cell, str))
        return max(texts, default=0)

    def json_lines(self) -> Iterator[bytes]:
        for row in self.rows:
            made = dict(zip(self.head, row, strict=True))
            yield (
                json.dumps(made, ensure_ascii=False, default=str).encode(
                    "utf-8", "backslashreplace"
                )
                + b"\n"
            )


def sheet_of(
    run: StoredRun,
    scores: RunScores,
    drawn: Draw,
    *,
    column: ColumnScores | None = None,
    show: Sequence[str] = (),
    raters: int = 1,
    unblind: bool = False,
) -> LabelSheet:
    """Make the rows in which the drawn samples are labelled, in the order of the draw.

    Shown are fields of the dataset, or else the inputs of the grader of `column`. The judge's score
    is there only with `unblind`: who sees it agrees with it.

    Raises:
        DataError: there is no such field, or no column of which to show the inputs or the score.
        ConfigError: the grader cannot be made any more.
    """
    places = drawn.places.tolist()
    wanted = {scores.index[place]: place for place in places}
    texts, lost = _texts(run, set(wanted), column, show)
    names = tuple(dict.fromkeys(name for each in texts.values() for name in each))
    labels = ("label",) if raters == 1 else tuple(f"label_{each + 1}" for each in range(raters))
    judged = (f"score of {column.name}",) if unblind and column else ()
    head = ("index", "id", *map(_apart, names), *judged, *labels, *_DESIGN)
    of_samples, sizes = drawn.strata.of_samples, drawn.strata.sizes
    rows = []
    for place in places:
        index, stratum = scores.index[place], of_samples[place]
        shown = texts.get(index, {})
        score = (_score(column, place),) if unblind and column else ()
        design = (drawn.weight(stratum), stratum, sizes[stratum])
        told = tuple(_text(shown.get(name)) for name in names)
        rows.append((index, scores.ids[place], *told, *score, *[None] * raters, *design))
    return LabelSheet(head, tuple(rows), lost)


def check_free(file: str) -> None:
    """See to it that no labels are lost where a file is to be written.

    Raises:
        DataError: there are labels in it, or it is something else.
    """
    if not Path(file).is_file() or not Path(file).stat().st_size:
        return
    hint = "give another with -o FILE, or --force"
    try:
        table = table_of(file)
    except DataError as fault:
        said = "is there already, and is no file of labels"
        raise DataError([Problem(said, hint, file)]) from fault
    columns = [each for each in table.head if each == "label" or each.startswith("label_")]
    if not columns:
        said = "is there already, and is no file of labels"
        raise DataError([Problem(said, hint, file)])
    filled = sum(row.cells.get(each) is not None for row in table.rows for each in columns)
    if filled:
        raise DataError([Problem(f"is there already, with {filled} labels in it", hint, file)])


def _texts(
    run: StoredRun, wanted: set[int], column: ColumnScores | None, show: Sequence[str]
) -> tuple[dict[int, Mapping[str, Any]], int]:
    """Return what is shown of each wanted sample, by its index, and how many have no row."""
    found: dict[int, Mapping[str, Any]] = {}
    if show:
        for sample in run.samples(fields=show):
            if sample.index in wanted and sample.fields is not None:
                found[sample.index] = {name: sample.fields.get(name) for name in show}
    elif column is None or column.column.is_aggregator:
        said = "which fields to show is not known: an aggregator has no inputs of its own"
        if column is None:
            said = f"the run has several graders: {', '.join(_graders(run))}"
        raise DataError([Problem(said, "name one with --column, or the fields with --show")])
    else:
        for sample, inputs in run.inputs(column.name):
            if sample.index in wanted and inputs is not None:
                found[sample.index] = inputs
    return found, len(wanted) - len(found)


def _graders(run: StoredRun) -> list[str]:
    return [each.name for each in run.columns if not each.is_aggregator]


def _apart(name: str) -> str:
    """Return the heading of a shown field, which must not be one of ours."""
    small = name.strip().casefold()
    is_ours = small in {*KNOWN, *_DESIGN} or small.startswith(("label", "score of "))
    return f"field {name}" if is_ours or not small else name


def _score(column: ColumnScores, place: int) -> float | None:
    score = float(column.scores[place])
    return None if score != score else score  # noqa: PLR0124 - nan


def _text(value: Any) -> str | int | float | None:
    """Return a value as a cell: texts and numbers as they are, all else as JSON."""
    if value is None or (isinstance(value, str | int | float) and not isinstance(value, bool)):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)
