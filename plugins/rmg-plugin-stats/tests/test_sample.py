"""`rmg sample`, as its user sees it."""

import csv
import json

import pytest

from rmg_core import StoredRun
from rmg_plugin_stats.labelling import labels_of
from rmg_plugin_stats.reading import read

from .labelled_run import CONFIG, kept, rmg

ROWS = [
    {
        "id": f"{at:03d}",
        "answer": "=1+1" if at % 2 else "line\nbreak, comma",
        "label": "good",
        "score": None if at % 10 == 0 else at % 4 / 4,
        "topic": "geo" if at % 3 else "art",
    }
    for at in range(40)
]


@pytest.fixture
def desk(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    kept(tmp_path, ROWS)
    capsys.readouterr()
    return tmp_path


def table(file):
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_file_has_the_inputs_and_no_score(desk, capsys):
    assert rmg("sample", "runs/qa", "--for-labels", "12", "--show", "answer") == 0
    assert capsys.readouterr().out.startswith("12 of 40 samples are in labels.csv: fill in")
    rows = table(desk / "labels.csv")
    assert list(rows[0]) == ["index", "id", "answer", "label", "weight", "stratum", "stratum_size"]
    assert len({row["id"] for row in rows}) == 12
    assert {row["answer"] for row in rows} == {"'=1+1", "line\nbreak, comma"}
    assert {row["label"] for row in rows} == {""}
    assert {float(row["weight"]) for row in rows} == {40 / 12}


def test_the_inputs_of_the_only_grader_are_shown_by_default(desk):
    assert rmg("sample", "runs/qa", "--for-labels", "2", "-o", "x.jsonl") == 0
    row = json.loads((desk / "x.jsonl").read_text().splitlines()[0])
    assert list(row)[:4] == ["index", "id", "answer", "score"]
    assert row["label"] is None


def test_a_shown_field_is_never_taken_for_a_label(desk):
    rmg("sample", "runs/qa", "--for-labels", "2", "--show", "label", "--raters", "2", "--unblind")
    row = table(desk / "labels.csv")[0]
    assert list(row)[2:6] == ["field label", "score of judge", "label_1", "label_2"]


def test_strata_of_scores_tell_the_reader_and_not_the_rater(desk, capsys):
    rmg("sample", "runs/qa", "--for-labels", "20", "--stratify", "judge", "--json")
    told = json.loads(capsys.readouterr().out)
    assert {each["holds"] for each in told["strata"]} == {
        "judge 0",
        "judge 0.25",
        "judge 0.5",
        "judge 0.75",
        "no score of judge",
    }
    assert sum(each["samples"] for each in told["strata"]) == 40
    assert "judge" not in (desk / "labels.csv").read_text()


def test_filled_in_and_saved_again_the_file_is_read_with_its_weights(desk):
    rmg("sample", "runs/qa", "--for-labels", "20", "--stratify", "topic", "--show", "answer")
    rows = table(desk / "labels.csv")
    with (desk / "labels.csv").open("w", encoding="utf-16", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), delimiter=";")
        writer.writeheader()
        for at, row in enumerate(rows):
            mangled = {"id": str(int(row["id"])), "weight": row["weight"].replace(".", ",")}
            writer.writerow({**row, **mangled, "label": "" if at < 3 else str(at % 2)})
    with StoredRun.open("runs/qa") as run:
        found = labels_of(read(run, ["judge"]), ["labels.csv"])
    assert int(found.labelled.sum()) == 17
    assert found.sizes == {"topic = art": 14, "topic = geo": 26}
    weights = found.weights(found.labelled)
    assert weights[found.labelled].sum() == pytest.approx(40)


def test_labels_are_not_written_over(desk, capsys):
    (desk / "labels.csv").write_text("id,label\n001,1\n")
    assert rmg("sample", "runs/qa", "--for-labels", "2") == 2
    assert capsys.readouterr().err == (
        "labels.csv: is there already, with 1 labels in it; give another with -o FILE, or --force\n"
    )
    assert rmg("sample", "runs/qa", "--for-labels", "2", "-o", "graders.py") == 2
    assert "is no file of labels" in capsys.readouterr().err
    assert rmg("sample", "runs/qa", "--for-labels", "2", "--force") == 0
    assert rmg("sample", "runs/qa", "--for-labels", "2", "--seed", "1") == 0


def test_what_was_drawn_is_excluded_or_refused_with_the_reason(desk, capsys):
    rmg("sample", "runs/qa", "--for-labels", "30")
    more = ["sample", "runs/qa", "--for-labels", "10", "--exclude", "labels.csv", "-o", "more.csv"]
    assert rmg(*more) == 0
    ids = [row["id"] for name in ("labels.csv", "more.csv") for row in table(desk / name)]
    assert len(set(ids)) == 40
    capsys.readouterr()
    assert rmg(*more, "--stratify", "topic") == 2
    assert "give the same --stratify and --strata" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--column", "jugde"), "did you mean 'judge'?"),
        (("--stratify", "tpic"), "did you mean 'topic'?"),
        (("--exclude", "topic"), "'topic' is no file of labels"),
        (("-o", "none/x.csv"), "there is no directory 'none'"),
    ],
)
def test_a_wrong_option_is_told(desk, capsys, options, said):
    assert rmg("sample", "runs/qa", "--for-labels", "5", *options) == 2
    assert said in capsys.readouterr().err


def test_of_several_graders_one_is_named(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    kept(tmp_path, ROWS[1:9], CONFIG + '\n[graders.other]\nuse = "./graders.py:other"\n')
    capsys.readouterr()
    assert rmg("sample", "runs/qa", "--for-labels", "2") == 2
    assert capsys.readouterr().err == (
        "the run has several graders: judge, other; "
        "name one with --column, or the fields with --show\n"
    )
