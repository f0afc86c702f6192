"""Providers that take a call and never answer: deadlines end it, and nothing is left behind."""

import signal
from time import monotonic

import pytest

from .conftest import PATIENCE, interrupt

HANGING = ("hang", "slow_head", "slow_body", "endless_chunks")


@pytest.mark.parametrize("case", HANGING)
def test_a_run_ends_when_no_call_is_ever_answered(court, case):
    court.server.play(case)
    court.write(8, model="timeout = 0.3\nattempts = 2\nmax_concurrency = 8")
    court.run()
    assert court.outcomes() == dict.fromkeys(range(8), "timeout")
    assert len(court.asked) == 16
    court.server.wait_until(lambda server: server.open_connections == 0)


def test_no_attempt_goes_on_past_its_deadline(court):
    court.server.play("hang")
    court.write(1, model="timeout = 0.3\nattempts = 1")
    court.desk.write("graders.py", """
from time import monotonic
from rmg_core import grader
from rmg_core.models import Model

@grader
async def judged(response: str, *, model: Model) -> float:
    began = monotonic()
    try:
        await model.ask(response)
    finally:
        with open("seconds", "w") as file:
            file.write(str(monotonic() - began))
    return 1.0
""")  # fmt: skip
    court.run()
    assert court.outcomes() == {0: "timeout"}
    seconds = float((court.desk.folder / "seconds").read_text())
    assert 0.3 <= seconds < 2.0  # 0.5 s on a machine that does nothing else


def test_the_timeout_of_a_cell_ends_its_call(court):
    court.server.play("hang")
    court.write(3, model="timeout = 60", grader="timeout = 0.3")
    court.run()
    assert court.outcomes() == dict.fromkeys(range(3), "timeout")
    assert len(court.asked) == 3
    court.server.wait_until(lambda server: server.open_connections == 0)


def test_the_second_interrupt_cuts_calls_that_hang(court):
    court.server.play("hang")
    court.write(100)
    with court.start() as started:
        court.server.wait_until(lambda server: len(server.calls) == 4, PATIENCE)
        interrupt(started)
        began = monotonic()
        started.send_signal(signal.SIGINT)
        started.communicate(timeout=PATIENCE)
    assert started.returncode == 130
    assert monotonic() - began < 5  # 0.5 s on a machine that does nothing else
    assert court.outcomes() == {}
    court.server.wait_until(lambda server: server.open_connections == 0)
    court.server.play("ok")
    court.run()
    assert court.outcomes() == dict.fromkeys(range(100), 1.0)
