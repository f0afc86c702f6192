"""`rmg validate`: what it takes, what it says, and what people do wrong with it."""

import json

import pytest

from rmg_core.cli import rmg

from .validated import run_of, validated

ROWS = [
    {
        "id": f"q{number}",
        "human": int(number % 3 == 0),
        "score": (0.9 if number % 3 == 0 else 0.2) if number % 10 else 0.6,
        "topic": "odd" if number % 2 else "even",
        "prompt": number // 2,
        "answer": "word " * (number % 7 + 1),
    }
    for number in range(60)
]


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A folder to keep runs in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def wrong(capsys, *command):
    """Return what the command says of a mistake; it must leave with 2."""
    capsys.readouterr()
    assert rmg.main(["validate", *command], prog_name="rmg", standalone_mode=False) == 2
    return capsys.readouterr().err


def test_agreement_is_that_of_the_scores_at_the_threshold(desk, capsys):
    answer = validated(capsys, run_of(desk, ROWS, {"judge": "share:score"}), "--labels", "human")
    found = answer.figure("judge.agreement", "agreement")
    assert (found["value"], found["n"]) == (pytest.approx(56 / 60), 60)
    assert answer.report["graders"]["judge"] == {
        "kind": "binary",
        "labels": [0, 1],
        "rules": ["a score of 0.5 and more is a yes, the middle of its scale"],
    }


def test_another_threshold_is_another_verdict(desk, capsys):
    run = run_of(desk, ROWS, {"judge": "share:score"})
    answer = validated(capsys, run, "--labels", "human", "--threshold", "0.7")
    assert answer.value("judge.agreement", "agreement") == pytest.approx(58 / 60)


def test_a_threshold_that_no_score_reaches_is_refused(desk, capsys):
    run = run_of(desk, ROWS, {"judge": "share:score"})
    assert wrong(capsys, run, "--labels", "human", "--threshold", "70") == (
        "the threshold 70 is not on the scale 0..1 of 'judge'; name a score on it\n"
    )


def test_where_lower_is_better_a_low_score_is_a_yes(desk, capsys):
    rows = [{**row, "harm": 1 - row["score"]} for row in ROWS]
    answer = validated(capsys, run_of(desk, rows, {"harm": "harm:harm"}), "--labels", "human")
    assert answer.value("harm.agreement", "agreement") == pytest.approx(56 / 60)
    assert answer.value("harm.discrimination", "ROC AUC") > 0.9
    assert answer.value("harm.correlation", "Spearman's ρ") < 0


def test_scores_of_which_less_is_better_are_not_taken_from_yes_and_no(desk, capsys):
    rows = [{**row, "harm": 1 - row["human"]} for row in ROWS]
    run = run_of(desk, rows, {"harm": "harm:harm"})
    answer = validated(capsys, run, "--labels", "human", "--family", "topic", "--own", "odd")
    assert answer.value("harm.agreement", "agreement") == 1
    why = "a lower score is better, and a label of 1 is a yes"
    for section, name in (("differences", "MAE"), ("own_family", "self-preference")):
        found = answer.figure(f"harm.{section}", name)
        assert (found["value"], found["why"]) == (None, why)


def test_labels_in_units_of_a_scale_on_which_less_is_better_go_with_it(desk, capsys):
    rows = [{**row, "human": row["score"]} for row in ROWS]
    answer = validated(capsys, run_of(desk, rows, {"harm": "harm:score"}), "--labels", "human")
    assert answer.value("harm.correlation", "Spearman's ρ") == pytest.approx(1)
    assert "notes" not in answer.report["sections"]["harm.correlation"]


def test_slices_of_labels_on_another_scale_have_no_distance(desk, capsys):
    rows = [{**row, "human": 100 * row["score"]} for row in ROWS]
    run = run_of(desk, rows, {"judge": "share:score"})
    made = validated(capsys, run, "--labels", "human", "--slice", "topic").report["sections"]
    assert made["judge.slices"]["notes"] == [
        "MAE by slice: not available, labels and scores are not on one scale"
    ]


