"""Waits for a model: as long as it asks for, at nobody else's cost, and ended by Ctrl-C."""

from time import monotonic

from .conftest import PATIENCE, interrupt


def test_no_call_begins_before_the_provider_allows_it(court):
    court.server.play("ok", "ok", "429_seconds", "ok")
    court.write(60, model="max_concurrency = 1", grader="timeout = 1.0")
    court.run()
    calls = court.server.calls
    assert [each.case for each in calls[:4]] == ["ok", "ok", "429_seconds", "ok"]
    assert calls[3].at - calls[2].at >= 2.0
    assert len(calls) == 61
    assert court.outcomes() == dict.fromkeys(range(60), 1.0)  # whatever their timeout of a second


def test_calls_in_flight_end_but_no_other_begins_before_the_provider_allows_it(court):
    court.server.latency = 0.05
    court.server.play(*["ok"] * 10, "429_seconds", "ok")
    court.write(60, model="max_concurrency = 8")
    court.run()
    [refused] = [each for each in court.server.calls if each.case == "429_seconds"]
    told = refused.at + court.server.latency
    begun = [each.at for each in court.server.calls if each.at > told + 1.0]
    assert len(begun) >= 61 - 11 - 2 * 7  # but for those that began before it was heard of
    assert min(begun) - told >= 1.95
    assert court.outcomes() == dict.fromkeys(range(60), 1.0)


def test_an_interrupt_does_not_wait_for_a_queue(court):
    court.write(50, model="rpm = 5")
    with court.start() as started:
        court.server.wait_until(lambda server: len(server.calls) == 5, PATIENCE)
        began = monotonic()
        interrupt(started)
        _, err = started.communicate(timeout=PATIENCE)
    assert started.returncode == 75, err
    assert monotonic() - began < 8  # at once on a machine that does nothing else
    assert len(court.asked) == 5
    assert court.outcomes() == {int(each.split()[1]): 1.0 for each in court.asked}
    court.run("--set", "models.judge.rpm=1000")
    assert len(court.asked) == 50
    assert court.outcomes() == dict.fromkeys(range(50), 1.0)


def test_cells_that_wait_for_a_model_leave_their_places_to_others(court):
    other = '[graders.other]\nuse = "./graders.py:other"'
    court.write(100, cells=4, model="rpm = 5", more=other)
    source = (court.desk.folder / "graders.py").read_text()
    court.desk.write("graders.py", source + """
import anyio

async def other(response):
    await anyio.sleep(0.001)
    with open("others", "a") as file:
        file.write(response + "\\n")
    return 0.5
""")  # fmt: skip
    others = court.desk.folder / "others"
    others.touch()
    with court.start() as started:
        until = monotonic() + PATIENCE
        while len(others.read_text().splitlines()) < 100:
            assert monotonic() < until
            started.poll()
        interrupt(started)
        _, err = started.communicate(timeout=PATIENCE)
    assert started.returncode == 75, err
    assert len(court.asked) == 5
    assert court.outcomes("other") == dict.fromkeys(range(100), 0.5)


def test_a_cell_may_ask_several_questions_at_once(court):
    court.write(20, cells=2, model="max_concurrency = 1", grader="timeout = 10")
    court.desk.write("graders.py", """
import anyio
from rmg_core import grader
from rmg_core.models import Model

@grader
async def judged(response: str, *, model: Model) -> float:
    heard = []

    async def ask(sample):
        heard.append((await model.ask(response, sample=sample)).text)

    async with anyio.create_task_group() as tasks:
        for sample in range(3):
            tasks.start_soon(ask, sample)
    return float(heard == [response] * 3)
""")  # fmt: skip
    court.run()
    assert len(court.asked) == 60
    assert court.outcomes() == dict.fromkeys(range(20), 1.0)


def test_a_queue_takes_no_time_from_a_cell(court):
    court.server.latency = 0.05
    court.write(30, model="max_concurrency = 1", grader="timeout = 0.75")
    court.run()  # the last one waits for 1.5 s
    assert court.outcomes() == dict.fromkeys(range(30), 1.0)


def test_an_interrupt_lets_calls_in_flight_be_answered_and_begins_no_other(court):
    court.server.latency = 0.5
    court.write(100, model="max_concurrency = 8")
    with court.start() as started:
        court.server.wait_until(lambda server: len(server.calls) >= 16, PATIENCE)
        interrupt(started)
        begun = len(court.server.calls)
        _, err = started.communicate(timeout=PATIENCE)
    assert started.returncode == 75, err
    assert len(court.asked) == begun < 100
    assert court.outcomes() == {int(each.split()[1]): 1.0 for each in court.asked}
    court.server.latency = 0.0
    court.run()
    assert len(court.asked) == len({*court.asked}) == 100
