"""`rmg compare`, over runs that are kept."""

import json

import pytest

from .graded import graded, refused, told_by

BOTH = {"right": "unit", "mark": "grade"}


def rows(right, mark=None, **more):
    """Rows with an id, a question, and what the graders are to say."""
    return [
        {"id": f"s{at}", "question": f"what is {at}?", "right": each, "mark": at % 5 + 1}
        | ({} if mark is None else {"mark": mark[at]})
        | {name: values[at] for name, values in more.items()}
        for at, each in enumerate(right)
    ]


@pytest.fixture
def runs(tmp_path, capsys):
    """Two runs of 40 samples: the second is right ten times more, and lacks three scores."""
    languages = ["de", "en"] * 20
    before = [0.0, 1.0] * 20
    after = [1.0 if at < 20 else each for at, each in enumerate(before)]
    after[30:33] = [None, None, "skip"]
    told = [
        str(graded(tmp_path, name, rows(right, language=languages, answer=[name] * 40), BOTH))
        for name, right in (("before", before), ("after", after))
    ]
    capsys.readouterr()
    return told


def found(capsys, *words):
    code, out, error = told_by(capsys, "compare", *words, "--json")
    assert code == 0
    return json.loads(out), error


def test_two_runs_are_compared_column_by_column(runs, capsys):
    made, _ = found(capsys, *runs)
    right, mark = made["columns"]["right"], made["columns"]["mark"]
    assert (made["paired_by"], made["pairs"]) == ("id", 40)
    assert (right["kind"], right["test"]["name"]) == ("binary", "McNemar")
    assert right["difference"]["value"] == pytest.approx(10 / 37)
    assert right["test"]["p_value"] == pytest.approx(2 / 2**10)
    assert (right["higher"], right["equal"], right["lower"]) == (10, 27, 0)
    assert (mark["kind"], mark["difference"]["value"]) == ("ordinal", 0)
    assert mark["test"]["why"] == "no pair differs"


def test_p_values_are_corrected_over_columns_and_slices_together(runs, capsys):
    made, _ = found(capsys, *runs, "--column", "right", "--slice", "language")
    right = made["columns"]["right"]
    parts = [right, *right["slices"]]
    p = [each["test"]["p_value"] for each in parts]
    assert p == pytest.approx([2 / 2**10, 2 / 2**10, 1])
    assert [each["corrected_p"] for each in parts] == pytest.approx([3 / 2**10, 3 / 2**10, 1])
    more, _ = found(capsys, *runs, "--column", "right", "--correction", "none")
    assert more["columns"]["right"]["corrected_p"] == pytest.approx(2 / 2**10)


def test_scores_that_one_run_lacks_are_counted_with_what_they_could_change(runs, capsys):
    made, _ = found(capsys, *runs, "--column", "right")
    right = made["columns"]["right"]
    assert right["missing"] == {
        "in_second": {"grader_error": 2, "skipped": 1},
        "in_first": {},
        "in_both": 0,
    }
    assert right["coverage"]["second"]["scored"] == 37
    assert right["sensitivity"]["n"] == 3
    assert right["sensitivity"]["lowest"] == pytest.approx((10 - 1) / 40)
    assert right["sensitivity"]["highest"] == pytest.approx((10 + 2) / 40)


def test_the_report_says_what_there_is_to_know(runs, capsys):
    code, out, error = told_by(capsys, "compare", *runs, "--margin", "0.05", "--changes", "1")
    assert code == 0
    assert error == ""
    for said in (
        "40 samples are in both, paired by id; only in A: 0, only in B: 0",
        "corrected p: Benjamini-Hochberg, over all tests shown",
        "rows: alike in all pairs: question, ",
        "binary scores (every score is 0 or 1): tested by McNemar, exact",
        "B is higher in 10 pairs, equal in 27, lower in 0",
        "coverage: A 40 of 40 scored (100.0%); B 37 of 40 scored (92.5%), 2 grader_error, 1 skip",
        "pairs left out, with no score in B alone 3 (2 grader_error, 1 skipped)",
        "B is no worse than A to within 0.05: yes; one-sided t test",
        "A and B are alike to within 0.05: no",
        "s0            0  1  said of before  said of after",
    ):
        assert said in out, said


