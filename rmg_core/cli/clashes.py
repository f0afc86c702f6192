"""Files that a run must not write over: those that it reads, and those of a stranger."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, Final

from rmg_core.basic.sinks import JsonlSink
from rmg_core.config import Config
from rmg_core.config.positions import KeyPath
from rmg_core.errors import Problem
from rmg_core.plan import Plan
from rmg_core.runs.directory import CONFIG, STORE, SUMMARY, is_draft, is_made_by_rmg

CHOOSE: Final = "choose another with [run] dir, or `rmg run` with --run-dir DIR"
SHOWN: Final = 3
"""So many files of a directory are named to say whose it is."""


def clashes(config: Config, plan: Plan | None, place: Path, at: KeyPath | None) -> list[Problem]:
    """Find what a run in `place` would destroy.

    `at` is where the config names the directory, None where something else does.
    """
    found = []
    read = list(_read(config))
    for written, sink in _written(plan, place):
        what = next((what for file, what in read if _is_same(written, file)), None)
        if what is None:
            continue
        message = f"the run would write its {written.name} over {str(written)!r}, which is {what}"
        if sink is None:
            found.append(_problem(config, at, message, CHOOSE))
        else:
            hint = "give the sink another path"
            found.append(_problem(config, ("sinks", sink), message, hint, is_key=True))
    if not found and (files := _of_a_stranger(place)):
        shown = ", ".join(files[:SHOWN]) + (", …" if len(files) > SHOWN else "")
        message = f"the directory {str(place)!r} holds {shown}, and no run of rmg"
        found.append(_problem(config, at, message, f"{CHOOSE}: it may be empty or absent"))
    return found


def _problem(
    config: Config, at: KeyPath | None, message: str, hint: str, *, is_key: bool = False
) -> Problem:
    if at is None:
        return Problem(message, hint)
    return config.problem(at, message, hint, at="key" if is_key else "value")


def _written(plan: Plan | None, place: Path) -> Iterator[tuple[Path, str | None]]:
    """Yield the files that a run writes, each with the sink of the config that it is of."""
    for name in (STORE, SUMMARY, CONFIG):
        yield place / name, None
    for sink in plan.sinks if plan is not None else ():
        if isinstance(sink.part, JsonlSink):
            yield place / sink.part.path, sink.name


def _read(config: Config) -> Iterator[tuple[Path, str]]:
    """Yield the files that a config needs, and what each is to it."""
    if config.dataset_path not in (None, "-"):
        yield Path(str(config.dataset_path)), "its dataset"
    if config.source.file is not None:
        yield Path(config.source.file), "its config"
    uses: list[Any] = [*config.graders.values(), *config.aggregators.values()]
    uses += [*config.sinks.values(), *config.observers.values()]
    uses += [each.mapper for each in config.graders.values() if hasattr(each.mapper, "use")]
    for each in uses:
        file, colon, _ = str(each.use).rpartition(":")
        if colon:
            yield config.base / file, "code that the config names"
    # What a sink's options name is written, which is nothing to keep.
    kept = [each for each in uses if each not in config.sinks.values()]
    texts = chain.from_iterable(_texts(each.options) for each in [*kept, config.dataset])
    for text in texts:
        if text and "\0" not in text:
            yield config.base / text, "a file that the config names"


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from chain.from_iterable(map(_texts, value.values()))
    elif isinstance(value, Sequence):
        yield from chain.from_iterable(map(_texts, value))


def _is_same(one: Path, other: Path) -> bool:
    """Tell whether two paths lead to one file, through links of either kind."""
    try:
        return one.resolve() == other.resolve() or one.samefile(other)
    except (OSError, RuntimeError):  # one is not there, has too long a name, or links to itself
        return False


def _of_a_stranger(place: Path) -> list[str]:
    """Return the files of a directory that rmg has not made."""
    if not place.is_dir() or is_made_by_rmg(place):
        return []
    try:
        return sorted(each.name for each in place.iterdir() if not is_draft(each))
    except PermissionError:  # whether it can be written is looked at elsewhere
        return []
