"""The end of the process."""

import errno
import gc
import importlib
import io
import os
import sys
import threading

import pytest

from rmg_core.cli import leaving


class Ended(Exception):
    """Stands for the end of the process."""


@pytest.fixture
def stuck(monkeypatch):
    """A thread that does not end before the test does, and an `os._exit` that can be seen."""
    let_go = threading.Event()
    thread = threading.Thread(target=let_go.wait, name="grader")
    thread.start()

    def end(code):
        raise Ended(code)

    monkeypatch.setattr(os, "_exit", end)
    monkeypatch.setattr(leaving, "PATIENCE", 0.0)
    monkeypatch.setattr(leaving, "PATIENCE_CUT_SHORT", 0.0)
    yield thread
    let_go.set()
    thread.join()


@pytest.mark.parametrize("code", [0, 1, 130])
def test_a_thread_that_does_not_end_is_named_and_left_behind(stuck, capsys, code):
    with pytest.raises(Ended) as ended:
        leaving.leave(code)
    assert ended.value.args == (code,)
    assert capsys.readouterr().err == (
        "1 thread of the graders' own ('grader') did not end; leaving without it\n"
    )


def test_calls_that_did_not_end_are_counted_as_what_they_are(stuck, capsys):
    stuck.name = "rmg worker"
    with pytest.raises(Ended):
        leaving.leave(130)
    assert capsys.readouterr().err == "1 call of a grader did not end; leaving without it\n"


def test_several_calls_are_said_once():
    workers = [threading.Thread(name="rmg worker") for _ in range(3)]
    assert leaving.said_of([*workers, threading.Thread(name="pool")]) == (
        "3 calls of graders and 1 thread of the graders' own ('pool') did not end; "
        "leaving without them"
    )


def test_ctrl_c_while_threads_are_waited_for_ends_the_wait(stuck, monkeypatch, capsys):
    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(stuck, "join", interrupted)
    with pytest.raises(Ended):
        leaving.leave(1)
    monkeypatch.undo()
    assert "did not end" in capsys.readouterr().err


def test_a_result_that_stdout_still_held_and_lost_is_an_error(monkeypatch, capsys):
    class Full(io.StringIO):
        def flush(self):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(leaving, "_others", list)
    monkeypatch.setattr(sys, "stdout", Full())
    with pytest.raises(SystemExit) as ended:
        leaving.leave(0)
    assert ended.value.code == 1
    assert capsys.readouterr().err == "standard output: No space left on device\n"


def test_a_process_without_other_threads_exits_as_python_does(monkeypatch):
    monkeypatch.setattr(leaving, "_others", list)
    with pytest.raises(SystemExit) as ended:
        leaving.leave(75)
    assert ended.value.code == 75


@pytest.mark.parametrize("was_graded", [True, False])
def test_python_looks_once_more_at_every_object_only_where_something_was_graded(
    monkeypatch, was_graded
):
    frozen = []
    importlib.import_module(leaving.GRADING)
    importlib.import_module(leaving.LISTING)
    if not was_graded:
        monkeypatch.delitem(sys.modules, leaving.GRADING)
    monkeypatch.setattr(leaving, "_others", list)
    monkeypatch.setattr(gc, "freeze", lambda: frozen.append("frozen"))
    with pytest.raises(SystemExit):
        leaving.leave(0)
    assert bool(frozen) is not was_graded
