"""How a run from Python is kept: its directory held, its store open, and its end noted."""

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from os import PathLike
from pathlib import Path
from typing import Any, Final, get_args

import anyio
from anyio import to_thread
from attrs import frozen

from rmg_core.datasets import Dataset
from rmg_core.errors import ConfigError, Problem
from rmg_core.plan import Plan
from rmg_core.runner.archive import Again, Archive, basis_of, columns_of
from rmg_core.runs.directory import STORE, SUMMARY, as_json, held, refused, write_whole
from rmg_core.store import Durability, Store

LOG: Final = logging.getLogger("rmg_core")

HINT: Final = "choose another run directory"

SHOWN: Final = 3
"""So many files of a stranger are named."""


@frozen
class Keeping:
    """Where a run is kept, and what of an earlier one stands; without a place, nothing is kept."""

    place: Path | None
    again: Again
    durability: Durability

    @classmethod
    def of(
        cls,
        run_dir: str | PathLike[str] | None,
        *,
        offline: bool,
        again: Again,
        durability: Durability,
    ) -> "Keeping":
        """Return how a run is kept.

        Raises:
            ConfigError: it needs a directory, or the one that is named is a stranger's.
        """
        for name, word, kind in (("again", again, Again), ("durability", durability, Durability)):
            if word not in get_args(kind):
                words = ", ".join(f'"{each}"' for each in get_args(kind))
                raise ConfigError([Problem(f"{name} is {word!r}", f"write one of {words}")])
        if run_dir is None:
            if offline or again != "failed":
                asked = "offline=True" if offline else f'again="{again}"'
                raise ConfigError([Problem(f"{asked} needs what is kept", "name its run_dir")])
            return cls(None, again, durability)
        place = Path(run_dir)
        if strange := _strange_files(place):
            shown = ", ".join(strange[:SHOWN]) + (", …" if len(strange) > SHOWN else "")
            raise refused(place, f"holds {shown}, and no run of rmg", HINT)
        return cls(place.absolute(), again, durability)  # wherever a grader takes the process

    @asynccontextmanager
    async def archive(self, plan: Plan, rows: Any) -> AsyncIterator[Archive | None]:
        """Hold the directory and its store open; a slow disk keeps no event loop waiting.

        Raises:
            ConfigError: another run is under way there, or it cannot be made.
            StoreError: the store cannot be used.
        """
        if self.place is None:
            yield None
            return
        with ExitStack() as stack:
            archive = await to_thread.run_sync(self._opened, stack, self.place, plan, rows)
            try:
                yield archive
            finally:
                with anyio.CancelScope(shield=True):
                    await to_thread.run_sync(stack.close)

    def _opened(self, stack: ExitStack, place: Path, plan: Plan, rows: Any) -> Archive:
        stack.enter_context(held(place, HINT))
        store = stack.enter_context(Store.open(place / STORE, durability=self.durability))
        for warning in store.warnings:
            LOG.warning(warning)
        archive = Archive(store, self.again)
        begin(store, plan, rows)
        return archive


def begin(store: Store, plan: Plan, rows: Any) -> None:
    """Begin a run in a store, which has no summary until it ends; `rows` may be a dataset.

    Raises:
        DataError: the dataset cannot be read.
        StoreError: the store cannot be written.
    """
    store.path.with_name(SUMMARY).unlink(missing_ok=True)
    imprint = rows.imprint() if isinstance(rows, Dataset) and rows.path != "-" else ""
    store.begin(columns_of(plan), basis_of(plan), imprint)


def end(archive: Archive, summary: Mapping[str, Any], *, is_complete: bool) -> None:
    """End a run, and keep what it came to as a whole.

    Raises:
        StoreError: the store cannot be written.
    """
    if is_complete:
        archive.store.finish()
    place = archive.store.path.with_name(SUMMARY)
    try:
        write_whole(place, as_json(summary))
    except OSError as fault:  # the outcomes are in the store
        LOG.warning("%s: %s; the summary is not kept", place, fault.strerror)


def _strange_files(place: Path) -> list[str]:
    """Return the files of a directory that is not of a run: some are there, and no store."""
    if not place.is_dir() or (place / STORE).is_file():
        return []
    return sorted(each.name for each in place.iterdir() if not each.name.startswith("."))
