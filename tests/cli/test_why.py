"""`rmg why`: what is stored of a cell, and what it was graded on."""

import json

import pytest

from rmg_core import Cell, GraderRank, GraderScore, GraderSkip
from rmg_core.store import Store

from .conftest import CONFIG, GRADERS, ROWS
from .stored import address, cells_of, columns_of, damage, keep


@pytest.fixture
def kept(desk):
    keep(desk)
    return desk


def inputs_in(text):
    """What stands under `inputs`, the last part of an answer."""
    return text.partition("\ninputs\n")[2]


def test_all_that_is_stored_of_a_grade_is_said(kept):
    same = columns_of(kept)[0]
    said = kept.rmg("why", "runs/qa", "a", "same")
    assert (said.code, said.err) == (0, "")
    assert (
        said.out
        == f"""\
sample 0 ('a'), grader same

outcome      score 1 on 0..1
reason       same
seconds      0.25
attempts     1
fingerprint  {address(same, "Paris", "Paris")}

graded by
  name         same
  source       {same.grader.source}
  options      ignore_case = false
  scale        0..1
  fingerprint  {same.grader.digest.hex()}

inputs
  response   Paris
  reference  Paris
  these are the ones that were graded
"""
    )


def test_all_that_is_stored_of_an_error_is_said(kept):
    said = kept.rmg("why", "runs/qa", "b", "brief", "--no-import")
    assert (
        said.out.split("\n\n")[1]
        == f"""\
outcome      error of kind timeout
error        no answer in 5 s
traceback    Traceback:
               here
metadata     {{"tries": 2}}
seconds      5
attempts     1
fingerprint  {address(columns_of(kept)[1], "paris")}"""
    )


def test_of_an_aggregator_the_other_columns_are_shown(kept):
    said = kept.rmg("why", "runs/qa", "b", "both")
    assert (said.code, said.err) == (0, "")
    assert (
        said.out
        == """\
sample 1 ('b'), aggregator both

outcome      error of kind missing_part
error        brief failed
seconds      0
attempts     1
fingerprint  none

other columns of the sample
  column  repeat  outcome                reason
  same    0       score 0 on 0..1        differs
  brief   0       error of kind timeout  no answer in 5 s
"""
    )


def test_a_grade_as_json(kept):
    same = columns_of(kept)[0]
    assert kept.rmg("why", "runs/qa", "a", "same", "--json").json == {
        "store": "runs/qa/store.sqlite",
        "sample": 0,
        "id": "a",
        "column": "same",
        "noun": "grader",
        "cells": [
            {
                "repeat": 0,
                "status": "score",
                "score": 1.0,
                "reason": "same",
                "seconds": 0.25,
                "attempts": 1,
                "fingerprint": address(same, "Paris", "Paris"),
                "calls": [],
            }
        ],
        "grader": {
            "name": "same",
            "distribution": None,
            "release": None,
            "version": None,
            "source": same.grader.source,
            "options": {"ignore_case": False},
            "scale": "0..1",
            "fingerprint": same.grader.digest.hex(),
        },
        "inputs": {
            "values": {"response": "Paris", "reference": "Paris"},
            "are_those_graded": True,
            "said": [],
        },
    }


def test_an_aggregate_as_json(kept):
    said = kept.rmg("why", "runs/qa", "a", "both", "--json").json
    assert "grader" not in said
    assert "inputs" not in said
    assert (said["noun"], said["cells"][0]["reason"]) == ("aggregator", "mean of 2")
    assert [(each["column"], each["score"]) for each in said["others"]] == [
        ("same", 1.0),
        ("brief", 1.0),
    ]


