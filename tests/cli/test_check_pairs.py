"""`rmg check --pairs`: graders grade what their authors know the grade of."""

import pytest

CONFIG = """
[dataset]
path = "rows.jsonl"

[models.judge]
use = "./client.py:Client"
price = { input = 1000.0, output = 2000.0 }

[graders.kind]
use = "./judges.py:Kind"
options = { model = "judge" }
mapper = { response = "answer" }
repeats = 3

[graders.same]
use = "./graders.py:same"
mapper = { response = "answer", reference = "answer" }

[aggregators.both]
use = "mean"
"""

CLIENT = """
from attrs import frozen
from rmg_core.errors import ProviderError
from rmg_core.models import Reply, Usage

@frozen
class Client:
    async def chat(self, request):
        with open("calls", "a") as calls:
            calls.write("x")
        if "broken" in request.last_user_text:
            raise ProviderError("status", "no such word", 400)
        return Reply(str(len(request.last_user_text)), usage=Usage(20, 4))
"""

JUDGES = """
from attrs import frozen
from rmg_core import GraderScore, GradeTrial, OrderTrial, grader
from rmg_core.models import Model

@grader(scale=(0, 99))
@frozen
class Kind:
    model: Model

    def trials(self):
        return [TRIALS]

    async def grade(self, response: str) -> GraderScore:
        print("grading")
        return GraderScore(float((await self.model.ask(response)).text), "by its length")
"""

RIGHT = """
    GradeTrial({"response": "four"}, 4.0, why="It has four letters."),
    OrderTrial({"response": "longer"}, {"response": "short"}, why="One letter more."),
    OrderTrial({"response": "one"}, {"response": "two"}, is_tie=True),
"""

WRONG = """
    GradeTrial({"response": "three"}, 3.0, why="It is\\nthree."),
    OrderTrial({"response": "short"}, {"response": "longer"}, why="Short is kind."),
    OrderTrial({"response": "one"}, {"response": "two"}, is_tie=True),
    OrderTrial({"response": "one"}, {"response": "three"}, is_tie=True),
"""


@pytest.fixture
def tried(desk):
    """Write a config whose grader has the trials, and check it."""

    def check(trials, *arguments, config=CONFIG):
        desk.write("qa.toml", config)
        desk.write("client.py", CLIENT)
        desk.write("judges.py", JUDGES.replace("TRIALS", trials))
        desk.write("rows.jsonl", [{"answer": "yes"}])
        return desk.rmg("check", "qa.toml", "--pairs", *arguments)

    return check


def test_all_right_is_counted_and_told(tried, desk):
    said = tried(RIGHT)
    assert said.code == 0
    assert (
        said.out
        == """\
qa.toml: 2 graders, 1 aggregator, 1 sample: ready

grader  pairs right  examples right
kind    2 of 2       1 of 1
"""
    )
    assert "the trials make at least 5 calls of model 'judge', $" in said.err
    assert "; their replies are not stored\ngrading\n" in said.err
    assert (desk.folder / "calls").read_text() == "x" * 5
    assert not (desk.folder / "runs").exists()


def test_what_is_wrong_is_told_with_its_inputs_and_reasons(tried):
    said = tried(WRONG)
    assert said.code == 1
    assert (
        said.out.partition("examples right\n")[2]
        == """\
kind    1 of 3       0 of 1

kind, example 1: wanted 3, and got 5
  It is three.
  inputs: {'response': 'three'}
    reason: by its length

kind, pair 1: wanted the first above the second, and got 5 and 6
  Short is kind.
  better: {'response': 'short'}
    reason: by its length
  worse: {'response': 'longer'}
    reason: by its length

kind, pair 3: wanted both alike, and got 3 and 5
  one: {'response': 'one'}
    reason: by its length
  other: {'response': 'three'}
    reason: by its length
"""
    )


def test_an_example_that_is_wrong_fails_nothing(tried):
    said = tried('GradeTrial({"response": "three"}, 3.0)')
    assert said.code == 0
    assert "kind    -            0 of 1\n" in said.out


