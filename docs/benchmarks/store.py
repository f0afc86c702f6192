"""What does the store cost, a cell, and how large is its file? Row S4.

    python docs/benchmarks/store.py                100,000 cells in batches of 1,000
    python docs/benchmarks/store.py --cells 10000

The cells are scores without reasons, each of a sample of its own, with random fingerprints, as
hashes are. The floor is a bare table of number, fingerprint and score: what SQLite costs before
anything of a store is added. Beside it stands the same table with an index of the fingerprints.
"""

import argparse
import gc
import random
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from measuring import cost, figure, tell

from rmg_core import Cell, GraderScore
from rmg_core.store import Column, Link, Store, StoredGrader, verify

GRADER = StoredGrader(b"benchmark", "x/same")


def made(count: int) -> list[Cell]:
    dice = random.Random(7)  # noqa: S311 - the same cells in every run
    return [
        Cell(
            n, f"q{n}", "same", 0, f"{dice.getrandbits(128):032x}", GraderScore(n / 7 % 1), n / 1e7
        )
        for n in range(count)
    ]


def batches(cells: list[Any], size: int) -> Iterator[list[Any]]:
    return (cells[start : start + size] for start in range(0, len(cells), size))


def bare(path: Path, cells: list[Cell], size: int, index: str = "") -> None:
    """Write number, fingerprint and score in transactions that are as durable."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"CREATE TABLE t (n INTEGER PRIMARY KEY, f TEXT {index}, s REAL)")
        for batch in batches(cells, size):
            rows = [(each.index, each.fingerprint, each.outcome.score) for each in batch]
            connection.execute("BEGIN")
            connection.executemany("INSERT INTO t VALUES (?, ?, ?)", rows)
            connection.execute("COMMIT")


def written(store: Store, cells: list[Cell], size: int) -> None:
    for batch in batches(cells, size):
        store.write(batch)


def one_round(cells: list[Cell], size: int, found: dict[str, list[float]]) -> int:
    """Add the figures of a round to those found before, and return the size of the file."""

    def note(name: str, work: Callable[[], object]) -> None:
        found.setdefault(name, []).append(cost(work, len(cells)))

    with tempfile.TemporaryDirectory() as folder:
        note("bare table", lambda: bare(Path(folder, "bare.sqlite"), cells, size))
        indexed = Path(folder, "indexed.sqlite")
        note("bare table with an index", lambda: bare(indexed, cells, size, "UNIQUE"))
        path = Path(folder, "store.sqlite")
        with Store.open(path) as store:
            store.begin([Column("same", GRADER)])
            note("write", lambda: written(store, cells, size))
            prints = [each.fingerprint for each in cells]
            random.Random(8).shuffle(prints)  # noqa: S311 - the same order in every run
            note("find", lambda: [len(store.find(each)) for each in batches(prints, size)])
            stored = store.find(prints)
            links = [Link(each, stored[each.fingerprint].number) for each in cells]
            note("link what is linked", lambda: [store.link(b) for b in batches(links, size)])
            note("read all cells", lambda: sum(1 for _ in store.cells()))
            note("finish", store.finish)
        note("verify", lambda: verify(path))
        return path.stat().st_size


def large_batches(cells: list[Cell], found: dict[str, list[float]]) -> None:
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder, "s.sqlite")) as store:
        store.begin([Column("same", GRADER)])
        used = cost(lambda: written(store, cells, 10_000), len(cells))
        found.setdefault("write, batches of 10,000", []).append(used)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=100_000)
    parser.add_argument("--batch", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    gc.set_threshold(20_000)  # as in a run
    cells = made(chosen.cells)
    found: dict[str, list[float]] = {}
    for _ in range(chosen.rounds):
        size = one_round(cells, chosen.batch, found)
        large_batches(cells, found)
    costs = {name: round(min(each), 2) for name, each in found.items()}
    tell(
        {"S4": figure(size / chosen.cells)},
        cells=chosen.cells,
        batch=chosen.batch,
        sqlite=sqlite3.sqlite_version,
        cpu_us_a_cell=costs,
        write_over_bare_table=round(costs["write"] / costs["bare table"], 2),
    )


if __name__ == "__main__":
    main()
