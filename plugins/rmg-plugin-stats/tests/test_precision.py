import json
import subprocess
import sys

import pytest

from rmg_core import StoredRun
from rmg_core.cli import rmg
from rmg_plugin_stats.precision import precision

CONFIG = """
[dataset]
path = "rows.jsonl"

[graders.right]
use = "./graders.py:right"

[graders.same]
use = "./graders.py:same"
"""

GRADERS = """
def right(value: int) -> float:
    return float(value % 10 < 7)

def same(value: int) -> float:
    return 0.5
"""


@pytest.fixture
def pilot(tmp_path, monkeypatch):
    """Runs a config over rows, and leaves one with a thousand of them."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "graders.py").write_text(GRADERS)
    (tmp_path / "qa.toml").write_text(CONFIG)

    def rows(count):
        lines = "".join(json.dumps({"value": value}) + "\n" for value in range(count))
        (tmp_path / "rows.jsonl").write_text(lines)

    def run(count):
        rows(count)
        rmg.main(["run", "qa.toml", "--quiet"], prog_name="rmg", standalone_mode=False)
        rows(1_000)

    return run


def test_a_pilot_says_how_precise_a_mean_will_be(pilot):
    pilot(100)
    with StoredRun.open("runs/qa") as run:
        right, same = precision(run, width=0.04, samples=1_000)
    assert right["pilot"] == 100
    assert right["half_width"] == pytest.approx(0.0284, abs=0.0005)  # judging: ± .028 at p = .7
    assert 500 <= right["needed"] <= 520  # ± .040 at 500
    assert same["why"] == "all scores are the same, which tells nothing of how they vary"
    assert same["needed"] is None


def test_too_small_a_pilot_says_nothing(pilot):
    pilot(5)
    with StoredRun.open("runs/qa") as run:
        right, _ = precision(run, width=0.04, samples=1_000)
    assert right["why"] == "5 scores are too few, 10 are the least"


def test_the_plan_shows_it(pilot, capsys):
    pilot(100)
    capsys.readouterr()
    command = ["plan", "qa.toml", "--precision", "0.04"]
    rmg.main(command, prog_name="rmg", standalone_mode=False)
    row = next(line for line in capsys.readouterr().out.splitlines() if "100 samples" in line)
    assert row.split()[:5] == ["right", "0.461", "100", "samples", "±"]


def test_without_an_earlier_run_it_is_a_wrong_question(pilot, tmp_path):
    pilot(100)
    command = [sys.executable, "-m", "rmg_core", "plan", "qa.toml", "--run-dir", "other"]
    ended = subprocess.run(
        [*command, "--precision", "0.1"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 2
    assert "there is no run directory 'other'" in ended.stderr


@pytest.mark.parametrize("width", ["nan", "inf", "0"])
def test_a_width_that_is_none_is_refused(pilot, capsys, width):
    assert rmg.main(["plan", "qa.toml", "--precision", width], standalone_mode=False) == 2
    assert "Invalid value for '--precision'" in capsys.readouterr().err
