"""What probes ask is told before, kept, asked once, and bounded; failures are never scores."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from rmg_core import ConfigError, DataError, StoredRun
from rmg_core.cli import rmg
from rmg_plugin_stats.probes import probe
from rmg_plugin_stats.probes.items import answer_of, pick, sides_of

from .probed import MODEL, figures, run_of, write


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def asked():
    file = Path("asked.txt")
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def grid(section, title="what was graded"):
    [rows] = [each.rows for each in section.grids if each.title == title]
    return {row[0]: row[1:] for row in rows[1:]}


def test_a_probe_says_first_how_many_calls_it_makes(folder):
    told = []
    with run_of(folder, "asked", more=MODEL, count=5) as run:
        before = len(asked())
        probe(run, "asked", ["length"], tell=lambda said: told.append((said, len(asked()))))
    assert len(told) == 1
    said, then = told[0]
    assert said.startswith(
        "probes of 'asked' (length): 15 gradings; model 'judge': at least 15 calls, about"
    )
    assert then == before == 5
    assert len(asked()) == 20


def test_what_two_probes_ask_alike_is_counted_once(folder):
    told = []
    with run_of(folder, "asked", more=MODEL, count=5) as run:
        count = len(asked())
        probe(run, "asked", ["length", "repeat"], tell=told.append)
    assert "30 gradings; model 'judge': at least 25 calls" in told[0]
    assert len(asked()) == count + 25


def test_a_probe_again_asks_nothing_and_says_the_same(folder):
    told = []
    with run_of(folder, "asked", more=MODEL, count=5) as run:
        first = probe(run, "asked", ["length", "repeat"])
        count = len(asked())
        again = probe(run, "asked", ["length", "repeat"], tell=told.append)
    assert len(asked()) == count
    assert first == again
    assert "model 'judge': 0 calls" in told[0]


def test_probes_share_what_they_ask_of_samples_as_they_were(folder):
    with run_of(folder, "asked", more=MODEL, count=5) as run:
        probe(run, "asked", ["length"])
        assert len(asked()) == 5 + 15
        probe(run, "asked", ["style"])
        assert len(asked()) == 20 + 25


def test_more_samples_are_asked_beside_those_that_were(folder):
    with run_of(folder, "asked", more=MODEL, count=12) as run:
        few = [each.index for each in pick(run, "asked", 4, 7).items]
        assert [each.index for each in pick(run, "asked", 9, 7).items][:4] == few
        assert [each.index for each in pick(run, "asked", 4, 8).items] != few
        probe(run, "asked", ["length"], limit=4)
        count = len(asked())
        probe(run, "asked", ["length"], limit=6)
    assert len(asked()) == count + 2 * 3


def test_the_run_stays_as_it_was(folder):
    with run_of(folder, "asked", more=MODEL, count=5) as run:
        before = {each: each.read_bytes() for each in Path("runs/qa").iterdir() if each.is_file()}
        probe(run, "asked", ["length"])
    assert {each: each.read_bytes() for each in before} == before
    assert Path("runs/qa/probes/asked/store.sqlite").is_file()
    with run_of(folder, "asked", more=MODEL, count=5) as run:
        assert len(list(run.samples())) == 5


def test_after_a_crash_nothing_that_was_kept_is_asked_again(folder):
    write(folder, "asked", more=MODEL, count=6)
    code = (
        "from rmg_core import StoredRun; from rmg_plugin_stats.probes import probe\n"
        "with StoredRun.open('runs/qa') as run: probe(run, 'asked', ['length', 'style'])"
    )
    with run_of(folder, "asked", more=MODEL, count=6):
        pass
    Path("asked.txt").unlink()
    Path("deadly").touch()
    died = subprocess.run([sys.executable, "-c", code], check=False)
    assert (died.returncode, len(asked())) == (1, 20)
    Path("deadly").unlink()
    with StoredRun.open("runs/qa") as run:
        section, _ = probe(run, "asked", ["length", "style"])
    # The one that was not answered is asked twice, and no other.
    assert len(asked()) - len(set(asked())) == 1
    assert len(asked()) == 6 * 8 + 1
    assert grid(section)["padded"] == ("6", "6", "0", "0")


def test_offline_nothing_is_asked_and_what_is_missing_is_pending(folder):
    with run_of(folder, "asked", more=MODEL, count=6) as run:
        probe(run, "asked", ["length"], limit=2)
        count = len(asked())
        [section] = probe(run, "asked", ["length"], offline=True)
    assert len(asked()) == count
    assert grid(section)["padded"] == ("6", "2", "4", "0")
    assert figures(section)["padded: mean change"].n == 2
    assert section.notes[-1].startswith("12 of 18 gradings are pending: model 'judge' is not asked")


def test_a_budget_stops_a_probe_and_leaves_figures_of_what_was_asked(folder):
    with run_of(folder, "asked", more=MODEL, count=6) as run:
        count = len(asked())
        section, repeated = probe(run, "asked", ["length", "repeat"], calls=8)
        assert len(asked()) == count + 8
        assert sum(int(row[1]) for row in grid(section).values()) == 8
        assert "10 of 18 gradings are pending" in section.notes[-1]
        # What length has asked of the samples as they were is the first of their repeats.
        assert grid(repeated)["repeated"] == ("18", "6", "12", "0")
        assert figures(repeated)["flip rate"].value is None
        section, _ = probe(run, "asked", ["length", "repeat"])
        assert grid(section)["padded"] == ("6", "6", "0", "0")


def test_the_budget_of_the_config_holds(folder):
    more = MODEL.replace("[models", "[budget]\ncalls = 7\n\n[models", 1)
    with run_of(folder, "asked", more=more, count=6) as run:
        count = len(asked())
        probe(run, "asked", ["length"], calls=1000)
    assert len(asked()) == count + 7


def test_errors_are_counted_and_are_no_scores(folder):
    with run_of(folder, "failing") as run:
        [section] = probe(run, "failing", ["length"])
    assert grid(section)["padded"] == ("12", "4", "0", "8 error bad_input")
    mean = figures(section)["padded: mean change"]
    assert (mean.value, mean.n) == (0, 4)


def test_samples_without_a_score_are_left_out_and_told(folder):
    more = "when = 'gate >= 0.5'\n\n[graders.gate]\nuse = './graders.py:deaf'\n"
    with run_of(folder, "honest", more=more) as run:
        [section] = probe(run, "honest", ["repeat"])
    assert section.notes[-1] == (
        "Samples: 8 of 8 that have a score, all; 4 more have no score in the run."
    )


def test_answers_that_a_probe_leaves_alone_are_told(folder):
    with run_of(folder, "wordy", count=6) as run:
        coded = json.loads(Path("rows.jsonl").read_text().splitlines()[0])
    coded |= {"id": "code", "response": "```python\nprint(1)\n```"}
    with Path("rows.jsonl").open("a") as file:
        file.write(json.dumps(coded) + "\n")
    CliRunner().invoke(rmg, ["run", "qa.toml", "--quiet"])
    with StoredRun.open("runs/qa") as run:
        style, length = probe(run, "wordy", ["style", "length"])
    assert style.notes[-1] == "1 of them have no answer that this probe alters."
    assert length.notes[-1] == "Samples: 7 of 7 that have a score, all."


def test_no_sample_with_a_score_leaves_no_figure(folder):
    more = f'mapper = {{ response = {{ value = "{"x" * 400}" }} }}\n'
    with run_of(folder, "failing", more=more) as run:
        [section] = probe(run, "failing", ["length"])
    assert section.notes == ("Not available: no sample of the run has a score and inputs.",)


def test_the_same_seed_gives_the_same_and_another_one_other_samples(folder):
    with run_of(folder, "wordy") as run:
        one, same, other = (
            probe(run, "wordy", ["pairs"], limit=5, seed=seed) for seed in (1, 1, 2)
        )
    assert one == same != other


def refused(kind, call):
    with pytest.raises(kind) as raised:
        call()
    return str(raised.value)


def test_mistakes_are_told_before_anything_is_asked(folder):
    with run_of(folder, "asked", more=MODEL, count=3) as run:
        count = len(asked())
        assert refused(DataError, lambda: probe(run, "asked", ["lenght"])) == (
            "there is no probe 'lenght'; did you mean 'length'?"
        )
        assert refused(ConfigError, lambda: probe(run, "asked", ["length"], limit=0)) == (
            "limit is 0; give 1 or more"
        )
        assert refused(ConfigError, lambda: probe(run, "asked", ["repeat"], repeats=1)) == (
            "repeats is 1; give 2 or more"
        )
        assert refused(DataError, lambda: probe(run, "asked", ["length"], answer="respons")) == (
            "the grader has no input 'respons'; its inputs are 'response'"
        )
        assert "no grader or aggregator 'ask'" in refused(
            DataError, lambda: probe(run, "ask", ["length"])
        )
        assert len(asked()) == count


@pytest.mark.parametrize(
    ("inputs", "found", "why"),
    [
        ({"question": "a", "response": "b"}, "response", ""),
        ({"context": "a", "answer": "b"}, "answer", ""),
        ({"essay": "a", "marks": 3}, "essay", ""),
        ({"essay": "a", "topic": "b"}, None, "say which of them is the answer"),
        ({"response": ["a"]}, None, "no 'response' is a text"),
        ({"count": 3}, None, "the grader takes no text"),
    ],
)
def test_the_answer_is_found_by_its_name(inputs, found, why):
    class Item:
        pass

    item = Item()
    item.inputs = inputs
    place = answer_of(tuple(inputs), [item], None)
    assert place.name == found
    assert why in place.why


@pytest.mark.parametrize(
    ("names", "sides"),
    [
        (("query", "response_a", "response_b"), (("response_a", "response_b"),)),
        (("answer_1", "answer_2", "query"), (("answer_1", "answer_2"),)),
        (("first", "second"), (("first", "second"),)),
        (("a", "b"), (("a", "b"),)),
        (("query", "response"), ()),
        (("data",), ()),
    ],
)
def test_two_answers_are_found_by_how_their_names_end(names, sides):
    assert sides_of(names) == sides
