"""Runs whose event loop is blocked: they are told of, and can still be ended."""

import os
import signal
import threading
from contextlib import contextmanager

import pytest

from rmg_core.cli import cutting
from rmg_core.cli.cutting import cutting as cut_in_time

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def handled():
    """Handle the signals as an event loop does, by a handler that does nothing."""
    before = {each: signal.signal(each, lambda *_: None) for each in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


BLOCKING = """
import time

async def blocks(response):
    with open("begun", "w") as begun:
        begun.write(response)
    time.sleep(1000)
    return 1.0
"""

CONFIG = """
[dataset]
path = "rows.jsonl"
[graders.blocks]
use = "./graders.py:blocks"
"""


@pytest.fixture
def left(monkeypatch):
    """The exit code with which the process would have been left, and when that was."""
    codes = []
    happened = threading.Event()

    def leave(code):
        codes.append(code)
        happened.set()

    monkeypatch.setattr(os, "_exit", leave)
    monkeypatch.setattr(cutting, "MARGIN_SECONDS", 0.0)
    return codes, happened


def test_the_process_is_left_when_the_run_goes_on_after_the_time_to_drain(
    left, monkeypatch, capsys
):
    codes, happened = left
    monkeypatch.setattr(cutting, "DRAIN_SECONDS", 0.0)
    with handled(), cut_in_time(SIGNALS):
        signal.raise_signal(signal.SIGTERM)
        assert happened.wait(20)
    assert codes == [130]
    assert capsys.readouterr().err == (
        "the run does not end: a grader blocks its event loop, or a sink does not return; leaving\n"
    )


def test_the_second_signal_does_not_wait_for_what_is_in_flight(left, monkeypatch):
    codes, happened = left
    monkeypatch.setattr(cutting, "DRAIN_SECONDS", 1000.0)
    with handled(), cut_in_time(SIGNALS):
        signal.raise_signal(signal.SIGINT)
        assert not codes
        signal.raise_signal(signal.SIGINT)
        assert happened.wait(20)
    assert codes == [130]


def test_a_run_that_ends_by_itself_is_left_alone(left, monkeypatch):
    codes, _ = left
    monkeypatch.setattr(cutting, "DRAIN_SECONDS", 1000.0)
    with handled(), cut_in_time(SIGNALS):
        signal.raise_signal(signal.SIGTERM)
    running = [each for each in threading.enumerate() if isinstance(each, threading.Timer)]
    for timer in running:
        timer.join(20)
    assert not codes
    assert signal.set_wakeup_fd(-1) == -1


def test_a_copy_of_the_process_that_holds_the_pipe_does_not_keep_it_from_ending(monkeypatch):
    made, held = os.pipe, []

    def pipe():
        ends = made()
        held.append(os.dup(ends[1]))  # as a process that a grader forks has it
        return ends

    monkeypatch.setattr(os, "pipe", pipe)
    with cut_in_time(SIGNALS):
        pass
    for each in held:
        os.close(each)
    assert held


def test_a_run_that_is_blocked_for_ever_names_the_grader_and_ends_at_the_second_signal(desk):
    desk.write("graders.py", BLOCKING)
    desk.write("qa.toml", CONFIG)
    desk.write("rows.jsonl", [{"response": "a"}])
    os.mkfifo(desk.folder / "begun")
    started = desk.start("run", "qa.toml", "--quiet")
    assert (desk.folder / "begun").read_text() == "a"
    told = started.stderr.readline()
    assert told.startswith("grader 'blocks' has blocked the event loop, and with it every other ")
    assert "graders.py:7 in blocks" in told
    started.send_signal(signal.SIGTERM)
    started.send_signal(signal.SIGINT)
    _, err = started.communicate(timeout=60)
    assert err.startswith("the run does not end: ")
    assert started.returncode == 130
