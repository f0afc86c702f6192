"""Recorded verdicts of two judges, read anew: PandaLM's pairs with three human labels each.

The raw texts ("1", "2", "0", "Tie", "garbage") were given to other prompts, and so have no nonce.
What is replayed by `basic/recorded`, which is the judge here, is each raw text as it stands in the
file, in the line that the prompt of its pair asks for. So the whole of each text is read as a label
by the strict parser, and nothing is added to it but the line.
"""

import json
from collections import Counter
from pathlib import Path

import pytest

from rmg_core import GraderError, GraderScore, GradingRunner, connect
from rmg_core.testing import ScriptedModel
from rmg_plugin_judge.graders import grader_class
from rmg_plugin_judge.values import Level, Prompt, Rubric, RubricInput

from .scripted import nonce_in

DATA = Path(__file__).resolve().parents[3] / ".." / "shared" / "data"
VOTES = DATA / "judge" / "pandalm_votes.jsonl"
pytestmark = pytest.mark.skipif(not VOTES.exists(), reason="the recorded votes are not here")

LABELS = {"1": 1.0, "Tie": 0.5, "2": 0.0}


def rubric(labels: dict[str, float]) -> Rubric:
    return Rubric(
        name="recorded",
        about="What a judge said of a pair.",
        inputs=(RubricInput("said"),),
        mode="pointwise",
        prompt=Prompt("Say it again."),
        levels=tuple(Level(label, "!", value) for label, value in labels.items()),
    )


def recording(rows: list[dict], field: str, labels: dict[str, float]) -> str:
    """Return the lines of a recording: to the prompt for each text, the line with the text."""
    asked = ScriptedModel("Hm.", name="asked")
    grader = grader_class(rubric(labels))(model=connect(asked), repairs=0, protocol="text")
    texts = {row[field] for row in rows}
    GradingRunner({"judge": {"grader": grader}}, max_errors=1.0).run(
        [{"said": text} for text in texts]
    )
    lines = []
    for request in asked.requests:
        user = request.messages[1].content
        text = user.split("===\n")[1].rpartition("\n===")[0]
        messages = [{"role": each.role, "content": each.content} for each in request.messages]
        reply = f"VERDICT-{nonce_in(user)}: {text}"
        lines.append(json.dumps({"messages": messages, "reply": reply}))
    assert len(lines) == len(texts)
    return "\n".join(lines)


def verdicts(
    folder: Path, field: str, labels: dict[str, float]
) -> tuple[list[dict], list[GraderError | GraderScore]]:
    rows = [json.loads(line) for line in VOTES.read_text("utf-8").splitlines()]
    (folder / "recorded.jsonl").write_text(recording(rows, field, labels), "utf-8")
    recorded = connect("recorded", {"path": str(folder / "recorded.jsonl")})
    grader = grader_class(rubric(labels))(model=recorded, repairs=0, protocol="text")
    runner = GradingRunner({"judge": {"grader": grader, "mapper": {"said": field}}}, max_errors=1.0)
    return rows, list(runner.run(rows)["judge"])


def majority(humans: list[int]) -> float:
    """Return the label of most humans as the score of the first answer."""
    [(label, _)] = Counter(humans).most_common(1)
    return {0: 0.5, 1: 1.0, 2: 0.0}[label]


def test_what_a_judge_did_not_say_is_an_error_and_no_tie(tmp_path):
    rows, outcomes = verdicts(tmp_path, "gpt35_raw", LABELS)
    failed = [
        (row["gpt35_raw"], each.kind)
        for row, each in zip(rows, outcomes, strict=True)
        if isinstance(each, GraderError)
    ]
    assert failed == [("garbage", "unparseable")] * 25


def test_the_accuracy_by_each_rule_for_what_is_missing_is_the_published_one(tmp_path):
    rows, outcomes = verdicts(tmp_path, "gpt35_raw", LABELS)
    truth = [majority(row["humans"]) for row in rows]
    scores = [each.score if isinstance(each, GraderScore) else None for each in outcomes]
    right = sum(score == true for score, true in zip(scores, truth, strict=True))
    as_ties = right + sum(
        score is None and true == 0.5 for score, true in zip(scores, truth, strict=True)
    )
    scored = sum(score is not None for score in scores)
    assert [
        round(100 * share, 2) for share in (as_ties / len(rows), right / len(rows), right / scored)
    ] == [71.07, 69.77, 71.56]


def test_a_judge_that_always_speaks_has_the_published_accuracy_and_confusions(tmp_path):
    rows, outcomes = verdicts(tmp_path, "pandalm_raw", {"1": 1.0, "0": 0.5, "2": 0.0})
    truth = [majority(row["humans"]) for row in rows]
    counts = Counter(zip(truth, (each.score for each in outcomes), strict=True))
    assert [[counts[true, said] for said in (0.5, 1.0, 0.0)] for true in (0.5, 1.0, 0.0)] == [
        [32, 35, 38],
        [40, 298, 84],
        [35, 100, 337],
    ]
