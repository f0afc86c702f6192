"""The grader of a response that must be CSV."""

import csv
import io
from typing import Any

from attrs import Attribute, field, frozen, validators

from rmg_core import CannotGrade, GraderScore, grader
from rmg_plugin_format.fences import FENCE, FENCES, Fence, unfenced
from rmg_plugin_format.unreadable import Unreadable, check_characters, counted, cut, quoted

LANGUAGES = ("csv", "tsv")

FIELD = 10_000_000
"""How many characters a field may have."""

# The module has one limit for the whole process: never lowered, which another pack may rely on.
csv.field_size_limit(max(FIELD, csv.field_size_limit()))


def _is_a_sign(_: object, attribute: "Attribute[Any]", value: str) -> None:
    if len(value) != 1 or value in '"\r\n':
        raise ValueError(f"{attribute.name} must be one character, and no quote or line break")


def _fits_columns(instance: Any, attribute: "Attribute[Any]", value: tuple[str, ...]) -> None:
    if value and instance.columns not in (None, len(value)):
        raise ValueError(
            f"{attribute.name} must have as many names as columns says, or columns be left out: "
            f"{len(value)} are not {instance.columns}"
        )


@grader
@frozen(kw_only=True)
class ValidCsv:
    r"""1 when the response is CSV in which every row has the same number of columns, else 0.

    A sentence is CSV of one row: unless `columns`, `header` or the two least numbers say
    otherwise, two columns and two rows are asked for, the header among them. Blank lines at the
    ends do not count; between rows one is a row that lacks its columns.

    A field may have ten million characters, which is set for the `csv` of the whole process.

    Definition: RFC 4180 with any delimiter, as the `csv` of Python reads it when it is strict.

    Raises:
        CannotGrade: a field is longer (`bad_input`).

    Example:
        >>> ValidCsv(header=("name", "age")).grade("name,age\nAda,36\n").score
        1.0
        >>> ValidCsv().grade("name,age\nAda").reason
        'row 2 has 1 column, and the first has 2'
    """

    delimiter: str = field(
        default=",", validator=_is_a_sign, metadata={"help": "what separates two columns"}
    )
    columns: int | None = field(
        default=None,
        validator=validators.optional(validators.ge(1)),
        metadata={"help": "how many there must be"},
    )
    header: tuple[str, ...] = field(
        default=(),
        validator=_fits_columns,
        metadata={"help": "what the first row must be, in this order"},
    )
    min_columns: int = field(
        default=2,
        validator=validators.ge(1),
        metadata={"help": "the fewest columns, where neither `columns` nor `header` says it"},
    )
    min_rows: int = field(
        default=2,
        validator=validators.ge(1),
        metadata={"help": "the fewest rows, the header among them"},
    )
    fence: Fence = field(default="none", validator=validators.in_(FENCES), metadata=FENCE)

    def grade(self, response: str) -> GraderScore:
        try:
            rows = self._rows(unfenced(response, self.fence, LANGUAGES))
            self._check(rows)
        except Unreadable as fault:
            return GraderScore(0.0, str(fault))
        size = f"{counted(len(rows), 'row')} of {counted(len(rows[0]), 'column')}"
        return GraderScore(1.0, f"valid CSV: {size}")

    def _rows(self, text: str) -> list[list[str]]:
        text = text.strip("\r\n")
        if not text or text.isspace():
            raise Unreadable("the response is empty")
        check_characters(text)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=self.delimiter, strict=True)
        try:
            return list(reader)
        except csv.Error as fault:
            if len(text) > csv.field_size_limit() and "field limit" in str(fault):
                raise CannotGrade(
                    f"a field has more than {csv.field_size_limit():,} characters", "bad_input"
                ) from fault
            raise Unreadable(f"not CSV: {cut(str(fault))} in line {reader.line_num}") from fault

    def _check(self, rows: list[list[str]]) -> None:
        width = len(rows[0])
        for number, row in enumerate(rows, 1):
            if len(row) != width:
                raise Unreadable(
                    f"row {number} has {counted(len(row), 'column')}, and the first has {width}"
                )
        if self.header:
            found = tuple(rows[0])
            if found != self.header:
                raise Unreadable(f"the header is {_listed(found)}, not {_listed(self.header)}")
        elif self.columns is not None:
            if width != self.columns:
                raise Unreadable(f"{counted(width, 'column')}, and {self.columns} are asked for")
        elif width < self.min_columns:
            raise Unreadable(
                f"{counted(width, 'column')}, and at least {self.min_columns} are asked for"
            )
        if len(rows) < self.min_rows:
            raise Unreadable(
                f"{counted(len(rows), 'row')}, and at least {self.min_rows} are asked for"
            )


def _listed(names: tuple[str, ...]) -> str:
    return cut(", ".join(map(quoted, names)))
