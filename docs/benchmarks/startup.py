"""What starting costs: CPU seconds above a bare Python, and memory.

    python docs/benchmarks/startup.py

Prints one JSON object. CPU is user + system of a fresh process with compiled files present;
every figure is the median of `--rounds` rounds, in which bare Python and the commands take turns.
"""

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
from pathlib import Path

CONFIG = Path(__file__).parents[1] / "examples" / "quickstart" / "rmg.toml"

COMMANDS = {
    "bare Python": ["-c", "pass"],
    "U1 import rmg_core": ["-c", "import rmg_core"],
    "U2 rmg --help": ["-m", "rmg_core.cli", "--help"],
    "U2 rmg graders": ["-m", "rmg_core.cli", "graders"],
    "rmg check": ["-m", "rmg_core.cli", "check", str(CONFIG)],
}
# Of this process alone: ru_maxrss begins with that of the parent.
PEAK = """
for line in open('/proc/self/status'):
    if line.startswith('VmHWM'):
        print(line.split()[1])
"""


def cpu_seconds(arguments: list[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def peak_mb(code: str) -> float:
    done = subprocess.run(
        [sys.executable, "-c", code + PEAK], check=True, capture_output=True, text=True
    )
    return int(done.stdout) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    found: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(rounds):
        for name, arguments in COMMANDS.items():
            found[name].append(cpu_seconds(arguments))
    costs = {name: statistics.median(each) for name, each in found.items()}
    bare = costs.pop("bare Python")
    report = {
        "python": platform.python_version(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "bare Python s": round(bare, 4),
        "above bare Python s": {name: round(each - bare, 4) for name, each in costs.items()},
        "U1 import rmg_core MB": round(peak_mb("import rmg_core") - peak_mb(""), 1),
    }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
