"""`rmg why` of a grader that asks models: its votes, and what was asked."""

import json

import pytest

from rmg_core.cli.metadata import plain_part, tables_in

CONFIG = """
[dataset]
path = "rows.jsonl"
id = "id"

[models.judge]
use = "./client.py:Client"

[graders.kind]
use = "./judges.py:kind"
options = { model = "judge" }
"""

CLIENT = """
from attrs import frozen
from rmg_core.models import Embeddings, Reply, Usage

@frozen
class Client:
    word: str = "yes"

    async def chat(self, request):
        return Reply(self.word, usage=Usage(20, 4))

    async def embed(self, request):
        return Embeddings(tuple((1.0, 0.0) for _ in request.texts))
"""

JUDGES = """
from rmg_core import GraderScore
from rmg_core.models import Image, Message, Model, Text

async def kind(response: str, *, model: Model) -> GraderScore:
    print("grading")
    first = await model.ask(f"Is this kind?\\n\\n{response}", parameters={"temperature": 0})
    told = (Message("system", "Be sure."), Message("user", (Text("Sure?"), Image("https://x/y"))))
    second = await model.ask(told)
    votes = [
        {"model": "judge", "verdict": {"labels": {"": first.text}, "reason": "two words"}},
        {"model": "judge", "verdict": {"labels": {"": second.text}}, "order": [1, 0]},
    ]
    return GraderScore(1.0, "", {"votes": votes, "agreement": 1.0})

async def near(response: str, *, model: Model) -> float:
    return (await model.embed([response, "kind"])).vectors[0][0]
"""


@pytest.fixture
def run(desk):
    desk.write("qa.toml", CONFIG)
    desk.write("client.py", CLIENT)
    desk.write("judges.py", JUDGES)
    desk.write("rows.jsonl", [{"id": "a", "response": "I see."}])
    assert desk.rmg("run", "qa.toml").code == 0
    return desk


def test_what_a_model_was_asked_stands_before_its_reply(run):
    said = run.rmg("why", "runs/qa", "a", "kind")
    assert said.code == 0
    assert "grading" not in said.out
    first, second = said.out.split("\n\ncall ")[1:]
    assert first.startswith(
        """\
0
  model       ./client.py:Client {"word": "yes"}
  prompt      user:
              Is this kind?

              I see.
  asked with  {"parameters": {"temperature": 0}}
  reply       yes
"""
    )
    assert second.startswith(
        """\
1
  model     ./client.py:Client {"word": "yes"}
  prompt    system:
            Be sure.

            user:
            Sure?
            (image https://x/y)
  reply     yes
"""
    )


def test_votes_are_told_one_by_one_and_not_as_json(run):
    said = run.rmg("why", "runs/qa", "a", "kind", "--no-import").out
    assert 'metadata     {"agreement": 1.0}\n' in said
    assert (
        """\

votes 0
  model           judge
  verdict labels  yes
  verdict reason  two words

votes 1
  model           judge
  verdict labels  yes
  order           [1, 0]

call 0
"""
        in said
    )


def test_without_imports_no_prompt_is_made(run):
    assert "prompt" not in run.rmg("why", "runs/qa", "a", "kind", "--no-import").out
    told = run.rmg("why", "runs/qa", "a", "kind", "--no-import", "--json").json
    assert "request" not in told["cells"][0]["calls"][0]


def test_requests_as_json_are_whole(run):
    run.write("rows.jsonl", [{"id": "a", "response": "I see. " * 1000}])
    run.rmg("run", "qa.toml")
    assert "characters, which --json has" in run.rmg("why", "runs/qa", "a", "kind").out
    [first, second] = run.rmg("why", "runs/qa", "a", "kind", "--json").json["cells"][0]["calls"]
    asked = first["request"]["messages"][0]["content"]
    assert asked == "Is this kind?\n\n" + "I see. " * 1000
    assert second["request"]["messages"][0] == {"role": "system", "content": "Be sure."}


OTHER = "  prompt    the grader asks something else now: it, its inputs or its model have changed\n"


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("judges.py", JUDGES.replace("Is this kind", "Is this rude")),
        ("client.py", CLIENT.replace('"yes"', '"no"')),
        ("rows.jsonl", [{"id": "a", "response": "I do not."}]),
    ],
)
def test_what_is_asked_otherwise_now_is_not_told_for_what_was_asked(run, file, text):
    run.write(file, text)
    said = run.rmg("why", "runs/qa", "a", "kind")
    assert (said.code, said.out.count(OTHER)) == (0, 2)
    asked = run.rmg("why", "runs/qa", "a", "kind", "--json").json["cells"][0]["calls"]
    assert [each["request"] for each in asked] == [None, None]


def test_what_cannot_be_asked_anew_says_why(run):
    run.write("rows.jsonl", [{"id": "b", "response": "I see."}])
    said = run.rmg("why", "runs/qa", "a", "kind").out
    assert said.count("  prompt    it cannot be made anew without the inputs\n") == 2


def test_a_grader_that_raises_now_leaves_its_first_prompts(run):
    run.write("judges.py", JUDGES.replace("    told =", "    raise ValueError\n    told ="))
    said = run.rmg("why", "runs/qa", "a", "kind").out
    assert "Is this kind?" in said
    assert said.count(OTHER) == 1


def test_each_repeat_has_its_own_prompts(run):
    run.write("qa.toml", CONFIG + "repeats = 2\n")
    run.rmg("run", "qa.toml")
    said = run.rmg("why", "runs/qa", "a", "kind", "--json").json
    asked = [each["request"] for cell in said["cells"] for each in cell["calls"]]
    assert len(asked) == 4
    assert None not in asked


def test_the_texts_of_an_embedding_are_told(run):
    run.write("qa.toml", CONFIG.replace("py:kind", "py:near"))
    run.rmg("run", "qa.toml")
    said = run.rmg("why", "runs/qa", "a", "kind").out
    assert "  prompt    I see.\n            kind\n  reply     2 vectors\n" in said


def test_no_call_is_made_and_the_store_stays_as_it_is(run):
    file = run.folder / "runs/qa/store.sqlite"
    before = file.read_bytes()
    run.write("client.py", CLIENT.replace("return Reply", "raise SystemExit; return Reply"))
    assert run.rmg("why", "runs/qa", "a", "kind").code == 0
    assert file.read_bytes() == before


def test_tables_within_tables_are_told_after_them():
    metadata = {"pairs": [{"pair": [0, 1], "votes": [{"model": "m"}]}], "net": 1, "empty": []}
    assert plain_part(metadata) == {"net": 1, "empty": []}
    assert list(tables_in(metadata)) == [
        ("pairs 0", [("pair", "[0, 1]")]),
        ("pairs 0, votes 0", [("model", "m")]),
    ]


def test_a_table_that_holds_tables_is_told_with_what_it_says_itself():
    metadata = {"escalated": {"counts": {"a": 1}, "votes": [{"model": "m", "sample": 1}]}}
    assert list(tables_in(metadata)) == [
        ("escalated", [("counts a", "1")]),
        ("escalated, votes 0", [("model", "m"), ("sample", "1")]),
    ]


@pytest.mark.parametrize("value", [[], [1], [{"a": 1}, 2], [{}], {}, {"a": 1}, "text", None])
def test_what_is_no_list_of_tables_stays_json(value):
    assert plain_part({"it": value}) == {"it": value}
    assert json.dumps(list(tables_in({"it": value}))) == "[]"
