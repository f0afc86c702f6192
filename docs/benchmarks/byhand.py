"""What `rmg run` does with a trivial grader, by hand: the floor of rows R4 and S1.

One loop in one thread, with the fewest steps that keep the same promises. Every row is read before
anything is graded, and its id noted; then it is read again, mapped, hashed, graded under a clock,
and written: as a line, or into the tables of a store with both of their checksums, as durable.

What it leaves out is rmg: names and options, other mappers, types of inputs, read-only samples,
errors and their kinds, time-outs, several graders, waiting and concurrency, equal inputs, resuming,
a reader that refuses what would lose a value, observers, progress, intervals.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from struct import Struct
from time import perf_counter

import orjson

from rmg_core import Cell, GraderScore
from rmg_core.store.schema import TABLES

BATCH = 5000  # of a run, whose batches are what came while the one before was written
SAMPLE = "INSERT INTO samples VALUES (?, ?)"
OUTCOME = "INSERT INTO outcomes VALUES (?, ?, 1, 'score', ?, NULL, NULL, ?, 1, ?)"
CELL = "INSERT INTO cells VALUES (?, 1, 0, ?, ?)"

_of_outcome = Struct("<qqdd").pack
_of_cell = Struct("<qq").pack


def same(response: str, reference: str) -> float:
    return 1.0 if response == reference else 0.0


def check(rows: Path) -> None:
    """Read every row, and note its id to see that it is there once."""
    ids: set[int] = set()
    count = 0
    with rows.open("rb") as lines:
        for line in lines:
            ids.add(hash(orjson.loads(line)["id"]))
            count += 1
    if len(ids) < count:
        raise SystemExit("an id is there twice")


def graded(rows: Path) -> Iterator[Cell]:
    begun = blake2b(b"the grader", digest_size=16)
    with rows.open("rb") as lines:
        for index, line in enumerate(lines):
            row = orjson.loads(line)
            inputs = (row["output"]["text"], row["reference"])
            address = begun.copy()
            address.update(orjson.dumps(inputs))
            began = perf_counter()
            score = same(*inputs)
            seconds = perf_counter() - began
            outcome = GraderScore(score)
            yield Cell(index, row["id"], "same", 0, address.hexdigest(), outcome, seconds)


def into_a_file(rows: Path, to: Path) -> None:
    """Grade the rows into lines of JSON, as the sink `jsonl` writes them."""
    check(rows)
    with to.open("wb") as out:
        for index, key, name, repeat, address, outcome, seconds in graded(rows):
            line = {
                "index": index,
                "id": key,
                "grader": name,
                "repeat": repeat,
                "fingerprint": address,
                "status": "score",
                "score": outcome.score,
                "seconds": seconds,
            }
            out.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))


def into_a_store(rows: Path, to: Path) -> None:
    """Grade the rows into the tables of a store."""
    check(rows)
    begun = blake2b(b"the grader", digest_size=8)
    with closing(sqlite3.connect(to, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA cache_size = -16000")
        for name in ("samples", "outcomes", "cells"):
            connection.execute(TABLES[name])
        cells = graded(rows)
        while batch := list(islice(cells, BATCH)):
            samples, outcomes, links = [], [], []
            for index, key, _, _, address, outcome, seconds in batch:
                number, score = index + 1, outcome.score
                text = orjson.dumps(key).decode()
                made = begun.copy()
                made.update(_of_outcome(number, 1, score, seconds) + address.encode())
                link = begun.copy()
                link.update(_of_cell(index, 0) + f"{address}\n{text}".encode())
                samples.append((index, text))
                outcomes.append((number, address, score, seconds, bytearray(made.digest())))
                links.append((index, number, bytearray(link.digest())))
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(SAMPLE, samples)
            connection.executemany(OUTCOME, outcomes)
            connection.executemany(CELL, links)
            connection.execute("COMMIT")
