"""The bytes behind a dataset: found, opened, decompressed within limits, and unchanged."""

import errno
import functools
import gzip
import hashlib
import io
import os
import stat
import sys
import weakref
import zlib
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, BinaryIO, Final

from attrs import field, frozen

from rmg_core.errors import DataError, Problem
from rmg_core.hints import near_miss

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

STDIN: Final = "-"
BUFFER: Final = 128 * 1024

BLOCK: Final = 64 * 1024
IMPRINTED: Final = 64
"""So many blocks of a file stand for its content."""

INFLATED_LIMIT: Final = 4 * 1024**3
INFLATED_RATIO: Final = 200
INFLATED_FREE: Final = 8 * 1024**2
"""So much may come out of compressed data at any ratio: a few like rows compress very well."""


def format_of(path: str) -> str:
    """Return the suffix of `path` in lower case and without dots, not counting `.gz`.

    It is empty where there is none. Standard input, which has no suffix, is JSON Lines.
    """
    if path == STDIN:
        return "jsonl"
    name = PurePath(path).name
    bare = name[:-3] if name.lower().endswith(".gz") else name
    return PurePath(bare).suffix.removeprefix(".").lower()


@frozen
class DataFile:
    """A file to be read several times, or standard input (`-`).

    What can be read only once, such as standard input or a pipe, is first copied to a temporary
    file, which goes when this object goes.
    """

    path: str = field(converter=os.fspath)

    @property
    def name(self) -> str:
        return "standard input" if self.path == STDIN else self.path

    def refusal(self, message: str, hint: str = "", line: int | None = None) -> DataError:
        return DataError([Problem(message, hint, file=self.name, line=line)])

    def open(self) -> BinaryIO:
        """Open the file at its start, decompressed.

        Raises:
            DataError: it cannot be opened. Reading the stream raises it too, without the name of
                the file, where compressed data are broken or inflate beyond the limits.
        """
        raw = self._open(self._place)
        return io.BufferedReader(_Inflated(raw), BUFFER) if self._is_compressed else raw

    def state(self) -> tuple[int, ...]:
        """Return what changes when somebody writes to the file.

        Raises:
            DataError: there is no file any more.
        """
        try:
            found = Path(self._place).stat()
        except OSError as fault:
            raise self._unreadable(fault) from fault
        return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns

    def imprint(self) -> str:
        """Return a digest of the size and of up to 64 blocks, spread over the file.

        Of a file of at most 4 MiB it is all; a longer one need not be read as a whole, and an
        edit is all but always seen by the size.

        Raises:
            DataError: there is no file any more.
        """
        with self._open(self._place) as file:
            size = os.fstat(file.fileno()).st_size
            made = hashlib.blake2b(size.to_bytes(8), digest_size=16)
            for block in range(IMPRINTED):
                file.seek(max(block * BLOCK, (size - BLOCK) * block // (IMPRINTED - 1)))
                made.update(file.read(BLOCK))
        return made.hexdigest()

    def expect(self, state: tuple[int, ...]) -> None:
        """See to it that the file is as it was.

        Raises:
            DataError: it is not.
        """
        if self.state() != state:
            raise self.changed()

    def changed(self) -> DataError:
        return self.refusal(
            "has changed since it was checked", "let what writes it finish, and run again"
        )

    @functools.cached_property
    def _place(self) -> str:
        if self.path == STDIN:
            return self._spooled(self._stdin())
        try:
            mode = Path(self.path).stat().st_mode
        except (OSError, ValueError) as fault:
            raise self._unreadable(fault) from fault
        if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
            return self.path
        with self._open(self.path) as source:
            return self._spooled(source)

    @functools.cached_property
    def _is_compressed(self) -> bool:
        if self.path != STDIN:
            return self.path.lower().endswith(".gz")
        with self._open(self._place) as raw:
            return raw.read(2) == b"\x1f\x8b"

    def _stdin(self) -> BinaryIO:
        source = getattr(sys.stdin, "buffer", None)
        if source is None:
            raise self.refusal("there is no standard input here", "name a file as the dataset")
        found: BinaryIO = source
        return found

    def _spooled(self, source: BinaryIO) -> str:
        import shutil
        import tempfile

        try:
            with tempfile.NamedTemporaryFile(prefix="rmg-", delete=False) as copy:
                weakref.finalize(self, _remove, copy.name, os.getpid())
                shutil.copyfileobj(source, copy, BUFFER)
        except OSError as fault:
            said = fault.strerror or str(fault)
            hint = f"it needs room in {tempfile.gettempdir()}; set TMPDIR to choose another place"
            raise self.refusal(f"cannot be copied to a temporary file: {said}", hint) from fault
        return copy.name

    def _open(self, place: str) -> io.BufferedReader:
        try:
            return io.BufferedReader(io.FileIO(place), BUFFER)
        except OSError as fault:
            raise self._unreadable(fault) from fault

    def _unreadable(self, fault: OSError | ValueError) -> DataError:
        code = fault.errno if isinstance(fault, OSError) else None
        if code == errno.ENOENT:
            return self.refusal("there is no such file", self._neighbour())
        if code == errno.EISDIR:
            return self.refusal("is a directory", "name a file in it")
        if code == errno.EACCES:
            return self.refusal("may not be read", "give yourself the right to read it")
        said = fault.strerror if isinstance(fault, OSError) and fault.strerror else str(fault)
        return self.refusal(f"cannot be read: {said}", "name a file that can")

    def _neighbour(self) -> str:
        folder = Path(self.path).absolute().parent
        if not folder.is_dir():
            return f"nor is there a directory {str(folder)!r}"
        try:
            near = near_miss(PurePath(self.path).name, (each.name for each in folder.iterdir()))
        except OSError:
            near = None
        return f"did you mean {near!r}?" if near else f"looked in {str(folder)!r}"


def _remove(place: str, owner: int) -> None:
    # A forked child ends with copies of the parent's objects.
    if os.getpid() == owner:
        Path(place).unlink(missing_ok=True)


class _Inflated(io.RawIOBase):
    """Decompressed gzip data that end in an error before they fill the disk or the memory."""

    def __init__(self, raw: io.BufferedReader) -> None:
        super().__init__()
        self._raw = raw
        self._gzip = gzip.GzipFile(fileobj=raw)
        self._given = 0
        size = os.fstat(raw.fileno()).st_size
        self._limit = min(INFLATED_LIMIT, max(INFLATED_FREE, INFLATED_RATIO * size))

    def readable(self) -> bool:
        return True

    def readinto(self, target: "WriteableBuffer") -> int:
        view = memoryview(target).cast("B")
        try:
            taken = self._gzip.read(len(view))
        except EOFError as fault:
            raise _refused("the gzip data end too early", "fetch the file again") from fault
        except (gzip.BadGzipFile, zlib.error) as fault:
            raise _refused(f"not sound gzip data: {fault}", "fetch the file again") from fault
        self._given += len(taken)
        if self._given > self._limit:
            limit = f"{self._limit / 1024**2:,.0f} MiB"
            raise _refused(
                f"the gzip data inflate to more than {limit}, which is {INFLATED_RATIO} times "
                f"their size or {INFLATED_LIMIT / 1024**3:g} GiB",
                "if you trust the file, decompress it yourself",
            )
        view[: len(taken)] = taken
        return len(taken)

    def close(self) -> None:
        if not self.closed:
            self._gzip.close()
            self._raw.close()
        super().close()


def _refused(message: str, hint: str) -> DataError:
    return DataError([Problem(message, hint)])
