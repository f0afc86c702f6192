"""What do the processes of a grader cost: a grade, the second core, a restart? Row R5.

    python docs/benchmarks/processes.py            20,000 samples of 2 KB
    python docs/benchmarks/processes.py --rows 200 --rounds 1

CPU is that of this process and of the graders' processes; the cost of starting them is that of a
run over two samples, and taken off. The floor of a grade is what it takes to write a sample as
JSON, to send it through a pipe, and to read it. The grader of a millisecond computes; its wall time
with two processes is set against that with one, and the floor is the same of two bare processes.
So are two graders of the packs, where these are installed with their libraries.
"""

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from types import ModuleType
from typing import Any

import orjson
from measuring import BOTH, cost, cpu_seconds, figure, loop_us, tell

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


def cpu_of(runner: GradingRunner, rows: list[dict[str, str]]) -> float:
    began = cpu_seconds(*BOTH)
    runner.run(rows)
    return cpu_seconds(*BOTH) - began


def trivial(same: Grade, count: int, rounds: int) -> dict[str, Any]:
    """R5: a grader that costs nothing, two kilobytes a sample."""
    rows = rows_of(count)
    apart = GradingRunner({"same": {"grader": same, "isolate": True}})
    start = min(cpu_of(apart, rows[:2]) for _ in range(max(rounds, 3)))
    used = min(cpu_of(apart, rows) for _ in range(rounds))
    floor = min(cost(lambda: piped(rows), count) for _ in range(rounds))
    return {
        "samples": count,
        "bytes_a_sample": len(json.dumps(rows[0])),
        "start_s": round(start, 3),
        "cpu_us_a_grade": round((used - start) / count * 1e6, 2),
        "floor": round(floor, 2),
    }


def piped(rows: list[dict[str, str]]) -> None:
    """Send the samples through a pipe to a thread that reads them, 16 at once."""
    into, out = os.pipe()

    def read() -> None:
        with os.fdopen(into, "rb") as lines:
            for line in lines:
                orjson.loads(line)

    reader = threading.Thread(target=read)
    reader.start()
    with os.fdopen(out, "wb") as pipe:
        for start in range(0, len(rows), 16):
            pipe.write(orjson.dumps(rows[start : start + 16]) + b"\n")
    reader.join()


def bare_pair(folder: str, calls: int, rounds: int) -> float:
    """Return how much faster two bare processes do twice the work of one."""
    call = f"import graders_apart as g; [g.computes('x' * 1000) for _ in range({calls})]"
    command = [sys.executable, "-c", call]

    def seconds(count: int) -> float:
        began = perf_counter()
        running = [subprocess.Popen(command, cwd=folder) for _ in range(count)]
        for each in running:
            each.wait()
        return perf_counter() - began

    return statistics.median(2 * seconds(1) / seconds(2) for _ in range(rounds))


def seconds_of(entry: dict[str, Any], rows: list[dict[str, str]], processes: int) -> list[float]:
    """Return the wall time and the CPU time of a run, the start of the processes taken off."""
    runner = GradingRunner({"grade": {**entry, "max_concurrency": processes}})
    found = [0.0, 0.0]
    for part, sign in ((rows[: 2 * processes], -1), (rows, 1)):
        cpu, began = cpu_seconds(*BOTH), perf_counter()
        runner.run(part)
        found[0] += sign * (perf_counter() - began)
        found[1] += sign * (cpu_seconds(*BOTH) - cpu)
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
        "times_as_fast": sorted(walls),
        "median": statistics.median(walls),
        "times_the_cpu": statistics.median(used),
    }


def two_cores(computes: Grade, count: int, rounds: int) -> dict[str, Any]:
    """R5: a grader of a millisecond in two processes, against one."""
    rows = rows_of(count)
    began = perf_counter()
    for row in rows[:200]:
        computes(row["response"])
    call = (perf_counter() - began) / len(rows[:200])
    found = pairs_of({"grader": computes, "isolate": True}, rows, rounds)
    return {"ms_a_call": round(call * 1e3, 2), **found}


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
    if count < 100:  # so few say nothing, and the libraries take seconds to load
        return {}
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
        began, cpu = perf_counter(), cpu_seconds(*BOTH)
        workers.open("asyncio")
        walls.append(perf_counter() - began)
        workers.close()
        used.append(cpu_seconds(*BOTH) - cpu)
    return {
        "rounds": rounds,
        "wall_ms": round(statistics.median(walls) * 1e3),
        "cpu_ms": round(statistics.median(used) * 1e3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        graders = graders_in(folder)
        grade = trivial(graders.same, chosen.rows, chosen.rounds)
        bare = bare_pair(folder, max(chosen.rows // 20, 10), chosen.rounds)
        cores = two_cores(graders.computes, max(chosen.rows // 20, 20), chosen.rounds)
        tell(
            {
                "R5": figure(grade["cpu_us_a_grade"], grade["floor"]),
                "R5 cores": figure(cores["median"], bare),
            },
            a_trivial_grader=grade,
            two_processes=cores,
            two_processes_graders_of_packs=of_packs(chosen.rows // 100, chosen.rounds),
            restart=restarts(graders.same, 4 * chosen.rounds),
            loop_us=loop_us(),
        )


if __name__ == "__main__":
    main()
