"""Landlock: which paths a fenced program may read, and which it may write."""

import ctypes
import os
import struct
import sys
from functools import cache
from pathlib import Path
from typing import Final

from rmg_plugin_code.sandbox.syscalls import LANDLOCK_CREATE_RULESET

# linux/landlock.h: LANDLOCK_ACCESS_FS_…, by the version of the interface that brought them.
_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE, _MAKE_DIR, _MAKE_REG = 1 << 4, 1 << 5, 1 << 7, 1 << 8
_ALL_OF_1, _REFER, _TRUNCATE, _IOCTL_DEVICE = (1 << 13) - 1, 1 << 13, 1 << 14, 1 << 15
_TCP: Final = 0b11  # bind, connect
_SCOPES: Final = 0b11  # abstract sockets, signals

READ: Final = _READ_FILE | _READ_DIR
READ_FILE: Final = _READ_FILE
USE_DEVICE: Final = _READ_FILE | _WRITE_FILE
_WRITE: Final = READ | _WRITE_FILE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG

PRIVATE: Final = Path("/tmp")  # noqa: S108 - a file system of the program's own is mounted there
"""Where a program with namespaces may write."""

DEVICES: Final = (Path("/dev/null"), Path("/dev/zero"), Path("/dev/urandom"))


@cache
def version() -> int:
    """Return the version of Landlock that the kernel offers; 0 where it offers none."""
    if sys.platform != "linux":
        return 0
    libc = ctypes.CDLL(None, use_errno=True)
    ask_version = ctypes.c_long(1)
    found = libc.syscall(
        ctypes.c_long(LANDLOCK_CREATE_RULESET), None, ctypes.c_long(0), ask_version
    )
    return max(0, int(found))


def attributes() -> bytes:
    """Return the `struct landlock_ruleset_attr` that handles all this kernel can refuse."""
    offered = version()
    files = _ALL_OF_1
    for since, right in ((2, _REFER), (3, _TRUNCATE), (5, _IOCTL_DEVICE)):
        files |= right if offered >= since else 0
    if offered >= 6:
        return struct.pack("<QQQ", files, _TCP, _SCOPES)
    return struct.pack("<QQ", files, _TCP) if offered >= 4 else struct.pack("<Q", files)


def write_access() -> int:
    """Return the rights on the folder that a program may write."""
    offered = version()
    return _WRITE | (_REFER if offered >= 2 else 0) | (_TRUNCATE if offered >= 3 else 0)


@cache
def readable() -> tuple[Path, ...]:
    """Return what an interpreter needs to read: its own library, and those of the system."""
    wanted = [
        Path(sys.base_prefix).resolve() / "lib",
        library(),
        *map(Path, ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib")),
        *map(Path, ("/etc/ld.so.cache", "/usr/share/zoneinfo")),
    ]
    return tuple(dict.fromkeys(path for path in wanted if path.exists()))


@cache
def library() -> Path:
    """Return where the modules of Python itself are."""
    return Path(os.__file__).resolve().parent


@cache
def interpreter() -> Path:
    """Return the interpreter itself, and not the link to it in a virtual environment."""
    return Path(sys.executable).resolve()
