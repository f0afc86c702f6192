"""The seccomp filter, assembled for the kernel's classic BPF machine."""

import errno
import struct
from collections.abc import Iterable
from typing import Final

from rmg_plugin_code.sandbox.syscalls import AUDIT_ARCHITECTURES, allowed, decided

OWN_PID: Final = 0x7EADBEEF
"""Stands in a filter for the process's own number, which only the launcher knows."""

# linux/bpf_common.h and linux/seccomp.h.
_LOAD, _JUMP_EQUAL, _JUMP_ANY, _AND, _RETURN = 0x20, 0x15, 0x45, 0x54, 0x06
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # offsets in `struct seccomp_data`

_CLONE_THREAD: Final = 0x00010000
# CLONE_NEWTIME, _NEWNS, _NEWCGROUP, _NEWUTS, _NEWIPC, _NEWUSER, _NEWPID, _NEWNET, and
# CLONE_PARENT, _PTRACE, _PIDFD.
_CLONE_OTHER: Final = 0x7E020000 | 0x80 | 0x8000 | 0x2000 | 0x1000
# F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC, F_GETPIPE_SZ. Those that are not
# here make the kernel send signals to others (F_SETOWN, F_SETSIG), or keep what no limit counts:
# a lock of a part of a file is 200 bytes, and a second is enough for a million of them.
_FCNTL: Final = (0, 1, 2, 3, 4, 1030, 1032)
# TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX. Nothing that types into a terminal.
_IOCTL: Final = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
# PR_GET_DUMPABLE, PR_SET_NAME, PR_GET_NAME, PR_SET_VMA.
_PRCTL: Final = (3, 15, 16, 0x53564D41)
_AF_UNIX, _SOCK_STREAM, _SOCK_KIND = 1, 1, 0xF

Instruction = tuple[int, int, int, int]


def seccomp_filter(machine: str) -> bytes:
    """Return the filter for a machine, as an array of `struct sock_filter`.

    It kills a process that calls as another machine would, and refuses whatever is not listed: a
    second process, any socket but a pair of its own, signals to others, tracing, new namespaces,
    mounts, other programs, memory that is outside of every limit.
    """
    calls = decided(machine)
    blocks = [
        _block(calls["clone"], _clone()),
        # The C library falls back to `clone`, whose arguments a filter can see.
        _block(calls["clone3"], [_give(_ERRNO | errno.ENOSYS)]),
        _block(calls["openat2"], [_give(_ERRNO | errno.ENOSYS)]),
        _block(calls["fcntl"], _one_of(1, _FCNTL)),
        _block(calls["ioctl"], _one_of(1, _IOCTL)),
        _block(calls["prctl"], _one_of(0, _PRCTL)),
        _block(calls["kill"], _one_of(0, (OWN_PID,))),
        _block(calls["tgkill"], _one_of(0, (OWN_PID,))),
        _block(calls["prlimit64"], _one_of(0, (0, OWN_PID))),
        _block(calls["sendto"], _without_address()),
        _block(calls["socketpair"], _stream_pair()),
        *(_block(number, [_give(_ALLOW)]) for number in allowed(machine)),
    ]
    program: list[Instruction] = [
        _load(_ARCHITECTURE),
        (_JUMP_EQUAL, 1, 0, AUDIT_ARCHITECTURES[machine]),
        _give(_KILL),
        _load(_NUMBER),
    ]
    for block in blocks:
        program += block
    program.append(_give(_ERRNO | errno.EPERM))
    return b"".join(struct.pack("<HBBI", *each) for each in program)


def _block(number: int, then: list[Instruction]) -> list[Instruction]:
    """Return what is done for one call: `then`, which always ends the filter."""
    return [(_JUMP_EQUAL, 0, len(then), number), *then]


def _clone() -> list[Instruction]:
    """Allow a thread of this process, in none but its own namespaces."""
    return [
        _load(_low(0)),
        (_JUMP_ANY, 2, 0, _CLONE_OTHER),
        (_JUMP_ANY, 0, 1, _CLONE_THREAD),
        _give(_ALLOW),
        _give(_ERRNO | errno.EPERM),
    ]


def _one_of(place: int, values: Iterable[int]) -> list[Instruction]:
    """Allow the call when its argument at `place`, which is an int, is one of the values."""
    tests: list[Instruction] = []
    for value in values:
        tests += [(_JUMP_EQUAL, 0, 1, value), _give(_ALLOW)]
    return [_load(_low(place)), *tests, _give(_ERRNO | errno.EPERM)]


def _without_address() -> list[Instruction]:
    return [
        _load(_low(4)),
        (_JUMP_EQUAL, 0, 3, 0),
        _load(_high(4)),
        (_JUMP_EQUAL, 0, 1, 0),
        _give(_ALLOW),
        _give(_ERRNO | errno.EPERM),
    ]


def _stream_pair() -> list[Instruction]:
    """Allow a pair of connected sockets, which event loops wake themselves by."""
    return [
        _load(_low(0)),
        (_JUMP_EQUAL, 0, 4, _AF_UNIX),
        _load(_low(1)),
        (_AND, 0, 0, _SOCK_KIND),
        (_JUMP_EQUAL, 0, 1, _SOCK_STREAM),
        _give(_ALLOW),
        _give(_ERRNO | errno.EPERM),
    ]


def _load(offset: int) -> Instruction:
    return (_LOAD, 0, 0, offset)


def _give(verdict: int) -> Instruction:
    return (_RETURN, 0, 0, verdict)


def _low(place: int) -> int:
    """Return where the lower half of an argument stands; both machines are little-endian."""
    return _ARGUMENTS + 8 * place


def _high(place: int) -> int:
    return _low(place) + 4
