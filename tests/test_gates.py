"""`[gates.NAME]` of a config: read strictly, and held against the columns that there are."""

import json
from pathlib import Path

import pytest

from rmg_core import ConfigError, StoredRun
from rmg_core.cli import rmg
from rmg_core.config import GateConfig, parse_config
from rmg_core.plan import plan_of_config

GRADERS = '''
from rmg_core import grader

@grader(scale=(0, 1))
def right(right: float) -> float:
    """What the row says."""
    return right
'''

HEAD = '[dataset]\npath = "rows.jsonl"\n[graders.right]\nuse = "./graders.py:right"\n'
TAIL = '[aggregators.all]\nuse = "mean"\n'


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "graders.py").write_text(GRADERS)
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps({"right": 1}) + "\n" for _ in "abc"))
    return tmp_path


def faults(folder, gates):
    """Return what is wrong with gates, of which the first line is the first of the file."""
    config = parse_config(f"{gates}\n{HEAD}{TAIL}", file="qa.toml", base=folder)
    with pytest.raises(ConfigError) as raised:
        plan_of_config(config)
    return [str(each) for each in raised.value.problems]


def test_a_gate_is_read_from_its_table():
    text = (
        '[gates.polite]\ncolumn = "right"\nmin = 0.7\nmax_drop = 0.02\nmin_coverage = 1\n'
        'slice = { language = "de", hard = true }\ncluster = "author"\nlevel = 0.9\n'
    )
    gate = parse_config(text + HEAD).gates["polite"]
    assert gate == GateConfig(
        column="right",
        min=0.7,
        max_drop=0.02,
        min_coverage=1.0,
        slice={"language": "de", "hard": True},
        cluster="author",
        level=0.9,
    )
    assert gate.rules == {"min": 0.7, "max_drop": 0.02, "min_coverage": 1.0}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (
            "mim = 0.7",
            (
                "2:1: gates.right has no key 'mim'; did you mean 'min'? keys: by, cluster, column, "
                "level, max, max_drop, max_errors, min, min_coverage, slice"
            ),
        ),
        ('min = "0.7"', "2:7: gates.right.min must be a number, not the text '0.7'"),
        ("max_drop = -0.1", "2:12: gates.right.max_drop must be at least 0, not -0.1"),
        ("max_errors = 2", "2:14: gates.right.max_errors must be at most 1, not 2"),
        ("level = 1", "2:9: gates.right.level must be below 1, not 1"),
        ("slice = {}", "2:9: gates.right.slice must not be empty"),
    ],
)
def test_what_is_no_gate_is_told_with_its_position(written, said):
    with pytest.raises(ConfigError) as raised:
        parse_config(f"[gates.right]\n{written}\n{HEAD}", file="qa.toml")
    assert str(raised.value) == f"qa.toml:{said}"


@pytest.mark.parametrize(
    ("gates", "said"),
    [
        (
            "[gates.rigth]\nmin = 0.5",
            (
                "qa.toml:1:8: gate 'rigth' is of 'rigth', which is no grader and no aggregator; "
                "did you mean 'right'?"
            ),
        ),
        (
            '[gates.x]\nmin = 0.5\ncolumn = "al"',
            (
                "qa.toml:3:10: gate 'x' is of 'al', which is no grader and no aggregator; "
                "did you mean 'all'?"
            ),
        ),
        (
            '[gates.right]\ncluster = "author"',
            (
                "qa.toml:1:8: gate 'right' has no rule; add one: min, max, max_drop, min_coverage, "
                "max_errors"
            ),
        ),
        (
            "[gates.right]\nmin = 70",
            "qa.toml:2:7: min 70 is outside of the scale of 'right', which is 0..1",
        ),
        (
            "[gates.right]\nmax_drop = 2",
            "qa.toml:2:12: max_drop 2 is more than the scale of 'right', which is 0..1",
        ),
        (
            "[gates.right]\nmin = 0.9\nmax = 0.1",
            "qa.toml:2:7: no mean is at least 0.9 and at most 0.1; let min be below max",
        ),
        (
            '[gates.right]\nmin = 0.9\nby = "a"\nslice = { a = 1 }',
            (
                "qa.toml:3:6: gate 'right' is of one slice, and of every slice by 'a'; "
                "leave out slice or by"
            ),
        ),
    ],
)
def test_what_no_run_could_be_held_against_is_told_before_it_runs(folder, gates, said):
    assert faults(folder, gates) == [said]


def test_a_gate_of_a_column_with_a_mistake_of_its_own_is_not_told_too(folder):
    config = parse_config(
        "[gates.all]\nmin = 0.5\n" + HEAD + TAIL.replace("mean", "meen"), base=folder
    )
    with pytest.raises(ConfigError) as raised:
        plan_of_config(config)
    assert len(raised.value.problems) == 1


def run(text, *options):
    Path("qa.toml").write_text(text, "utf-8")
    rmg.main(["run", "qa.toml", *options], prog_name="rmg", standalone_mode=False)


def test_another_gate_makes_no_grade_stale(folder, capsys):
    run(HEAD + TAIL)
    capsys.readouterr()
    run(HEAD + TAIL + "[gates.right]\nmin = 0.5\n", "--json", "--quiet")
    assert json.loads(capsys.readouterr().out)["reused"] == 3


def test_the_gates_of_a_run_are_those_of_its_config_or_of_another(folder):
    run(HEAD + TAIL + "[gates.right]\nmin = 0.5\n", "--quiet")
    (folder / "new.toml").write_text(HEAD + "[gates.all]\ncolumn = 'right'\nmin = 0.9\n")
    with StoredRun.open("runs/qa") as stored:
        own = stored.gates(overrides=["gates.right.min=0.6"], has_other=False)
        new = stored.gates("new.toml", has_other=False)
    assert own == {"right": GateConfig(min=0.6)}
    assert new == {"all": GateConfig(column="right", min=0.9)}


def test_what_a_gate_needs_and_the_run_lacks_is_told(folder):
    run(HEAD + "[gates.right]\nmax_drop = 0.1\n", "--quiet")
    (folder / "new.toml").write_text(HEAD + TAIL + "[gates.all]\nmin = 0.9\n")
    with StoredRun.open("runs/qa") as stored:
        with pytest.raises(ConfigError, match="there is none to compare; name it: --against RUN"):
            stored.gates(has_other=False)
        with pytest.raises(ConfigError, match=r"new.toml:7:8: gate 'all' is of 'all', which is no"):
            stored.gates("new.toml", has_other=True)


def test_a_config_without_gates_lets_nothing_through(folder):
    run(HEAD, "--quiet")
    with StoredRun.open("runs/qa") as stored, pytest.raises(ConfigError) as raised:
        stored.gates(has_other=False)
    assert "the config has no gate; add a table such as [gates.NAME]" in str(raised.value)