def test_each_repeat_is_shown(desk):
    desk.write("qa.toml", CONFIG.replace('py:brief"', 'py:brief"\nrepeats = 2'))
    file = keep(desk)
    columns = columns_of(desk)
    second = address(columns[1], "Paris", repeat=1)
    outcomes = [GraderSkip("no claim"), GraderRank((2, 1), "so")]
    with Store.open(file) as store:
        store.begin(columns)
        store.write(
            [
                Cell(0, "a", "brief", 0, "first", outcomes[0], 0.5),
                Cell(0, "a", "brief", 1, second, outcomes[1], 1.5),
            ]
        )
        store.finish()
    assert desk.rmg("why", "runs/qa", "a", "brief", "--no-import").out.startswith(f"""\
sample 0 ('a'), grader brief

repeat 0
  outcome      skip
  reason       no claim
  seconds      0.5
  attempts     1
  fingerprint  first

repeat 1
  outcome      rank 2, 1
  reason       so
  seconds      1.5
  attempts     1
  fingerprint  {second}

graded by
""")


def test_an_outcome_that_replaced_another_says_at_which_attempt(kept):
    columns = columns_of(kept)
    with Store.open(kept.folder / "runs/qa/store.sqlite") as store:
        store.begin(columns)
        store.write(
            [
                Cell(1, "b", "brief", 0, address(columns[1], "paris"), GraderScore(1.0), 0.5),
            ]
        )
    said = kept.rmg("why", "runs/qa", "b", "brief", "--json").json
    assert [(each["score"], each["attempts"]) for each in said["cells"]] == [(1.0, 2)]


# Which sample is meant


@pytest.mark.parametrize(
    ("written", "index", "told"),
    [
        ("a", 0, ""),
        ("#1", 1, ""),
        ("1", 1, "no sample has the id 1; this is the sample with that index\n"),
    ],
)
def test_a_sample_is_named_by_its_id_or_its_index(kept, written, index, told):
    said = kept.rmg("why", "runs/qa", written, "same", "--json")
    assert (said.json["sample"], said.err) == (index, told)


@pytest.fixture
def named(desk):
    """A store with samples of the given ids."""

    def name(*ids):
        columns = columns_of(desk)
        with Store.open(keep(desk)) as store:
            store.begin(columns)
            store.write(
                [
                    Cell(index, key, "same", 0, f"f{index}", GraderScore(1.0), 0.0)
                    for index, key in enumerate(ids)
                ]
            )
            store.finish()
        return lambda written: desk.rmg(
            "why", "runs/qa", "--no-import", "--json", "--", written, "same"
        )

    return name


def test_where_no_sample_has_an_id_a_number_is_an_index_without_a_word(named):
    said = named(None, None)("1")
    assert (said.json["sample"], said.err) == (1, "")


def test_a_number_is_an_id_first_and_the_other_sample_is_told(named):
    said = named("x", 5, "0", 70)("0")
    assert said.json["sample"] == 2
    assert said.err == "0 is an id, that of sample 2; sample 0 is '#0'\n"


def test_an_id_may_look_like_an_index(named):
    said = named("x", "#0")("#0")
    assert said.json["sample"] == 1
    assert said.err == "#0 is an id, that of sample 1; sample 0 is 0\n"


@pytest.mark.parametrize("key", [-3, 2**70, "--json", "é", "007"])
def test_any_id_can_be_named(named, key):
    said = named("x", key)(str(key))
    assert (said.code, said.json["sample"], said.err) == (0, 1, "")


def test_an_id_of_two_samples_is_not_guessed(named):
    said = named(7, "7")("7")
    assert (said.code, said.out) == (2, "")
    assert said.err == (
        "2 samples have the id '7'; give the index of the one that you mean: '#0' or '#1'\n"
    )


COUNTED = "indices count the rows of the dataset from 0; one that is pending is not stored"


