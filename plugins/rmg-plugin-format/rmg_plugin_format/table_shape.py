"""The grader of the table that a response must have."""

from typing import Any, Literal, TypeAlias, get_args

from attrs import Attribute, field, frozen, validators

from rmg_core import GraderScore, grader
from rmg_plugin_format.markdown import Table, read_markdown
from rmg_plugin_format.unreadable import Unreadable, counted, cut, quoted

Take: TypeAlias = Literal["only", "first", "last", "any"]


def _fits_least(instance: Any, attribute: "Attribute[Any]", value: int | None) -> None:
    if value is not None and value < instance.min_rows:
        raise ValueError(
            f"{attribute.name} must be at least min_rows, which is {instance.min_rows}, not {value}"
        )


def _fits_header(instance: Any, attribute: "Attribute[Any]", value: int | None) -> None:
    if value is not None and instance.header and value != len(instance.header):
        raise ValueError(
            f"{attribute.name} must be left out where header names "
            f"{counted(len(instance.header), 'column')}"
        )


@grader(needs=("rmg-plugin-format[markdown]",))
@frozen(kw_only=True)
class TableShape:
    r"""1 when the response has a Markdown table of the shape asked for, else 0.

    Each row must have as many cells as the header; the header is no row, and need not differ from
    others. Names of columns are compared without regard to case and outer white space.

    Definition: the tables of GFM 0.29, as markdown-it-py reads them; the number of cells is that
    which is written, where GFM adds missing ones and drops others.

    Raises:
        CannotGrade: the response has more than 200,000 characters (`bad_input`).

    Example:
        >>> table = "| name | age |\n|---|---|\n| Ada | 36 |"
        >>> TableShape(header=("Name", "Age"), max_rows=1).grade(table).reason
        'a table of 1 row and 2 columns'
        >>> TableShape(columns=3).grade(table).reason
        '2 columns, and 3 are asked for'
    """

    header: tuple[str, ...] = field(
        default=(), metadata={"help": "the names of all columns, in this order"}
    )
    columns: int | None = field(
        default=None,
        validator=[validators.optional(validators.ge(1)), _fits_header],
        metadata={"help": "how many columns there must be"},
    )
    min_rows: int = field(
        default=1, validator=validators.ge(0), metadata={"help": "the fewest rows"}
    )
    max_rows: int | None = field(
        default=None,
        validator=[validators.optional(validators.ge(0)), _fits_least],
        metadata={"help": "the most rows; the same as `min_rows` asks for a number"},
    )
    take: Take = field(
        default="only",
        validator=validators.in_(get_args(Take)),
        metadata={"help": "which table counts; with `only` a second one is wrong"},
    )

    def grade(self, response: str) -> GraderScore:
        if not response or response.isspace():
            return GraderScore(0.0, "the response is empty")
        tables = read_markdown(response).tables
        if not tables:
            return GraderScore(0.0, "there is no table")
        if self.take == "only" and len(tables) > 1:
            return GraderScore(0.0, f"there are {len(tables)} tables, and one is asked for")
        reasons = []
        for table in self._taken(tables):
            try:
                self._check(table)
            except Unreadable as fault:
                reasons.append(str(fault))
            else:
                rows = counted(len(table.widths), "row")
                columns = counted(len(table.header), "column")
                return GraderScore(1.0, f"a table of {rows} and {columns}")
        return GraderScore(0.0, reasons[0])

    def _taken(self, tables: Any) -> Any:
        match self.take:
            case "any":
                return tables
            case "last":
                return tables[-1:]
            case _:
                return tables[:1]

    def _check(self, table: Table) -> None:
        width, rows = len(table.header), len(table.widths)
        for number, cells in enumerate(table.widths, 1):
            if cells != width:
                raise Unreadable(
                    f"row {number} has {counted(cells, 'cell')}, and the header has {width}"
                )
        if self.columns is not None and width != self.columns:
            raise Unreadable(f"{counted(width, 'column')}, and {self.columns} are asked for")
        if self.header and _plain(table.header) != _plain(self.header):
            found = cut(", ".join(map(quoted, table.header)))
            raise Unreadable(f"the header is {found}, not {', '.join(map(quoted, self.header))}")
        if rows < self.min_rows:
            raise Unreadable(f"{counted(rows, 'row')}, and at least {self.min_rows} are asked for")
        if self.max_rows is not None and rows > self.max_rows:
            raise Unreadable(f"{counted(rows, 'row')}, and at most {self.max_rows} are asked for")


def _plain(names: Any) -> list[str]:
    return [" ".join(name.split()).casefold() for name in names]
