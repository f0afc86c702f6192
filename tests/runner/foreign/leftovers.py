"""What a run may not leave behind: processes, descriptors, temporary files."""

import os
import select
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

MARK = "RMG_TEST_MARK"
GIVE_UP = 20.0


def descriptors() -> int:
    return len([*Path("/proc/self/fd").iterdir()])


def children() -> set[int]:
    """List the processes that this one has started and not buried: zombies too."""
    return {pid for pid in _pids() if _parent_of(pid) == os.getpid()}


def marked(mark: str) -> set[int]:
    """List the processes that began with this mark, whoever started them."""
    entry = f"{MARK}={mark}".encode()
    return {pid for pid in _pids() if entry in _read(pid, "environ").split(b"\0")}


def is_ended(pid: int, within: float = GIVE_UP) -> bool:
    """Wait for the end of a process: one that was killed is there for a moment yet."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        poller = select.poll()
        poller.register(descriptor, select.POLLIN)
        return bool(poller.poll(within * 1000))
    finally:
        os.close(descriptor)


@contextmanager
def nothing_left(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail when what is done inside leaves something behind."""
    mark = uuid.uuid4().hex
    monkeypatch.setenv(MARK, mark)
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    before, opened = children(), descriptors()
    yield
    assert [pid for pid in marked(mark) if not is_ended(pid)] == []
    assert children() <= before
    assert descriptors() <= opened
    assert [*folder.iterdir()] == []


def _pids() -> list[int]:
    return [int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit()]


def _read(pid: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:  # it has ended, or is another user's
        return b""


def _parent_of(pid: int) -> int:
    fields = _read(pid, "stat").rpartition(b")")[2].split()
    return int(fields[1]) if fields else 0