@pytest.mark.parametrize(
    ("ids", "written", "message"),
    [
        (("geo-01", "x"), "geo-1", "the run has no sample 'geo-1'; did you mean 'geo-01'?"),
        (("geo-01", 8), "z", "the run has no sample 'z'; it has: 8, geo-01"),
        (
            (None,),
            "z",
            "the run has no sample 'z'; its samples have no ids: give the index of one, such as 0",
        ),
        (("x",), "#9", f"the run has no sample with the index #9; {COUNTED}"),
        ((None,), "9", f"the run has no sample with the index 9; {COUNTED}"),
        (("x",), "9" * 30, f"the run has no sample '{'9' * 30}'; it has: x"),
    ],
)
def test_a_sample_that_is_not_there_is_told_with_what_to_write(named, ids, written, message):
    said = named(*ids)(written)
    assert (said.code, said.out, said.err) == (2, "", f"{message}\n")


def test_a_column_that_is_not_there_is_told_with_its_near_miss(kept):
    said = kept.rmg("why", "runs/qa", "a", "bref")
    assert (said.code, said.out) == (2, "")
    assert said.err == "the run has no grader or aggregator 'bref'; did you mean 'brief'?\n"


def test_a_cell_that_the_run_has_not_come_to_is_told(desk):
    file = keep(desk)
    columns = columns_of(desk)
    with Store.open(file) as store:
        store.begin(columns)
        store.write([Cell(2, "c", "same", 0, "f", GraderScore(1.0), 0.0)])
    said = desk.rmg("why", "runs/qa", "c", "brief")
    assert (said.code, said.out) == (2, "")
    assert said.err == (
        "the run has not come to sample 2 in 'brief'; run again with: rmg run qa.toml\n"
    )


def test_a_run_that_was_not_finished_is_told(desk):
    keep(desk, finish=False)
    said = desk.rmg("why", "runs/qa", "a", "same")
    assert said.code == 0
    assert said.err == (
        "runs/qa/store.sqlite: the last run was not finished: samples that it has not reached "
        "have the outcomes of the run before\n"
    )


# What it was graded on


def test_a_dataset_that_has_changed_since_is_told(kept):
    kept.write("rows.jsonl", [{**ROWS[0], "response": "Rome"}, *ROWS[1:]])
    said = kept.rmg("why", "runs/qa", "a", "same")
    assert (
        inputs_in(said.out)
        == """\
  response   Rome
  reference  Paris
  these are not the ones that were graded: the dataset or the mapper has changed
"""
    )
    made = kept.rmg("why", "runs/qa", "a", "same", "--json").json
    assert made["inputs"]["are_those_graded"] is False


def test_a_sample_that_moved_in_the_dataset_is_found_by_its_id(kept):
    kept.write("rows.jsonl", ROWS[::-1])
    said = kept.rmg("why", "runs/qa", "a", "same", "--json").json
    assert said["inputs"]["are_those_graded"] is True


def test_a_grader_that_has_changed_since_is_told(kept):
    kept.write("graders.py", GRADERS + "\n# changed\n")
    said = kept.rmg("why", "runs/qa", "a", "same")
    assert (
        inputs_in(said.out)
        == """\
  response   Paris
  reference  Paris
  these are the ones that were graded
  the grader is not the one that graded: the next run grades this anew
"""
    )


def test_of_a_cell_without_a_fingerprint_nothing_can_be_compared(kept):
    columns = columns_of(kept)
    with Store.open(kept.folder / "runs/qa/store.sqlite") as store:
        store.begin(columns)
        store.write([Cell(0, "a", "same", 0, "", GraderScore(1.0), 0.0)])
    said = kept.rmg("why", "runs/qa", "a", "same", "--json").json
    assert said["inputs"] == {
        "values": {"response": "Paris", "reference": "Paris"},
        "are_those_graded": None,
        "said": ["whether these were graded cannot be told: the cell has no fingerprint"],
    }


