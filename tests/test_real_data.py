"""Real data with known answers, through configs as a user writes them."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from rmg_core import GraderError, GraderScore, GradingRunner
from rmg_core.cli import rmg

DATA = Path(__file__).resolve().parents[1] / ".." / "shared" / "data"
pytest.importorskip("rmg_plugin_text", reason="rmg-plugin-text is not installed")

GSM8K = """
[dataset]
path = "{path}"
id = "id"

[graders.solved]
use = "text/number_match"
mapper = { response = "input.solution", reference = "input.gold" }
"""

PANDALM = """
packs = ["text"]

[dataset]
path = "{path}"
id = "id"
"""

TEN = {
    "exact_match": 'reference = "question"',
    "contains": 'needles = { value = "the" }',
    "starts_with": 'needles = { value = ["I", "The"] }',
    "regex": "",
    "token_f1": 'reference = "question"',
    "rougeL": 'reference = "question"',
    "edit_similarity": 'reference = "question"',
    "length_between": "",
    "distinct_n": "",
    "privacy_leak": "",
}


def rows_of(name: str) -> list[dict[str, Any]]:
    path = DATA / name
    if not path.exists():
        pytest.skip("../shared/data is not there")
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def runner_of(tmp_path: Path, config: str, name: str) -> GradingRunner:
    file = tmp_path / "rmg.toml"
    file.write_text(config.replace("{path}", str((DATA / name).resolve())))
    return GradingRunner.from_config(file)


def test_number_match_agrees_with_every_recorded_solution(tmp_path: Path):
    name = "vectors/gsm8k_model_solutions.jsonl"
    rows = rows_of(name)
    solved = runner_of(tmp_path, GSM8K, name).run()["solved"]
    assert all(isinstance(each, GraderScore) for each in solved)
    agreed = [each.score == float(row["expected"]) for each, row in zip(solved, rows, strict=True)]
    assert (sum(agreed), len(agreed)) == (1693, 1693)


def test_what_is_not_a_text_is_an_error_and_what_is_empty_is_graded(tmp_path: Path):
    name = "texts/pandalm_pairs.jsonl"
    rows = rows_of(name)
    config = PANDALM
    for grader, mapping in TEN.items():
        for field in ("a", "b"):
            pairs = ", ".join(filter(None, (f'response = "{field}"', mapping)))
            config += f'[graders.{grader}_{field}]\nuse = "{grader}"\nmapper = {{ {pairs} }}\n'
            if grader == "regex":
                config += "options = { pattern = '[.!?]$' }\n"
            if grader == "length_between":
                config += "options = { maximum = 50 }\n"
    results = runner_of(tmp_path, config, name).run()

    wrong = {(i, f) for i, row in enumerate(rows) for f in "ab" if row[f] is True}
    empty = {(i, f) for i, row in enumerate(rows) for f in "ab" if row[f] == ""}
    assert (len(wrong), len(empty)) == (6, 54)
    for grader in TEN:
        for field in "ab":
            column = results[f"{grader}_{field}"]
            for index, outcome in enumerate(column):
                if (index, field) in wrong:
                    assert isinstance(outcome, GraderError)
                    assert outcome.kind == "bad_input"
                    assert outcome.error == (
                        f"sample {index} (id {rows[index]['id']!r}): "
                        "input 'response' must be str, and is true"
                    )
                else:
                    assert isinstance(outcome, GraderScore), (grader, index, outcome)
            failed = Counter(f for _, f in wrong)[field]
            assert results.summary[f"{grader}_{field}"].errors == {"bad_input": failed}
            assert results.summary[f"{grader}_{field}"].scored == len(rows) - failed


THREE = """
[dataset]
path = "{path}"
id = "id"

[graders.solved]
use = "text/number_match"
mapper = { response = "input.solution", reference = "input.gold" }

[graders.same]
use = "text/exact_match"
mapper = { response = "input.solution", reference = "input.gold" }

[graders.long]
use = "text/length_between"
mapper = { response = "input.solution" }
options = { maximum = 80 }

[aggregators.overall]
use = "weighted_sum"
options = { weights = { solved = 2, same = 1, long = 1 } }
"""


def test_an_edited_option_runs_its_grader_and_an_edited_weight_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
):
    def run(*settings: str) -> tuple[str, Any]:
        options = [part for each in settings for part in ("--set", each)]
        with pytest.raises(SystemExit) as ended:
            rmg.main(["run", "qa.toml", "--json", *options], prog_name="rmg")
        assert ended.value.code == 0
        out, err = capsys.readouterr()
        return err.splitlines()[0], json.loads(out)

    rows = rows_of("vectors/gsm8k_model_solutions.jsonl")
    place = (DATA / "vectors/gsm8k_model_solutions.jsonl").resolve()
    monkeypatch.chdir(tmp_path)
    Path("qa.toml").write_text(THREE.replace("{path}", str(place)))
    assert len(rows) == 1693
    assert run()[0] == "5,079 of 5,079 cells to run: nothing is stored yet"
    first, edited = run("graders.long.options.maximum=60")
    assert first == "1,693 of 5,079 cells to run: 1,693 of long (changed: options)"
    assert edited["reused"] == 3386
    first, weighted = run(
        "graders.long.options.maximum=60", "aggregators.overall.options.weights.same=9"
    )
    assert first == "0 of 5,079 cells to run: what is stored stands"
    assert weighted["reused"] == 5079
    before, after = edited["columns"], weighted["columns"]
    assert {name for name in before if before[name]["mean"] != after[name]["mean"]} == {"overall"}
