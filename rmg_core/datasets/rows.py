"""What a reader is: it turns the bytes of one file format into rows."""

from collections.abc import Iterator
from typing import Any, BinaryIO, Protocol, TypeAlias, runtime_checkable

from attrs import frozen

Row: TypeAlias = tuple[int, dict[str, Any]]
"""Where a row begins, and a dict of its own with its fields.

The place is a line, counted from 1; in a format without lines it is the number of the row.
"""


@frozen
class BadRow:
    """A row that cannot be a sample: what is wrong, and what to do about it.

    `line` is counted as in a `Row`; `column` counts from 1.
    """

    line: int
    message: str
    hint: str = ""
    column: int | None = None


@runtime_checkable
class Reader(Protocol):
    """Reads one file format: an attrs class whose fields are its options.

    A pack offers readers through the hook `rmg_readers`, under the file suffix without its dot.
    It may also have `reread(self, stream)`, which is used in the place of `read` for bytes in
    which `read` found no bad row, and need not look for one again.
    """

    def read(self, stream: BinaryIO, /) -> Iterator[Row | BadRow]:
        """Yield every row of `stream`, good or bad, in order.

        A dataset is read twice or more: the same bytes must give the same rows. Memory must not
        grow with the number of rows, so that a row is yielded before the next one is read.

        Args:
            stream: binary, buffered, at its start, and decompressed where the file is `.gz`.
                It can be read forwards, and if `stream.seekable()` says so, anywhere.
                Whoever opened it closes it.

        Raises:
            DataError: nothing more can be read, as after a broken header. Its problems need no
                `file`: the dataset puts it in.
        """
        ...
