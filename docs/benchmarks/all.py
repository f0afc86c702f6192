"""All benchmarks one after the other, each in a process of its own, and the page of their results.

    python docs/benchmarks/all.py                     some ten minutes; writes results.md
    python docs/benchmarks/all.py --peers DIR         with the peers that are installed there
    python docs/benchmarks/all.py --quick             half a minute; prints what each script tells

The figures of the short form say that everything runs, and nothing else. What they stand on is
installed by `pip install -e '.[test]' ./plugins/*`.
"""

import argparse
import json
import platform
import subprocess
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from measuring import HERE, machine
from targets import TARGETS

OURS = ("aiohttp+orjson", "openai/chat")
SCRIPTS: dict[str, tuple[list[str], list[str]]] = {
    "startup": ([], ["--rounds", "1"]),
    "runner": ([], ["--rows", "2000", "--rounds", "2"]),
    "stream": ([], ["--rows", "5000"]),
    "waiting": ([], ["--rows", "200", "--rounds", "1"]),
    "store": ([], ["--cells", "1000", "--rounds", "1"]),
    "share": ([], ["--rows", "512", "--rounds", "1"]),
    "runs": ([], ["--rows", "500", "--rounds", "1"]),
    "steps": ([], ["--rows", "500", "--rounds", "1"]),
    "models": ([], ["--calls", "64", "--rounds", "1", "--clients", *OURS]),
    "judging": ([], ["--cells", "64", "--rounds", "1"]),
    "control": ([], ["--calls", "1000", "--rounds", "1"]),
    "processes": ([], ["--rows", "40", "--rounds", "1"]),
    "sandbox": ([], ["3"]),
    "validate": ([], ["--samples", "60"]),
    "scaling": ([], ["--most", "1000"]),
    "peers": ([], ["--part", "100", "--calls", "64"]),
}
NO = "**no**"
LIBRARIES = (
    "rmg-core",
    "anyio",
    "attrs",
    "cattrs",
    "orjson",
    "pluggy",
    "aiohttp",
    "litellm",
    "openai",
)
BEGINNING = """# What rmg costs

Read here what the last full run of the benchmarks measured, on the machine that is named.
Measure on your own in a clone, which takes some ten minutes on a quiet machine with two cores:

    pip install -e '.[test]' ./plugins/*
    python docs/benchmarks/all.py

With `--quick` it only shows that everything runs.

CPU is user and system time. What is short is measured several times, in turn with its floor, and
the least counts, since what else a machine does only adds to it; of wall times it is the median.
A floor is what the same work costs without rmg, measured in the same run.
*At their pace* is what a figure comes to on the machine that the targets were set on, in proportion
to a floor that was measured there too, or to a bare loop that makes a score object, which took
1.0 µs there: a rough guide, since one loop stands for all.
[What rmg costs](../explanation/what-rmg-costs.md) says where more cannot be had.
"""


