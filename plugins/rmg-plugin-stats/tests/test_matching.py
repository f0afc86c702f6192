import pytest

from rmg_core import DataError
from rmg_plugin_stats.matching import match
from rmg_plugin_stats.reading import RunScores


def run(ids, name="runs/a"):
    return RunScores(name, None, tuple(range(len(ids))), tuple(ids), {})


def pairs(found):
    return list(zip(found.first.tolist(), found.second.tolist(), strict=True))


def test_samples_are_paired_by_their_ids_wherever_they_stand():
    found = match(run(["a", "b", "c"]), run(["c", "x", "a", "y"]))
    assert (found.by, pairs(found)) == ("id", [(0, 2), (2, 0)])
    assert (found.only_first, found.only_second) == (1, 2)


def test_without_ids_samples_are_paired_by_index():
    found = match(run([None, None]), run([None, None, None]))
    assert (found.by, pairs(found)) == ("index", [(0, 0), (1, 1)])
    assert (found.only_first, found.only_second) == (0, 1)


def test_where_one_run_has_ids_it_is_told_that_they_are_of_no_use():
    found = match(run(["a"]), run([None]))
    assert found.by == "index"
    assert found.warnings == ("only one run has ids: samples are paired by their index",)


def test_an_id_that_is_there_twice_is_paired_in_order_and_told():
    found = match(run(["a", "a"]), run(["a", "b"], "runs/b"))
    assert pairs(found) == [(0, 0)]
    assert found.only_first == 1
    assert "1 samples of 'runs/a' have an id that another has before them" in found.warnings[0]


def test_numbers_and_texts_are_not_the_same_id():
    with pytest.raises(DataError) as raised:
        match(run([1, 2]), run(["1", "2"], "runs/b"))
    assert str(raised.value) == (
        "no sample of 'runs/a' is in 'runs/b': the ids of one are numbers and of the other texts, "
        "such as 1 and '1'; write them alike and run again"
    )


def test_runs_that_share_nothing_are_refused():
    with pytest.raises(DataError, match="they have ids such as 'a' and 'x'; are these runs of the"):
        match(run(["a"]), run(["x"]))


def test_ids_that_are_asked_for_must_be_there():
    with pytest.raises(DataError, match="the samples of 'runs/a' have no ids"):
        match(run([None]), run(["a"]), "id")


def test_index_can_be_insisted_on():
    assert pairs(match(run(["a"]), run(["x"]), "index")) == [(0, 0)]