def test_an_error_is_no_verdict_and_is_listed(desk, capsys):
    rows = [
        {**row, "score": "??" if number < 5 else row["score"]} for number, row in enumerate(ROWS)
    ]
    run = run_of(desk, rows, {"judge": "share:score"})
    answer = validated(capsys, run, "--labels", "human")
    assert answer.value("judge.coverage", "coverage") == pytest.approx(55 / 60)
    assert answer.figure("judge.agreement", "agreement")["n"] == 55
    failed = answer.table("judge.coverage", "samples with an error")
    assert [each["sample"] for each in failed] == [f"q{number}" for number in range(5)]
    wrongly = validated(capsys, run, "--labels", "human", "--missing", "wrong")
    assert "5 missing counted as wrong" in wrongly.figure("judge.agreement", "agreement")["rule"]


def test_what_costs_nothing_is_held_against_the_samples_that_the_judge_has(desk, capsys):
    rows = [{**row, "score": row["score"] if row["human"] else "??"} for row in ROWS]
    run = run_of(desk, rows, {"judge": "share:score"})
    answer = validated(capsys, run, "--labels", "human")
    found = answer.figure("judge.baselines", "always 1, the commonest label")
    assert (found["value"], found["n"]) == (1.0, 20)
    answer = validated(capsys, run, "--labels", "human", "--missing", "wrong")
    found = answer.figure("judge.baselines", "always 0, the commonest label")
    assert (found["value"], found["n"]) == (pytest.approx(40 / 60), 60)


def test_a_path_that_leads_to_a_list_has_a_rater_for_each_element(desk, capsys):
    rows = [{**row, "people": [row["human"], row["human"], 1]} for row in ROWS]
    run = run_of(desk, rows, {"judge": "share:score"})
    answer = validated(capsys, run, "--labels", "people")
    assert answer.report["raters"] == ["people.0", "people.1", "people.2"]
    assert answer.value("people", "Cohen's κ, people.0 and people.1") == 1
    assert answer.value("judge.stand_in", "people.2 against the other raters") == pytest.approx(
        1 / 3
    )
    assert answer.value("judge.stand_in", "alt-test ω: raters that the judge beats") is not None


def test_labels_come_from_a_file_by_id(desk, capsys):
    lines = ["id,label", *(f"{row['id']},{'yes' if row['human'] else 'no'}" for row in ROWS[:30])]
    (desk / "labels.csv").write_text("\n".join(lines))
    run = run_of(desk, ROWS, {"judge": "share:score"})
    answer = validated(capsys, run, "--labels", str(desk / "labels.csv"))
    assert answer.report["labelled"] == 30
    assert "the label 'yes' counts as 1" in answer.told
    assert answer.figure("judge.agreement", "agreement")["value"] == pytest.approx(28 / 30)


def test_weights_of_the_file_count(desk, capsys):
    lines = ["id,label,weight,stratum"]
    for number, row in enumerate(ROWS[:40]):
        stratum = "low" if number % 10 else "high"
        lines.append(f"{row['id']},{row['human']},{1 if number % 10 else 9},{stratum}")
    (desk / "labels.csv").write_text("\n".join(lines))
    run = run_of(desk, ROWS, {"judge": "share:score"})
    answer = validated(capsys, run, "--labels", str(desk / "labels.csv"))
    found = answer.figure("judge.agreement", "agreement")
    assert "weighted" in found["rule"]
    assert found["value"] == pytest.approx((36 + 9 * 2) / (36 + 36))


def test_slices_are_told_with_adjusted_p_values(desk, capsys):
    run = run_of(desk, ROWS, {"judge": "share:score"})
    answer = validated(capsys, run, "--labels", "human", "--slice", "topic")
    rows = answer.table("judge.slices", "slices")
    assert [(each["slice"], each["labelled"]) for each in rows] == [
        ("topic = even", "30"),
        ("topic = odd", "30"),
    ]
    assert all(float(each["p adjusted"]) >= float(each["p"]) for each in rows)


def test_clusters_are_resampled_and_correlations_taken_within_them(desk, capsys):
    run = run_of(desk, ROWS, {"judge": "share:score"})
    answer = validated(capsys, run, "--labels", "human", "--cluster", "prompt")
    assert "30 clusters" in answer.figure("judge.agreement", "Cohen's κ")["rule"]
    assert answer.figure("judge.correlation", "Spearman's ρ within prompts")["unit"] == "prompts"


