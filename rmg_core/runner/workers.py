"""The processes of one grader: idle ones, new ones, and how often one has crashed."""

import os
import sys
from collections.abc import Callable, Collection
from threading import Lock
from typing import Final

from attrs import asdict, define, field

from rmg_core.errors import RunFailed
from rmg_core.plan.recipe import Recipe
from rmg_core.redaction import is_name_of_secret, redacted
from rmg_core.runner.process import Death, Process
from rmg_core.runner.wire import decode, encode

MOST_CRASHES: Final = 3
"""After so many crashes a grader is stopped: it would crash on."""

_NESTED: Final = (
    "this is a process of a grader already; if its script starts the run, "
    'put that under `if __name__ == "__main__":`'
)


_PLACES: Final = frozenset({"HOME", "LD_LIBRARY_PATH", "PATH", "PYTHONPATH", "TMPDIR"})
"""Without these nothing starts: they stay even where a password is the name of a folder."""


def environment(wanted: Collection[str]) -> dict[str, str]:
    """Return the environment of a process of a grader: no secret but in the `wanted` variables."""
    return {
        name: value
        for name, value in os.environ.items()
        if name in wanted
        or name in _PLACES
        or not (is_name_of_secret(name) or redacted(value) != value)
    }


@define(eq=False)
class Workers:
    """The processes of one grader: idle ones, and how often one has crashed.

    `printed_bytes` adds up what the grader printed, which goes nowhere.
    """

    name: str
    recipe: Recipe
    timeout: float | None
    needs_loop: bool
    backend: str = "asyncio"
    printed_bytes: int = 0
    crashes: list[str] = field(factory=list)
    _idle: list[Process] = field(factory=list)
    _opening: Process | None = None
    _is_closed: bool = False
    _lock: Lock = field(factory=Lock)

    def open(self, backend: str) -> None:
        """Start the first process, so that what keeps it from working is known before a run.

        Raises:
            RunFailed: the grader cannot be made there.
        """
        self.backend, self.crashes, self.printed_bytes = backend, [], 0
        self._is_closed = False
        process = self._started(self._hold_opening)
        self._opening = None
        if not isinstance(process, Process):
            raise RunFailed(f"grader {self.name!r} cannot be opened in a process: {process.told}")
        self._idle.append(process)

    def _hold_opening(self, process: Process) -> bool:
        self._opening = process
        return True

    def _started(self, hold: Callable[[Process], bool]) -> Process | Death:
        """Start a process, and tell it which grader it is for."""
        if getattr(sys.modules.get("rmg_core.runner.worker"), "is_at_work", False):
            # A script that runs when it is imported would start one inside the other, for ever.
            return Death("crash", _NESTED)
        try:
            process = Process.start(environment(self.recipe.variables))
        except OSError as fault:
            return Death("crash", f"no process can be started: {fault.strerror}")
        hold(process)
        recipe = asdict(self.recipe, filter=lambda each, _: each.name != "variables")
        order = {"recipe": recipe, "backend": self.backend}
        answer = process.ask(encode(order), None)
        if isinstance(answer, Death):
            return answer
        if (refused := decode(answer).get("fault")) is not None:
            process.kill()
            return Death("crash", refused)
        return process

    @property
    def is_stopped(self) -> bool:
        return len(self.crashes) >= MOST_CRASHES

    def ask(self, content: bytes, hold: Callable[[Process], bool]) -> bytes | Death:
        """Have a chunk worked off by a process that is idle, or by a new one.

        `hold` gets the process, to cut it off; it returns False where nobody waits any more.
        """
        with self._lock:
            idle = self._idle.pop() if self._idle else None
        process = self._started(hold) if idle is None else idle
        if not isinstance(process, Process):
            return self._counted(process)
        if not hold(process):
            process.kill()
            return Death("crash", "nobody waits for it")
        answer = process.ask(content, self.timeout)
        self._take_back(process)
        # Of one that was cut off nothing is to be learnt.
        return self._counted(answer) if isinstance(answer, Death) and hold(process) else answer

    def _take_back(self, process: Process) -> None:
        with self._lock:
            if not process.is_over:  # else the end of it stands in the error
                self.printed_bytes += process.printed_bytes
            process.printed_bytes = 0
            if not process.is_over and not self._is_closed:
                self._idle.append(process)
                return
        process.kill()

    def _counted(self, death: Death) -> Death:
        if death.cause == "crash":
            with self._lock:
                self.crashes.append(death.said)
        return death

    def close(self) -> None:
        """End the processes that are idle; one that is busy is ended by whoever holds it."""
        with self._lock:
            self._is_closed = True
            idle, self._idle = self._idle, []
        if self._opening is not None:
            self._opening.cut()
        for process in idle:
            if self.needs_loop:
                process.end()
            else:
                process.kill()
