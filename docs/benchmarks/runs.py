"""What `rmg run` costs over its store: a first run, the same again, and one that goes on.

    python docs/benchmarks/runs.py              100,000 rows
    python docs/benchmarks/runs.py --rows 1000 --rounds 1

Prints one JSON object. CPU is user + system of the whole command, start-up included, and every
figure is the median of `--rounds` rounds. Beside it stands what a bare SQLite table of as many
rows costs in the same run, with an index of random keys and as durable.
"""

import argparse
import json
import os
import platform
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from store import bare, cost, made

GRADERS = """
import os, resource, time

calls = 0

def note():
    global calls
    calls += 1
    if calls in (1, TENTH, ALL):
        rss = int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize()
        with open("noted", "a") as file:
            file.write(f"{calls} {time.time()} {time.process_time()} {rss}\\n")

def plain(response: str, reference: str) -> float:
    note()
    return 1.0 if response == reference else 0.0

async def waiting(response: str, reference: str) -> float:
    note()
    return 1.0 if response == reference else 0.0
"""
CONFIG = """
[dataset]
path = "rows.jsonl"
id = "id"
[graders.same]
use = "./graders.py:{name}"
"""


def prepare(folder: Path, rows: int) -> None:
    with (folder / "rows.jsonl").open("w") as file:
        for number in range(rows):
            row = {
                "id": f"q{number}",
                "response": f"answer {number} of the set",
                "reference": f"answer {number + number % 2} of the set",
            }
            file.write(json.dumps(row) + "\n")
    code = GRADERS.replace("TENTH", str(rows // 10)).replace("ALL", str(rows))
    (folder / "graders.py").write_text(code)
    for name in ("plain", "waiting"):
        (folder / f"{name}.toml").write_text(CONFIG.format(name=name))


def run(folder: Path, *arguments: str) -> float:
    """Run `rmg`; return the seconds of CPU that it used."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "rmg_core", *arguments],
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def noted(folder: Path) -> list[list[float]]:
    file = folder / "noted"
    lines = [[float(each) for each in line.split()] for line in file.read_text().splitlines()]
    file.unlink()
    return lines


def one_round(rows: int, found: dict[str, list[float]]) -> None:
    def note(name: str, value: float) -> None:
        found.setdefault(name, []).append(value)

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        prepare(folder, rows)
        table = cost(lambda: bare(folder / "bare.sqlite", made(rows), 1000), rows)
        note("bare table µs a row", table)
        for name in ("plain", "waiting"):
            start = run(folder, "run", f"{name}.toml", "--quiet", "--limit", "1")
            noted(folder)
            first = run(folder, "run", f"{name}.toml", "--quiet", "--run-dir", "first")
            note(f"S1 first run, {name}, µs a cell", (first - start) / rows * 1e6)
            _, tenth, ended = noted(folder)
            note(f"RSS MB from 10 % to 100 %, {name}", (ended[3] - tenth[3]) / 2**20)
            again = run(folder, "run", f"{name}.toml", "--run-dir", "first")
            note(f"S3 nothing to do, {name}, s", again)
            most = ("--run-dir", "most", "--limit", str(rows * 9 // 10))
            run(folder, "run", f"{name}.toml", "--quiet", *most)
            noted(folder)
            run(folder, "run", f"{name}.toml", "--run-dir", "most")
            note(f"S3 to the first new grade of the last tenth, {name}, s", noted(folder)[0][2])
            for left in ("first", "most"):
                for each in (folder / left).iterdir():
                    each.unlink()
                (folder / left).rmdir()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    found: dict[str, list[float]] = {}
    for _ in range(chosen.rounds):
        one_round(chosen.rows, found)
    figures: dict[str, Any] = {
        name: round(statistics.median(each), 3) for name, each in found.items()
    }
    table = figures["bare table µs a row"]
    for name in ("plain", "waiting"):
        share = figures[f"S1 first run, {name}, µs a cell"] / table
        figures[f"S1 first run, {name} / bare table"] = round(share, 2)
    report = {
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "rows": chosen.rows,
        "CPU": figures,
    }
    print(json.dumps(report, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
