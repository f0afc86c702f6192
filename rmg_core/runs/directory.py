"""The run directory: made when a run starts, for one run at a time."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import orjson

from rmg_core.errors import ConfigError, Problem
from rmg_core.redaction import redacted

STORE: Final = "store.sqlite"
SUMMARY: Final = "summary.json"
CONFIG: Final = "config.toml"

HOLDER: Final = ".holder.json"
"""Says who runs, for as long as the run directory is held; the lock is the system's."""

HINT: Final = "choose another with --run-dir DIR"

_MARK: Final = "# rmg run"
"""The copy of the config begins with the command that made the run."""


def command_of(place: Path) -> str | None:
    """Return the command that made a run directory; None of what is none."""
    try:
        with (place / CONFIG).open(encoding="utf-8", errors="replace") as file:
            first = file.readline()
    except OSError:
        return None
    is_mark = f"{first.rstrip()} ".startswith(f"{_MARK} ")
    return first.removeprefix("# ").rstrip() if is_mark else None


def is_made_by_rmg(place: Path) -> bool:
    return command_of(place) is not None


def marked(config: str, command: str) -> bytes:
    """Return the copy of a config that a run directory holds: it says how the run was begun.

    There is no secret in it, also none that a shell put into the command.
    """
    return f"# {redacted(command)}\n{redacted(config)}".encode()


def is_draft(file: Path) -> bool:
    """Tell whether a file was being written, or held the directory, when a run was killed."""
    drafts = tuple(f".{name}." for name in (SUMMARY, CONFIG, HOLDER))
    return file.name == HOLDER or file.name.startswith(drafts)


def fault_of(place: Path) -> str | None:
    """Say why nothing could be written in a run directory, which need not exist yet."""
    above = place
    while not above.exists() and above != above.parent:
        above = above.parent
    if not above.is_dir():
        return f"{above} is not a directory"
    if not os.access(above, os.W_OK | os.X_OK):
        return f"{above} may not be written"
    return None


@contextmanager
def held(place: Path, hint: str = HINT) -> Iterator[None]:
    """Make the run directory, and keep it for this process.

    Raises:
        ConfigError: it cannot be made, or another run is under way in it; `hint` says what to do.
    """
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(place, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
    except OSError as fault:
        raise refused(place, f"cannot be made: {fault.strerror}", hint) from fault
    holder = place.absolute() / HOLDER
    try:
        _lock(handle, place, hint)
        write_whole(holder, as_json({"process": os.getpid(), "host": socket.gethostname()}))
        try:
            yield
        finally:
            holder.unlink(missing_ok=True)
    finally:
        os.close(handle)


def _lock(handle: int, place: Path, hint: str) -> None:
    try:
        import fcntl
    except ModuleNotFoundError:  # Windows has no lock on a directory
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as fault:
        raise refused(place, f"is in use by another run{_holder_of(place)}", hint) from fault
    except OSError:
        return  # some network file systems have no locks


def _holder_of(place: Path) -> str:
    """Say which process holds a run directory, as far as it has said so itself."""
    try:
        made = orjson.loads((place / HOLDER).read_bytes())
        return f": process {int(made['process'])} on {made['host']}"
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def refused(place: Path, fault: str, hint: str) -> ConfigError:
    """Return what says that a directory cannot hold a run."""
    return ConfigError([Problem(f"the run directory {str(place)!r} {fault}", hint)])


@contextmanager
def written_whole(place: Path, mode: int = 0o600) -> Iterator[int]:
    """Write a file that appears under its name when it is complete; yields its descriptor.

    The descriptor is closed by whoever takes it. A link in the place of the file is replaced.
    """
    draft = place.with_name(f".{place.name}.{os.getpid()}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0)
    handle = os.open(draft, flags, mode)
    try:
        yield handle
        draft.replace(place)
    except BaseException:
        with suppress(FileNotFoundError):
            draft.unlink()
        raise


def as_json(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def write_whole(place: Path, content: bytes) -> None:
    """Write a file of the run directory, for its owner alone to read.

    Raises:
        OSError: it cannot be written; names the file.
    """
    try:
        with written_whole(place) as handle, os.fdopen(handle, "wb") as file:
            file.write(content)
    except OSError as fault:
        raise OSError(fault.errno, fault.strerror, str(place)) from fault
