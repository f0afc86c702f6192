"""Where do the µs of rows R4 and S1 go? The steps of a run from a file, each for itself.

    python docs/benchmarks/steps.py                 100,000 rows
    python docs/benchmarks/steps.py --rows 1000 --rounds 1

One thread does one step after the other for all rows, with the code of rmg and no runner between.
R4 checks, reads, takes the inputs and addresses, grades, and writes lines; S1 does the same with
the store in place of the lines. What they take beyond the sum is the runner: its window of samples,
the lanes and their threads, what is under way, delivery and summary. `take the inputs` is also
measured without the address, and `SQLite alone` is what is left of the store when its rows are made
already: the same tables, indexes and commits.
"""

import argparse
import gc
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from byhand import BATCH, CELL, OUTCOME, SAMPLE
from measuring import cost, noted, tell
from runs import prepare

from rmg_core import Cell, GradingRunner
from rmg_core.runner.addressing import address_work
from rmg_core.runner.archive import columns_of
from rmg_core.runner.window import OpenSample
from rmg_core.runner.work import kept_work
from rmg_core.store import Store
from rmg_core.store.schema import TABLES

STATEMENTS = (SAMPLE, OUTCOME, CELL)


def batches(made: list[Any]) -> Iterator[list[Any]]:
    return (made[start : start + BATCH] for start in range(0, len(made), BATCH))


def stored(runner: GradingRunner, cells: list[Cell], place: Path) -> None:
    with Store.open(place) as store:
        store.begin(columns_of(runner.plan))
        for batch in batches(cells):
            store.write(batch)


def sqlite_alone(cells: list[Cell], place: Path) -> Callable[[], None]:
    """Return what writes rows that are made before."""
    checksum = bytearray(8)
    rows = [
        (
            (n, f'"{each.id}"'),
            (n + 1, each.fingerprint, each.outcome.score, each.seconds, checksum),
            (n, n + 1, checksum),
        )
        for n, each in enumerate(cells)
    ]

    def write() -> None:
        with closing(sqlite3.connect(place, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA cache_size = -16000")
            for name in ("samples", "outcomes", "cells"):
                connection.execute(TABLES[name])
            for batch in batches(rows):
                connection.execute("BEGIN IMMEDIATE")
                for statement, of_it in zip(STATEMENTS, zip(*batch, strict=True), strict=True):
                    connection.executemany(statement, of_it)
                connection.execute("COMMIT")

    return write


def one_round(folder: Path, rows: int, note: Callable[[str, float], None]) -> None:
    folder /= "run"
    prepare(folder, rows)
    runner = GradingRunner.from_config(folder / "sink.toml")
    [planned], dataset = runner.plan.graders, runner.plan.dataset
    if dataset is None:
        raise SystemExit("the config names no dataset")
    kept: list[Any] = []

    def step(name: str, work: Callable[[], list[Any]]) -> list[Any]:
        def keep() -> None:
            kept[:] = work()

        note(name, cost(keep, rows))
        return [*kept]

    note("check every row", cost(dataset.check, rows))
    samples = step("read it, read-only", lambda: [*dataset.samples()])
    opened = [OpenSample(*each, order, 1, [None]) for order, each in enumerate(samples)]
    note("take the inputs", cost(lambda: [planned.prepare(each.fields) for each in opened], rows))
    addressed = step("take them, and address", lambda: [*map(address_work(planned), opened)])
    cells = step("grade and settle", lambda: [*map(kept_work(planned), addressed)])
    sink = runner.plan.sinks[0].part
    sink.open(runner.plan)
    note("write lines", cost(lambda: [sink.write(each) for each in batches(cells)], rows))
    sink.close()
    note("store", cost(lambda: stored(runner, cells, folder / "steps.sqlite"), rows))
    note("SQLite alone", cost(sqlite_alone(cells, folder / "alone.sqlite"), rows))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    gc.set_threshold(20_000)  # as in a run
    best = noted(chosen.rounds, lambda folder, note: one_round(folder, chosen.rows, note))
    tell({}, rows=chosen.rows, cpu_us_a_cell={name: round(each, 2) for name, each in best.items()})


if __name__ == "__main__":
    main()
