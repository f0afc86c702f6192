"""How does the cost grow: with rows, with graders, with what runs at once?

    python docs/benchmarks/scaling.py              10,000, 100,000 and a million rows
    python docs/benchmarks/scaling.py --most 10000

CPU µs a cell. `rmg run` reads JSONL and writes its store, in a process of its own each time, less
what it costs over forty; its memory is the peak of the process. Graders and places are
those of a stream, and of cells that wait for 50 ms.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import anyio
from measuring import BOTH, cost, cpu_seconds, least, loop_us, rows_of, tell
from runner import same
from runs import prepare
from waiting import LATENCY, waits

from rmg_core import GradingRunner

FEW = 40
"""Rows of a run that stands for the start: the interval of a rate of fewer needs scipy."""

RUN = """
import re, sys
from rmg_core.cli import rmg
rmg.main(["run", "same.toml", "--quiet", "--fresh"], standalone_mode=False)
print(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1], file=sys.stderr)
"""


def of_command(place: Path, rows: int) -> tuple[float, float]:
    """Return the CPU seconds of `rmg run`, and its peak of memory in MB."""
    folder = place / str(rows)
    if not folder.exists():
        prepare(folder, rows)
    before = cpu_seconds(BOTH[1])
    done = subprocess.run(
        [sys.executable, "-c", RUN], cwd=folder, check=True, capture_output=True, text=True
    )
    used = cpu_seconds(BOTH[1]) - before
    return used, int(re.findall(r"\d+", done.stderr)[-1]) / 1024


def by_rows(most: int) -> dict[str, dict[str, float]]:
    counts = [max(most // part, 10) for part in (100, 10, 1)]
    found = {}
    with tempfile.TemporaryDirectory() as place:
        start = min(of_command(Path(place), FEW)[0] for _ in range(3 if most > 10_000 else 1))
        for count in counts:
            times = 3 if 1000 < count < most else 1
            each = [of_command(Path(place), count) for _ in range(times)]
            found[f"{count:,} rows"] = {
                "cpu_us_a_cell": round(min(used - start for used, _ in each) / count * 1e6, 2),
                "peak_rss_mb": round(max(peak for _, peak in each), 1),
            }
    return found


def by_graders(rows: int) -> dict[str, float]:
    async def stream(runner: GradingRunner) -> None:
        async with runner.stream(rows_of(rows)) as graded:
            async for _ in graded:
                pass

    def used(count: int) -> float:
        runner = GradingRunner({f"g{number}": same for number in range(count)})
        return cost(lambda: anyio.run(stream, runner), rows * count)

    found = least(3, **{str(count): (lambda n=count: used(n)) for count in (1, 2, 5, 10, 50)})
    return {f"{count} graders": round(each, 2) for count, each in found.items()}


def by_places(cells: int) -> dict[str, float]:
    rows = [{"seconds": LATENCY}] * cells

    def used(places: int) -> float:
        runner = GradingRunner({"waits": waits}, max_concurrency=places)
        return cost(lambda: runner.run(rows), cells)

    found = least(2, **{str(count): (lambda n=count: used(n)) for count in (50, 100, 300, 1000)})
    return {f"{count} at once": round(each, 2) for count, each in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=1_000_000)
    most = parser.parse_args().most
    tell(
        {},
        loop_us=loop_us(),
        by_rows=by_rows(most),
        by_graders=by_graders(max(most // 50, 20)),
        by_places=by_places(max(most // 100, 20)),
    )


if __name__ == "__main__":
    main()
