"""What does the cell of a judge cost, from the row to the store? Row J2.

    python docs/benchmarks/judging.py              2,000 cells of 50 ms, 256 at once
    python docs/benchmarks/judging.py --cells 100 --rounds 1

`rmg run` with the rubric `judge/helpfulness` over `openai/chat`: the inputs are mapped, the cell is
addressed and looked up, the prompt framed, the call made, its verdict parsed, all of it stored.
The run over a single row is taken off. The floor is a call through aiohttp with orjson, and
nothing looked at but the text.
"""

import argparse
import asyncio
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from measuring import BOTH, cpu_seconds, figure, serving, tell
from models import aiohttp_and_orjson, timed

REPLY = "It answers what was asked, and one detail is left open.\nVERDICT-NONCE: 4"
PEAK = """
import re, sys
from rmg_core.cli import rmg
rmg.main(sys.argv[1:], standalone_mode=False)
peak = re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())
print(int(peak[1]) / 1024, file=sys.stderr)
"""
CONFIG = """
packs = ["judge"]
max_concurrency = 256
[dataset]
path = "rows{count}.jsonl"
[models.judge]
use = "openai/chat"
max_concurrency = 256
options = {{ model = "m", base_url = "{url}" }}
[graders.helpful]
use = "helpfulness"
mapper = {{ query = "question", response = "output.answer" }}
options = {{ model = "judge", protocol = "text" }}
"""


def prepare(folder: Path, url: str, cells: int) -> None:
    for count in (1, cells):
        with (folder / f"rows{count}.jsonl").open("w") as rows:
            for number in range(count):
                question = f"How many days has the month number {number}?"
                answer = f"It has {number % 31} days, and sometimes one more."
                rows.write(json.dumps({"question": question, "output": {"answer": answer}}) + "\n")
        (folder / f"run{count}.toml").write_text(CONFIG.format(count=count, url=url))


def cpu_of_run(folder: Path, config: str) -> tuple[float, float]:
    """Return the CPU seconds and the peak of the memory, in MB, of one `rmg run`."""
    before = cpu_seconds(BOTH[1])
    ended = subprocess.run(
        [sys.executable, "-c", PEAK, "run", config, "--quiet", "--fresh", "--json"],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    used = cpu_seconds(BOTH[1]) - before
    if json.loads(ended.stdout)["columns"]["helpful"]["mean"] != 4.0:
        raise RuntimeError(ended.stdout)
    return used, float(re.findall(r"[\d.]+", ended.stderr)[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    starts, wholes, floors, peaks = [], [], [], []
    cells = max(given.cells, 2)
    with serving(REPLY) as url, tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        prepare(folder, url, cells)
        for _ in range(given.rounds):
            floors.append(asyncio.run(timed(aiohttp_and_orjson, url, cells, at_once=256))[0])
            starts.append(cpu_of_run(folder, "run1.toml")[0])
            whole, peak = cpu_of_run(folder, f"run{cells}.toml")
            wholes.append(whole)
            peaks.append(peak)
    ours, floor = 1e3 * (min(wholes) - min(starts)) / (cells - 1), min(floors)
    tell(
        {"J2": figure(ours, floor), "J2 verdicts": figure(1e3 / ours, 1e3 / floor)},
        cells=cells,
        peak_rss_mb=round(max(peaks), 1),
    )


if __name__ == "__main__":
    main()
