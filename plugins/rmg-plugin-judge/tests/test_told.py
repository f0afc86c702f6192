"""What the command line tells of judges: their pairs, their votes and their prompts."""

import json
from pathlib import Path

import pytest

from rmg_core.cli import rmg
from rmg_core.testing import check_pack

PAIRS = """
[[tests.pairs]]
better = { query = "Hi", response = "Hello!" }
worse = { query = "Hi", response = "Go away." }
why = "One greets."
[[tests.pairs]]
better = { query = "Hi", response = "Hello!" }
worse = { query = "Hi", response = "Good day!" }
tie = true
"""

CLIENT = '''
import re
from attrs import frozen
from rmg_core.models import Reply, Usage

@frozen
class Client:
    """A judge that likes greetings, and forgets the verdict of what is odd."""
    kind: str = "2"

    async def chat(self, request):
        text = "".join(each.content for each in request.messages)
        nonce = re.findall(r"VERDICT-(\\w+)", text)[0]
        if "odd" in text and len(request.messages) == 2:
            return Reply("How odd.", usage=Usage(20, 4))
        if "candidate" in text:
            first = re.findall(r"BEGIN candidate A \\w+ ===\\n(.*)", text)[0]
            label = "A" if first.startswith("Hello") else "B"
        else:
            label = "0" if "Go away" in text or "What?" in text else self.kind
        return Reply(f"So it is.\\nVERDICT-{nonce}: {label}", usage=Usage(20, 4))
'''

CONFIG = """
packs = ["judge"]
[dataset]
path = "rows.jsonl"
[models.judge]
use = "./client.py:Client"
[graders.tone]
use = "./tone.toml"
options = { model = "judge" }
[graders.best]
use = "judge/preference"
options = { model = "judge" }
mapper = { query = "query", response_a = "response", response_b = "other" }
"""

ONE_LINE = """\
from rmg_core import hookimpl
from rmg_plugin_judge import rubrics_in

@hookimpl
def rmg_graders(): return rubrics_in(__name__)
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, install, rubric_text) -> Path:
    folder = tmp_path / "desk"
    folder.mkdir()
    monkeypatch.chdir(folder)
    row = {"query": "Hi", "response": "Hello, odd one!", "other": "Go away."}
    (folder / "rows.jsonl").write_text(json.dumps(row) + "\n", "utf-8")
    (folder / "tone.toml").write_text(rubric_text + PAIRS, "utf-8")
    (folder / "client.py").write_text(CLIENT, "utf-8")
    (folder / "qa.toml").write_text(CONFIG, "utf-8")
    return folder


@pytest.fixture
def said(capsys, desk):
    """Run `rmg`, and return its exit code and its results."""

    def run(*arguments: str) -> tuple[int, str]:
        capsys.readouterr()
        try:
            rmg.main(list(arguments), prog_name="rmg")
            code = 0
        except SystemExit as ended:
            code = ended.code
        return code, capsys.readouterr().out

    return run


def test_the_pairs_of_a_rubric_are_judged_by_the_model_of_the_config(said, desk):
    code, told = said("check", "qa.toml", "--pairs")
    assert "tone    2 of 2       1 of 1\n" in told
    # It always prefers the second one that it is shown: all are alike to it.
    assert "best    1 of 2       0 of 1\n" in told
    assert "best, pair 1: wanted the first above the second, and got 0.5 and 0.5\n" in told
    assert code == 1


def test_a_judge_that_finds_all_alike_orders_no_pair(said, desk):
    client = CLIENT.replace('"0" if', "self.kind if")
    (desk / "client.py").write_text(client, "utf-8")
    code, told = said("check", "qa.toml", "--pairs")
    assert code == 1
    assert "tone    1 of 2       0 of 1\n" in told
    assert "tone, pair 1: wanted the first above the second, and got 2 and 2\n" in told
    assert "  One greets.\n" in told


def test_votes_and_prompts_of_a_pair_are_told(said):
    assert said("run", "qa.toml")[0] == 0
    code, told = said("why", "runs/qa", "0", "best")
    assert code == 0
    first, second = told.split("\nvotes ")[1:]
    assert "verdict labels  A\n" in first
    assert "order           [0, 1]\n" in first
    assert "verdict reason  So it is.\n" in second
    assert "order           [1, 0]\n" in second
    calls = told.split("\ncall ")[1:]
    # Each order was asked for twice: the first reply had no verdict.
    assert len(calls) == 4
    assert all("  prompt    system:\n" in each for each in calls)
    assert sum("Your reply had no valid verdict line." in each for each in calls) == 2


def test_the_prompt_of_another_rubric_is_not_told_for_what_was_asked(said, desk, rubric_text):
    assert said("run", "qa.toml")[0] == 0
    (desk / "tone.toml").write_text(rubric_text.replace("Judge the tone", "Judge it"), "utf-8")
    _, told = said("why", "runs/qa", "0", "tone")
    assert "the grader asks something else now" in told
    assert "the grader is not the one that graded" in told


def test_a_pack_of_rubrics_keeps_the_contract_without_a_line_of_its_own(install, rubric_text):
    files = {"__init__.py": ONE_LINE, "tone.toml": rubric_text + PAIRS}
    install("manners", "rmg_plugin_manners", files)
    assert check_pack("manners") == []


def test_a_rubric_of_a_pack_needs_pairs(install, rubric_text):
    install("manners", "rmg_plugin_manners", {"__init__.py": ONE_LINE, "tone.toml": rubric_text})
    assert [(each.check, each.message) for each in check_pack("manners")] == [
        ("trials", "it tells trials, and none is a pair")
    ]
