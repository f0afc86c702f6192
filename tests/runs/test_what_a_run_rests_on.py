"""What tells whether two runs can be compared, and whether one has failed."""

import json

import pytest

from rmg_core import StoredRun
from rmg_core.cli import rmg

GRADERS = '''
from rmg_core import grader

@grader(version="2")
def words(response: str, *, most: int = 5) -> float:
    """1 when the response has at most `most` words."""
    if not response:
        raise ValueError("nothing")
    return float(len(response.split()) <= most)
'''

CONFIG = """
max_errors = 0.4

[dataset]
path = "rows.jsonl"

[graders.words]
use = "./graders.py:words"
options = { most = 3 }

[aggregators.all]
use = "mean"
"""

ROWS = [{"response": "one two", "by": {"name": "x"}}, {"response": ""}]


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run a config of two samples, one of which is an error; return the open run."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "graders.py").write_text(GRADERS)
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(each) + "\n" for each in ROWS))

    def start(config=CONFIG):
        (tmp_path / "qa.toml").write_text(config)
        code = rmg.main(["run", "qa.toml", "--quiet"], prog_name="rmg", standalone_mode=False)
        return code, StoredRun.open("runs/qa")

    return start


def test_a_column_says_what_its_grades_depend_on(run):
    with run()[1] as stored:
        words, total = stored.columns
    assert (words.made_by["version"], words.made_by["options"]) == ("2", {"most": 3})
    assert words.made_by["source"]
    assert total.made_by == {}


def test_rows_come_whole(run):
    with run()[1] as stored:
        assert [row for _, row in stored.rows()] == ROWS
        assert stored.imprint


def test_a_run_with_too_many_errors_has_failed(run):
    with run()[1] as stored:
        assert stored.failure == "the run failed: too many errors in 'words'"


def test_a_run_with_few_errors_has_not_failed(run):
    with run(CONFIG.replace("0.4", "0.5"))[1] as stored:
        assert stored.failure is None
