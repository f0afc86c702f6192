"""Processes that want one run directory at the same time."""

import os
import subprocess
import sys
import threading
from queue import SimpleQueue

import pytest

from .conftest import ENVIRONMENT

RACERS = 20
PATIENCE = 60.0

# Each says when it is ready to run, and then waits for the word.
RACER = """
import sys
from importlib import import_module
from rmg_core.cli import main
for each in ("run", "preflight", "grading", "progress", "report"):
    import_module(f"rmg_core.cli.{each}")
import_module("rmg_core.runs.directory")
sys.stdout.write("ready\\n")
sys.stdout.flush()
sys.stdin.readline()
sys.argv = ["rmg", "run", "qa.toml", "--quiet"]
main()
"""

# The first call ends when a named pipe is opened and closed again.
GRADERS = """
def same(response, reference):
    with open("go") as go:
        go.read()
    return float(response == reference)
"""

CONFIG = """
[dataset]
path = "rows.jsonl"
id = "id"
[graders.same]
use = "./graders.py:same"
"""


def first_to_end(processes, count):
    """Wait until so many processes have ended, and return them."""
    ended = SimpleQueue()

    def wait(process):
        process.wait()
        ended.put(process)

    for each in processes:
        threading.Thread(target=wait, args=(each,), daemon=True).start()
    return [ended.get(timeout=PATIENCE) for _ in range(count)]


@pytest.mark.skipif(os.name != "posix", reason="only POSIX locks a directory")
def test_of_many_racers_one_runs_and_the_others_are_told_so(desk):
    desk.write("graders.py", GRADERS)
    desk.write("qa.toml", CONFIG)
    desk.write("rows.jsonl", [{"id": "a", "response": "Paris", "reference": "Paris"}])
    os.mkfifo(desk.folder / "go")
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER], cwd=desk.folder, env=ENVIRONMENT, text=True, **pipes
        )
        for _ in range(RACERS)
    ]
    try:
        for each in racers:
            assert each.stdout.readline() == "ready\n"
        for each in racers:
            each.stdin.write("go\n")
            each.stdin.flush()
        # The one that runs is in its call until all others have been refused.
        ended = first_to_end(racers, RACERS - 1)
        assert [each.returncode for each in ended] == [2] * (RACERS - 1)
        for each in ended:
            said = each.stderr.read()
            assert "is in use by another run" in said
            assert said.count("\n") == 1
        [winner] = [each for each in racers if each not in ended]
        assert winner.poll() is None
        (desk.folder / "go").write_text("go")
        out, err = winner.communicate(timeout=PATIENCE)
        assert (winner.returncode, err) == (0, "")
        assert out.startswith("1 sample graded in ")
    finally:
        for each in racers:
            each.kill()
            each.communicate()
    assert [(each["id"], each["score"]) for each in desk.lines()] == [("a", 1.0)]