def test_markdown_goes_to_a_file(runs, capsys, tmp_path):
    code, out, _ = told_by(capsys, "compare", *runs, "-o", str(tmp_path / "what.md"))
    assert (code, out) == (0, "")
    text = (tmp_path / "what.md").read_text()
    assert text.startswith("# A is ")
    assert "| right | 0.5135 | 0.7838 | 0.2703 |" in text
    told_by(capsys, "compare", *runs, "-o", str(tmp_path / "what.json"))
    assert json.loads((tmp_path / "what.json").read_text())["pairs"] == 40


def test_clusters_widen_what_samples_that_belong_together_tell(tmp_path, capsys):
    people = [f"p{at // 10}" for at in range(40)]
    changed = [1.0 if at // 10 == 1 else 0.0 for at in range(40)]
    one, other = (
        str(graded(tmp_path, name, rows(right, author=people), {"right": "unit"}))
        for name, right in (("one", [0.0] * 40), ("other", changed))
    )
    alone, _ = found(capsys, one, other)
    made, _ = found(capsys, one, other, "--cluster", "author")
    assert made["clusters"] == 4
    assert made["columns"]["right"]["test"]["p_value"] == 1
    assert alone["columns"]["right"]["test"]["p_value"] < 0.01
    assert made["columns"]["right"]["difference"]["low"] < 0


def test_two_columns_of_one_run_are_compared(tmp_path, capsys):
    made = [
        {"id": at, "one": at % 2, "other": 1} | ({"other": None} if at == 3 else {})
        for at in range(10)
    ]
    run = graded(tmp_path, "qa", made, {"one": "unit", "other": "unit"})
    answer, error = found(capsys, str(run), "--columns", "one", "other")
    column = answer["columns"]["one / other"]
    assert column["difference"]["value"] == pytest.approx(5 / 9)
    assert column["missing"]["in_second"] == {"grader_error": 1}
    assert error == ""


def test_a_run_is_not_compared_with_itself(runs, capsys):
    assert "a run was to be compared with itself; name another run" in refused(
        capsys, "compare", runs[0], runs[0]
    )


def test_scales_that_differ_are_not_compared(tmp_path, capsys):
    answers = rows([1.0, 0.0])
    one = str(graded(tmp_path, "one", answers, {"right": "unit", "mark": "grade"}))
    other = str(graded(tmp_path, "other", answers, {"right": "unit", "mark": "free"}))
    made, _ = found(capsys, one, other)
    assert made["refused"] == {"mark": "its scales differ: 1..5 and -∞..∞"}
    assert "mark cannot be compared: its scales differ" in refused(
        capsys, "compare", one, other, "--column", "mark"
    )


def test_a_column_that_is_not_there_is_told_with_the_near_miss(runs, capsys):
    assert "no grader or aggregator 'rigt'; did you mean 'right'" in refused(
        capsys, "compare", *runs, "--column", "rigt"
    )


def test_graders_that_differ_are_told(tmp_path, capsys):
    answers = rows([1.0, 0.0])
    one = str(graded(tmp_path, "one", answers, {"right": "unit"}))
    options = ["--set", 'graders.right.options.note="be strict"']
    other = str(graded(tmp_path, "other", answers, {"right": "unit"}, options=options))
    _, error = found(capsys, one, other)
    assert error == (
        'right: graded otherwise in the two runs (note "" and "be strict"): the comparison is of '
        "the graders too\n"
    )


def test_aggregators_that_differ_are_told(tmp_path, capsys):
    answers = rows([1.0, 0.0])
    more = '[aggregators.all]\nuse = "weighted_sum"\noptions = {{ weights = {{ right = {} }} }}'
    one, other = (
        str(graded(tmp_path, f"run{w}", answers, {"right": "unit"}, more=more.format(w)))
        for w in (1, 2)
    )
    _, error = found(capsys, one, other)
    assert "all: graded otherwise in the two runs (weights.right 1 and 2)" in error


def test_a_partial_run_is_told(tmp_path, capsys):
    answers = rows([1.0, 0.0, 1.0])
    one = graded(tmp_path, "one", answers, {"right": "unit"})
    other = graded(tmp_path, "other", answers, {"right": "unit"})
    (other / "summary.json").unlink()
    _, error = found(capsys, str(one), str(other))
    assert "these results are partial" in error


def of_questions(folder, name, topic, *, id=None):  # noqa: A002 - as the config has it
    """Grade twenty rows that ask about a topic and are answered."""
    made = [
        {"id": at, "question": f"{topic} {at}", "answer": f"{name} {at}", "right": at % 2}
        for at in range(20)
    ]
    return str(graded(folder, name, made, {"right": "unit"}, id=id))


def test_rows_of_other_samples_are_refused_where_only_their_index_pairs_them(tmp_path, capsys):
    one, other = (of_questions(tmp_path, each, each) for each in ("one", "other"))
    assert "these are not the same samples: no field of the rows" in refused(
        capsys, "compare", one, other
    )
    _, error = found(capsys, one, other, "--pair", "index")
    assert "are these the same samples?" in error


def test_rows_of_other_samples_under_the_same_ids_are_told(tmp_path, capsys):
    one, other = (of_questions(tmp_path, each, each, id="id") for each in ("one", "other"))
    _, error = found(capsys, one, other)
    assert "are these the same samples? no field of the rows is alike in most pairs" in error


def test_two_models_answers_to_the_same_questions_are_paired_by_index(tmp_path, capsys):
    one, other = (of_questions(tmp_path, each, "sums") for each in ("one", "other"))
    made, error = found(capsys, one, other)
    assert "question, right; answer differs in 20 of 20 pairs" in made["rows"]
    assert error == ""


def test_a_question_that_differs_here_and_there_is_told(tmp_path, capsys):
    answers = rows([1.0] * 20)
    one = graded(tmp_path, "one", answers, {"right": "unit"})
    answers[7]["question"] = "something else"
    other = graded(tmp_path, "other", answers, {"right": "unit"})
    _, error = found(capsys, str(one), str(other))
    assert error.startswith("question differs in 1 of 20 pairs, such as 's7': are these")


def test_a_field_with_too_many_values_makes_no_slices(tmp_path, capsys):
    answers = rows([1.0] * 60)
    one, other = (graded(tmp_path, each, answers, {"right": "unit"}) for each in ("a", "b"))
    assert "'question' has 60 different values, more than 50 slices" in refused(
        capsys, "compare", str(one), str(other), "--slice", "question"
    )


def test_a_field_that_is_not_there_is_told(runs, capsys):
    assert "no row of the dataset has 'langage'" in refused(
        capsys, "compare", *runs, "--slice", "langage"
    )


def test_where_no_pair_has_both_scores_nothing_is_made_up(tmp_path, capsys):
    one = graded(tmp_path, "one", rows([1.0, None]), {"right": "unit"})
    other = graded(tmp_path, "other", rows([None, 1.0]), {"right": "unit"})
    made, _ = found(capsys, str(one), str(other))
    right = made["columns"]["right"]
    assert right["difference"]["value"] is None
    assert right["difference"]["why"] == "no sample has both values"
    _, out, _ = told_by(capsys, "compare", str(one), str(other))
    assert "not available" in out


def test_binary_cannot_be_insisted_on_for_grades(runs, capsys):
    assert "its scores are not all 0 or 1" in refused(
        capsys, "compare", *runs, "--column", "mark", "--kind", "binary"
    )
