"""Signals: the first stops a run, which can be run again; the second cuts it short.

Processes wait for one another at named pipes, never for time.
"""

import os
import signal
import subprocess
import threading

import pytest

from rmg_core.cli import grading

# Each call says that it has begun, and waits to be let go, but for the responses "at once".
GRADERS = """
def same(response):
    if response != "at once":
        with open("begun", "w") as begun:
            begun.write(response)
        with open("go") as go:
            go.read()
    return 1.0
"""

CONFIG = """
max_concurrency = 1
[dataset]
path = "rows.jsonl"
[graders.same]
use = "./graders.py:same"
[aggregators.all]
use = "mean"
"""


@pytest.fixture
def waiting(desk):
    """A desk where a run waits in the middle of a call."""
    desk.write("graders.py", GRADERS)
    desk.write("qa.toml", CONFIG)
    desk.write("rows.jsonl", [{"response": each} for each in ("wait", "wait", "wait")])
    os.mkfifo(desk.folder / "begun")
    os.mkfifo(desk.folder / "go")
    return desk


def in_a_call(desk, *arguments):
    """Start a run, and return when a sample that waits is being graded."""
    started = desk.start("run", "qa.toml", "--quiet", *arguments)
    assert (desk.folder / "begun").read_text() == "wait"
    return started


STOPPING = "stopping: what has begun is finished; Ctrl-C again cuts that short\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_finishes_what_has_begun_and_writes_it(waiting, number):
    started = in_a_call(waiting, "--limit", "3")
    started.send_signal(number)
    assert started.stderr.readline() == STOPPING
    (waiting.folder / "go").write_text("go")
    out, err = started.communicate(timeout=30)
    assert started.returncode == 75
    assert err == "stopped after 1 sample; run again with: rmg run qa.toml --quiet --limit 3\n"
    assert out.startswith("1 sample graded in ")
    lines = waiting.lines()
    assert [each["index"] for each in lines if "grader" in each] == [0]
    assert [each["index"] for each in lines if "aggregator" in each] == [0]
    summary = (waiting.folder / "runs/qa/summary.json").read_text()
    assert '"complete": false' in summary


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_second_signal_cuts_short_and_writes_what_is_done(waiting, number):
    waiting.write("rows.jsonl", [{"response": "at once"}, {"response": "wait"}])
    started = in_a_call(waiting)
    started.send_signal(signal.SIGINT)
    assert started.stderr.readline() == STOPPING
    started.send_signal(number)
    out, err = started.communicate(timeout=30)
    assert started.returncode == 130
    assert err.splitlines()[0] == (
        "stopped after 1 sample; run again with: rmg run qa.toml --quiet"
    )
    assert err.splitlines()[1] == "1 call of a grader did not end; leaving without it"
    assert out.startswith("1 sample graded in ")
    assert [each["index"] for each in waiting.lines() if "grader" in each] == [0]
    assert (waiting.folder / "runs/qa/summary.json").exists()


def test_a_run_that_is_cut_short_removes_the_copy_of_its_standard_input(waiting):
    (waiting.folder / "tmp").mkdir()
    started = waiting.start(
        "run", "qa.toml", "--quiet", "--set", "dataset={path='-', format='jsonl'}",
        stdin=subprocess.PIPE, env={"TMPDIR": str(waiting.folder / "tmp")},
    )  # fmt: skip
    started.stdin.write('{"response": "wait"}\n')
    started.stdin.close()
    assert (waiting.folder / "begun").read_text() == "wait"
    assert [*(waiting.folder / "tmp").iterdir()]
    started.send_signal(signal.SIGINT)
    assert started.stderr.readline() == STOPPING
    started.send_signal(signal.SIGINT)
    assert started.wait(30) == 130
    assert not [*(waiting.folder / "tmp").iterdir()]
    started.stdout.close()
    started.stderr.close()


def test_a_hangup_does_not_stop_the_grading(waiting):
    waiting.write("rows.jsonl", [{"response": "wait"}, {"response": "at once"}])
    started = in_a_call(waiting)
    started.send_signal(signal.SIGHUP)
    (waiting.folder / "go").write_text("go")
    out, err = started.communicate(timeout=30)
    assert (started.returncode, err) == (0, "")
    assert out.startswith("2 samples graded in ")


def test_a_hangup_after_the_first_signal_changes_nothing(waiting):
    started = in_a_call(waiting)
    started.send_signal(signal.SIGINT)
    assert started.stderr.readline() == STOPPING
    started.send_signal(signal.SIGHUP)
    (waiting.folder / "go").write_text("go")
    started.communicate(timeout=30)
    assert started.returncode == 75


def test_a_signal_when_all_is_done_changes_nothing(waiting):
    waiting.write("rows.jsonl", [{"response": "at once"}, {"response": "wait"}])
    started = in_a_call(waiting)
    started.send_signal(signal.SIGINT)
    assert started.stderr.readline() == STOPPING
    (waiting.folder / "go").write_text("go")
    out, err = started.communicate(timeout=30)
    assert (started.returncode, err) == (0, "")
    assert out.startswith("2 samples graded in ")


def test_what_takes_too_long_to_finish_is_given_up(desk, monkeypatch):
    monkeypatch.setattr(grading, "DRAIN_SECONDS", 0.0)
    monkeypatch.setattr(threading, "let_go", threading.Event(), raising=False)
    desk.write(
        "graders.py",
        """
import os, signal, threading

def same(response):
    os.kill(os.getpid(), signal.SIGTERM)
    threading.let_go.wait()
    return 1.0
""",
    )
    desk.write("qa.toml", CONFIG)
    said = desk.rmg("run", "qa.toml", "--quiet", "--json")
    threading.let_go.set()
    assert said.code == 75
    assert said.json["samples"] == 0
    assert said.err == (
        STOPPING + "stopped after 0 samples; run again with: rmg run qa.toml --quiet --json\n"
    )


def test_ctrl_c_before_the_run_is_said_without_a_traceback(desk, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("rmg_core.cli.preflight.preflight", interrupted)
    said = desk.rmg("run", "qa.toml")
    assert (said.code, said.out, said.err) == (130, "", "interrupted\n")


def test_the_signal_handlers_of_the_caller_are_there_after_a_run(desk):
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    assert desk.rmg("run", "qa.toml").code == 0
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
