"""The file that an export is written to: whole or not at all, wherever its name leads."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from rmg_core.errors import ConfigError, Problem
from rmg_core.runs.directory import CONFIG, STORE, SUMMARY, fault_of, written_whole


@contextmanager
def opened(output: str, run_dir: Path) -> Iterator[IO[bytes]]:
    """Open a file for the results of `run_dir`, whose own files it must not be.

    A link is followed to its file, which is replaced when the new one is complete. A pipe or a
    device is written to as it is.

    Raises:
        ConfigError: nothing could be written there.
        OSError: writing failed; it names `output`.
    """
    if said := _fault(output, run_dir):
        raise ConfigError([Problem(f"{output} cannot be written: {said}")])
    try:
        with _writing(Path(output)) as file:
            yield file
    except OSError as fault:
        # What names another file is about reading that.
        if fault.filename is not None and not _is_draft(fault.filename, output):
            raise
        raise OSError(fault.errno, fault.strerror or str(fault), output) from fault


@contextmanager
def _writing(place: Path) -> Iterator[IO[bytes]]:
    mode = place.stat().st_mode if place.exists() else stat.S_IFREG | 0o666
    if stat.S_ISREG(mode):
        file = place.resolve()
        with written_whole(file, stat.S_IMODE(mode)) as handle, os.fdopen(handle, "wb") as draft:
            yield draft
        return
    with place.open("wb") as stream:
        yield stream


def _fault(output: str, run_dir: Path) -> str | None:
    try:
        place = Path(output).resolve()
    except (OSError, RuntimeError, ValueError) as fault:  # links that lead to themselves, a NUL
        return str(fault)
    if place.is_dir():
        return "it is a directory"
    if place.exists() and any(_is_same(place, run_dir / each) for each in (CONFIG, STORE, SUMMARY)):
        return "it is a file of the run itself"
    if place.exists() and not place.is_file():
        return None
    folder = place.parent if Path(output).is_symlink() else Path(output).parent
    said = fault_of(folder)
    return said if said or folder.exists() else f"there is no directory {str(folder)!r}"


def _is_same(one: Path, other: Path) -> bool:
    return other.exists() and one.samefile(other)


def _is_draft(name: object, output: str) -> bool:
    place = Path(output)
    return Path(str(name)) == place or Path(str(name)).name.startswith(f".{place.resolve().name}.")
