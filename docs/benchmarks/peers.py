"""What do the peers cost, on the same data, with the same trivial grader and the same endpoint?

    python docs/benchmarks/peers.py --install DIR      each into a virtual environment of its own
    python docs/benchmarks/peers.py --in DIR           measure those that are there

The trivial grader compares two texts. A judge is the peer's own, with its own prompt, over a server
on loopback that answers after 50 ms what that peer reads as a verdict, 64 at once. CPU is that of
the peer's process; a peer with high costs gets fewer rows, since its cost is by row.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from judging import REPLY
from measuring import HERE, serving, tell

VERDICTS = {
    "rmg-core": REPLY,
    "py-openjudge": '{"score": 5, "reason": "It answers what was asked."}',
    "pydantic-evals": '{"reason": "It answers what was asked.", "pass": true, "score": 1.0}',
    "inspect-ai": "It answers what was asked.\n\nGRADE: C",
    "deepeval": '{"score": 8, "reason": "It answers what was asked."}',
    "autoevals": '{"reasons": "It answers what was asked.", "choice": "Y"}',
}
ROWS = {
    "rmg-core": 10_000,
    "py-openjudge": 10_000,
    "pydantic-evals": 2000,
    "inspect-ai": 200,
    "deepeval": 300,
    "autoevals": 10_000,
}
LATENCY = 0.05
AT_ONCE = 64


def python_of(place: Path, name: str) -> Path:
    return place / name / "bin" / "python"


def install(place: Path) -> None:
    """Install each peer from PyPI; one that cannot be is told, and the others go on."""
    for name in VERDICTS:
        if name == "rmg-core":
            continue
        subprocess.run([sys.executable, "-m", "venv", place / name], check=True)
        # Some of them speak to the endpoint through the SDK, which they do not bring along.
        pip = [python_of(place, name), "-m", "pip", "install", "--quiet", name, "openai"]
        done = subprocess.run(pip, check=False)
        print(name, "is installed" if done.returncode == 0 else "cannot be installed")


def run(name: str, python: Path, calls: int, part: int) -> dict[str, Any]:
    """Measure one peer in a process of its own, in an empty folder."""
    rows = max(ROWS[name] // part, 20)
    with serving(VERDICTS[name], LATENCY) as url, tempfile.TemporaryDirectory() as folder:
        script = [python, HERE / "peer.py", name, "--url", url]
        done = subprocess.run(
            [*script, "--rows", str(rows), "--calls", str(calls)],
            check=False,
            capture_output=True,
            text=True,
            cwd=folder,
            timeout=300,
        )
    if done.returncode:
        return {"failed": done.stderr.strip().splitlines()[-1][:300]}
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    told["rows"], told["calls"] = rows, calls
    if "wall_s" in told["judge"]:
        ideal = LATENCY * -(-calls // AT_ONCE)
        told["judge"]["wall_over_ideal"] = round(told["judge"]["wall_s"] / ideal, 2)
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--install", metavar="DIR", type=Path)
    parser.add_argument("--in", metavar="DIR", type=Path, dest="place")
    parser.add_argument("--calls", type=int, default=512)
    parser.add_argument("--part", type=int, default=1, help="one row in so many")
    chosen = parser.parse_args()
    if chosen.install:
        install(chosen.install)
        return
    found: dict[str, Any] = {}
    for name in VERDICTS:
        python = Path(sys.executable)
        if name != "rmg-core":
            if chosen.place is None or not python_of(chosen.place, name).exists():
                found[name] = {"failed": "is not installed"}
                continue
            # Not resolved: the interpreter of an environment is a link, and finds itself by it.
            python = python_of(chosen.place.absolute(), name)
        found[name] = run(name, python, chosen.calls, chosen.part)
    tell({}, peers=found)


if __name__ == "__main__":
    main()
