"""The terminal: results to stdout, everything else to stderr, and no control sequences to either.

A reader that goes away ends the output, never the verb: what is left to say is not said.
"""

import errno
import io
import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer
    from rich.console import RenderableType

# C0 but for tab and newline, DEL, C1, and the controls that turn the direction of writing:
# with these, text of a stranger could overwrite what stands beside it.
_CONTROLS: Final = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069"
)
_CONTROL: Final = re.compile(f"[{_CONTROLS}]")


def ready() -> None:
    """Let both streams take any text, whatever their encoding lacks."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            with suppress(ValueError):
                reconfigure(errors="backslashreplace")


def clean(text: str) -> str:
    """Strip control characters; lines and tabs stay."""
    return text if text.isascii() and text.isprintable() else _CONTROL.sub("", text)


def one_line(text: str, most: int = 300) -> str:
    """Strip control characters, and put the text on one line of at most `most` characters."""
    from rmg_core.redaction import redacted

    said = redacted(clean(" ".join(text.split())))  # before it is cut: half a key looks like none
    return said if len(said) <= most else said[: most - 1] + "…"


def show(text: str) -> None:
    """Write a result: a text of one or more lines, to stdout."""
    _write(sys.stdout, clean(text) + "\n")


def tell(text: str) -> None:
    """Write what is no result, such as a problem, to stderr."""
    _write(sys.stderr, clean(text) + "\n")


def show_styled(made: "RenderableType") -> None:
    """Write a result with the means of a terminal; its texts must be clean already."""
    from rich.console import Console

    console = Console()
    with console.capture() as captured:
        console.print(made)
    _write(sys.stdout, captured.get())


def show_table(rows: Sequence[Sequence[str]]) -> None:
    """Write rows of text as a result, the first of which are the headings.

    The first column stands to the left, the others to the right; each cell on one line.
    """
    from rmg_core.layout import aligned

    cells = [tuple(map(one_line, row)) for row in rows]
    if not is_terminal(sys.stdout):
        show(aligned(cells))
        return
    from rich import box
    from rich.table import Table
    from rich.text import Text

    head, *body = cells
    table = Table(box=box.SIMPLE_HEAD)
    for number, title in enumerate(head):
        table.add_column(Text(title), justify="right" if number else "left")
    for row in body:
        table.add_row(*map(Text, row))
    show_styled(table)


def show_json(value: Any) -> None:
    """Write a result for programs; control characters in it are escaped, not stripped."""
    import orjson

    from rmg_core.redaction import redacted_values

    # Before it is JSON: an escape may hide where a key begins.
    value = redacted_values(value)
    text = orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str).decode()
    _write(sys.stdout, escaped(text) + "\n")


def escaped(json_text: str) -> str:
    """Escape in JSON the control characters that it allows."""
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", json_text)


def in_columns(rows: Sequence[Sequence[str]], indent: str = "") -> str:
    """Lay out rows of text in columns, all to the left; each cell on one line."""
    cells = [[one_line(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(indent + "  ".join(map(str.ljust, row, widths)).rstrip() for row in cells)


def counted(count: int, noun: str) -> str:
    """Write `1 sample`, `1,693 samples`."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def is_terminal(stream: IO[str] | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # it is closed
        return False


def _write(stream: IO[str] | None, text: str) -> None:
    # A process may be started without a stream, or with a closed one.
    if stream is None:
        return
    with _giving_up(stream):
        stream.write(text)
        stream.flush()


def flush() -> None:
    """Write what either stream still holds back.

    Raises:
        OSError: stdout cannot take it, and somebody reads it.
    """
    for stream in (sys.stderr, sys.stdout):
        if stream is not None:
            with _giving_up(stream):
                stream.flush()


class Redacting:
    """A stream of text that lets no secret through, whoever writes to it."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        from rmg_core.redaction import redacted

        self._stream.write(redacted(text) if isinstance(text, str) else text)
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def redacting() -> Iterator[None]:
    """Let no secret through to either stream, also of what a grader or a library prints."""
    out, error = (stream and Redacting(stream) for stream in (sys.stdout, sys.stderr))
    with redirect_stdout(out), redirect_stderr(error):
        yield


def tell_crash(
    kind: type[BaseException], fault: BaseException, trace: TracebackType | None
) -> None:
    """Write to stderr what went wrong in rmg itself, as Python does it, without secrets."""
    import traceback

    from rmg_core.redaction import redacted

    tell(redacted("".join(traceback.format_exception(kind, fault, trace)).rstrip()))


@contextmanager
def _giving_up(stream: IO[str]) -> Iterator[None]:
    """Let a stream that fails lead nowhere; of a result that is lost, say so.

    What cannot be said on stderr can be said nowhere.
    """
    try:
        yield
    except ValueError:  # it is closed
        give_up(stream)
    except OSError as fault:
        has_reader = stream is sys.stdout and not _is_gone(fault, stream)
        give_up(stream)
        if has_reader:
            raise OSError(fault.errno, fault.strerror, "standard output") from fault


def _is_gone(fault: OSError, stream: IO[str]) -> bool:
    """Tell whether nobody reads a stream any more: a closed pipe, or a terminal that hung up."""
    if fault.errno == errno.EIO:
        with suppress(OSError, ValueError):
            return stat.S_ISCHR(os.fstat(stream.fileno()).st_mode)
    return isinstance(fault, ConnectionError) or fault.errno == errno.EBADF


class Stdout(io.RawIOBase):
    """Stdout for bytes; they go nowhere when nobody reads them any more.

    A write that fails for another reason raises `OSError`, which names standard output.
    """

    def writable(self) -> bool:
        return True

    def write(self, data: "ReadableBuffer", /) -> int:
        size = memoryview(data).nbytes
        stream = getattr(sys.stdout, "buffer", None)
        if stream is not None:
            with _giving_up(sys.stdout):
                stream.write(data)
                stream.flush()
        return size


def give_up(stream: IO[str]) -> None:
    """Let a stream that nobody reads lead nowhere, so that nothing fails at it again."""
    with suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
