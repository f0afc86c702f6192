"""What people said of the samples of a run, from a file or from fields of its dataset."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from attrs import evolve, field, frozen

from rmg_core import DataError, Problem
from rmg_plugin_stats.label_files import LabelRow, LabelTable, is_file, table_of
from rmg_plugin_stats.reading import RunScores
from rmg_plugin_stats.row_finding import RowFinder
from rmg_plugin_stats.samples import Flags, Floats

SHOWN: Final = 5
"""How many rows a message lists."""


@frozen(eq=False)
class Labels:
    """Labels of raters for the samples of a run, in the order of the run.

    `answers` has a line for each rater: what stands there, a text of a file as a text, None where
    the rater said nothing. `strata` has the stratum from which each sample was drawn, None where it
    was not drawn, and `sizes` how many samples of the run each stratum holds; both are empty where
    nothing says how the labelled samples were chosen.
    """

    sources: tuple[str, ...]
    raters: tuple[str, ...]
    answers: tuple[tuple[Any, ...], ...] = field(repr=False)
    strata: tuple[str | None, ...] = field(default=(), repr=False)
    sizes: Mapping[str, float] = field(factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def labelled(self) -> Flags:
        """Which samples have a label of any rater."""
        lines = [[each is not None for each in line] for line in self.answers]
        return np.asarray(np.array(lines, dtype=np.bool_).any(0))

    @property
    def drawn(self) -> Flags:
        """Which samples were drawn for labelling, labelled or not."""
        return np.array([each is not None for each in self.strata], dtype=np.bool_)

    def weights(self, known: Flags) -> Floats | None:
        """Return how many samples of the run each one of `known` stands for, nan for the others.

        Those of a stratum that have no label are taken to be like those that have. None where
        nothing says how the samples were chosen, or where all weigh the same.
        """
        if not self.sizes:
            return None
        counts = Counter(each for each, here in zip(self.strata, known, strict=True) if here)
        found = np.full(len(known), np.nan)
        for at in np.flatnonzero(known):
            name = self.strata[at]
            found[at] = np.nan if name is None else self.sizes[name] / counts[name]
        return None if len(self.sizes) == 1 else found

    def silent(self, known: Flags) -> tuple[str, ...]:
        """Return the strata of which no sample is in `known`: nothing speaks for them."""
        seen = {each for each, here in zip(self.strata, known, strict=False) if here}
        return tuple(name for name in self.sizes if name not in seen)


def fields_among(sources: Sequence[str]) -> tuple[str, ...]:
    """Return those sources that are fields of the dataset, for `reading.read` to read.

    Raises:
        DataError: there are fields and files.
    """
    fields = tuple(each for each in sources if not is_file(each))
    if fields and len(fields) < len(sources):
        said = f"labels are read from files or from fields, and {fields[0]!r} is a field"
        raise DataError([Problem(said, "give the one or the other")])
    return fields


def labels_of(run: RunScores, sources: Sequence[str], raters: Sequence[str] = ()) -> Labels:
    """Read labels of a run's samples: from fields that `run` has, or from files.

    `raters` names the columns of files that hold labels; else they are `label` and `label_…`, or
    `label` by `rater` where the file has a row for each rater. Files that share a sample are of
    different raters; else the one goes on where the other ended. A field that is a list has a label
    of each rater.

    Raises:
        DataError: they cannot be read, or are not of this run; every problem is said.
    """
    if fields := fields_among(sources):
        lines = tuple(tuple(map(_said, run.fields[each])) for each in fields)
        raters, lines = _apart(fields, lines)
        return _checked(Labels(fields, raters, lines), len(run))
    tables = [table_of(each) for each in sources]
    read = [_read(each, RowFinder(run), raters) for each in tables]
    return _checked(_together(read, len(run), tuple(sources)), len(run))


def sheets_of(run: RunScores, files: Sequence[str]) -> Labels:
    """Read files of labels that may not be filled in yet, for what was drawn in them.

    Raises:
        DataError: as `labels_of` says; or one is no file.
    """
    if fields := fields_among(files):
        said = f"{fields[0]!r} is no file of labels"
        raise DataError([Problem(said, "give one that `rmg sample` has written")])
    read = [_read(table_of(each), RowFinder(run), ()) for each in files]
    return _together(read, len(run), tuple(files))


def _apart(
    fields: Sequence[str], lines: Sequence[tuple[Any, ...]]
) -> tuple[tuple[str, ...], tuple[tuple[Any, ...], ...]]:
    """Return raters and their lines: one of each field, or of each place in a field of lists."""
    names: list[str] = []
    found: list[tuple[Any, ...]] = []
    for name, line in zip(fields, lines, strict=True):
        width = max((len(each) for each in line if isinstance(each, list)), default=0)
        if not width:
            names.append(name)
            found.append(line)
            continue
        for at in range(width):
            names.append(f"{name}.{at}")
            found.append(tuple(_element(each, at, name) for each in line))
    return tuple(names), tuple(found)


def _element(value: Any, at: int, name: str) -> Any:
    if value is None:
        return None
    if not isinstance(value, list):
        said = f"{name!r} is a list of labels in some rows, and {value!r} in another"
        raise DataError([Problem(said, "write a list in each row, one label a rater")])
    return _said(value[at]) if at < len(value) else None


@frozen(eq=False)
class _Read:
    """What one file says, by place in the run."""

    place: str
    answers: dict[str, dict[int, Any]]
    strata: dict[int, str]
    sizes: dict[str, float]
    notes: tuple[str, ...]


def _read(table: LabelTable, finder: RowFinder, raters: Sequence[str]) -> _Read:
    names = _raters_of(table, raters)
    places, notes = _places(table, finder)
    answers: dict[str, dict[int, Any]] = {}
    problems = []
    same = 0
    for row, place in places:
        for name in names:
            value = _said(row.cells.get(name))
            rater = str(row.cells["rater"]) if row.cells.get("rater") is not None else name
            line = answers.setdefault(rater, {})
            if value is None or place not in line:
                line.setdefault(place, value)
                line[place] = value if line[place] is None else line[place]
            elif line[place] is None or line[place] == value:
                same += line[place] is not None
                line[place] = value
            else:
                said = f"{row.where} labels a sample {value!r} that has the label {line[place]!r}"
                problems.append(Problem(said, "keep one of them", table.place))
        if table.is_guessed:
            problems += _guessed(table, row, names)
    if problems:
        raise DataError(problems)
    if same:
        notes.append(f"{table.place}: {same} labels stand there twice, and count once")
    strata, sizes = _design(table, places)
    return _Read(table.place, answers, strata, sizes, (*table.notes, *notes))


def _raters_of(table: LabelTable, raters: Sequence[str]) -> tuple[str, ...]:
    """Return the columns that hold labels."""
    found = tuple(raters) or tuple(
        each for each in table.head if each == "label" or each.startswith("label_")
    )
    missing = [each for each in found if each not in table.head]
    shown = ", ".join(repr(each) for each in table.head) or "none"
    if missing or not found:
        said = f"there is no column {missing[0]!r}" if missing else "there is no column 'label'"
        hint = f"name the one with --rater COLUMN; there are {shown}"
        raise DataError([Problem(said, hint, table.place)])
    if "id" not in table.head and "index" not in table.head:
        said = "there is no column 'id' and none 'index', which say what a label is about"
        raise DataError([Problem(said, f"there are {shown}", table.place)])
    return found


def _places(table: LabelTable, finder: RowFinder) -> tuple[list[tuple[LabelRow, int]], list[str]]:
    """Return the rows of samples of the run, with their places, and what is to be said."""
    found, strange, problems = [], [], []
    for row in table.rows:
        try:
            place = finder.place(row)
        except ValueError as fault:
            problems.append(Problem(f"{row.where} {fault}", file=table.place))
            continue
        if place is None:
            strange.append(row)
        else:
            found.append((row, place))
    if problems:
        raise DataError(problems)
    notes = []
    if strange:
        shown = ", ".join(f"{_name(row)} ({row.where})" for row in strange[:SHOWN])
        more = f" and {len(strange) - SHOWN} more" if len(strange) > SHOWN else ""
        said = f"the run has no sample of {len(strange)} of {len(table.rows)} rows: {shown}{more}"
        if not found or "weight" in table.head:
            raise DataError([Problem(said, "are they of another run?", table.place)])
        notes.append(f"{table.place}: {said}; they were left out")
    if finder.mended:
        said = f"{len(finder.mended)} ids were changed since, such as {finder.mended[0]}"
        notes.append(f"{table.place}: {said}; their samples were found by the index")
    return found, notes


def _name(row: LabelRow) -> str:
    given = row.cells.get("id")
    return repr(given) if given is not None else f"index {row.cells.get('index')}"


def _guessed(table: LabelTable, row: LabelRow, names: Sequence[str]) -> list[Problem]:
    """Return what is wrong with labels in a file of which the encoding is not known."""
    hint = "save the file as CSV (UTF-8)"
    return [
        Problem(f"{row.where}: {row.cells[name]!r} may not be what was written", hint, table.place)
        for name in names
        if not str(row.cells.get(name) or "").isascii()
    ]


def _design(
    table: LabelTable, places: Sequence[tuple[LabelRow, int]]
) -> tuple[dict[int, str], dict[str, float]]:
    """Return the strata of the drawn samples, and how many samples each stratum holds."""
    if "weight" not in table.head:
        return {}, {}
    strata: dict[int, str] = {}
    weights: dict[int, float] = {}
    sizes: dict[str, float] = {}
    problems = []
    for row, place in places:
        weight, size = _number(row.cells.get("weight")), _number(row.cells.get("stratum_size"))
        if not 0 < weight < np.inf:
            said = f"{row.where} has the weight {row.cells.get('weight')!r}, which is none"
            problems.append(Problem(said, "a weight is a number above 0", table.place))
            continue
        name = str(row.cells.get("stratum") or (f"weight {weight:g}" if size != size else "all"))  # noqa: PLR0124 - nan
        strata[place], weights[place] = name, weight
        if size > 0:
            sizes[name] = size
    if problems:
        raise DataError(problems)
    for name in set(strata.values()) - sizes.keys():
        sizes[name] = sum(weights[place] for place, each in strata.items() if each == name)
    return strata, dict(sorted(sizes.items()))


def _together(read: Sequence[_Read], count: int, sources: tuple[str, ...]) -> Labels:
    """Put the files together: raters, strata and notes."""
    seen = Counter(
        place for each in read for place in {at for line in each.answers.values() for at in line}
    )
    is_shared = bool(seen) and max(seen.values()) > 1
    answers: dict[str, list[Any]] = {}
    strata: list[str | None] = [None] * count
    sizes: dict[str, float] = {}
    for each in read:
        _check_alike(read[0], each)
        sizes.update(each.sizes)
        for rater, line in each.answers.items():
            alone = Path(each.place).stem if len(each.answers) == 1 else None
            name = (alone or f"{Path(each.place).stem} {rater}") if is_shared else rater
            while is_shared and name in answers:
                name += "'"
            whole = answers.setdefault(name, [None] * count)
            for place, value in line.items():
                whole[place] = value
        for place, stratum in each.strata.items():
            strata[place] = stratum
    notes = tuple(note for each in read for note in each.notes)
    lines = tuple(tuple(line) for line in answers.values())
    return Labels(sources, tuple(answers), lines, tuple(strata) if sizes else (), sizes, notes)


def _check_alike(first: _Read, other: _Read) -> None:
    """See to it that files were drawn from the same strata."""
    if bool(first.sizes) != bool(other.sizes):
        without = other if first.sizes else first
        said = f"has no weights, and {(first if first.sizes else other).place} has"
        hint = "labels of samples chosen otherwise cannot be put together with drawn ones"
        raise DataError([Problem(said, hint, without.place)])
    for name, size in other.sizes.items():
        known = first.sizes.get(name)
        if known is not None and abs(known - size) > 0.5:
            said = f"the stratum {name!r} holds {size:g} samples, and {known:g} in {first.place}"
            raise DataError([Problem(said, "were they drawn from the same run?", other.place)])
    if other.sizes.keys() != first.sizes.keys() and not _is_part(first, other):
        shown = " against ".join(", ".join(each.sizes) for each in (other, first))
        said = f"its strata are not those of {first.place}: {shown}"
        raise DataError([Problem(said, "draw with the same --stratify and --strata", other.place)])


def _is_part(first: _Read, other: _Read) -> bool:
    """Tell whether one file has the strata of the other but for some that were used up."""
    return first.sizes.keys() <= other.sizes.keys() or other.sizes.keys() <= first.sizes.keys()


def _checked(labels: Labels, count: int) -> Labels:
    """Return labels of which there is one, with notes on what of the run they speak for."""
    where = ", ".join(labels.sources)
    if not labels.labelled.any():
        columns = ", ".join(repr(each) for each in labels.raters)
        said = f"no sample of the run has a label in {columns}"
        raise DataError([Problem(said, "fill in a label in a row, and save the file", where)])
    if not labels.sizes:
        return labels
    notes = list(labels.notes)
    open_ones = int((labels.drawn & ~labels.labelled).sum())
    if open_ones:
        said = f"{open_ones} of {int(labels.drawn.sum())} drawn samples have no label"
        notes.append(f"{where}: {said}: they are taken to be like the others of their stratum")
    whole = sum(labels.sizes.values())
    if abs(whole - count) > 0.5:
        said = f"the strata hold {whole:g} samples, and the run has {count}"
        notes.append(f"{where}: {said}: rows are lacking, or they were drawn from another run")
    return evolve(labels, notes=tuple(notes))


def _said(value: Any) -> Any:
    """Return a label as it counts: an empty text and nan are none."""
    if isinstance(value, str):
        return value.strip() or None
    return None if isinstance(value, float) and value != value else value  # noqa: PLR0124 - nan


def _number(cell: Any) -> float:
    try:
        return float(cell)
    except (TypeError, ValueError):
        return float("nan")