def test_figures_that_use_no_clusters_say_so(desk, capsys):
    rows = [{**row, "people": [row["human"], row["human"], 1]} for row in ROWS]
    run = run_of(desk, rows, {"judge": "share:score"})
    answer = validated(
        capsys, run, "--labels", "people", "--cluster", "prompt", "--system", "topic",
        "--text", "answer",
    )  # fmt: skip
    sections = answer.report["sections"]
    for each in (*sections["judge.stand_in"]["figures"], *sections["judge.surface"]["figures"]):
        assert each["rule"].endswith("clusters are not used")


def test_whole_numbers_on_one_scale_are_ordinal(desk, capsys):
    rows = [{**row, "stars": number % 5 + 1, "human": (number + number % 2) % 5 + 1}
            for number, row in enumerate(ROWS)]  # fmt: skip
    answer = validated(capsys, run_of(desk, rows, {"judge": "stars:stars"}), "--labels", "human")
    assert answer.report["graders"]["judge"]["kind"] == "ordinal"
    assert answer.figure("judge.agreement", "Cohen's κ, quadratic")["low"] is not None
    assert answer.figure("judge.differences", "MAE")["value"] is not None


def test_measurements_on_another_scale_are_ranked_and_not_subtracted(desk, capsys):
    rows = [{**row, "human": 100 * row["score"]} for row in ROWS]
    answer = validated(capsys, run_of(desk, rows, {"judge": "share:score"}), "--labels", "human")
    assert answer.value("judge.correlation", "Spearman's ρ") == pytest.approx(1)
    found = answer.figure("judge.differences", "MAE")
    assert (found["value"], found["why"]) == (None, "labels and scores are not on one scale")


def test_a_rule_for_labels_that_measurements_do_not_use_is_told(desk, capsys):
    rows = [{**row, "human": row["score"] / 2} for row in ROWS]
    run = run_of(desk, rows, {"judge": "share:score"})
    answer = validated(capsys, run, "--labels", "human", "--missing", "wrong")
    assert answer.report["graders"]["judge"]["rules"] == [
        "rules for ties and missing verdicts are for labels: none is used here"
    ]


def test_labels_that_are_texts_are_compared_with_those_of_the_judge(desk, capsys):
    rows = [
        {**row, "said": "ab"[row["human"]], "human": "abc"[number % 3]}
        for number, row in enumerate(ROWS)
    ]
    run = run_of(desk, rows, {"judge": "named:said", "other": "share:score"})
    answer = validated(capsys, run, "--labels", "human")
    assert answer.report["graders"]["judge"]["labels"] == ["a", "b", "c"]
    assert (
        "other is left out: the labels are texts, 'a', 'b', 'c', and it gives numbers"
        in answer.told
    )


def test_responses_without_a_mapper_are_the_field_of_that_name(desk, capsys):
    (desk / "graders.py").write_text("def half(response: str) -> float:\n    return 0.5\n")
    rows = [{"human": row["human"], "response": row["answer"]} for row in ROWS]
    (desk / "rows.jsonl").write_text("".join(json.dumps(each) + "\n" for each in rows))
    (desk / "qa.toml").write_text(
        '[dataset]\npath = "rows.jsonl"\n[graders.half]\nuse = "./graders.py:half"\n'
    )
    rmg.main(["run", "qa.toml", "--quiet"], prog_name="rmg", standalone_mode=False)
    answer = validated(capsys, "runs/qa", "--labels", "human")
    name = "ROC AUC of the length: the longer is a yes"
    assert answer.value("half.baselines", name) is not None


def test_yes_and_no_are_compared_with_the_words_of_a_judge_that_says_them(desk, capsys):
    rows = [{**row, "human": ["No", "Yes"][row["human"]]} for row in ROWS]
    said = [{**row, "said": row["human"].lower()} for row in rows]
    answer = validated(capsys, run_of(desk, said, {"judge": "named:said"}), "--labels", "human")
    assert answer.report["graders"]["judge"]["labels"] == ["no", "yes"]
    assert answer.value("judge.agreement", "agreement") == 1  # all its scores are 0.5
    assert answer.told == ""


