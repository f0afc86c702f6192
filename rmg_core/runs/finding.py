"""The store of a run, as the verbs that look into one are told where it is."""

from pathlib import Path

from rmg_core.errors import DataError, Problem
from rmg_core.hints import suggestion
from rmg_core.runs.directory import STORE, command_of


def store_of(run: str) -> Path:
    """Return the file of a store: that of a run directory, or `run` itself if it is a file.

    Raises:
        DataError: there is none.
    """
    place = Path(run)
    if place.is_file():
        if place.name != STORE and not _begins_as_one(place):
            hint = "give the directory of a run, such as runs/NAME"
            raise DataError([Problem(f"{run!r} is not the store of a run", hint)])
        return place
    if not place.is_dir():
        raise DataError([Problem(f"there is no run directory {run!r}", _near(place))])
    if not (place / STORE).is_file():
        raise DataError([Problem(f"the directory {run!r} holds no {STORE}", _remedy(place))])
    return place / STORE


def _begins_as_one(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            return opened.read(16) == b"SQLite format 3\0"
    except OSError:
        return True  # why it cannot be read is said where it is read


def again(place: Path) -> str:
    """Say how to run again what stands in a run directory: `run again with: rmg run …`."""
    command = command_of(place)
    return f"run again with: {command}" if command else "run again"


def _near(place: Path) -> str:
    """Say which of the directories beside it holds a store."""
    runs = [each.parent.name for each in place.parent.glob(f"*/{STORE}")]
    if runs:
        return suggestion(place.name, runs, f"in {str(place.parent)!r} there are")
    return "give the directory of a run, such as runs/NAME"


def _remedy(place: Path) -> str:
    return again(place) if command_of(place) else "give the directory of a run, such as runs/NAME"
