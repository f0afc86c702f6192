"""The lines of a text in UTF-8, none of them longer than a row may be."""

import functools
from collections.abc import Iterator
from typing import BinaryIO, Final

from rmg_core.errors import DataError, Problem

ROW_LIMIT: Final = 8 * 1024**2
"""In bytes: no row may be longer."""

CHUNK: Final = 1024**2
BLANK: Final = b" \t\r\n"
TOO_LONG: Final = f"is longer than {ROW_LIMIT // 1024**2} MiB"
SPLIT: Final = "keep large data in files of their own, and name them in the row"


def unreadable(message: str, hint: str, line: int | None = None) -> DataError:
    return DataError([Problem(message, hint, line=line)])


def without_mark(head: bytes) -> bytes:
    """Return the start of a text without its byte order mark.

    Raises:
        DataError: it is the start of something else.
    """
    if head.startswith(b"\x1f\x8b"):
        raise unreadable("is gzip data", "let its name end in `.gz`", 1)
    if head.startswith(b"PAR1"):
        raise unreadable("is a Parquet file", "let its name end in `.parquet`", 1)
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")) or b"\0" in head[:4]:
        raise unreadable("looks like UTF-16 or UTF-32", "convert it to UTF-8", 1)
    return head.removeprefix(b"\xef\xbb\xbf")


def lines_of(stream: BinaryIO) -> Iterator[bytes | None]:
    """Yield every line with its end; None stands for one that is too long."""
    read = functools.partial(stream.readline, ROW_LIMIT + 1)
    head = without_mark(read())
    if head:
        yield None if len(head) > ROW_LIMIT and _is_cut(head, stream) else head
    for text in iter(read, b""):
        yield None if len(text) > ROW_LIMIT and _is_cut(text, stream) else text


def _is_cut(text: bytes, stream: BinaryIO) -> bool:
    """Tell whether `text` is only the start of a line, and pass over the rest of it."""
    if text.endswith(b"\n"):
        return False
    while text and not text.endswith(b"\n"):
        text = stream.readline(CHUNK)
    return True
