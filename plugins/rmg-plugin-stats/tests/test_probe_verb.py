"""`rmg validate RUN --probe NAME`, without labels."""

import json

import pytest
from click.testing import CliRunner

from rmg_core.cli import rmg

from .probed import run_of


@pytest.fixture
def said(tmp_path, monkeypatch):
    """What `rmg validate runs/qa …` says of a run of a scripted grader."""
    monkeypatch.chdir(tmp_path)

    def asked(*words, grader="wordy", more=""):
        with run_of(tmp_path, grader, more=more, count=6):
            pass
        return CliRunner().invoke(rmg, ["validate", "runs/qa", *words])

    return asked


def test_a_run_is_probed_without_labels(said):
    ended = said("--probe", "length", "--probe", "swap")
    assert ended.exit_code == 0
    assert ended.stderr == ("probes of 'wordy' (length, swap): 18 gradings; no model is asked\n")
    assert "wordy: probe length, the same answer made longer" in ended.stdout
    assert "Padding that says nothing: raises scores" in ended.stdout
    assert "Not available: the grader compares no two answers" in ended.stdout


def test_probes_are_written_as_json(said):
    ended = said("--probe", "length", "--probe-limit", "3", "--json")
    made = json.loads(ended.stdout)
    [first, *_] = made["sections"]["wordy.probe_length"]["figures"]
    assert (first["name"], first["n"]) == ("padded: mean change", 3)


def test_of_several_graders_one_must_be_named(said):
    mapper = "{ response_a = 'response', response_b = 'other' }"
    more = f"[graders.fair]\nuse = './graders.py:fair'\nmapper = {mapper}\n"
    ended = said("--probe", "length", more=more)
    assert ended.exit_code == 2
    assert ended.stderr == (
        "the run has 2 graders, and none is named; add --column with one of wordy, fair\n"
    )
    assert said("--probe", "swap", "--column", "fair", more=more).exit_code == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "name what people said with --labels, or a probe with --probe"),
        (("--probe", "length", "--slice", "x"), "--slice needs labels: name them with --labels"),
        (("--labels", "x", "--offline"), "--offline is for probes: name one with --probe"),
        (("--probe", "lenght"), "there is no probe 'lenght'; did you mean 'length'?"),
    ],
)
def test_a_wrong_question_is_told(said, words, message):
    ended = said(*words)
    assert ended.exit_code == 2
    assert message in ended.stderr