def run(name: str, arguments: list[str]) -> dict[str, Any]:
    """Run a script; a failure is an entry of its own, and the others go on."""
    began = time.perf_counter()
    command = [sys.executable, str(HERE / f"{name}.py"), *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    seconds = round(time.perf_counter() - began, 1)
    print(f"{name}: {seconds} s", file=sys.stderr, flush=True)
    if done.returncode:
        said = done.stderr.strip().splitlines()
        return {"failed": said[-1] if said else f"exit {done.returncode}", "targets": {}}
    return {"targets": {}, **json.loads(done.stdout), "seconds": seconds}


def table(head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(str(each) for each in line) + " |" for line in lines)


def shown(value: float | None) -> str:
    return "" if value is None else f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"


def target_rows(found: dict[str, Any]) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for name, target in TARGETS.items():
        sign = "≥" if target.is_least else "≤"
        asked = f"{sign} {shown(target.most)} {target.unit}"
        script = next((each for each in found.values() if name in each["targets"]), None)
        if script is None:
            rows.append((name, target.what, asked, "not measured", NO, "", "", ""))
            continue
        figure = script["targets"][name]
        measured, floor = figure["measured"], figure.get("floor")
        if name == "J3":  # what is promised is the ratio itself
            measured, floor = measured / floor, None
        there = target.there(measured, floor, script.get("loop_us"))
        rows.append(
            (
                name,
                target.what,
                asked,
                f"**{shown(measured)}**",
                "yes" if target.is_met(measured) else NO,
                shown(there) if target.is_met(there) else f"{shown(there)} {NO}",
                shown(floor),
                shown(measured / floor if floor else None),
            )
        )
    return rows


def targets(found: dict[str, Any]) -> str:
    rows = target_rows(found)
    met = sum(row[4] == "yes" for row in rows)
    there = sum(bool(row[5]) and NO not in row[5] for row in rows)
    head = ("row", "what", "target", "measured", "met", "at their pace", "floor", "ratio")
    title = f"## Targets: {met} of {len(rows)} met, at their pace {there}"
    return f"{title}\n\n{table(head, rows)}\n"


def scaling(found: dict[str, Any]) -> str:
    made = found["scaling"]
    if "failed" in made:
        return f"## Scaling\n\n{made['failed']}\n"
    by_rows = [
        (what, each["cpu_us_a_cell"], each["peak_rss_mb"]) for what, each in made["by_rows"].items()
    ]
    others = [*made["by_graders"].items(), *made["by_places"].items()]
    return (
        "## Scaling\n\n`rmg run` from JSONL into the store:\n\n"
        + table(("rows", "CPU µs a cell", "peak MB"), by_rows)
        + "\n\nA stream of trivial cells by graders, and cells of 50 ms by places:\n\n"
        + table(("what", "CPU µs a cell"), others)
        + "\n"
    )


def peers(found: dict[str, Any]) -> str:
    measured = found["peers"].get("peers", {})
    ours = measured.get("rmg-core", {})
    rows = []
    for name, each in measured.items():
        if "failed" in each:
            rows.append((name, "", each["failed"], "", "", "", "", ""))
            continue
        cells: list[Any] = [name, each["version"]]
        for what, scale in (("trivial", 1), ("judge", 1000)):
            figures = each[what]
            if "failed" in figures:
                cells += [f"failed: {figures['failed']}", "", ""]
                continue
            cost = figures["cpu_us"]
            base = ours.get(what, {}).get("cpu_us")
            cells += [shown(cost / scale), shown(cost / base) if base else ""]
            cells.append(
                figures["extra_rss_mb"] if what == "trivial" else figures["wall_over_ideal"]
            )
        rows.append(tuple(cells))
    head = ("", "version", "trivial, µs", "× rmg", "MB", "judge, ms", "× rmg", "wall / ideal")
    return (
        "## Peers\n\n"
        "CPU of a trivial grade and of the cell of a judge, in memory, on the same data and the\n"
        "same endpoint, each peer with its own prompt, in an environment of its own:\n\n"
        "    python docs/benchmarks/peers.py --install DIR\n"
        "    python docs/benchmarks/all.py --peers DIR\n\n"
        f"{table(head, rows)}\n\n"
        "autoevals has no runner: its scorer is called in a bare loop, its judge by 64 callers.\n"
    )


def beside(found: dict[str, Any]) -> str:
    """Return what the scripts tell beside their targets."""
    parts = []
    for name, made in found.items():
        if name in ("scaling", "peers"):
            continue
        told = {what: each for what, each in made.items() if what != "targets"}
        parts.append(f"    {name}: {json.dumps(told, ensure_ascii=False)}")
    return "## What else was measured\n\n" + "\n".join(parts) + "\n"


def versions() -> str:
    here = machine()
    parts = [f"Python {platform.python_version()}", here["system"], here["processor"]]
    parts.append(f"load {here['load']}")
    for name in LIBRARIES:
        try:
            parts.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return "; ".join(str(each) for each in parts) + ".\n"


def page(found: dict[str, Any], seconds: float) -> str:
    took = f"It took {seconds / 60:.1f} minutes. {versions()}"
    parts = [took, targets(found), scaling(found), peers(found), beside(found)]
    return "\n".join([BEGINNING, *parts])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--peers", metavar="DIR", type=Path)
    parser.add_argument("--only", nargs="+", choices=SCRIPTS, default=list(SCRIPTS))
    parser.add_argument("--to", metavar="FILE", type=Path, default=HERE / "results.md")
    chosen = parser.parse_args()
    began = time.perf_counter()
    found: dict[str, Any] = {}
    for name in chosen.only:
        arguments = list(SCRIPTS[name][chosen.quick])
        if name == "peers" and chosen.peers:
            arguments += ["--in", str(chosen.peers.absolute())]
        found[name] = run(name, arguments)
    for name in ("scaling", "peers"):
        found.setdefault(name, {"failed": "not measured", "targets": {}})
    if chosen.quick:
        print(beside(found))
    elif (made := page(found, time.perf_counter() - began)) and set(chosen.only) < set(SCRIPTS):
        print(made)
    else:
        chosen.to.write_text(made)
    if failed := [name for name, each in found.items() if name in chosen.only and "failed" in each]:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
