"""What the runner itself costs: CPU µs a grade, beside a bare loop in the same run.

    python docs/benchmarks/runner.py            100,000 rows, one million for the stream
    python docs/benchmarks/runner.py --rows 10000 --stream-rows 100000

Prints one JSON object. CPU is user + system of this process; every figure is the median of
`--rounds` rounds, in which the bare loop and the runner take turns.
"""

import argparse
import gc
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio

from rmg_core import GraderScore, GradingRunner, grader


@grader
def same(response: str, reference: str) -> GraderScore:
    """1 when the response is the reference, else 0."""
    return GraderScore(1.0 if response == reference else 0.0)


@grader
async def same_async(response: str, reference: str) -> GraderScore:
    """1 when the response is the reference, else 0."""
    return GraderScore(1.0 if response == reference else 0.0)


@grader
def shorter(response: str, reference: str) -> GraderScore:
    """1 when the response is not longer than the reference, else 0."""
    return GraderScore(1.0 if len(response) <= len(reference) else 0.0)


def cpu_seconds(who: int = resource.RUSAGE_SELF) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def rss_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def rows_of(count: int) -> list[dict[str, str]]:
    return [{"response": f"answer {i % 7}", "reference": f"answer {i % 5}"} for i in range(count)]


def cost(work: Callable[[], object], grades: int) -> float:
    """CPU µs a grade; what `work` returns is kept until the clock has stopped."""
    gc.collect()
    began = cpu_seconds()
    kept = work()
    used = cpu_seconds() - began
    del kept
    return used / grades * 1e6


def bare_loop(rows: list[dict[str, str]]) -> list[GraderScore]:
    return [same(row["response"], row["reference"]) for row in rows]


def in_memory(count: int, rounds: int) -> dict[str, Any]:
    """R1 and R2: results kept."""
    rows = rows_of(count)
    plain = GradingRunner({"same": same})
    waiting = GradingRunner({"same": same_async})
    found: dict[str, list[float]] = {"bare loop": [], "R1 function": [], "R2 async def": []}
    for _ in range(rounds):
        found["bare loop"].append(cost(lambda: bare_loop(rows), count))
        found["R1 function"].append(cost(lambda: plain.run(rows), count))
        found["R2 async def"].append(cost(lambda: waiting.run(rows), count))
    return _with_ratios({name: statistics.median(each) for name, each in found.items()})


def streamed(count: int) -> dict[str, Any]:
    """R3: rows that are made as they are read, two graders, nothing kept."""
    runner = GradingRunner({"same": same, "shorter": shorter})
    memory: dict[str, float] = {}

    def made() -> Iterator[dict[str, str]]:
        for number in range(count):
            yield {"response": f"answer {number % 7}", "reference": f"answer {number % 5}"}

    async def consume() -> None:
        seen = 0
        async with runner.stream(made()) as graded:
            async for _ in graded:
                seen += 1
                if seen == count // 10:
                    memory["at 10 %"] = rss_mb()
        memory["at the end"] = rss_mb()
        if seen != count:
            raise SystemExit(f"{seen} of {count} rows came back")

    used = cost(lambda: anyio.run(consume), 2 * count)
    floor = cost(lambda: [None for row in made() if not bare_loop([row])], count)
    return {
        "rows": count,
        "grades": 2 * count,
        "bare loop µs": round(floor, 3),
        "R3 stream µs": round(used, 3),
        "ratio": round(used / floor, 2),
        "rss MB": {name: round(each, 1) for name, each in memory.items()},
        "rss growth MB": round(memory["at the end"] - memory["at 10 %"], 1),
    }


CONFIG = """
[dataset]
path = "rows.jsonl"
[graders.same]
use = "./graders.py:same"
mapper = { response = "output", reference = "reference" }
"""
GRADERS = '''
from rmg_core import GraderScore, grader

@grader
def same(response: str, reference: str) -> GraderScore:
    """1 when the response is the reference, else 0."""
    return GraderScore(1.0 if response == reference else 0.0)
'''


def command(count: int, rounds: int) -> dict[str, Any]:
    """R4: the whole command, less that of a run over a single row."""
    found: dict[int, list[float]] = {1: [], count: []}
    with tempfile.TemporaryDirectory() as folder:
        for size in found:
            place = Path(folder, str(size))
            place.mkdir()
            (place / "rmg.toml").write_text(CONFIG)
            (place / "graders.py").write_text(GRADERS)
            with (place / "rows.jsonl").open("w") as file:
                for number in range(size):
                    row = {"output": f"answer {number % 7}", "reference": f"answer {number % 5}"}
                    file.write(json.dumps(row) + "\n")
        for _ in range(rounds):
            for size, each in found.items():
                began = cpu_seconds(resource.RUSAGE_CHILDREN)
                subprocess.run(
                    [sys.executable, "-m", "rmg_core.cli", "run", "--quiet", "rmg.toml"],
                    cwd=Path(folder, str(size)),
                    check=True,
                    capture_output=True,
                )
                each.append(cpu_seconds(resource.RUSAGE_CHILDREN) - began)
    start = statistics.median(found[1])
    grade = (statistics.median(found[count]) - start) / count * 1e6
    return {"rows": count, "start s": round(start, 3), "R4 rmg run µs": round(grade, 3)}


def _with_ratios(costs: dict[str, float]) -> dict[str, Any]:
    floor = costs["bare loop"]
    return {
        name: {"µs": round(each, 3), "ratio": round(each / floor, 2)}
        for name, each in costs.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--stream-rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    found = {
        "python": platform.python_version(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "rows": chosen.rows,
        "in memory": in_memory(chosen.rows, chosen.rounds),
        "command": command(chosen.rows, chosen.rounds),
        "stream": streamed(chosen.stream_rows),
    }
    print(json.dumps(found, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
