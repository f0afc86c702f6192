"""What does a start in the sandbox of the pack `code` cost, by level?

    python docs/benchmarks/sandbox.py [RUNS]

A run is a program that does nothing, from its start until nothing of it is left. CPU is that of
all its processes; the wall time depends on what else the machine does.
"""

import statistics
import sys
from time import perf_counter
from typing import Any

from measuring import BOTH, cpu_seconds, percentile, tell

from rmg_plugin_code.sandbox import Limits, Program, levels, probe
from rmg_plugin_code.sandbox.supervisor import run

NAMES = ("NAMESPACES", "USER_NAMESPACES", "FILTERS")
PROGRAMS = {
    "reads and prints": Program("pass"),
    "is called": Program("def f(): pass", '{"function":"f","args":[],"kwargs":{}}'),
}


def cost(level: Any, program: Program, runs: int) -> dict[str, float]:
    wall, used = [], []
    for _ in range(runs):
        before, began = cpu_seconds(BOTH[1]), perf_counter()
        run(level, program, Limits())
        wall.append(1000 * (perf_counter() - began))
        used.append(1000 * (cpu_seconds(BOTH[1]) - before))
    return {
        "cpu_ms_p50": round(statistics.median(used), 1),
        "wall_ms_p50": round(statistics.median(wall), 1),
        "wall_ms_p95": round(percentile(wall, 0.95), 1),
    }


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    found: dict[str, Any] = {}
    for name in NAMES:
        level = getattr(levels, name)
        if fault := probe.fault(level):
            found[name] = f"is not reached: {fault}"
            continue
        found[name] = {what: cost(level, program, runs) for what, program in PROGRAMS.items()}
    tell({}, runs=runs, levels=found)


if __name__ == "__main__":
    main()
