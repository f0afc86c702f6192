"""Signals and streams that close while slow cells are graded.

The short form grades 2,000 cells. The whole one grades 10,000:

    RMG_CELLS=10000 python -m pytest tests/cli/test_stopping.py
"""

import os
import re
import signal
from time import monotonic

import pytest

CELLS = int(os.environ.get("RMG_CELLS", "2000"))
AT_ONCE = CELLS // 40
PATIENCE = 60.0

# Every call is a line of a file when it begins; the twenty-fifth of a run says so.
GRADERS = """
import os
import time

import anyio

CALLS = os.open("calls", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
SECONDS = float(os.environ.get("SECONDS", "0.05"))
count = 0


def called(number):
    global count
    os.write(CALLS, f"{number}\\n".encode())
    count += 1
    if count == 25 and "BEGUN" in os.environ:
        with open(os.environ["BEGUN"], "w") as begun:
            begun.write("begun")


async def waits(number):
    called(number)
    await anyio.sleep(SECONDS)
    return number % 5 / 5


def blocks(number):
    called(number)
    time.sleep(SECONDS)
    return number % 5 / 5
"""

STOPPING = "stopping: what has begun is finished; Ctrl-C again cuts that short\n"


@pytest.fixture(params=["waits", "blocks"])
def slow(desk, request):
    """A desk with cells of 50 ms each, which take two seconds together."""
    desk.write("graders.py", GRADERS)
    desk.write("qa.toml", f"""
max_concurrency = {AT_ONCE}
[dataset]
path = "rows.jsonl"
[graders.slow]
use = "./graders.py:{request.param}"
""")  # fmt: skip
    desk.write("rows.jsonl", [{"number": number} for number in range(CELLS)])
    os.mkfifo(desk.folder / "begun")
    return desk


def in_the_midst(desk, *arguments, seconds=0.05):
    """Start a run whose calls take so many seconds, and return when 25 have begun."""
    env = {"BEGUN": "begun", "SECONDS": str(seconds)}
    started = desk.start("run", "qa.toml", *arguments, env=env)
    assert (desk.folder / "begun").read_text() == "begun"
    return started


def calls(desk):
    return (desk.folder / "calls").read_text().splitlines()


def hold_complete(desk):
    """Run to the end, and hold that every cell is there."""
    with desk.start("run", "qa.toml", "--quiet") as again:
        out, err = again.communicate(timeout=PATIENCE)
    assert (again.returncode, err) == (0, "")
    assert out.startswith(f"{CELLS:,} samples graded in ")
    scores = [each["score"] for each in desk.lines()]
    assert scores == [number % 5 / 5 for number in range(CELLS)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_ends_a_run_that_is_resumed_at_no_cost(slow, number):
    with in_the_midst(slow, "--quiet") as started:
        began = monotonic()
        started.send_signal(number)
        _, err = started.communicate(timeout=PATIENCE)
    seconds = monotonic() - began
    assert started.returncode == 75
    assert seconds < 10
    assert err.startswith(STOPPING)
    last = err.splitlines()[-1]
    assert re.fullmatch(
        r"stopped after [\d,]+ samples; run again with: rmg run qa.toml --quiet", last
    )
    assert len(slow.lines()) == len(calls(slow)) < CELLS
    hold_complete(slow)
    assert len(calls(slow)) == CELLS


def test_the_second_signal_ends_a_run_at_once(slow):
    with in_the_midst(slow, "--quiet", seconds=60.0) as started:
        started.send_signal(signal.SIGINT)
        assert started.stderr.readline() == STOPPING
        began = monotonic()
        started.send_signal(signal.SIGINT)
        started.wait(PATIENCE)
        seconds = monotonic() - began
        _, err = started.communicate()
    assert started.returncode == 130
    assert seconds < 3  # 0.5 s on a machine that does nothing else
    assert "stopped after 0 samples; run again with: rmg run qa.toml --quiet\n" in err
    hold_complete(slow)
    assert len(calls(slow)) <= CELLS + AT_ONCE


def test_a_hang_up_does_not_stop_a_run(slow):
    with in_the_midst(slow, "--quiet") as started:
        started.send_signal(signal.SIGHUP)
        out, _ = started.communicate(timeout=PATIENCE)
    assert started.returncode == 0
    assert out.startswith(f"{CELLS:,} samples graded in ")
    assert len(calls(slow)) == CELLS


def test_streams_that_nobody_reads_any_more_do_not_stop_a_run(slow):
    with in_the_midst(slow) as started:
        started.stdout.close()
        started.stderr.close()
        started.wait(PATIENCE)
    assert started.returncode == 0
    assert '"complete": true' in (slow.folder / "runs/qa/summary.json").read_text()
    assert [each["score"] for each in slow.lines()] == [number % 5 / 5 for number in range(CELLS)]
    assert len(calls(slow)) == CELLS
