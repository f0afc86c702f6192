"""The supervisor: starts a fenced program, feeds it, reads what it writes, and sees it dead."""

import contextlib
import json
import os
import select
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import IO, Any, Final, Literal, TypeAlias

from attrs import define, field, frozen

from rmg_plugin_code.sandbox.commands import command, environment
from rmg_plugin_code.sandbox.landlock import PRIVATE
from rmg_plugin_code.sandbox.launcher import READY
from rmg_plugin_code.sandbox.levels import Level
from rmg_plugin_code.sandbox.orders import Limits, orders

Ended: TypeAlias = Literal["exit", "signal", "cpu", "wall", "output", "threads", "files", "cut"]
"""How a program ended: by itself, by a signal, at a limit, or because nobody waits any more."""

_WATCH: Final = 0.05
_PATIENCE: Final = 5.0
_AT_ONCE: Final = 1 << 16
_TICKS: Final = os.sysconf("SC_CLK_TCK")


class SandboxError(Exception):
    """The sandbox could not be put up, which says nothing about the program."""


@frozen
class Program:
    """What is run: its source; the arguments of a call of a function, as JSON; what it may read.

    `paths` are folders that it may read and import from, beside Python's own library.
    """

    source: str
    arguments: str = ""
    stdin: str = ""
    paths: tuple[Path, ...] = ()


@frozen
class Ran:
    """What came of a program. `code` is its exit code, or its signal where `ended` says so."""

    ended: Ended
    code: int
    answer: bytes
    stdout: bytes
    stderr: bytes


@define(eq=False)
class Cut:
    """A way to end a program from another thread, whether it has begun or not."""

    _lock: Lock = field(factory=Lock)
    _is_made: bool = False
    _write: int = -1

    def now(self) -> None:
        with self._lock:
            self._is_made = True
            if self._write >= 0:
                os.write(self._write, b"x")

    @contextlib.contextmanager
    def heard(self) -> Iterator[int]:
        """Give a descriptor that can be read when the program shall end."""
        read, write = os.pipe()
        with self._lock:
            self._write = write
            if self._is_made:
                os.write(write, b"x")
        try:
            yield read
        finally:
            with self._lock:
                self._write = -1
            os.close(read)
            os.close(write)


def run(level: Level, program: Program, limits: Limits, cut: Cut | None = None) -> Ran:
    """Run a program to its end, whoever ends it; when this returns, nothing of it is left.

    Raises:
        SandboxError: a fence could not be put up, so that the program was not even read.
    """
    with contextlib.ExitStack() as stack:
        ended_by = stack.enter_context((cut or Cut()).heard())
        answer, answer_end = _pipe(stack)
        told, told_end = _pipe(stack)
        try:
            popen = subprocess.Popen(  # noqa: S603 - this Python and a script of this pack
                command(level, limits, answer_end, told_end, program.paths),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=(answer_end, told_end),
                env=environment(),
                cwd="/",
                start_new_session=True,
            )
        except OSError as refused:
            raise SandboxError(f"no process can be started: {refused}") from refused
        finally:
            os.close(answer_end)
            os.close(told_end)
        watched = _Watched(level, popen, limits, answer, told, _request(level, program, limits))
        stack.callback(watched.close)
        return watched.watch(ended_by)


def _pipe(stack: contextlib.ExitStack) -> tuple[int, int]:
    ours, theirs = os.pipe()
    stack.callback(os.close, ours)
    return ours, theirs


def _request(level: Level, program: Program, limits: Limits) -> bytes:
    told = orders(level, limits, program.paths)
    source = program.source.encode("utf-8", "surrogatepass")
    arguments = program.arguments.encode()
    head = f"{len(told)} {len(source)} {len(arguments)}\n".encode()
    return head + told + source + arguments + program.stdin.encode("utf-8", "replace")