@pytest.mark.parametrize(
    ("file", "content", "told"),
    [
        ("rows.jsonl", ROWS[1:], "rows.jsonl: no sample with the id 'a' any more"),
        (
            "rows.jsonl",
            [{"id": "a", "response": "x"}],
            "input 'reference': no field 'reference'; fields: id, response",
        ),
        (
            "graders.py",
            GRADERS.replace("def same", "def sane"),
            (
                "runs/qa/config.toml:8:7: there is no grader 'same' in './graders.py'; "
                "did you mean 'sane'?"
            ),
        ),
    ],
)
def test_inputs_that_cannot_be_taken_any_more_are_told(kept, file, content, told):
    kept.write(file, content)
    said = kept.rmg("why", "runs/qa", "a", "same")
    assert (said.code, said.err) == (0, "")
    assert inputs_in(said.out) == f"  they cannot be taken:\n  {told}\n"


def test_a_config_with_several_problems_says_how_many(kept):
    kept.write("graders.py", "")
    said = kept.rmg("why", "runs/qa", "a", "same", "--json").json
    assert said["inputs"]["said"][1:] == ["and 1 problem more"]


def test_a_mapper_that_raises_is_told(desk):
    desk.write("maps.py", "def odd(sample):\n    print('here')\n    return {}[sample['id']]\n")
    desk.write("qa.toml", CONFIG.replace('py:same"', 'py:same"\nmapper = "./maps.py:odd"'))
    keep(desk)
    said = desk.rmg("why", "runs/qa", "a", "same", "--json")
    assert said.json["inputs"]["said"] == ["KeyError: 'a'"]
    assert said.err == "here\n"


def test_a_dataset_from_standard_input_is_gone(desk):
    keep(desk, command="rmg run qa.toml --set dataset.path=-")
    said = desk.rmg("why", "runs/qa", "a", "same")
    assert (
        inputs_in(said.out)
        == """\
  they cannot be taken:
  the dataset came from standard input, and is gone
"""
    )


@pytest.mark.parametrize(
    ("copy", "told"),
    [
        ("", "runs/qa/config.toml does not say which config the run was begun with"),
        ("# rmg run --quiet\n", "runs/qa/config.toml does not say which config the run was begun"),
        ("# rmg run 'qa.toml\n", "runs/qa/config.toml cannot be read: No closing quotation"),
    ],
)
def test_without_the_copy_of_the_config_no_inputs_are_taken(kept, copy, told):
    kept.write("runs/qa/config.toml", copy)
    said = kept.rmg("why", "runs/qa", "a", "same")
    assert said.code == 0
    assert f"  they cannot be taken:\n  {told}" in inputs_in(said.out)


def test_nothing_is_imported_if_one_says_so(kept):
    kept.write("graders.py", "raise SystemExit('imported')")
    said = kept.rmg("why", "runs/qa", "a", "same", "--no-import")
    assert said.code == 0
    assert "\ninputs\n" not in said.out


