"""What is the store's share in a run whose cells wait, and how long does a commit take? Row S2.

    python docs/benchmarks/share.py                     10,000 cells of 50 ms, 256 at once
    python docs/benchmarks/share.py --rows 1000 --rounds 1

The share is the wall time of a run with the store over that of the same run without, less one:
medians of runs in turn. The floor of the commit is what the disk takes to write and sync the bytes
of one batch.
"""

import argparse
import os
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

import anyio
from measuring import figure, median, percentile, tell
from waiting import LATENCY, waits

from rmg_core import GradingRunner
from rmg_core.runner.archive import Archive, basis_of, columns_of
from rmg_core.runner.execution import Execution
from rmg_core.runner.sources import source_of
from rmg_core.store import Store

PLACES = 256


def timed_runs(rows: list[dict[str, float]], commits: list[float]) -> Any:
    """Return what runs the cells, with the store or without, and tells the wall seconds."""
    write = Store.write

    def timed(self: Store, *batch: Any, **how: Any) -> Any:
        began = perf_counter()
        made = write(self, *batch, **how)
        commits.append(1e3 * (perf_counter() - began))
        return made

    Store.write = timed  # type: ignore[method-assign]

    def run(*, is_kept: bool) -> float:
        runner = GradingRunner({"waits": waits}, max_concurrency=PLACES)
        with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder, "s")) as store:
            store.begin(columns_of(runner.plan), basis_of(runner.plan))
            archive = Archive(store) if is_kept else None

            async def graded() -> float:
                source = source_of(rows, None)
                session = runner._session()  # noqa: SLF001 - what `rmg run` builds by itself
                execution = Execution(session, source, lambda _: None, archive=archive)
                began = perf_counter()
                await execution.run()
                return perf_counter() - began

            return anyio.run(graded)

    return run


def syncs(count: int, size: int) -> list[float]:
    """Return the ms that the disk takes for each of some batches."""
    found = []
    with tempfile.TemporaryDirectory() as folder, Path(folder, "bytes").open("wb") as file:
        for _ in range(count):
            file.write(os.urandom(size))
            file.flush()
            began = perf_counter()
            os.fdatasync(file.fileno())
            found.append(1e3 * (perf_counter() - began))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=7)
    chosen = parser.parse_args()
    # Each row another one: equal cells are graded once where they are kept.
    rows = [{"seconds": LATENCY + number * 1e-9} for number in range(chosen.rows)]
    commits: list[float] = []
    run = timed_runs(rows, commits)
    walls = median(chosen.rounds, kept=lambda: run(is_kept=True), bare=lambda: run(is_kept=False))
    disk = syncs(max(len(commits), 20), 64 * PLACES)
    tell(
        {
            "S2": figure(100 * (walls["kept"] / walls["bare"] - 1)),
            "S2 commit": figure(percentile(commits, 0.99), percentile(disk, 0.99)),
        },
        rows=chosen.rows,
        commits=len(commits),
        commit_ms_p50=round(percentile(commits, 0.5), 2),
        disk_ms_p50=round(percentile(disk, 0.5), 2),
        wall_over_ideal=round(walls["kept"] / (LATENCY * chosen.rows / PLACES), 3),
    )


if __name__ == "__main__":
    main()
