"""What the processes of a grader cost: a grade, the second core, a restart.

    python docs/benchmarks/processes.py            20,000 samples of 2 KB
    python docs/benchmarks/processes.py --rows 200 --rounds 1

Prints one JSON object. CPU is user + system of this process and of the graders' processes; the
cost of starting them is that of a run over two samples, and taken off. The grader of a
millisecond computes; its wall time with two processes is set against that with one. So is that
of two graders of the packs, where these are installed with their libraries.
"""

import argparse
import importlib.util
import json
import os
import platform
import resource
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from types import ModuleType
from typing import Any

from rmg_core import GradingRunner
from rmg_core.graders import as_grader
from rmg_core.plan.recipe import recipe_of
from rmg_core.runner.workers import Workers

Grade = Callable[..., Any]

# In a file of their own, as the graders of a user are: a process imports it and nothing more.
GRADERS = '''
import math

from rmg_core import GraderScore, grader


@grader
def same(response: str, reference: str) -> GraderScore:
    """1 when the response is the reference, else 0."""
    return GraderScore(1.0 if response == reference else 0.0)


@grader
def computes(response: str) -> float:
    """1, after about a millisecond of arithmetic."""
    total = 0.0
    for number in range(len(response) * 20):
        total += math.sqrt(number)
    return float(total > 0)
'''


def graders_in(folder: str) -> ModuleType:
    """Write the graders to a file, and import it."""
    Path(folder, "graders_apart.py").write_text(GRADERS)
    sys.path.insert(0, folder)
    return importlib.import_module("graders_apart")


def rows_of(count: int) -> list[dict[str, str]]:
    text = "An answer of about a kilobyte, of which there are two in a sample. " * 15
    return [{"response": f"{text}{i % 7}", "reference": f"{text}{i % 5}"} for i in range(count)]


def cpu_seconds() -> float:
    both = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    used = [resource.getrusage(who) for who in both]
    return sum(each.ru_utime + each.ru_stime for each in used)


def cpu_of(runner: GradingRunner, rows: list[dict[str, str]]) -> float:
    began = cpu_seconds()
    runner.run(rows)
    return cpu_seconds() - began


def trivial(same: Grade, count: int, rounds: int) -> dict[str, Any]:
    """R5: a grader that costs nothing, two kilobytes a sample."""
    rows = rows_of(count)
    apart = GradingRunner({"same": {"grader": same, "isolate": True}})
    start = statistics.median(cpu_of(apart, rows[:2]) for _ in range(max(rounds, 3)))
    used = statistics.median(cpu_of(apart, rows) for _ in range(rounds))
    return {
        "samples": count,
        "bytes a sample": len(json.dumps(rows[0])),
        "start s": round(start, 3),
        "R5 µs a grade": round((used - start) / count * 1e6, 2),
    }


def seconds_of(entry: dict[str, Any], rows: list[dict[str, str]], processes: int) -> list[float]:
    """Return the wall time and the CPU time of a run, the start of the processes taken off."""
    runner = GradingRunner({"grade": {**entry, "max_concurrency": processes}})
    found = [0.0, 0.0]
    for part, sign in ((rows[: 2 * processes], -1), (rows, 1)):
        cpu, began = cpu_seconds(), perf_counter()
        runner.run(part)
        found[0] += sign * (perf_counter() - began)
        found[1] += sign * (cpu_seconds() - cpu)
    return found


def pairs_of(entry: dict[str, Any], rows: list[dict[str, str]], rounds: int) -> dict[str, Any]:
    """Set two processes against one, in pairs of runs of which now one comes first, now the other.

    What else the machine does then slows both down alike.
    """
    walls, used = [], []
    for number in range(rounds):
        order = (1, 2) if number % 2 else (2, 1)
        taken = {processes: seconds_of(entry, rows, processes) for processes in order}
        walls.append(round(taken[1][0] / taken[2][0], 2))
        used.append(round(taken[2][1] / taken[1][1], 2))
    return {
        "samples": len(rows),
        "times as fast": sorted(walls),
        "median": statistics.median(walls),
        "times the CPU": statistics.median(used),
    }


def two_cores(computes: Grade, count: int, rounds: int) -> dict[str, Any]:
    """R5: a grader of a millisecond in two processes, against one."""
    rows = rows_of(count)
    began = perf_counter()
    for row in rows[:200]:
        computes(row["response"])
    call = (perf_counter() - began) / len(rows[:200])
    found = pairs_of({"grader": computes, "isolate": True}, rows, rounds)
    return {"ms a call": round(call * 1e3, 2), **found}


def texts_of(count: int) -> list[dict[str, str]]:
    """Return pairs of texts of 300 words, which share some."""
    words = [f"word{number * number % 211}" for number in range(4000)]
    return [
        {
            "response": " ".join(words[number % 3000 : number % 3000 + 300]),
            "reference": " ".join(words[number % 2900 + 90 : number % 2900 + 390]),
        }
        for number in range(count)
    ]


def expressions_of(count: int) -> list[dict[str, str]]:
    """Return expressions that must be brought to the same form to be compared, all different."""
    return [
        {
            "response": rf"Hence it is \boxed{{\frac{{(x+{number})^2}}{{{number + 2}}}}}.",
            "reference": rf"$\frac{{x^2+{2 * number}x+{number * number}}}{{{number + 2}}}$",
        }
        for number in range(1, count + 1)
    ]


def of_packs(count: int, rounds: int) -> dict[str, Any]:
    """Two graders of the packs, of a millisecond and of tens of them."""
    graders = {
        "text/rougeL": ("rouge_score", texts_of(count)),
        "math/math_equal": ("math_verify", expressions_of(max(count // 10, 8))),
    }
    return {
        name: pairs_of({"grader": name, "isolate": True}, rows, rounds)
        for name, (library, rows) in graders.items()
        if importlib.util.find_spec(library)
    }


def restarts(same: Grade, rounds: int) -> dict[str, Any]:
    """From a process that was killed to the next one that is ready."""
    made = as_grader(same)
    workers = Workers("same", recipe_of(made, {}), timeout=None, needs_loop=False)
    walls, used = [], []
    for _ in range(rounds):
        began, cpu = perf_counter(), cpu_seconds()
        workers.open("asyncio")
        walls.append(perf_counter() - began)
        workers.close()
        used.append(cpu_seconds() - cpu)
    return {
        "rounds": rounds,
        "wall ms": round(statistics.median(walls) * 1e3),
        "CPU ms": round(statistics.median(used) * 1e3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        graders = graders_in(folder)
        found = {
            "python": platform.python_version(),
            "machine": f"{platform.machine()}, {os.cpu_count()} cores",
            "a trivial grader": trivial(graders.same, chosen.rows, chosen.rounds),
            "two processes": two_cores(graders.computes, max(chosen.rows // 5, 20), chosen.rounds),
            "two processes, graders of packs": of_packs(max(chosen.rows // 10, 20), chosen.rounds),
            "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
            "restart": restarts(graders.same, 4 * chosen.rounds),
        }
    print(json.dumps(found, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
