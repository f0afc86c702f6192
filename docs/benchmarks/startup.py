"""What does starting cost, above a bare Python? Rows U1 to U4.

    python docs/benchmarks/startup.py
    python docs/benchmarks/startup.py --rounds 1

CPU of fresh processes with compiled files present, those of bare Python taken off. The floor is
the import of the libraries that the core stands on: attrs, cattrs, anyio and pluggy. `rmg graders`
is measured where every pack of this repository is installed. U4 is `rmg run` over one row with a
judge, to its end.
"""

import argparse
import importlib.util
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from judging import REPLY, prepare
from measuring import BOTH, HERE, cpu_seconds, figure, least, serving, tell

# Of this process alone: ru_maxrss begins with that of the parent.
PEAK = "\nimport re; print(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1])"
LOADED = """
import sys
from rmg_core.cli import main
try:
    main()
except SystemExit:
    pass
import json; print(json.dumps(["litellm" in sys.modules]), file=sys.stderr)
"""


def missing_packs() -> list[str]:
    """Return the packs of this repository that are not installed."""
    packs = sorted(each.name for each in (HERE.parents[1] / "plugins").iterdir())
    return [name for name in packs if not importlib.util.find_spec(name.replace("-", "_"))]


def peak_mb(code: str) -> float:
    done = subprocess.run(
        [sys.executable, "-c", code + PEAK], check=True, capture_output=True, text=True
    )
    return int(done.stdout) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    with serving(REPLY) as url, tempfile.TemporaryDirectory() as place:
        prepare(Path(place), url, 2)

        def seconds(*arguments: str) -> float:
            before = cpu_seconds(BOTH[1])
            subprocess.run([sys.executable, *arguments], check=True, capture_output=True, cwd=place)
            return cpu_seconds(BOTH[1]) - before

        rmg = ("-m", "rmg_core")
        used = least(
            rounds,
            bare=lambda: seconds("-c", "pass"),
            floor=lambda: seconds("-c", "import attrs, cattrs, anyio, pluggy"),
            door=lambda: seconds("-c", "import rmg_core"),
            help=lambda: seconds(*rmg, "--help"),
            graders=lambda: seconds(*rmg, "graders"),
        )
        targets = {
            "U1": figure(used["door"] - used["bare"], used["floor"] - used["bare"]),
            "U1 memory": figure(peak_mb("import rmg_core") - peak_mb("")),
            "U2": figure(used["help"] - used["bare"], used["floor"] - used["bare"]),
        }
        missing = missing_packs()
        if not missing:
            floor = used["floor"] - used["bare"]
            targets["U2 graders"] = figure(used["graders"] - used["bare"], floor)
        if importlib.util.find_spec("rmg_plugin_judge"):
            judge = least(
                rounds,
                bare=lambda: seconds("-c", "pass"),
                floor=lambda: seconds("-c", "import attrs, cattrs, anyio, pluggy"),
                check=lambda: seconds(*rmg, "check", "run1.toml"),
                run=lambda: seconds(*rmg, "run", "run1.toml", "--quiet", "--fresh"),
            )
            floor = judge["floor"] - judge["bare"]
            targets["U3"] = figure(judge["check"] - judge["bare"], floor)
            targets["U4"] = figure(judge["run"] - judge["bare"], floor)
            done = subprocess.run(
                [sys.executable, "-c", LOADED, "check", "run1.toml"],
                check=True,
                capture_output=True,
                text=True,
                cwd=place,
            )
            if json.loads(done.stderr.splitlines()[-1])[0]:
                raise SystemExit("rmg check has imported litellm")
    tell(targets, bare_python_s=round(used["bare"], 4), missing_packs=missing)


if __name__ == "__main__":
    main()