def test_the_lowest_level_of_a_scale_is_no_yes(desk, capsys):
    rows = [{**row, "stars": 1, "human": 1} for row in ROWS]
    answer = validated(capsys, run_of(desk, rows, {"judge": "stars:stars"}), "--labels", "human")
    assert answer.report["graders"]["judge"]["kind"] == "ordinal"
    assert answer.value("judge.agreement", "agreement") == 1


def test_a_scale_without_a_middle_does_not_keep_the_others_from_being_compared(desk, capsys):
    run = run_of(desk, ROWS, {"judge": "share:score", "length": "open:score"})
    answer = validated(capsys, run, "--labels", "human")
    assert [*answer.report["graders"]] == ["judge"]
    assert "length is left out: its scale has an open end" in answer.told


def test_texts_stand_for_numbers_where_that_is_said(desk, capsys):
    rows = [{**row, "human": ["meh", "fine"][row["human"]]} for row in ROWS]
    run = run_of(desk, rows, {"judge": "share:score"})
    answer = validated(capsys, run, "--labels", "human", "--value", "fine=1", "--value", "meh=0")
    assert answer.value("judge.agreement", "agreement") == pytest.approx(56 / 60)


def test_repeats_are_told_apart(desk, capsys):
    run = run_of(desk, ROWS, {"judge": "share:score*2"})
    answer = validated(capsys, run, "--labels", "human")
    assert answer.value("judge.repeats", "flip rate") == 0


def test_length_of_the_truth_stands_beside_that_of_the_judge(desk, capsys):
    run = run_of(desk, ROWS, {"judge": "share:score"})
    answer = validated(capsys, run, "--labels", "human", "--text", "answer")
    for side in ("judge", "truth"):
        assert answer.figure("judge.surface", f"{side}, log length")["low"] is not None


def test_a_judge_may_prefer_its_own_family(desk, capsys):
    rows = [{**row, "by": "ours" if number % 4 else "theirs"} for number, row in enumerate(ROWS)]
    run = run_of(desk, rows, {"judge": "share:score"})
    answer = validated(capsys, run, "--labels", "human", "--family", "by", "--own", "ours")
    assert answer.figure("judge.own_family", "self-preference")["low"] is not None


def test_graders_together_are_worth_less_than_they_are_many(desk, capsys):
    run = run_of(desk, ROWS, {"one": "share:score", "two": "share:score"})
    answer = validated(capsys, run, "--labels", "human")
    assert answer.value("panel", "n_eff: what 2 graders are worth") == pytest.approx(1)


PAIRS = [
    {"id": number, "votes": votes, "human": human}
    for number, (votes, human) in enumerate(
        [(["A", "B"], 1)] * 20 + [(["A", "A"], 0.5)] * 10 + [(["B", "A"], 0)] * 20
    )
]


def test_pairs_are_told_by_the_position_that_won(desk, capsys):
    answer = validated(capsys, run_of(desk, PAIRS, {"judge": "pair:votes"}), "--labels", "human")
    assert answer.value("judge.position", "first-position share") == 0.6
    assert answer.value("judge.position", "consistency when swapped") == 0.8
    assert answer.value("judge.position", "first position among flips") == 1
    assert answer.value("judge.position", "win rate of the first response") == 0.5


def test_a_verdict_that_contradicts_itself_is_a_tie_by_the_rule(desk, capsys):
    rows = [{**row, "human": 1} if row["human"] == 0.5 else row for row in PAIRS]
    run = run_of(desk, rows, {"judge": "pair:votes"})
    found = [
        validated(capsys, run, "--labels", "human", "--ties", ties).value(
            "judge.agreement", "agreement"
        )
        for ties in ("label", "half", "drop", "wrong")
    ]
    assert found == [0.8, 0.9, 1.0, 0.8]


