"""The orders to the launcher: which fences it puts up, and in which order."""

import math
import os
import platform
import resource
import secrets
import stat
from functools import cache
from pathlib import Path
from typing import Final

from attrs import field, frozen, validators

from rmg_plugin_code.sandbox import landlock
from rmg_plugin_code.sandbox.filters import OWN_PID, seccomp_filter
from rmg_plugin_code.sandbox.levels import Level

NOBODY: Final = 65534
_FIRST_OF_NONE: Final = 0x70000000
"""From here on there are users whom no system gives to anybody."""

_THREADS_AND_MORE: Final = 128


@frozen
class Limits:
    """What a program may use: seconds of processor and by the clock, bytes, files, threads.

    `output` is all that it may write to its streams, `disk` all that it may write to files.
    """

    cpu_seconds: float = field(default=10.0, validator=validators.gt(0))
    wall_seconds: float = field(default=30.0, validator=validators.gt(0))
    memory: int = field(default=512 << 20, validator=validators.ge(64 << 20))
    output: int = 256 << 10
    disk: int = 32 << 20
    files: int = 1000
    threads: int = 64


def orders(level: Level, limits: Limits, paths: tuple[Path, ...] = ()) -> bytes:
    """Return the orders for a level; `paths` may be read and imported from too."""
    lines = [f"packages {path}" for path in paths]
    if level.has_namespaces:
        lines.append("apart")
    if level.has_filters:
        if becomes_another(level, paths):
            uid = _FIRST_OF_NONE + secrets.randbelow(1 << 24)
            lines.append(f"user {uid} {NOBODY}")
        # After that: becoming another user takes a lifeline away.
        lines.append(f"lifeline {1 if level.has_namespaces else os.getpid()}")
        lines += ["powerless", "locked"]
    verb = "limit" if level.has_filters else "try_limit"
    lines += [f"{verb} {each} {value}" for each, value in _limits(level, limits, paths)]
    if level.has_filters:
        lines += [*_landlock(level, paths), _filter()]
    return "\n".join(lines).encode()


def becomes_another(level: Level, paths: tuple[Path, ...] = ()) -> bool:
    """Tell whether the program becomes another user: under root, if that one can read what it must.

    Without namespaces the folders above count too; bubblewrap makes these anew.
    """
    if os.geteuid() != 0 or level.has_user_namespace or not level.has_filters:
        return False
    return _are_open(paths, with_parents=not level.has_namespaces)


@cache
def _are_open(paths: tuple[Path, ...], *, with_parents: bool) -> bool:
    """Tell whether anybody can read the interpreter, its library and these folders."""
    places = (landlock.interpreter(), landlock.library(), *paths)
    above = {each for place in places for each in place.parents} if with_parents else set()
    return all(each.stat().st_mode & stat.S_IROTH for each in places) and all(
        each.stat().st_mode & stat.S_IXOTH for each in (*places, *above)
    )


def _limits(level: Level, limits: Limits, paths: tuple[Path, ...]) -> list[tuple[int, int]]:
    # One second more than the watchdog allows: it is there if the watchdog is late.
    found = [
        (resource.RLIMIT_CPU, math.ceil(limits.cpu_seconds) + 1),
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_FSIZE, limits.disk if level.has_namespaces else 0),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ]
    # Elsewhere the number counts what the user has running beside, and would refuse threads.
    if level.has_namespaces or becomes_another(level, paths):
        found.append((resource.RLIMIT_NPROC, _THREADS_AND_MORE))
    return found


def _landlock(level: Level, paths: tuple[Path, ...]) -> list[str]:
    lines = [f"ruleset {landlock.attributes().hex()}"]
    for path in (*landlock.readable(), *paths):
        access = landlock.READ if path.is_dir() else landlock.READ_FILE
        lines.append(f"rule {access} {path}")
    lines += [f"rule {landlock.USE_DEVICE} {path}" for path in landlock.DEVICES]
    if level.has_namespaces:
        lines.append(f"rule {landlock.write_access()} {landlock.PRIVATE}")
    return [*lines, "restrict"]


@cache
def _filter() -> str:
    return f"filter {OWN_PID} {seccomp_filter(platform.machine()).hex()}"
