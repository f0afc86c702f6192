"""The readers of the core: JSON Lines, JSON, CSV, TSV and Parquet."""

import shutil
import tempfile
from collections.abc import Iterator
from typing import Any, BinaryIO

import orjson
from attrs import field, frozen

from rmg_core.basic.jsonlists import elements_of
from rmg_core.basic.jsonrows import NotARow, parse_row
from rmg_core.basic.lines import CHUNK, ROW_LIMIT, SPLIT, TOO_LONG, lines_of, unreadable
from rmg_core.basic.tables import expect_unique, table_rows
from rmg_core.datasets import BadRow, Row


@frozen
class JsonlReader:
    """One JSON object a line, in UTF-8; blank lines do not count."""

    def read(self, stream: BinaryIO) -> Iterator[Row | BadRow]:
        for line, text in enumerate(lines_of(stream), 1):
            if text is None:
                yield BadRow(line, TOO_LONG, SPLIT)
            elif not text.isspace():
                try:
                    yield line, parse_row(text)
                except NotARow as fault:
                    yield fault.at(line)

    def reread(self, stream: BinaryIO) -> Iterator[Row]:
        for line, text in enumerate(lines_of(stream), 1):
            if text is not None and not text.isspace():
                yield line, orjson.loads(text)


@frozen
class JsonReader:
    """One JSON list of objects, in UTF-8, read object by object."""

    def read(self, stream: BinaryIO) -> Iterator[Row | BadRow]:
        for line, text in elements_of(stream):
            if not text:
                yield BadRow(line, "a comma has no object beside it", "take the comma out")
                continue
            try:
                yield line, parse_row(text)
            except NotARow as fault:
                yield fault.at(line)


def _one_character(_: object, attribute: Any, value: str) -> None:
    if len(value) != 1 or value in '\r\n"\0':
        raise ValueError(f"{attribute.name} must be one character, and is {value!r}")


@frozen
class CsvReader:
    """Comma-separated text in UTF-8 with a header; every value is a text."""

    delimiter: str = field(
        default=",", validator=_one_character, metadata={"help": "what stands between cells"}
    )

    def read(self, stream: BinaryIO) -> Iterator[Row | BadRow]:
        return table_rows(stream, self.delimiter)


@frozen
class TsvReader:
    """Tab-separated text in UTF-8 with a header, quoted as in CSV; every value is a text."""

    def read(self, stream: BinaryIO) -> Iterator[Row | BadRow]:
        return table_rows(stream, "\t")


@frozen
class ParquetReader:
    """Apache Parquet, read in batches; needs pyarrow."""

    def read(self, stream: BinaryIO) -> Iterator[Row | BadRow]:
        try:
            import pyarrow.parquet  # noqa: F401 - is it there?
        except ImportError as fault:
            raise unreadable(
                f"reading Parquet needs pyarrow: {fault}", 'pip install "rmg-core[parquet]"'
            ) from fault
        if stream.seekable():
            yield from _parquet_rows(stream)
            return
        with tempfile.TemporaryFile() as copy:
            shutil.copyfileobj(stream, copy)
            copy.seek(0)
            yield from _parquet_rows(copy)


def _parquet_rows(stream: BinaryIO) -> Iterator[Row | BadRow]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    try:
        file = pq.ParquetFile(stream, buffer_size=CHUNK)
        if file.schema_arrow.names:
            expect_unique(file.schema_arrow.names, None)
        for batch in file.iter_batches(batch_size=256):
            for row in _batch_rows(batch):
                number += 1
                yield (number, row) if isinstance(row, dict) else BadRow(number, *row)
    except (pa.ArrowException, OSError, ValueError) as fault:
        raise unreadable(f"is not a sound Parquet file: {fault}", "write it again") from fault


def _batch_rows(batch: Any) -> Iterator[dict[str, Any] | tuple[str, str]]:
    """Yield the rows of a batch; in place of one that cannot be taken, why and what to do."""
    if batch.nbytes <= ROW_LIMIT:
        try:
            rows = batch.to_pylist()
        except (ValueError, ArithmeticError):
            pass  # one value spoils the batch: look for its row
        else:
            yield from rows
            return
    for place in range(batch.num_rows):
        part = batch.slice(place, 1)
        if part.nbytes > ROW_LIMIT:
            yield TOO_LONG, SPLIT
            continue
        try:
            [row] = part.to_pylist()
        except (ValueError, ArithmeticError) as fault:
            yield f"has a value that Python cannot hold: {fault}", "write it as a text"
        else:
            yield row
