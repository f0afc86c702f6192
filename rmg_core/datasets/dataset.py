"""Which rows of a file are its samples: read once to check them all, then streamed."""

import functools
import hashlib
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, TypeAlias

import orjson
from attrs import Factory, define, evolve, field, frozen, validators

from rmg_core.datasets.files import DataFile
from rmg_core.datasets.readonly import freeze
from rmg_core.datasets.rows import BadRow, Reader
from rmg_core.datasets.samples import NoId, Sample, SampleId, id_taker
from rmg_core.errors import DataError, Problem

LISTED: Final = 1_000
"""So many problems of a dataset are kept; the others are counted."""

_GoodRow: TypeAlias = tuple[int, SampleId | None, dict[str, Any]]


@frozen
class DatasetReport:
    """What reading a dataset once has found; `rows` = `samples` + `skipped` + `duplicates`.

    `warnings` says for each row that is left out where it stands, and why: at most 1,000 are
    listed, and a last one counts the rest.
    """

    rows: int
    samples: int
    skipped: int = 0
    duplicates: int = 0
    warnings: tuple[Problem, ...] = ()


@frozen
class Dataset:
    """A file of samples, or standard input (`-`), and how to read it.

    `id` names the field with a sample's id, a text or an integer: a field of that name, or keys
    joined by dots. A file whose name ends in `.gz` is decompressed, and so is standard input that
    is gzip data. `on_bad_row="skip"` leaves rows out that cannot be read, and counts them.

    The file must stay as it is from the check to the last sample; an instance is for one run.
    """

    path: str
    reader: Reader
    id: str | None = field(default=None, validator=validators.optional(validators.min_len(1)))
    on_bad_row: Literal["fail", "skip"] = field(
        default="fail", validator=validators.in_(("fail", "skip"))
    )
    _file: DataFile = field(
        init=False,
        eq=False,
        repr=False,
        default=Factory(lambda self: DataFile(self.path), takes_self=True),
    )

    @property
    def name(self) -> str:
        return self._file.name

    def imprint(self) -> str:
        """Return what tells whether the file is still the one that it was, wherever it stands.

        Raises:
            DataError: it cannot be read.
        """
        return self._file.imprint()

    def check(self) -> DatasetReport:
        """Read every row once, before anything is graded.

        Rows with one id and the same content are one sample: the later ones are left out.

        Raises:
            DataError: the file cannot be read, rows are bad, one id has several contents, or no
                sample is there; it holds every such problem.
        """
        return self._checked.report

    def samples(self) -> Iterator[Sample]:
        """Yield the samples in order, read anew; checks first where nobody did.

        Raises:
            DataError: as `check`, or the file has changed since.
        """
        checked = self._checked
        self._file.expect(checked.state)
        left_out = iter(checked.left_out)
        next_left_out = next(left_out, None)
        index = -1
        make = tuple.__new__  # half the time of Sample(…)
        for index, row in enumerate(self._rows(are_good=not checked.report.skipped)):
            if isinstance(row, BadRow):
                continue
            if index == next_left_out:
                next_left_out = next(left_out, None)
                continue
            _, key, fields = row
            yield make(Sample, (index, key, freeze(fields)))
        if index + 1 != checked.report.rows:
            raise self._file.changed()
        self._file.expect(checked.state)

    @functools.cached_property
    def _checked(self) -> "_Checked":
        state = self._file.state()
        errors, warnings = _Problems(), _Problems()
        ids = _IdHashes()
        rows = skipped = 0
        left_out: tuple[int, ...] = ()
        try:
            for row in self._rows():
                rows += 1
                if isinstance(row, BadRow):
                    skipped += 1
                    said = warnings if self.on_bad_row == "skip" else errors
                    said.add(Problem(row.message, row.hint, self.name, row.line, row.column))
                elif row[1] is not None:
                    ids.add(row[1])
            left_out = self._duplicates(ids.repeated(), errors, warnings)
        except DataError as fault:
            errors.add(*fault.problems)
        self._file.expect(state)
        samples = rows - skipped - len(left_out)
        if not samples and not errors.count:
            errors.add(*warnings.kept)
            empty = f"none of its {rows:,} rows can be read" if rows else "has no rows"
            errors.add(Problem(empty, "a dataset needs at least one sample", self.name))
        if errors.count:
            raise DataError(errors.listed())
        report = DatasetReport(rows, samples, skipped, len(left_out), warnings.listed())
        return _Checked(report, state, left_out)

    def _duplicates(
        self, suspects: frozenset[int], errors: "_Problems", warnings: "_Problems"
    ) -> tuple[int, ...]:
        """Return the rows that repeat a sample; only rows under suspicion are remembered."""
        first: dict[SampleId | None, tuple[int, bytes]] = {}
        left_out = []
        for index, row in enumerate(self._rows() if suspects else ()):
            if isinstance(row, BadRow) or hash(row[1]) not in suspects:
                continue
            line, key, fields = row
            content = _digest(fields)
            if key not in first:
                first[key] = (line, content)
                continue
            first_line, first_content = first[key]
            said = f"the id {_shown(key)} stands already at line {first_line}"
            if content == first_content:
                left_out.append(index)
                hint = "this copy is left out"
                warnings.add(Problem(f"{said}, with the same content", hint, self.name, line))
            else:
                hint = "give each sample an id of its own"
                errors.add(Problem(f"{said}, with other content", hint, self.name, line))
        return tuple(left_out)

    def _rows(self, *, are_good: bool = False) -> Iterator[_GoodRow | BadRow]:
        """Yield the rows with their ids; a row without an id is a bad one."""
        id_of = None if self.id is None else id_taker(self.id)
        read = getattr(self.reader, "reread", self.reader.read) if are_good else self.reader.read
        line = None
        with self._file.open() as stream:
            try:
                for row in read(stream):
                    if isinstance(row, BadRow):
                        line = row.line
                        yield row
                        continue
                    line, fields = row
                    try:
                        key = None if id_of is None else id_of(fields)
                    except NoId as fault:
                        yield BadRow(line, fault.message, fault.hint)
                    else:
                        yield line, key, fields
            except DataError as fault:
                # Where the reader knows no line, the last one that it could read says the most.
                raise DataError(
                    [
                        evolve(each, file=each.file or self.name, line=each.line or line)
                        for each in fault.problems
                    ]
                ) from fault
            except Exception as fault:  # the reader is foreign code
                said = f"{type(self.reader).__name__} raised {type(fault).__name__}: {fault}"
                hint = "report it to those who publish the reader"
                raise DataError([Problem(said, hint, self.name, line)]) from fault


