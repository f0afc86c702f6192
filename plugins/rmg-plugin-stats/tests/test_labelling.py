"""Labels as people hand them back, matched with the samples of a run."""

import math

import numpy as np
import pytest

from rmg_core import DataError, RunColumn
from rmg_plugin_stats.label_files import table_of
from rmg_plugin_stats.label_numbers import Ratings, ratings_of, truth_of
from rmg_plugin_stats.labelling import labels_of
from rmg_plugin_stats.reading import ColumnScores, RunScores

IDS = ("a", "b", "007", "1-2", "=x", "12345678901234567890")


def run_of(ids=IDS, **fields):
    return RunScores("runs/x", None, tuple(range(len(ids))), tuple(ids), {}, fields)


def written(folder, text, name="labels.csv", encoding="utf-8"):
    file = folder / name
    file.write_bytes(text.encode(encoding))
    return str(file)


def answers(folder, text, ids=IDS, **more):
    return labels_of(run_of(ids), [written(folder, text, **more)])


def test_labels_are_found_by_id(tmp_path):
    found = answers(tmp_path, "id,label\nb,1\na,0\n")
    assert found.raters == ("label",)
    assert found.answers == (("0", "1", None, None, None, None),)
    assert found.weights(found.labelled) is None


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("id,label\r\nb,1\r\n", "utf-8-sig"),
        ("id;label\r\nb;1\r\n", "utf-8"),
        ("id\tlabel\r\nb\t1\r\n", "utf-16"),
        ("sep=;\nid;label\nb;1\n", "utf-8"),
        ("\n\nID , Label ,,\n\n b , 1 ,,\n,,,\n", "utf-8"),
        ('{"id": "b", "label": "1"}\n\n', "utf-8"),
        ('"id";"note";"label"\r\nb;"one\ntwo; three";1\r\n', "utf-8"),
        ("id,note,label\nb,caf\u00e9,1\n", "cp1252"),
    ],
)
def test_a_table_is_read_however_it_was_saved(tmp_path, text, encoding):
    assert answers(tmp_path, text, encoding=encoding).answers[0][1] == "1"


def test_what_a_spreadsheet_makes_of_ids_is_undone(tmp_path):
    text = "index,id,label\n2,7,1\n3,2-Jan,2\n4,'=x,3\n5,1.23457E+19,4\n"
    found = answers(tmp_path, text)
    assert found.answers == ((None, None, "1", "2", "3", "4"),)
    assert "2 ids were changed since, such as '1-2' became '2-Jan'" in found.notes[0]


def test_numbers_match_texts(tmp_path):
    assert answers(tmp_path, '{"id": "1", "label": 3}\n', ids=(1, 2)).answers == ((3, None),)
    assert answers(tmp_path, "id,label\n7,x\n", ids=("007", "8")).answers == (("x", None),)


def test_an_id_that_leads_elsewhere_than_its_index_is_told(tmp_path):
    with pytest.raises(DataError) as raised:
        answers(tmp_path, "index,id,label\n0,b,1\n")
    assert str(raised.value) == (
        f"{tmp_path}/labels.csv: row 2 has the id 'b' and the index 0, which are two samples: "
        "is it of another run?"
    )


def test_an_id_that_no_spreadsheet_changes_is_not_found_by_its_index(tmp_path):
    with pytest.raises(DataError, match="the run has no sample of 1 of 1 rows: 'c' "):
        answers(tmp_path, "index,id,label\n0,c,1\n")


def test_rows_of_other_samples_are_left_out_and_told(tmp_path):
    found = answers(tmp_path, "id,label\na,1\nzz,0\n")
    assert found.labelled.sum() == 1
    assert "no sample of 1 of 2 rows: 'zz' (row 3); they were left out" in found.notes[0]


def test_a_drawn_row_of_no_sample_is_refused(tmp_path):
    with pytest.raises(DataError, match="are they of another run"):
        answers(tmp_path, "id,label,weight\na,1,3\nzz,0,3\n")


def test_one_id_of_two_samples_needs_the_index(tmp_path):
    with pytest.raises(DataError, match="2 samples have the id 'a', and it has no index"):
        answers(tmp_path, "id,label\na,1\n", ids=("a", "a"))
    assert answers(tmp_path, "index,id,label\n1,a,1\n", ids=("a", "a")).answers == ((None, "1"),)


def test_samples_without_ids_are_found_by_index(tmp_path):
    assert answers(tmp_path, "index,label\n1.0,x\n", ids=(None, None)).answers == ((None, "x"),)
    with pytest.raises(DataError, match="has no index, and the samples of the run have no ids"):
        answers(tmp_path, "id,label\n1,x\n", ids=(None, None))


def test_one_sample_labelled_twice_counts_once_or_is_told(tmp_path):
    found = answers(tmp_path, "id,label\na,1\na,1\n")
    assert found.notes == (f"{tmp_path}/labels.csv: 1 labels stand there twice, and count once",)
    with pytest.raises(DataError, match="row 3 labels a sample '0' that has the label '1'"):
        answers(tmp_path, "id,label\na,1\na,0\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is empty"),
        ("id,label\n", "there is a heading and no row under it"),
        ("id,human\na,1\n", "there is no column 'label'; name the one with --rater COLUMN"),
        ("who,label\na,1\n", "there is no column 'id' and none 'index'"),
        ("id,label\na,\n", "no sample of the run has a label in 'label'"),
        ("id,label,label\na,1,1\n", "two columns are named 'label'"),
        ("id,label\na,b,c\n", "row 2 has 3 cells, and the heading 2"),
        ("PK\x03\x04", "this is a workbook"),
        ('[{"id": "a"}]', "this is a list of JSON, not lines of it"),
        ("id,label,weight\na,1,0\n", "row 2 has the weight '0', which is none"),
        ("index,label\nx,1\n", "row 2 has the index 'x', which is no whole number"),
        ('{"id": "a", "label": 1}\n[1]\n', "line 2 is no object, but list"),
    ],
)
def test_a_file_that_is_wrong_says_what_is(tmp_path, text, said):
    with pytest.raises(DataError) as raised:
        answers(tmp_path, text)
    assert said in str(raised.value)


