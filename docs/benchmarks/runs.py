"""What does a run from a file cost: into a file, into the store, again, and resumed? R4, S1, S3.

    python docs/benchmarks/runs.py                      100,000 rows
    python docs/benchmarks/runs.py --rows 1000 --rounds 1

Each run is a process of its own; the cost of one over forty rows is taken off R4 and S1. R4 reads
JSONL, maps, and writes the outcomes to a file through the sink `jsonl`; S1 is `rmg run`, whose
outcomes are in the store, as durable as SQLite makes them. Their floors are the same by hand, see
`byhand.py`; that of S3 is a loop that reads the rows, hashes each and looks it up in a bare table.
"""

import argparse
import gc
import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from hashlib import blake2b
from pathlib import Path

import orjson
from byhand import into_a_file, into_a_store
from measuring import BOTH, cost, cpu_seconds, figure, loop_us, noted, tell

GRADERS = """
import resource
from pathlib import Path

calls = 0

def same(response: str, reference: str) -> float:
    global calls
    calls += 1
    if calls == 1:
        used = resource.getrusage(resource.RUSAGE_SELF)
        Path(__file__).with_name("noted").write_text(str(used.ru_utime + used.ru_stime))
    return 1.0 if response == reference else 0.0

async def waiting(response: str, reference: str) -> float:
    return same(response, reference)
"""
CONFIG = """
[dataset]
path = "rows.jsonl"
id = "id"
[graders.same]
use = "./graders.py:{name}"
mapper = {{ response = "output.text", reference = "reference" }}
"""
SINK = """
[sinks.out]
use = "jsonl"
options = { path = "outcomes.jsonl" }
"""
STREAM = """
import anyio
from rmg_core import GradingRunner

async def main():
    async with GradingRunner.from_config("sink.toml").stream() as graded:
        async for _ in graded:
            pass

anyio.run(main)
"""


def prepare(folder: Path, rows: int) -> None:
    folder.mkdir()
    with (folder / "rows.jsonl").open("w") as file:
        for number in range(rows):
            row = {
                "id": f"q{number}",
                "output": {"text": f"answer {number} of the set"},
                "reference": f"answer {number + number % 2} of the set",
            }
            file.write(json.dumps(row) + "\n")
    (folder / "graders.py").write_text(GRADERS)
    for name in ("same", "waiting"):
        (folder / f"{name}.toml").write_text(CONFIG.format(name=name))
    (folder / "sink.toml").write_text(CONFIG.format(name="same") + SINK)


def run(folder: Path, *arguments: str) -> float:
    """Run Python; return the seconds of CPU that it used."""
    before = cpu_seconds(BOTH[1])
    subprocess.run([sys.executable, *arguments], cwd=folder, check=True, capture_output=True)
    return cpu_seconds(BOTH[1]) - before


def rmg_run(folder: Path, name: str, *arguments: str) -> float:
    return run(folder, "-m", "rmg_core", "run", f"{name}.toml", *arguments)


def hashes(rows: Path) -> Iterator[str]:
    with rows.open("rb") as lines:
        for line in lines:
            yield blake2b(orjson.dumps(orjson.loads(line)), digest_size=16).hexdigest()


def bare_table(rows: Path, to: Path) -> None:
    with closing(sqlite3.connect(to)) as connection, connection:
        connection.execute("CREATE TABLE t (hash TEXT PRIMARY KEY, score REAL)")
        connection.executemany("INSERT INTO t VALUES (?, 1)", ((each,) for each in hashes(rows)))


def bare_resume(rows: Path, table: Path) -> None:
    """Read the rows, hash each, and look all up in the bare table."""
    with closing(sqlite3.connect(table)) as connection:
        for each in hashes(rows):
            connection.execute("SELECT score FROM t WHERE hash = ?", (each,)).fetchone()


def one_round(place: Path, rows: int, note: Callable[[str, float], None]) -> None:
    one, all_of = place / "one", place / "all"
    prepare(one, 40)  # the interval of a rate of fewer than thirty needs scipy
    prepare(all_of, rows)
    source = all_of / "rows.jsonl"
    note("R4 floor", cost(lambda: into_a_file(source, all_of / "byhand.jsonl"), rows))
    note("S1 floor", cost(lambda: into_a_store(source, all_of / "byhand.sqlite"), rows))
    bare_table(source, all_of / "bare.sqlite")
    note("S3 floor", cost(lambda: bare_resume(source, all_of / "bare.sqlite"), 10**6))

    note("R4 start", run(one, "-c", STREAM))
    note("R4 whole", run(all_of, "-c", STREAM))
    for name, target in (("same", "S1"), ("waiting", "S1 async")):
        note(f"{target} start", rmg_run(one, name, "--quiet"))
        note(f"{target} whole", rmg_run(all_of, name, "--quiet", "--run-dir", name))
    note("S3 nothing to do", rmg_run(all_of, "same", "--quiet", "--run-dir", "same"))
    most = ("--quiet", "--run-dir", "most")
    rmg_run(all_of, "same", *most, "--limit", str(rows * 9 // 10))
    (all_of / "noted").unlink()
    rmg_run(all_of, "same", *most)
    note("S3", float((all_of / "noted").read_text()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    gc.set_threshold(20_000)  # as in a run
    best = noted(chosen.rounds, lambda place, note: one_round(place, chosen.rows, note))

    def a_row(name: str) -> float:
        return (best[f"{name} whole"] - best[f"{name} start"]) / chosen.rows * 1e6

    tell(
        {
            "R4": figure(a_row("R4"), best["R4 floor"]),
            "S1": figure(a_row("S1"), best["S1 floor"]),
            "S1 async": figure(a_row("S1 async"), best["S1 floor"]),
            "S3": figure(best["S3"], best["S3 floor"]),
            "S3 nothing to do": figure(best["S3 nothing to do"], best["S3 floor"]),
        },
        rows=chosen.rows,
        loop_us=loop_us(),
    )


if __name__ == "__main__":
    main()
