"""`rmg plan` says what a run needs of its models before anything is paid."""

from contextlib import closing
from math import ceil
from sqlite3 import connect

import pytest

CONFIG = """
max_concurrency = 1

[dataset]
path = "rows.jsonl"

[models.judge]
use = "./client.py:Client"
price = { input = 1.0, output = 2.0 }

[graders.polite]
use = "./judges.py:polite"
options = { model = "judge" }
"""

CLIENT = """
from attrs import frozen
from rmg_core.errors import ProviderError
from rmg_core.models import Reply, Usage

@frozen
class Client:
    word: str = "yes"
    max_tokens: int | None = 10

    async def chat(self, request):
        text = request.messages[-1].content
        with open("calls", "a") as calls:
            calls.write(text + chr(10))
        if "broken" in text:
            raise ProviderError("status", "no such model", 404)
        return Reply(self.word, usage=Usage(20, 4))
"""

JUDGES = """
from attrs import frozen
from rmg_core.models import Model, Request, as_request

async def polite(response: str, *, model: Model) -> float:
    return float((await model.ask(f"Is this polite? {response}")).text == "yes")

async def twice(response: str, *, model: Model) -> float:
    first = await model.ask(f"Is this polite? {response}")
    second = await model.ask(f"Are you sure? {first.text} {response}")
    return float(second.text == "yes")

async def choosy(response: str, *, model: Model) -> float:
    if len(response) < 3:
        return 0.0
    if len(response) > 8:
        raise ValueError("too long")
    return float((await model.ask(f"Is this polite? {response}")).text == "yes")

async def short(response: str) -> float:
    return float(len(response) < 3)

@frozen
class Both:
    model: Model

    def requests(self, response):
        return [as_request(f"{word} {response}") for word in ("Polite?", "Kind?")]

    async def grade(self, response: str) -> float:
        first, second = self.requests(response)
        said = [(await self.model.ask(each)).text for each in (first, second)]
        return float(said == ["yes", "yes"])
"""

STOPS = "the run would stop there: raise [budget], or run again to go on"


def rows(*texts):
    return [{"response": text} for text in texts]


@pytest.fixture
def judging(desk):
    """A desk with a grader that asks a model, and four rows."""
    desk.write("qa.toml", CONFIG)
    desk.write("client.py", CLIENT)
    desk.write("judges.py", JUDGES)
    desk.write("rows.jsonl", rows("Yes", "No", "Yo", "Hey"))
    return desk


def planned(desk, *arguments):
    """Return what the plan says, which asks no model."""
    calls = desk.folder / "calls"
    before = calls.read_text() if calls.exists() else ""
    said = desk.rmg("plan", "qa.toml", "--json", *arguments)
    assert said.code == 0, said.err
    assert (calls.read_text() if calls.exists() else "") == before
    return said.json


def need(desk, *arguments):
    [made] = planned(desk, *arguments)["models"]
    return made


def run(desk, *arguments):
    said = desk.rmg("run", "qa.toml", "--quiet", *arguments)
    assert said.code == 0, said.err


def made_calls(desk):
    calls = desk.folder / "calls"
    return len(calls.read_text().splitlines()) if calls.exists() else 0


def forget_outcomes(desk):
    """Leave the store as a kill does between the replies and the outcomes."""
    with closing(connect(desk.folder / "runs/qa/store.sqlite")) as store, store:
        store.execute("DELETE FROM cells")
        store.execute("DELETE FROM outcomes")


def test_a_first_plan_counts_a_call_a_cell(judging):
    made = need(judging)
    text = len("Is this polite? ") + 3
    read = sum(2 * ceil(each / 3.5 * 1.1 + 8) for each in (text, text - 1))
    assert made == {
        "name": "judge",
        "use": "./client.py:Client",
        "calls": 4,
        "calls_are": "at least",
        "is_estimate": True,
        "stored": 0,
        "tokens_read": read,
        "tokens_written": 40,
        "usd": (read + 2 * 40) / 1e6,
        "max_concurrency": "auto",
        "rpm": None,
        "tpm": None,
        "seconds_at_least": 0.0,
    }


def test_the_plan_makes_nothing_in_the_run_directory(judging):
    need(judging)
    assert not (judging.folder / "runs").exists()


