"""Runs attempts to get out, as the user it is started as, and prints what came of each as JSON.

A script, so that it can be started as another user. Arguments: the folder of `rmg_plugin_code`, the
level, and the names of the attempts.
"""
# It prints, looks at folders that are everybody's, and imports what its argument names.
# ruff: noqa: E402, S105, S108, T201

import ctypes
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [sys.argv[1]]

import attrs
import escapes

from rmg_plugin_code.sandbox import levels, supervisor
from rmg_plugin_code.sandbox.orders import Limits

LIMITS = Limits(cpu_seconds=5.0, wall_seconds=30.0, memory=256 << 20, disk=8 << 20, threads=32)
SHORT = attrs.evolve(LIMITS, cpu_seconds=0.3, wall_seconds=1.5)
SECRET = "a secret of the user"
PR_SET_CHILD_SUBREAPER = 36


def survivors(victim):
    """Return what has this process as its parent: all orphans do, wherever they come from."""
    found = []
    for each in Path("/proc").glob("[0-9]*/stat"):
        try:
            told = each.read_text("utf-8", "replace")
        except OSError:
            continue
        state, parent = told.rpartition(")")[2].split()[:2]
        pid = int(each.parent.name)
        if int(parent) == os.getpid() and pid != victim.pid:
            found.append(f"{pid} {state} {told.split()[1]}")
    return found


def outcome(level, name, facts, folder, victim):
    """Run one attempt; return how it ended, what it got through with, and what is left of it."""
    source = Path(escapes.__file__).read_text("utf-8")
    call = {"function": "attempt", "args": [name, facts], "kwargs": {}}
    limits = SHORT if name in escapes.ENDED else LIMITS
    ran = supervisor.run(level, supervisor.Program(source, json.dumps(call)), limits)
    through = ran.answer.decode("utf-8", "replace")[:200] if ran.ended == "exit" else ""
    canary = Path(facts["canary"])
    harm = []
    if sorted(each.name for each in folder.iterdir()) != ["canary", "unix"]:
        harm.append("the folder of the user has changed")
    if not canary.exists() or canary.read_text("utf-8") != SECRET:
        harm.append("the file of the user has changed")
    elif canary.stat().st_mode & 0o777 != 0o600:
        harm.append("the rights of the file have changed")
    if victim.poll() is not None:
        harm.append("the other process is dead")
    if any(
        Path(each, "rmg-written").exists() for each in ("/", "/usr/lib", "/dev/shm", "/var/tmp")
    ):
        harm.append("a file was written")
    return {
        "ended": ran.ended,
        "code": ran.code,
        "through": "" if through in ("", "null\n") else through,
        "stderr": ran.stderr.decode("utf-8", "replace")[-300:],
        "harm": harm,
        "survivors": survivors(victim),
    }


def main():
    level = getattr(levels, sys.argv[2])
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    folder = Path(tempfile.mkdtemp(prefix="rmg-escapes-"))
    canary = folder / "canary"
    canary.touch(mode=0o600)
    canary.write_text(SECRET, "utf-8")
    listener = socket.create_server(("127.0.0.1", 0))
    unix = socket.socket(socket.AF_UNIX)
    unix.bind(str(folder / "unix"))
    unix.listen()
    abstract = socket.socket(socket.AF_UNIX)
    abstract.bind(f"\0rmg-escapes-{os.getpid()}")
    abstract.listen()
    victim = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    facts = {
        "canary": str(canary),
        "folder": str(folder),
        "unix": str(folder / "unix"),
        "abstract": f"rmg-escapes-{os.getpid()}",
        "port": listener.getsockname()[1],
        "victim": victim.pid,
        "supervisor": os.getpid(),
        "memory": LIMITS.memory,
        "disk": LIMITS.disk,
        "threads": LIMITS.threads,
    }
    try:
        made = {name: outcome(level, name, facts, folder, victim) for name in sys.argv[3:]}
    finally:
        victim.kill()
        victim.wait()
        shutil.rmtree(folder)
    print(json.dumps(made))


if __name__ == "__main__":
    main()
