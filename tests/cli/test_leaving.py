"""The end of the process."""

import os
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
    assert "1 thread that did not end ('grader')\n" in capsys.readouterr().err


def test_a_process_without_other_threads_exits_as_python_does(monkeypatch):
    monkeypatch.setattr(leaving, "_others", list)
    with pytest.raises(SystemExit) as ended:
        leaving.leave(75)
    assert ended.value.code == 75