def test_after_a_run_nothing_is_asked(judging):
    run(judging)
    made = need(judging)
    assert (made["calls"], made["calls_are"], made["stored"]) == (0, "exact", 0)
    assert (made["tokens_read"], made["tokens_written"], made["usd"]) == (0, 0, 0.0)
    assert not made["is_estimate"]


def test_new_rows_alone_are_asked_for_at_the_mean_of_the_calls_before(judging):
    run(judging)
    judging.write("rows.jsonl", rows("Yes", "No", "Yo", "Hey", "Oh", "Well then"))
    made = need(judging)
    assert (made["calls"], made["tokens_read"], made["tokens_written"]) == (2, 40, 8)
    assert made["usd"] == (40 + 2 * 8) / 1e6


def test_the_run_makes_the_calls_that_the_plan_says(judging):
    judging.write("rows.jsonl", rows("Yes", "No", "Yes", "Hey", "Yes"))
    assert need(judging)["calls"] == 3
    run(judging)
    assert made_calls(judging) == 3


def test_replies_that_are_stored_without_their_outcome_are_not_paid_again(judging):
    run(judging)
    forget_outcomes(judging)
    made = need(judging)
    assert (made["calls"], made["calls_are"], made["stored"]) == (0, "exact", 4)


def test_fresh_asks_for_everything_again(judging):
    run(judging)
    made = need(judging, "--fresh")
    assert (made["calls"], made["stored"]) == (4, 0)


def test_another_model_has_no_stored_replies(judging):
    run(judging)
    made = need(judging, "--set", 'models.judge.options.word="no"')
    assert (made["calls"], made["stored"], made["tokens_written"]) == (4, 0, 40)


def test_each_repeat_is_a_call_of_its_own(judging):
    assert need(judging, "--set", "graders.polite.repeats=3")["calls"] == 12
    run(judging)
    assert need(judging, "--set", "graders.polite.repeats=3")["calls"] == 8


def test_equal_questions_of_two_graders_are_one_call(judging):
    again = 'graders.again={use="./judges.py:choosy", options={model="judge"}}'
    assert need(judging, "--set", again)["calls"] == 4


def test_a_cell_that_comes_to_no_question_needs_no_call(judging):
    judging.write("rows.jsonl", rows("Yes", "No", "Far too long"))
    made = need(judging, "--set", 'graders.polite.use="./judges.py:choosy"')
    assert made["calls"] == 1


def test_a_second_question_is_counted_once_the_first_has_its_reply(judging):
    twice = ("--set", 'graders.polite.use="./judges.py:twice"')
    assert need(judging, *twice)["calls"] == 4
    run(judging)
    made = need(judging, *twice)
    assert (made["calls"], made["calls_are"], made["stored"]) == (4, "at least", 4)
    run(judging, *twice)
    assert need(judging, *twice)["calls"] == 0
    assert made_calls(judging) == 8


def test_a_grader_that_tells_its_requests_is_counted_exactly(judging):
    both = ("--set", 'graders.polite.use="./judges.py:Both"')
    made = need(judging, *both)
    assert (made["calls"], made["calls_are"]) == (8, "exact")
    run(judging, *both)
    assert made_calls(judging) == 8
    forget_outcomes(judging)
    made = need(judging, *both)
    assert (made["calls"], made["stored"]) == (0, 8)


def test_cells_that_wait_for_their_condition_are_counted_at_most(judging):
    gate = (
        "--set",
        'graders.short.use="./judges.py:short"',
        "--set",
        "graders.polite.when=short > 0.5",
    )
    gate = (*gate, "--set", 'graders.polite.use="./judges.py:Both"')
    made = need(judging, *gate)
    assert (made["calls"], made["calls_are"]) == (8, "at most")
    assert need(judging, *gate, "--set", "models.judge.rpm=1")["seconds_at_least"] == 0
    run(judging, *gate)
    assert made_calls(judging) == 4
    assert need(judging, *gate)["calls_are"] == "exact"


def test_a_model_without_a_price_says_so(judging):
    judging.write("qa.toml", CONFIG.replace("price =", "# price ="))
    assert need(judging)["usd"] is None
    assert (
        "model 'judge': price unknown: write it as price in [models.judge]\n"
        in judging.rmg("plan", "qa.toml").out
    )


def test_a_model_that_nobody_asks_needs_nothing(judging):
    other = 'models.other={use="./client.py:Client", options={word="no"}}'
    _, made = planned(judging, "--set", other)["models"]
    assert (made["name"], made["calls"], made["usd"]) == ("other", 0, 0.0)


