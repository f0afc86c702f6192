"""A slate that two processes see: which cell of a chunk runs, and since when."""

import math
import mmap
import os
import struct
from typing import Final

from attrs import frozen

_FORM: Final = struct.Struct("<qd")
NOBODY: Final = -1


@frozen(eq=False)
class Slate:
    """The number of the cell that runs, and when it began by `time.monotonic`.

    That clock is one for all processes of a machine. To write costs far less than a message, and
    what is written stays when the writer dies.
    """

    memory: mmap.mmap

    @classmethod
    def made(cls) -> tuple["Slate", int]:
        """Make a blank slate, and a descriptor by which another process gets at it."""
        from tempfile import TemporaryFile  # 5 ms of a start, and the other process needs none

        with TemporaryFile() as file:
            file.truncate(_FORM.size)
            slate = cls.of(os.dup(file.fileno()))
            descriptor = os.dup(file.fileno())
        slate.wipe()
        return slate, descriptor

    @classmethod
    def of(cls, descriptor: int) -> "Slate":
        """Return the slate behind a descriptor, and close that."""
        memory = mmap.mmap(descriptor, _FORM.size)
        os.close(descriptor)
        return cls(memory)

    def wipe(self) -> None:
        """Note that no cell runs."""
        self.write(NOBODY, math.inf)

    def write(self, number: int, began: float) -> None:
        _FORM.pack_into(self.memory, 0, number, began)

    def read(self) -> tuple[int, float]:
        number, began = _FORM.unpack_from(self.memory, 0)
        return number, began