def test_trials_as_json(tried):
    said = tried('OrderTrial({"response": "a"}, {"response": "ab"}, why="so")', "--json")
    assert said.code == 1
    assert said.json["ready"] is True
    [told] = said.json["trials"]
    scores = [each.pop("score") for each in told["outcomes"]]
    assert scores == [1.0, 2.0]
    assert {name: told[name] for name in told if name != "outcomes"} == {
        "grader": "kind",
        "noun": "pair",
        "number": 1,
        "is_met": False,
        "wanted": "the first above the second",
        "why": "so",
        "inputs": [{"response": "a"}, {"response": "ab"}],
    }


def test_a_pair_that_cannot_be_graded_is_not_right(tried):
    said = tried('OrderTrial({"response": "fine"}, {"response": "broken"})')
    assert said.code == 1
    assert "got 4 and an error (bad_request: " in said.out


def test_inputs_that_the_grader_does_not_take_are_told(tried):
    said = tried('OrderTrial({"response": "fine"}, {"respons": "x"})')
    assert said.code == 1
    assert "an error (" in said.out
    assert "respons" in said.out


def test_a_condition_of_the_config_keeps_no_trial_from_running(tried):
    said = tried(RIGHT, config=CONFIG.replace("repeats = 3", 'when = "same < 1"'))
    assert "kind    2 of 2       1 of 1\n" in said.out


def test_a_config_without_trials_says_so(desk):
    said = desk.rmg("check", "qa.toml", "--pairs")
    assert (said.code, said.out) == (2, "")
    why = "no grader of the config has examples or pairs; they stand in rubric files"
    assert said.err == f"{why}; leave --pairs out\n"


def test_a_config_that_is_wrong_makes_no_call(tried, desk):
    said = tried(RIGHT, config=CONFIG + "\n[graders.other]\nuse = 'no/such'\n")
    assert said.code == 2
    assert not (desk.folder / "calls").exists()


def test_a_secret_that_is_not_there_is_wrong_now(tried, desk):
    lines = "@frozen\nclass Client:\n"
    keyed = CLIENT.replace(lines, lines + '    key: Secret = Secret("NO_SUCH_KEY")\n')
    config = CONFIG.replace('py:Client"', 'py:Keyed"')
    desk.write("keyed.py", "from rmg_core import Secret\n" + keyed)
    said = tried(RIGHT, config=config.replace("client.py:Keyed", "keyed.py:Client"))
    assert said.code == 2
    assert "NO_SUCH_KEY" in said.err
    assert not (desk.folder / "calls").exists()


def test_pairs_need_imports(tried):
    said = tried(RIGHT, "--no-import")
    assert said.code == 2
    assert "Error: --pairs runs the graders, and --no-import imports none\n" in said.err


def test_all_graders_share_the_budget_and_each_has_its_own_trials(tried, desk):
    config = (
        CONFIG.partition("[graders.same]")[0]
        + """
[graders.more]
use = "./more.py:Kind"
options = { model = "judge" }
mapper = { response = "answer" }

[budget]
calls = 3
"""
    )
    more = 'GradeTrial({"response": "a"}, 1.0), OrderTrial({"response": "ab"}, {"response": ""})'
    desk.write("more.py", JUDGES.replace("TRIALS", more))
    said = tried('GradeTrial({"response": "four"}, 4.0)', config=config.replace("calls = 3", ""))
    assert "kind    -            1 of 1\nmore    1 of 1       1 of 1\n" in said.out
    (desk.folder / "calls").unlink()
    said = tried('GradeTrial({"response": "four"}, 4.0)', config=config)
    assert said.code == 1
    assert "budget" in said.out
    assert (desk.folder / "calls").read_text() == "x" * 3


def test_trials_that_are_none_are_told(tried):
    said = tried("3")
    assert said.code == 2
    assert "let `trials` return a sequence of GradeTrial and OrderTrial" in said.err


def test_a_grader_in_a_process_of_its_own_is_tried_too(tried, desk):
    desk.write(
        "apart.py",
        """
from attrs import frozen
from rmg_core import OrderTrial

@frozen
class Apart:
    def trials(self):
        return [OrderTrial({"response": "ab"}, {"response": "abc"})]
    def grade(self, response: str) -> float:
        return 1 / len(response)
""",
    )
    apart = '[graders.apart]\nuse = "./apart.py:Apart"\nisolate = true\n'
    mapped = apart + 'mapper = { response = "answer" }\n'
    said = tried('GradeTrial({"response": "four"}, 4.0)', config=CONFIG + mapped)
    assert "apart   1 of 1       -\n" in said.out
