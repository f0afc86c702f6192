"""Runs many hostile programs, eight at a time, and prints what the supervisor has left of it.

A script, so that what it weighs is its own. Arguments: the folder of the scripts, the level, and
how many programs.
"""
# It prints, and imports what its argument names; the shuffling is seeded, and keeps no secret.
# ruff: noqa: E402, S311, T201

import json
import os
import random
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [sys.argv[1]]

import anyio
import escapes
from escape_driver import survivors

from rmg_plugin_code.sandbox import Limits, Program, levels, run_program

LIMITS = Limits(cpu_seconds=0.3, wall_seconds=2.0, memory=256 << 20, disk=8 << 20, threads=32)
AT_ONCE = 8
FACTS = {
    "canary": "/etc/hostname",
    "folder": "/etc",
    "unix": "/run/none",
    "abstract": "none",
    "port": 9,
    "victim": os.getppid(),
    "supervisor": os.getpid(),
    "memory": LIMITS.memory,
    "disk": LIMITS.disk,
    "threads": LIMITS.threads,
}
SOURCE = Path(escapes.__file__).read_text("utf-8")


class Nobody:
    pid = 0


def megabytes():
    told = Path("/proc/self/status").read_text("utf-8")
    return int(told.partition("VmRSS:")[2].split()[0]) / 1024


def mounts():
    return len(Path("/proc/self/mountinfo").read_text("utf-8").splitlines())


def descriptors():
    return len(list(Path("/proc/self/fd").iterdir()))


async def run_all(level, names):
    places = anyio.CapacityLimiter(AT_ONCE)
    through = []

    async def one(name):
        call = {"function": "attempt", "args": [name, FACTS], "kwargs": {}}
        async with places:
            ran = await run_program(level, Program(SOURCE, json.dumps(call)), LIMITS)
        if ran.ended == "exit" and ran.answer not in (b"", b"null\n"):
            through.append(name)

    async with anyio.create_task_group() as tasks:
        for name in names:
            tasks.start_soon(one, name)
    return through


def main():
    level, many = getattr(levels, sys.argv[2]), int(sys.argv[3])
    order = random.Random(7)
    names = [order.choice(escapes.NAMES) for _ in range(many)]
    through = anyio.run(run_all, level, names[:AT_ONCE])
    before, mounted, opened = megabytes(), mounts(), descriptors()
    through += anyio.run(run_all, level, names)
    made = {
        "through": through,
        "grown_by_mb": round(megabytes() - before, 1),
        "mounts": mounts() - mounted,
        "descriptors": descriptors() - opened,
        "survivors": survivors(Nobody),
        "files": [each.name for each in Path(tempfile.gettempdir()).iterdir()],
    }
    print(json.dumps(made))


if __name__ == "__main__":
    main()
