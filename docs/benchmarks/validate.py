"""What `rmg validate` costs: CPU seconds and peak memory over 100,000 samples × 5 graders.

    python docs/benchmarks/validate.py
    python docs/benchmarks/validate.py --samples 10000

Prints one JSON object. The run is made first, and is not counted: five graders that read a recorded
score, three of them continuous, one of whole stars, one yes or no, beside people who said yes or no
of every sample, in 2,000 prompts and seven topics, of answers of about 250 characters. `validate`
is the command as it is typed, in a process of its own: user + system CPU, and the most memory that
it held. `read` is the part of it that reads the run. The target is 30 CPU seconds and 1,000 MB.
"""

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

GRADERS = '''
from rmg_core import grader

@grader(scale=(0, 1))
def share(value: float) -> float:
    """The recorded score."""
    return value

@grader(scale=(1, 5))
def stars(value: float) -> float:
    """The recorded stars."""
    return value
'''

COLUMNS = {"one": "share", "two": "share", "three": "share", "stars": "stars", "passed": "share"}

OPTIONS = ["--labels", "human", "--cluster", "prompt", "--slice", "topic", "--text", "answer"]

READ = """
import resource, sys
from rmg_core import StoredRun
from rmg_plugin_stats.reading import read
with StoredRun.open(sys.argv[1]) as run:
    read(run, None, ("human", "prompt"))
"""


def rows(count: int) -> list[dict[str, Any]]:
    dice = random.Random(7)  # noqa: S311 - the same rows in every run
    made = []
    for number in range(count):
        good = dice.random()
        made.append(
            {
                "id": number,
                "prompt": number % 2_000,
                "topic": f"topic {number % 7}",
                "answer": "- a **word** of an answer\n" * (1 + int(good * 20)),
                "human": int(dice.random() < good),
                "one": round(good, 3),
                "two": round(dice.betavariate(2, 2), 6),
                "three": round((good + dice.random()) / 2, 6),
                "stars": 1 + int(good * 4.999),
                "passed": int(dice.random() < good),
            }
        )
    return made


def make(folder: Path, count: int) -> Path:
    """Grade rows, and return the run directory."""
    (folder / "graders.py").write_text(GRADERS)
    with (folder / "rows.jsonl").open("w") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows(count))
    config = '[dataset]\npath = "rows.jsonl"\nid = "id"\n'
    for name, function in COLUMNS.items():
        config += f'[graders.{name}]\nuse = "./graders.py:{function}"\n'
        config += f'mapper = {{ value = "{name}" }}\n'
    (folder / "qa.toml").write_text(config)
    run([sys.executable, "-m", "rmg_core.cli", "run", "qa.toml", "--quiet"], folder)
    return folder / "runs" / "qa"


def run(command: list[str], folder: Path) -> dict[str, float]:
    """Run a command, and return its CPU seconds and the most memory that it held."""
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONHASHSEED": "0"}
    ) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command[:4])} ended with {process.returncode}")
    return measured(used)


def measured(used: resource.struct_rusage) -> dict[str, float]:
    scale = 1 / 1024 if sys.platform != "darwin" else 1 / 1024**2
    cpu = used.ru_utime + used.ru_stime
    return {"cpu_seconds": round(cpu, 2), "peak_mb": round(used.ru_maxrss * scale)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=100_000)
    count = parser.parse_args().samples
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        kept = make(folder, count)
        command = [sys.executable, "-m", "rmg_core.cli", "validate", str(kept)]
        found = {
            "samples": count,
            "graders": len(COLUMNS),
            "validate": run([*command, *OPTIONS], folder),
            "read": run([sys.executable, "-c", READ, str(kept)], folder),
        }
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