def test_of_two_responses_the_longer_may_sway_the_judge(desk, capsys):
    rows = [
        {
            **row,
            "a": "word " * (4 + row["id"] % 5),
            "b": "word " * (4 + row["id"] % 3),
            "human": row["human"] if row["id"] % 7 else 1 - row["human"],
        }
        for row in PAIRS
    ]
    run = run_of(desk, rows, {"judge": "pair:votes"})
    answer = validated(capsys, run, "--labels", "human", "--text", "a", "--text", "b")
    sides = [f"{each} the longer" for each in ("the judge prefers", "people prefer")]
    assert [answer.figure("judge.surface", each)["n"] for each in sides] == [28, 28]
    assert answer.figure("judge.surface", "judge, log length ratio")["low"] is not None


def test_scores_that_are_measurements_are_no_labels(desk, capsys):
    rows = [{**row, "score": number / 100} for number, row in enumerate(ROWS)]
    run = run_of(desk, rows, {"judge": "share:score"})
    said = wrong(capsys, run, "--labels", "human", "--kind", "nominal")
    assert "the labels do not fit 'judge': its scores are measurements, not labels" in said


def test_a_probe_stands_beside_the_figures(desk, capsys):
    run = run_of(desk, ROWS, {"judge": "share:score"})
    answer = validated(capsys, run, "--labels", "human", "--probe", "repeat", "--probe-limit", "5")
    assert "judge.probe_repeat" in answer.report["sections"]


def test_a_probe_that_is_none_is_told(desk, capsys):
    run = run_of(desk, ROWS, {"judge": "share:score"})
    said = wrong(capsys, run, "--labels", "human", "--probe", "repeats")
    assert "there is no probe 'repeats'; did you mean 'repeat'?" in said


def test_a_curve_is_saved_that_a_judge_takes(desk, capsys):
    run = run_of(desk, ROWS, {"judge": "share:score"})
    validated(capsys, run, "--labels", "human", "--save-calibration", "curve.json")
    made = json.loads((desk / "curve.json").read_text())
    assert made["kind"] == "isotonic"
    assert made["x"] == sorted(made["x"])


def test_a_curve_of_several_graders_is_refused_before_anything_is_written(desk, capsys):
    run = run_of(desk, ROWS, {"one": "share:score", "two": "share:score"})
    said = wrong(capsys, run, "--labels", "human", "--save-calibration", "curve.json")
    assert "a curve is of one grader, and there are 2; name one with --column: 'one', 'two'" in said
    assert not (desk / "curve.json").exists()


def test_the_report_is_written_as_markdown_and_as_json(desk, capsys):
    run = run_of(desk, ROWS, {"judge": "share:score"})
    for file in ("report.md", "report.json"):
        command = ["validate", run, "--labels", "human", "-o", file]
        rmg.main(command, prog_name="rmg", standalone_mode=False)
    assert "## What decides" in (desk / "report.md").read_text()
    assert json.loads((desk / "report.json").read_text())["labelled"] == 60


def test_the_report_begins_with_what_decides(desk, capsys):
    run = run_of(desk, ROWS, {"judge": "share:score"})
    capsys.readouterr()
    rmg.main(["validate", run, "--labels", "human"], prog_name="rmg", standalone_mode=False)
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == [f"{run}: 1 grader beside 1 rater of 60 samples", "", "What decides"]


@pytest.mark.parametrize("human", [0, 1])
def test_one_label_only_makes_no_kappa_and_says_so(desk, capsys, human):
    rows = [{**row, "human": human} for row in ROWS]
    answer = validated(capsys, run_of(desk, rows, {"judge": "share:score"}), "--labels", "human")
    assert f"judge: people say {human} of every sample: no κ or AUC can be had" in answer.told
    assert answer.value("judge.discrimination", "ROC AUC") is None
    assert answer.value("judge.agreement", "agreement") is not None


def test_few_labels_are_told(desk, capsys):
    rows = [
        {**row, "human": row["human"] if number < 4 else None} for number, row in enumerate(ROWS)
    ]
    answer = validated(capsys, run_of(desk, rows, {"judge": "share:score"}), "--labels", "human")
    assert "4 labelled samples: figures of so few tell next to nothing" in answer.told
    assert answer.figure("judge.agreement", "agreement")["n"] == 4


def test_a_run_that_was_stopped_is_told(desk, capsys):
    run = run_of(desk, ROWS, {"judge": "share:score"})
    (desk / "runs" / "qa" / "summary.json").unlink()
    answer = validated(capsys, run, "--labels", "human")
    assert "these results are partial" in answer.told


