"""A process that works for this one: started, asked, timed and killed."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Final, Literal

from attrs import define, field, frozen

from rmg_core.redaction import redacted
from rmg_core.runner.slate import NOBODY, Slate
from rmg_core.runner.wire import Inbox, framed

PRINTED_KEPT: Final = 4 * 1024
"""So many bytes of what a grader printed last are kept, to tell of a crash."""

_AT_ONCE: Final = 1 << 16
_PATIENCE: Final = 1.0

_START: Final = (
    "import json, sys; sys.path[:] = json.loads(sys.argv.pop()); "
    "from rmg_core.runner.worker import main; main()"
)


@frozen
class Death:
    """A process that is no more: why, and at which cell (None: at none).

    `printed` is the end of what the grader printed.
    """

    cause: Literal["timeout", "crash"]
    said: str
    number: int | None = None
    printed: str = ""

    @property
    def told(self) -> str:
        return f"{self.said}: {self.printed}" if self.printed else self.said


@define(eq=False)
class Process:
    """A process, and what this one holds of it: one thread at a time talks to it."""

    popen: "subprocess.Popen[bytes]"
    inbox: Inbox
    slate: Slate
    printed_bytes: int = 0
    _printed: int = -1
    _lifeline: int = -1
    _exit: int = -1
    _tail: bytes = b""
    _poller: select.poll = field(init=False, factory=select.poll)
    _is_silent: bool = False
    is_over: bool = False
    _lock: Lock = field(factory=Lock)

    def __attrs_post_init__(self) -> None:
        for descriptor in (self.inbox.source.fileno(), self._printed, self._exit):
            if descriptor >= 0:
                self._poller.register(descriptor, select.POLLIN)

    @classmethod
    def start(cls, environment: Mapping[str, str]) -> "Process":
        """Start a process with this environment, which waits to be told what it shall do.

        Raises:
            OSError: the system does not let it.
        """
        ours, theirs = socket.socketpair()
        slate, slate_end = Slate.made()
        lifeline_end, lifeline = os.pipe()
        printed, printed_end = os.pipe()
        handed = (theirs.fileno(), slate_end, lifeline_end)
        path = json.dumps([str(Path(each).resolve()) for each in sys.path])
        try:
            process = subprocess.Popen(  # noqa: S603 - this interpreter, and a module of ours
                [sys.executable, "-c", _START, *map(str, handed), path],
                stdin=subprocess.DEVNULL,
                stdout=printed_end,
                stderr=printed_end,
                pass_fds=handed,
                env=environment,
                start_new_session=True,
            )
        except OSError:
            ours.close()
            os.close(lifeline)
            os.close(printed)
            raise
        finally:
            theirs.close()
            for descriptor in handed[1:]:
                os.close(descriptor)
            os.close(printed_end)
        return cls(
            process,
            Inbox(ours),
            slate,
            printed=printed,
            lifeline=lifeline,
            exit=_exit_of(process.pid),
        )

    def ask(self, content: bytes, timeout: float | None) -> bytes | Death:
        """Send a message, and wait for the answer or until a cell takes longer than `timeout`."""
        self._tail = b""
        try:
            self.inbox.source.sendall(framed(content))
        except OSError:
            return self._died()
        while (message := self.inbox.message()) is None:
            if (death := self._wait(timeout)) is not None:
                return death
        return message

    def _wait(self, timeout: float | None) -> Death | None:
        """Take in what comes next; return how the process ended, if it did."""
        number, began = self.slate.read()
        left = None if timeout is None else timeout + min(began - monotonic(), 0.0)
        if left is not None and left <= 0 and self.slate.read() == (number, began):
            return self._death("timeout", f"no answer within {timeout:g} s", number)
        events = self._poller.poll(None if left is None else max(left, 0.0) * 1000 + 1)
        ready = {descriptor for descriptor, _ in events}
        if self._printed in ready:
            self._read_printed()
        source = self.inbox.source.fileno()
        if source in ready:
            return None if self.inbox.read() else self._died()
        # One that has ended may have left an answer, which comes first.
        return self._died() if self._exit in ready else None

    def _read_printed(self) -> None:
        piece = os.read(self._printed, _AT_ONCE)
        self.printed_bytes += len(piece)
        self._tail = (self._tail + piece)[-PRINTED_KEPT:]
        if not piece:
            self._poller.unregister(self._printed)
            self._is_silent = True

    def _read_on(self) -> None:
        """Read what was printed before the end; a process that is still there may print on."""
        for _ in range(64):
            if self._is_silent or not _is_ready(self._printed, 0.0):
                break
            self._read_printed()

    def _died(self) -> Death:
        self._has_ended(within=_PATIENCE)
        return self._death("crash", "", self.slate.read()[0])

    def _death(self, cause: Literal["timeout", "crash"], said: str, number: int) -> Death:
        self._read_on()
        self.kill()
        return Death(
            cause,
            said or _said_of(self.popen.returncode),
            None if number == NOBODY else number,
            self._printed_last(),
        )

    def _printed_last(self) -> str:
        """Return the end of what was printed, from a whole word on: half a key looks like none."""
        text = self._tail.decode("utf-8", "replace")
        if len(self._tail) == PRINTED_KEPT:
            text = text.partition(" " if "\n" not in text else "\n")[2] or text
        return redacted(text.strip())

    def _has_ended(self, *, within: float) -> bool:
        """Wait for the end, but leave the process its number, by which its group is killed."""
        if self._exit >= 0:
            return _is_ready(self._exit, within)
        with suppress(subprocess.TimeoutExpired):
            self.popen.wait(within)
        return self.popen.returncode is not None

    def cut(self) -> None:
        """Kill the process from another thread: whoever talks to it hears of its death."""
        with self._lock:
            if not self.is_over:
                _kill_group(self.popen.pid)

    def end(self) -> None:
        """Let the grader close what it holds, and then kill what is left."""
        with suppress(OSError):
            self.inbox.source.shutdown(socket.SHUT_WR)
        self._has_ended(within=_PATIENCE)
        self.kill()

    def kill(self) -> None:
        """Kill the process, and what it has started that stayed in its group."""
        with self._lock:
            if self.is_over:
                return
            self.is_over = True
            _kill_group(self.popen.pid)
            self.popen.wait()
        self.inbox.source.close()
        for descriptor in (self._printed, self._lifeline, self._exit):
            if descriptor >= 0:
                os.close(descriptor)


def _exit_of(pid: int) -> int:
    """Return a descriptor that tells of the end of a process, where the system has such.

    A copy that the process has made of itself would keep its end of the socket open.
    """
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return -1


def _is_ready(descriptor: int, within: float) -> bool:
    poller = select.poll()
    poller.register(descriptor, select.POLLIN)
    return bool(poller.poll(within * 1000))


def _kill_group(pid: int) -> None:
    with suppress(ProcessLookupError, PermissionError):  # it is empty
        os.killpg(pid, signal.SIGKILL)


def _said_of(code: int) -> str:
    """Say in words how a process has ended."""
    if code >= 0:
        return f"its process ended with exit code {code}"
    try:
        return f"its process was killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"its process was killed by signal {-code}"