def test_the_inputs_are_found_from_another_folder(kept, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said = kept.rmg("why", "desk/runs/qa", "a", "same", "--json").json
    assert said["inputs"]["are_those_graded"] is True


@pytest.mark.parametrize(
    ("command", "place"),
    [
        ("rmg run qa.toml --run-dir there/one", "there/one"),
        ("rmg run qa.toml --quiet --set run.dir='\"kept\"'", "kept"),
    ],
)
def test_the_inputs_are_those_of_the_command_that_made_the_run(
    desk, tmp_path, monkeypatch, command, place
):
    desk.write("others.jsonl", [{**ROWS[0], "reference": "paris"}])
    keep(desk, command=f"{command} --set dataset.path=others.jsonl --on-bad-row skip", place=place)
    monkeypatch.chdir(tmp_path)
    said = desk.rmg("why", f"desk/{place}", "a", "same", "--json").json
    assert said["inputs"]["values"] == {"response": "Paris", "reference": "paris"}


@pytest.mark.parametrize("command", ["rmg run ../desk/qa.toml", "rmg run ../../{0}/desk/qa.toml"])
def test_the_inputs_are_found_of_a_run_that_was_begun_beside_its_folder(
    desk, tmp_path, monkeypatch, command
):
    keep(desk, command=command.format(tmp_path.name))
    (tmp_path / "beside").mkdir()
    for place in (tmp_path / "beside", tmp_path.parent):
        monkeypatch.chdir(place)
        said = desk.rmg("why", str(tmp_path / "desk/runs/qa"), "a", "same", "--json").json
        assert said["inputs"]["are_those_graded"] is True


# What is shown


def test_a_long_input_is_cut_short_on_the_terminal_alone(kept):
    kept.write("rows.jsonl", [{**ROWS[0], "response": "ab" * 2000}])
    said = kept.rmg("why", "runs/qa", "a", "same")
    assert f"  response   {'ab' * 1000}… (4,000 characters, which --json has)\n" in said.out
    made = kept.rmg("why", "runs/qa", "a", "same", "--json").json
    assert made["inputs"]["values"]["response"] == "ab" * 2000


def test_control_characters_do_not_reach_the_terminal(kept):
    columns = columns_of(kept)
    with Store.open(kept.folder / "runs/qa/store.sqlite") as store:
        store.begin(columns)
        bad = GraderScore(1.0, "\x1b[2Jfirst\nsecond", {"\x1b": "\x1b"})
        store.write([Cell(0, "a\x1b", "same", 0, "f", bad, 0.0)])
    said = kept.rmg("why", "runs/qa", "#0", "same", "--no-import")
    assert "\x1b" not in said.out
    assert "reason       [2Jfirst\n             second\n" in said.out
    made = kept.rmg("why", "runs/qa", "#0", "same", "--json")
    assert "\x1b" not in made.out
    assert made.json["cells"][0]["reason"] == "\x1b[2Jfirst\nsecond"


def test_what_orjson_cannot_write_is_json_all_the_same(kept):
    columns = columns_of(kept)
    with Store.open(kept.folder / "runs/qa/store.sqlite") as store:
        store.begin(columns)
        score = GraderScore(1.0, "", {"n": 2**80, "s": "\ud800"})
        store.write([Cell(0, "a", "same", 0, "f", score, 0.0)])
    said = kept.rmg("why", "runs/qa", "a", "same", "--json")
    assert json.loads(said.out)["cells"][0]["metadata"] == {"n": 2**80, "s": "\ud800"}


def test_a_damaged_cell_is_not_shown_as_a_grade(kept):
    damage(kept.folder / "runs/qa/store.sqlite", "UPDATE outcomes SET score = 0.75 WHERE outcome=1")
    said = kept.rmg("why", "runs/qa", "a", "same")
    assert (said.code, said.out) == (1, "")
    assert said.err == (
        "the store 'runs/qa/store.sqlite' is damaged at sample 0, column 1, repeat 0: its outcome "
        "is damaged; `rmg verify` names every grade that is damaged\n"
    )
    assert kept.rmg("why", "runs/qa", "a", "brief").code == 0


def test_a_store_of_a_newer_rmg_is_told(kept):
    damage(kept.folder / "runs/qa/store.sqlite", "PRAGMA user_version = 99")
    said = kept.rmg("why", "runs/qa", "a", "same")
    assert (said.code, said.out) == (2, "")
    assert said.err.endswith("run `pip install --upgrade rmg-core`\n")


def test_a_grader_of_a_pack_says_where_it_comes_from(desk):
    desk.write("qa.toml", CONFIG.replace("./graders.py:same", "text/exact_match"))
    keep(desk)
    grader = columns_of(desk)[0].grader
    said = desk.rmg("why", "runs/qa", "#0", "same", "--no-import")
    assert (
        f"""
graded by
  name         text/exact_match
  from         rmg-plugin-text {grader.release}
"""
        in said.out
    )
    assert cells_of(columns_of(desk))[0].fingerprint in said.out