def test_a_label_beyond_ascii_is_not_guessed(tmp_path):
    with pytest.raises(DataError, match="save the file as CSV"):
        answers(tmp_path, "id,label\na,s\u00ed\n", encoding="cp1252")


def test_columns_of_labels_can_be_named(tmp_path):
    file = written(tmp_path, "id,anna,ben\na,1,0\n")
    assert labels_of(run_of(), [file], ["ben"]).answers[0][0] == "0"


def test_a_row_for_each_rater_is_read(tmp_path):
    found = answers(tmp_path, "id,rater,label\na,x,1\na,y,0\nb,x,1\n")
    assert found.raters == ("x", "y")
    assert [line[:2] for line in found.answers] == [("1", "1"), ("0", None)]


def test_fields_of_the_dataset_are_labels(tmp_path):
    found = labels_of(run_of(("a", "b"), human=(1, math.nan)), ["human"])
    assert found.answers == ((1, None),)
    with pytest.raises(DataError, match="files or from fields, and 'human' is a field"):
        labels_of(run_of(), ["human", written(tmp_path, "id,label\na,1\n")])


DRAWN = "id,label,weight,stratum,stratum_size\n"


def test_weights_follow_from_the_labels_that_came_back(tmp_path):
    text = DRAWN + "a,1,2,low,4\nb,,2,low,4\n007,0,2,high,2\n"
    found = answers(tmp_path, text)
    known = found.labelled
    assert found.sizes == {"high": 2, "low": 4}
    assert found.weights(known)[known].tolist() == [4, 2]
    assert "1 of 3 drawn samples have no label" in found.notes[0]
    assert found.silent(known) == ()
    assert found.silent(np.zeros(6, dtype=bool)) == ("high", "low")


def test_files_that_share_no_sample_go_on(tmp_path):
    one = written(tmp_path, DRAWN + "a,1,6,all,6\n", "one.csv")
    two = written(tmp_path, DRAWN + "b,0,6,all,6\n", "two.csv")
    found = labels_of(run_of(), [one, two])
    assert found.raters == ("label",)
    assert found.answers[0][:2] == ("1", "0")
    assert found.sizes == {"all": 6}


def test_files_that_share_samples_are_of_different_raters(tmp_path):
    one = written(tmp_path, DRAWN + "a,1,3,all,6\nb,1,3,all,6\n", "anna.csv")
    two = written(tmp_path, DRAWN + "a,0,3,all,6\nb,,3,all,6\n", "ben.csv")
    found = labels_of(run_of(), [one, two])
    assert found.raters == ("anna", "ben")
    assert [line[:2] for line in found.answers] == [("1", "1"), ("0", None)]


def test_files_of_other_strata_are_refused(tmp_path):
    one = written(tmp_path, DRAWN + "a,1,6,all,6\n", "one.csv")
    two = written(tmp_path, DRAWN + "b,0,6,all,5\n", "two.csv")
    with pytest.raises(DataError, match="the stratum 'all' holds 5 samples, and 6 in"):
        labels_of(run_of(), [one, two])
    three = written(tmp_path, "id,label\nb,0\n", "three.csv")
    with pytest.raises(DataError, match="has no weights, and"):
        labels_of(run_of(), [one, three])


def test_commas_are_points_where_they_do_not_split(tmp_path):
    table = table_of(written(tmp_path, "id;label\na;0,5\n"))
    assert table.rows[0].cells["label"] == "0.5"
    assert "1 numbers have a comma" in table.notes[0]


def judged(labels, scores):
    return ColumnScores(RunColumn("judge"), np.array(scores), None, labels=labels)


def test_labels_become_numbers_by_the_judges_own_words(tmp_path):
    labels = answers(tmp_path, "id,label\na,Good\nb,2\n007,unsure\n1-2,yes\n")
    found = ratings_of(labels, judged(("good", "bad"), [5.0, 1.0]), {"unsure": None})
    np.testing.assert_array_equal(found.values[:4, 0], [5, 2, np.nan, 1])
    assert found.notes == ("'Good' is 5, 'unsure' is no label, 'yes' is 1",)


def test_labels_that_are_no_numbers_are_told(tmp_path):
    with pytest.raises(DataError) as raised:
        ratings_of(answers(tmp_path, "id,label\na,good\nb,nan\n"))
    assert str(raised.value).endswith(
        "these labels are no numbers: 'good' (label), 'nan' (label); "
        "say what it is worth, such as --value 'good'=1"
    )


def test_several_raters_become_one_truth_by_a_rule_that_is_said():
    table = Ratings(("x", "y"), np.array([[1, 0], [1, 1], [np.nan, 0], [np.nan, np.nan]]))
    assert table.is_binary
    mean, rule = truth_of(table)
    np.testing.assert_array_equal(mean, [0.5, 1, 0, np.nan])
    assert rule == "the mean of up to 2 raters"
    most, rule = truth_of(table, "majority")
    np.testing.assert_array_equal(most, [np.nan, 1, 0, np.nan])
    assert rule == "the majority of up to 2 raters; 1 samples without one left out"