def test_many_cells_are_estimated_by_some(judging, monkeypatch):
    monkeypatch.setattr("rmg_core.runner.picking.MOST", 50)
    judging.write("rows.jsonl", rows(*(f"row {number:03}" for number in range(200))))
    both = ("--set", 'graders.polite.use="./judges.py:Both"')
    made = need(judging, *both)
    assert (made["calls"], made["calls_are"]) == (400, "about")
    assert need(judging)["calls_are"] == "at least about"


@pytest.mark.parametrize(
    ("limit", "is_enough", "said"),
    [
        ("calls=4", True, "the budget allows it: 4 of 4 calls"),
        ("calls=3", False, f"the budget does not allow it: 4 of 3 calls; {STOPS}"),
        ("tokens=1_000", True, "the budget allows it: 96 of 1,000 tokens"),
        ("usd=0.5", True, "the budget allows it: 0.0001 of 0.5000 usd"),
    ],
)
def test_the_budget_is_held_against_it(judging, limit, is_enough, said):
    setting = ("--set", f"budget.{limit}")
    assert planned(judging, *setting)["budget"]["is_enough"] is is_enough
    assert said in judging.rmg("plan", "qa.toml", *setting).out.splitlines()


def test_a_budget_of_money_needs_a_price(judging):
    judging.write("qa.toml", CONFIG.replace("price =", "# price ="))
    said = judging.rmg("check", "qa.toml", "--set", "budget.usd=5")
    assert said.code == 2
    assert said.err.splitlines()[0] == (
        "--set budget.usd=5: budget.usd cannot count model 'judge', whose price is not known; "
        "write price = { input = …, output = … } in [models.judge], or bound calls or tokens"
    )


@pytest.mark.parametrize(("limit", "seconds"), [("rpm=4", 0), ("rpm=2", 60), ("tpm=40", 120)])
def test_the_limits_say_how_long_it_takes_at_least(judging, limit, seconds):
    assert need(judging, "--set", f"models.judge.{limit}")["seconds_at_least"] == seconds


def test_the_page_has_a_row_for_each_model(judging):
    out = judging.rmg("plan", "qa.toml", "--set", "models.judge.rpm=2").out
    table, notes = out.split("\n\n")[2:4]
    head, row = (line.split("  ") for line in table.splitlines())
    assert [each.strip() for each in head if each] == [
        "model",
        "uses",
        "calls",
        "stored",
        "tokens read",
        "tokens written",
        "usd",
        "limits",
    ]
    assert [each.strip() for each in row if each] == [
        "judge",
        "./client.py:Client",
        "at least 4",
        "0",
        "56",
        "40",
        "0.0001",
        "2 rpm",
    ]
    assert notes.splitlines() == [
        "at least: what a grader asks after a reply that is not there is not counted",
        "it takes at least 1 min, by the limits of 'judge'",
    ]


def test_offline_the_plan_says_which_replies_are_missing(judging):
    run(judging)
    forget_outcomes(judging)
    judging.write("rows.jsonl", rows("Yes", "Ah", "No", "Ah", "Oh"))
    made = planned(judging, "--offline")["offline"]
    assert made == {
        "gradable": 2,
        "is_estimate": False,
        "missing": [
            "polite, sample 1: model 'judge' has no stored reply to it",
            "polite, sample 4: model 'judge' has no stored reply to it",
        ],
        "missing_count": 3,
    }
    out = judging.rmg("plan", "qa.toml", "--offline").out
    assert out.split("\n\n")[-2] == (
        "offline: 2 of 5 cells to run can be graded with stored replies\n"
        + "\n".join(made["missing"])
        + "\n… 1 more cell lacks a reply"
    )


def test_offline_the_plan_lists_the_first_twenty(judging):
    judging.write("rows.jsonl", rows(*(f"row {number}" for number in range(30))))
    made = planned(judging, "--offline")["offline"]
    assert len(made["missing"]) == 20
    assert made["missing"][-1] == "polite, sample 19: model 'judge' has no stored reply to it"
    assert made["missing_count"] == 30


def test_a_config_without_models_says_nothing_of_them(desk):
    made = desk.rmg("plan", "qa.toml", "--json").json
    assert (made["models"], made["budget"], made["notes"]) == ([], None, [])
