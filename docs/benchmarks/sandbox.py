"""What a start in the sandbox of the pack `code` costs, by level.

    python docs/benchmarks/sandbox.py [RUNS]

A run is a program that does nothing, from its start until nothing of it is left. The processor's
time is that of all its processes; the clock's depends on what else the machine does.
"""

import resource
import statistics
import sys
from time import perf_counter

from rmg_plugin_code.sandbox import Limits, Program, levels, probe
from rmg_plugin_code.sandbox.supervisor import run

NAMES = ("NAMESPACES", "USER_NAMESPACES", "FILTERS")
PROGRAMS = {
    "reads and prints": Program("pass"),
    "is called": Program("def f(): pass", '{"function":"f","args":[],"kwargs":{}}'),
}


def spent() -> float:
    told = resource.getrusage(resource.RUSAGE_CHILDREN)
    return told.ru_utime + told.ru_stime


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    print(f"{'level':16} {'the program':18} {'processor p50':>14} {'clock p50':>10} {'p95':>8}")
    for name in NAMES:
        level = getattr(levels, name)
        if fault := probe.fault(level):
            print(f"{name:16} is not reached: {fault}")
            continue
        for what, program in PROGRAMS.items():
            clock, processor = [], []
            for _ in range(runs):
                before, began = spent(), perf_counter()
                run(level, program, Limits())
                clock.append(1000 * (perf_counter() - began))
                processor.append(1000 * (spent() - before))
            clock.sort()
            late = clock[int(0.95 * len(clock))]
            told = f"{statistics.median(processor):11.1f} ms {statistics.median(clock):7.1f} ms"
            print(f"{name:16} {what:18} {told} {late:5.1f} ms")


if __name__ == "__main__":
    main()
