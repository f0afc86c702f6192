"""The probe: which level of the sandbox this machine reaches, found out by trying to get out."""

import contextlib
import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Lock
from typing import Any, Final

from attrs import frozen

from rmg_plugin_code.sandbox import attempts, landlock
from rmg_plugin_code.sandbox.commands import bubblewrap
from rmg_plugin_code.sandbox.levels import FILTERS, NAMESPACES, UNSANDBOXED, USER_NAMESPACES, Level
from rmg_plugin_code.sandbox.orders import Limits
from rmg_plugin_code.sandbox.supervisor import Program, SandboxError, run
from rmg_plugin_code.sandbox.syscalls import AUDIT_ARCHITECTURES

_LIMITS: Final = Limits(cpu_seconds=10.0, wall_seconds=20.0)
_LEVELS: Final = {
    "namespaces": NAMESPACES,
    "user namespaces": USER_NAMESPACES,
    "filters": FILTERS,
    "none": UNSANDBOXED,
}
_lock = Lock()
_known: dict[str, "Reached"] = {}


@frozen
class Reached:
    """The best level that holds here, and why each better one does not."""

    level: Level
    why_not: Mapping[str, str]


def reached() -> Reached:
    """Return the level that this machine reaches, from an earlier probe where there was one."""
    key = _key()
    with _lock:
        if key not in _known:
            found = _remembered(key)
            if found is None:
                found = probed()
                # One that is lower is looked for again: a setting of the kernel may have changed.
                if found.level.has_namespaces:
                    _remember(key, found)
            _known[key] = found
        return _known[key]


def forget() -> None:
    """Probe again next time: what held before has failed."""
    with _lock:
        _known.clear()
        with contextlib.suppress(OSError):
            _memory().unlink()


def probed() -> Reached:
    """Try each level, best first, until one holds."""
    why_not: dict[str, str] = {}
    for name, level in _LEVELS.items():
        found = "" if level is UNSANDBOXED else fault(level)
        if not found:
            return Reached(level, why_not)
        why_not[name] = found
    raise AssertionError  # the last level always holds what it promises, which is nothing


def fault(level: Level) -> str:
    """Say why a level does not hold on this machine, or nothing if it does."""
    if (lacking := _lacking(level)) is not None:
        return lacking
    source = Path(attempts.__file__).read_text("utf-8")
    with tempfile.TemporaryDirectory(prefix="rmg-probe-") as folder:
        canary = Path(folder, "canary")
        canary.write_text("a secret", "utf-8")
        arguments = {
            "function": "came_through",
            "args": [str(canary), folder, os.getpid()],
            "kwargs": {},
        }
        try:
            ran = run(level, Program(source, json.dumps(arguments)), _LIMITS)
        except (SandboxError, OSError) as refused:
            return str(refused)
        if ran.answer == b"[]\n" and [each.name for each in Path(folder).iterdir()] == ["canary"]:
            return ""
    if ran.answer:
        return f"a program can {', '.join(json.loads(ran.answer))}"
    return f"the probe ended by {ran.ended} {ran.code}: {ran.stderr.decode('utf-8', 'replace')}"


def _lacking(level: Level) -> str | None:
    machine = platform.machine()
    if sys.platform != "linux" or machine not in AUDIT_ARCHITECTURES:
        return f"there are no filters for {sys.platform} on {machine}"
    if landlock.version() == 0:
        return "the kernel has no Landlock"
    if level.has_namespaces and bubblewrap() is None:
        return "bubblewrap is not installed (`apt-get install bubblewrap`, or the like)"
    if level is NAMESPACES and os.geteuid() != 0:
        return "only root makes namespaces without one of users"
    return None


def _key() -> str:
    """Return what may change the level: kernel, user, interpreter, bubblewrap, and this code."""
    parts: list[Any] = [*platform.uname(), os.geteuid(), str(landlock.interpreter())]
    ours = sorted(Path(attempts.__file__).parent.glob("*.py"))
    for path in (*ours, *map(Path, filter(None, [bubblewrap()]))):
        told = path.stat()
        parts += [str(path), told.st_mtime_ns, told.st_size]
    return json.dumps(parts)


def _memory() -> Path:
    folder = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(folder, "rmg", "sandbox.json")


def _remembered(key: str) -> Reached | None:
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError, RuntimeError):
        told = _memory().stat()
        if told.st_uid == os.geteuid():
            found = json.loads(_memory().read_text("utf-8"))
            if found["key"] == key:
                return Reached(_LEVELS[found["level"]], found["why_not"])
    return None


def _remember(key: str, found: Reached) -> None:
    name = next(name for name, level in _LEVELS.items() if level is found.level)
    made = {"key": key, "level": name, "why_not": dict(found.why_not)}
    with contextlib.suppress(OSError, RuntimeError):
        memory = _memory()
        memory.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _replaced(memory) as draft:
            draft.write_text(json.dumps(made), "utf-8")


@contextlib.contextmanager
def _replaced(path: Path) -> Iterator[Path]:
    """Give a draft that takes the place of a file at once, so that nobody reads half of it."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        yield draft
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
