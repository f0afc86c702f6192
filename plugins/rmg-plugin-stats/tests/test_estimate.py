"""`rmg estimate`, as its user sees it."""

import json

import pytest

from .labelled_run import kept, rmg

ROWS = [
    {
        "id": f"{at:03d}",
        "answer": "x",
        "score": None if at == 7 else float(at % 5 != 0),
        "human": int(at % 4 != 0) if at < 120 else None,
        "word": "good" if at % 4 else "bad",
        "prompt": at // 7,
    }
    for at in range(200)
]


@pytest.fixture
def desk(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    kept(tmp_path, ROWS)
    capsys.readouterr()
    return tmp_path


def test_the_report_says_what_is_estimated_and_with_what_coverage(desk, capsys):
    assert rmg("estimate", "runs/qa", "--labels", "human") == 0
    said = capsys.readouterr()
    assert said.out.startswith("What people would say of runs/qa, from 120 labels\n")
    assert "people label 1 (as 'human' says), over all 200 samples of the run" in said.out
    for name in ("labels and judge", "labels only", "judge only", "corrected rate", "PPI++, λ ="):
        assert name in said.out
    assert "scored by the judge    199  99.5%" in said.out
    assert said.err.startswith("how the labelled samples were chosen is not known")


def test_json_and_markdown_have_the_same_figures(desk, capsys):
    rmg("estimate", "runs/qa", "--labels", "human", "--json")
    told = json.loads(capsys.readouterr().out)
    assert (told["samples"], told["labelled"], told["scored"]) == (200, 120, 199)
    assert 0 <= told["trust"] <= 1
    first = told["sections"]["estimate"]["figures"][0]
    assert first["low"] < first["value"] < first["high"]
    assert rmg("estimate", "runs/qa", "--labels", "human", "-o", "report.md") == 0
    text = (desk / "report.md").read_text()
    assert f"| labels and judge | {first['value']:.4g} |" in text
    assert "> how the labelled samples were chosen" in text


def test_a_field_of_lists_has_a_label_of_each_person(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    rows = [
        {**row, "people": [row["human"], 1] if row["human"] is not None else None} for row in ROWS
    ]
    kept(tmp_path, rows)
    capsys.readouterr()
    assert rmg("estimate", "runs/qa", "--labels", "people", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    figures = {each["name"]: each for each in told["sections"]["estimate"]["figures"]}
    assert told["labelled"] == 120
    assert figures["labels only"]["value"] == 0.875


def test_a_threshold_that_no_score_reaches_is_refused(desk, capsys):
    assert rmg("estimate", "runs/qa", "--labels", "human", "--threshold", "4") == 2
    assert capsys.readouterr().err == (
        "the threshold 4 is not on the scale 0..1 of 'judge'; name a score on it\n"
    )


def test_words_are_worth_what_is_said(desk, capsys):
    assert rmg("estimate", "runs/qa", "--labels", "word") == 2
    assert "--value 'bad'=1" in capsys.readouterr().err
    words = ["--labels", "word", "--value", "good=1", "--value", "bad=0", "--json"]
    assert rmg("estimate", "runs/qa", *words) == 0
    told = json.loads(capsys.readouterr().out)
    figures = {each["name"]: each for each in told["sections"]["estimate"]["figures"]}
    assert figures["labels only"]["value"] == 0.75
    assert figures["labels and judge"]["value"] is None
    assert "the labels alone are the answer" in figures["labels and judge"]["why"]


def test_a_drawn_sample_is_read_back(desk, capsys):
    rmg("sample", "runs/qa", "--for-labels", "60", "--stratify", "judge", "--show", "answer")
    lines = (desk / "labels.csv").read_text("utf-8-sig").splitlines()
    at = lines[0].split(",").index("label")
    table = [line.split(",") for line in lines]
    for cells in table[1:]:
        cells[at] = str(int(int(cells[1]) % 4 != 0))
    (desk / "labels.csv").write_text("\n".join(";".join(cells) for cells in table))
    capsys.readouterr()
    assert rmg("estimate", "runs/qa", "--labels", "labels.csv", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["labelled"] == 60
    (strata,) = told["sections"]["strata"]["tables"].values()
    assert sorted(row["samples"] for row in strata) == ["1", "159", "40"]
    rarer, few = told["warnings"]
    assert rarer.startswith("11 of 60 labels are the rarer of the two")
    assert few == "60 labels: below 100 the interval covers somewhat less than it says"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--labels", "humen"), "did you mean 'human'?"),
        (
            ("--labels", "none.csv"),
            "none.csv: there is no such file; `rmg sample RUN --for-labels N` writes one",
        ),
        (("--labels", "row.jsonl"), "there is no such file; did you mean 'rows.jsonl'?"),
        (("--labels", "human", "--column", "jugde"), "did you mean 'judge'?"),
        (("--labels", "word", "--value", "good"), "write LABEL=NUMBER, such as good=1"),
        (("--labels", "human", "--json", "--markdown"), "two forms: choose one"),
        ((), "Missing option '--labels'"),
    ],
)
def test_a_wrong_question_is_told(desk, capsys, options, said):
    assert rmg("estimate", "runs/qa", *options) == 2
    assert said in capsys.readouterr().err


def test_clusters_widen_the_interval(desk, capsys):
    def width(*options):
        rmg("estimate", "runs/qa", "--labels", "human", "--json", *options)
        figure = json.loads(capsys.readouterr().out)["sections"]["estimate"]["figures"][0]
        return figure["high"] - figure["low"]

    assert width("--cluster", "prompt") != width()