@pytest.mark.parametrize(
    ("labels", "columns", "options", "said"),
    [
        ({"human": "great"}, {"judge": "share:score"}, (),
         "the labels do not fit 'judge': the labels are texts, 'great', and it gives numbers"),
        ({"human": 7}, {"judge": "share:score"}, ("--kind", "binary"),
         "a label is 7, and binary labels are 0 and 1"),
        ({}, {"judge": "open:score"}, (),
         "the labels do not fit 'judge': its scale has an open end, so that it has no middle"),
        ({}, {"judge": "share:score"}, ("--tie", "9"), "the tie '9' is no label"),
        ({}, {"judge": "share:score"}, ("--ties", "half"), "needs to know which label is a tie"),
        ({}, {"judge": "share:score"}, ("--column", "juge"), "no grader or aggregator 'juge'"),
        ({}, {"judge": "share:score"}, ("--threshold", "nan"), "'nan' is no finite number"),
        ({}, {"judge": "share:score"}, ("--value", "fine=1"), "no label is 'fine'"),
        ({}, {"judge": "share:score"}, ("--slice", "topics"),
         "no row of the dataset has 'topics'"),
        ({"human": {"a": 1}}, {"judge": "share:score"}, (),
         "a label is no number and no text, but {'a': 1}"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_in_a_sentence(desk, capsys, labels, columns, options, said):
    run = run_of(desk, [{**row, **labels} for row in ROWS], columns)
    assert said in wrong(capsys, run, "--labels", "human", *options)


def test_texts_and_numbers_do_not_mix(desk, capsys):
    rows = [
        {**row, "human": "n/a" if number == 3 else row["human"]} for number, row in enumerate(ROWS)
    ]
    run = run_of(desk, rows, {"judge": "share:score"})
    assert "labels are texts, such as 'n/a' (human), and numbers, such as 1 (human)" in wrong(
        capsys, run, "--labels", "human"
    )


def test_an_empty_file_of_labels_is_told(desk, capsys):
    (desk / "labels.csv").write_text("")
    run = run_of(desk, ROWS, {"judge": "share:score"})
    assert "labels.csv: the file is empty" in wrong(capsys, run, "--labels", "labels.csv")


ODD = [
    {
        "id": number,
        "same": 0.5,
        "share": number / 12,
        "broken": "??" if number < 4 else number / 12,
        "stars": number % 5 + 1,
        "of the broken": number % 2 if number < 4 else None,
        "one": 1 if number == 7 else None,
        "two": number % 2 if number in {5, 8} else None,
        "raters": [number % 2, None if number % 3 else 1, None],
        "tie": [0, 0.5, 1][number % 3],
        "negative": -number,
        "other stars": number * 7 % 5 + 1,
    }
    for number in range(12)
]
"""Labels and scores of which hardly a figure can be made."""


@pytest.mark.parametrize(
    "labels", ["of the broken", "one", "two", "raters", "tie", "negative", "other stars", "same"]
)
def test_a_figure_that_cannot_be_had_says_why(desk, capsys, labels):
    columns = {
        "same": "share:same", "share": "share:share", "broken": "share:broken",
        "stars": "stars:stars",
    }  # fmt: skip
    answer = validated(capsys, run_of(desk, ODD, columns), "--labels", labels, "--slice", "stars")
    silent = [
        (key, each["name"])
        for key, section in answer.report["sections"].items()
        for each in section.get("figures", ())
        if (each["value"] is None or each["low"] is None) and not each["why"]
    ]
    assert silent == []


def test_markdown_has_no_control_characters_of_strangers(desk, capsys):
    rows = [{**row, "topic": "\x1b[2J\u202e|odd"} for row in ROWS]
    run = run_of(desk, rows, {"judge": "share:score"})
    command = ["validate", run, "--labels", "human", "--slice", "topic", "-o", "report.md"]
    rmg.main(command, prog_name="rmg", standalone_mode=False)
    text = (desk / "report.md").read_text()
    assert "| topic = \\[2J\\|odd |" in text
    assert not {"\x1b", "\u202e"} & set(text)
