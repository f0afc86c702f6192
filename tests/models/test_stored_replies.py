"""Replies that are kept: nothing is asked twice, unless somebody wants a second opinion."""


def test_a_second_run_makes_no_call(court):
    court.write(20)
    court.run()
    assert sorted(court.asked) == sorted(f"question {each}" for each in range(20))
    court.run()
    assert len(court.asked) == 20
    assert court.outcomes() == dict.fromkeys(range(20), 1.0)


def test_fresh_makes_all_calls_again(court):
    court.write(20)
    court.run()
    court.run("--fresh")
    assert len(court.asked) == 40
    assert court.outcomes() == dict.fromkeys(range(20), 1.0)


def test_repeats_make_a_call_each(court):
    court.write(5, grader="repeats = 3")
    court.run()
    assert sorted(court.asked) == sorted(f"question {each}" for each in range(5) for _ in range(3))
    court.run()
    assert len(court.asked) == 15


def test_equal_requests_under_way_are_made_once(court):
    court.write(30)
    court.desk.write("graders.py", """
from rmg_core import grader
from rmg_core.models import Model

@grader
async def judged(response: str, *, model: Model) -> float:
    number = int(response.split()[1])
    reply = await model.ask(f"question {number % 3}")
    return float(reply.text == f"question {number % 3}")
""")  # fmt: skip
    court.server.latency = 0.05
    court.run()
    assert sorted(court.asked) == ["question 0", "question 1", "question 2"]
    assert court.outcomes() == dict.fromkeys(range(30), 1.0)


def test_a_changed_parser_makes_no_call(court):
    court.write(20)
    court.run()
    source = (court.desk.folder / "graders.py").read_text()
    court.desk.write("graders.py", source.replace("reply.text == response", "False"))
    court.run()
    assert len(court.asked) == 20
    assert court.outcomes() == dict.fromkeys(range(20), 0.0)


def test_a_call_that_its_first_asker_gives_up_is_made_by_the_next(court):
    court.server.play("hang", "ok")
    other = """
[graders.patient]
use = "./graders.py:judged"
options = { model = "judge" }
mapper = { response = "other" }
"""
    court.write(1, grader="timeout = 0.5", more=other)
    court.desk.write("rows.jsonl", [{"response": "question 0", "other": "question 0"}])
    source = (court.desk.folder / "graders.py").read_text()
    court.desk.write("graders.py", source + """
import anyio

@grader
async def later(response: str, *, model: Model) -> float:
    await anyio.sleep(0.2)
    return float((await model.ask(response)).text == response)
""")  # fmt: skip
    court.run("--set", 'graders.patient.use="./graders.py:later"')
    assert court.asked == ["question 0"] * 2
    assert court.outcomes() == {0: "timeout"}
    assert court.outcomes("patient") == {0: 1.0}


def test_what_a_stopped_cell_has_asked_already_is_not_asked_again(court):
    court.write(10, cells=2, more="[budget]\ncalls = 3")
    court.desk.write("graders.py", """
from rmg_core import grader
from rmg_core.models import Model

@grader
async def judged(response: str, *, model: Model) -> float:
    first = await model.ask(response)
    second = await model.ask(f"{first.text}?")
    return float(second.text == f"{response}?")
""")  # fmt: skip
    for _ in range(6):
        court.run(code=75)
    court.run()
    assert len(court.asked) == len({*court.asked}) == 20
    assert court.outcomes() == dict.fromkeys(range(10), 1.0)
