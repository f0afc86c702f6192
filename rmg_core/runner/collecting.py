"""The garbage collector, which looks less often while a run makes what dies young."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final

from attrs import define, field

# Of the 3 µs that a trivial cell costs, 0.8 went into looking at the samples that are open: they
# go by their reference count, and hardly any garbage of a run is in cycles. Python looks at
# every 700 new objects.
NEW_OBJECTS: Final = 20_000


@define(eq=False)
class _Rarely:
    """How many runs want it, and the threshold that the process had before the first of them."""

    runs: int = 0
    before: tuple[int, int, int] = (0, 0, 0)
    _lock: Lock = field(factory=Lock)

    def begin(self) -> None:
        with self._lock:
            if not self.runs:
                self.before = gc.get_threshold()
                # 0 is off, and a higher threshold somebody's choice.
                if 0 < self.before[0] < NEW_OBJECTS:
                    gc.set_threshold(NEW_OBJECTS, *self.before[1:])
            self.runs += 1

    def end(self) -> None:
        with self._lock:
            self.runs -= 1
            if not self.runs and gc.get_threshold()[0] == NEW_OBJECTS:
                gc.set_threshold(*self.before)


_rarely: Final = _Rarely()


@contextmanager
def collecting_rarely() -> Iterator[None]:
    """Let the garbage collector look less often; runs may overlap, the last one restores it."""
    _rarely.begin()
    try:
        yield
    finally:
        _rarely.end()