@frozen
class _Checked:
    """What was found, for `samples` to rely on; `left_out` are the positions of duplicates."""

    report: DatasetReport
    state: tuple[int, ...]
    left_out: tuple[int, ...]


@define
class _Problems:
    """Problems in the order in which they are found: all are counted, the first are kept."""

    kept: list[Problem] = field(factory=list)
    count: int = 0

    def add(self, *problems: Problem) -> None:
        self.count += len(problems)
        self.kept.extend(problems[: max(0, LISTED - len(self.kept))])

    def listed(self) -> tuple[Problem, ...]:
        more = self.count - len(self.kept)
        return (*self.kept, Problem(f"and {more:,} more")) if more else tuple(self.kept)


@frozen
class _IdHashes:
    """The hash of every id: 8 bytes a row, in parts so that finding repeats needs little more."""

    _parts: "tuple[array[int], ...]" = field(
        init=False, factory=lambda: tuple(array("q") for _ in range(256))
    )

    def add(self, key: SampleId) -> None:
        digest = hash(key)
        self._parts[digest & 255].append(digest)

    def repeated(self) -> frozenset[int]:
        """Return the hashes that stand there more than once."""
        found: set[int] = set()
        for part in self._parts:
            if len(set(part)) < len(part):
                found.update(digest for digest, count in Counter(part).items() if count > 1)
        return frozenset(found)


def _digest(fields: Mapping[str, Any]) -> bytes:
    """Digest the content of a row, whatever the order of its fields."""
    try:
        text = orjson.dumps(fields, default=repr, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # a value that JSON has no room for, such as a very large integer
        text = repr(sorted(fields.items())).encode("utf-8", "backslashreplace")
    return hashlib.blake2b(text, digest_size=16).digest()


def _shown(key: SampleId | None) -> str:
    text = repr(key)
    return text if len(text) <= 80 else text[:80] + "…"