@define(eq=False)
class _Watched:
    """A running program, and all that was read of it."""

    level: Level
    popen: "subprocess.Popen[bytes]"
    limits: Limits
    answer: int
    told: int
    request: bytes
    read: dict[int, bytearray] = field(init=False, factory=dict)
    first: int = -1
    """The descriptor of the first process of the namespace: with it goes all that is in there."""
    pid: int = field(init=False)
    """The program's process; 0 where it is not known yet."""
    poller: Any = field(init=False, factory=select.poll)
    exit: int = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.pid = 0 if self.level.has_namespaces else self.popen.pid
        self.exit = _exit_of(self.popen.pid)
        if self.exit >= 0:
            self.poller.register(self.exit, select.POLLIN)
        for descriptor in (self.answer, self.told, self._of("stdout"), self._of("stderr")):
            os.set_blocking(descriptor, False)
            self.read[descriptor] = bytearray()
            self.poller.register(descriptor, select.POLLIN)
        os.set_blocking(self._of("stdin"), False)
        self.poller.register(self._of("stdin"), select.POLLOUT)

    def watch(self, ended_by: int) -> Ran:
        self.poller.register(ended_by, select.POLLIN)
        deadline = monotonic() + self.limits.wall_seconds
        look = monotonic() + _WATCH
        while True:
            ready = {each for each, _ in self.poller.poll(max(1, (look - monotonic()) * 1000))}
            if ended_by in ready:
                return self._stopped("cut")
            self._exchange(ready)
            if self._size() > self.limits.output:
                return self._stopped("output")
            if self.exit in ready or (self.exit < 0 and self.popen.poll() is not None):
                return self._ended()
            now = monotonic()
            if now >= deadline:
                return self._stopped("wall")
            if now >= look:
                look = now + _WATCH
                if (excess := self._excess()) is not None:
                    return self._stopped(excess)

    def _exchange(self, ready: set[int]) -> None:
        if not self.popen.stdin.closed and self._of("stdin") in ready:  # type: ignore[union-attr]
            self._feed()
        for descriptor in ready & self.read.keys():
            self._take(descriptor)
        if self.first < 0 and self.read[self.told].rstrip().endswith(b"}"):
            with contextlib.suppress(ProcessLookupError):  # it has ended already
                self.first = os.pidfd_open(self._first_pid())

    def _feed(self) -> None:
        try:
            written = os.write(self._of("stdin"), self.request[:_AT_ONCE])
        except BlockingIOError:
            return
        except BrokenPipeError:
            written = len(self.request)  # it does not read what it may
        self.request = self.request[written:]
        if not self.request:
            self.poller.unregister(self._of("stdin"))
            self._stream("stdin").close()

    def _take(self, descriptor: int) -> bool:
        """Read what is there; tell whether there may be more."""
        try:
            piece = os.read(descriptor, _AT_ONCE)
        except BlockingIOError:
            return False
        if not piece:
            with contextlib.suppress(KeyError):  # it is told twice of an end
                self.poller.unregister(descriptor)
        self.read[descriptor] += piece
        return bool(piece)

    def _first_pid(self) -> int:
        return int(json.loads(self.read[self.told])["child-pid"])

    def _program_pid(self) -> int:
        """Return the process of the program, which is the child of the first one."""
        if self.pid == 0 and self.first >= 0:
            first = self._first_pid()
            with contextlib.suppress(OSError, IndexError):  # it has none yet, or no more
                children = Path(f"/proc/{first}/task/{first}/children").read_bytes()
                self.pid = int(children.split()[0])
        return self.pid

    def _size(self) -> int:
        return sum(len(read) for each, read in self.read.items() if each != self.told)

    def _excess(self) -> Ended | None:
        """Tell which limit is passed that only a look from outside can tell."""
        try:
            stat = Path(f"/proc/{self._program_pid()}/stat").read_bytes()
        except OSError:
            return None
        # proc(5): utime, stime and num_threads are fields 14, 15 and 20; the name may have spaces.
        fields = stat.rpartition(b")")[2].split()
        if int(fields[17]) > self.limits.threads:
            return "threads"
        if self._files() > self.limits.files:
            return "files"
        spent = (int(fields[11]) + int(fields[12])) / _TICKS
        return "cpu" if spent > self.limits.cpu_seconds else None

    def _files(self) -> int:
        """Count the files that the program has made: empty ones fill no disk, but memory."""
        if not self.level.has_namespaces:
            return 0
        try:
            told = os.statvfs(f"/proc/{self.pid}/root{PRIVATE}")
        except OSError:
            return 0
        return told.f_files - told.f_ffree

    def _ended(self) -> Ran:
        code = self.popen.wait()
        while self._size() <= self.limits.output and any([*map(self._take, self.read)]):
            pass
        if self._size() > self.limits.output:
            return self._ran("output", 0)
        # Through bubblewrap a signal comes as an exit code, as through shells: so it is everywhere.
        number = -code if code < 0 else code - 128
        if 0 < number < signal.NSIG:
            return self._ran("signal", number)
        return self._ran("exit", code)

    def _stopped(self, ended: Ended) -> Ran:
        self.kill()
        return self._ran(ended, 0)

    def _ran(self, ended: Ended, code: int) -> Ran:
        answer = bytes(self.read[self.answer])
        stderr = bytes(self.read[self._of("stderr")])
        if not answer.startswith(READY) and ended != "cut":
            said = stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
            how = f"{ended} {code}" if ended in ("exit", "signal") else f"its limit: {ended}"
            raise SandboxError(f"it could not be put up: {said or how}")
        stdout = bytes(self.read[self._of("stdout")])
        return Ran(ended, code, answer[len(READY) :], stdout, stderr)

    def kill(self) -> None:
        """Kill every process of the program, and wait until there is none."""
        if self.popen.poll() is None and self.level.has_namespaces:
            self._kill_namespace()
        if self.popen.poll() is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.popen.pid, signal.SIGKILL)
            self.popen.wait(_PATIENCE)

    def _kill_namespace(self) -> None:
        """Kill the first process of the namespace; the kernel kills the others with it.

        bubblewrap is left to bury it: whoever did so in its place might not.
        """
        if self.first < 0:
            self._wait_for(self.told, 1.0)
            self._exchange({self.told})
        if self.first >= 0:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.first, signal.SIGKILL)
            self._wait_for(self.exit, _PATIENCE)

    def _wait_for(self, descriptor: int, seconds: float) -> None:
        poller = select.poll()
        poller.register(descriptor, select.POLLIN)
        poller.poll(seconds * 1000)

    def close(self) -> None:
        self.kill()
        for name in ("stdin", "stdout", "stderr"):
            self._stream(name).close()
        for descriptor in (self.first, self.exit):
            if descriptor >= 0:
                os.close(descriptor)

    def _stream(self, name: str) -> IO[bytes]:
        stream: IO[bytes] = getattr(self.popen, name)
        return stream

    def _of(self, name: str) -> int:
        return self._stream(name).fileno()


def _exit_of(pid: int) -> int:
    """Return a descriptor that tells of the end of a process; -1 on a system without such."""
    try:
        return os.pidfd_open(pid)
    except AttributeError:
        return -1
