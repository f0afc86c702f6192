"""The verbs that ask about a config: check, plan, deps."""

import sys

import pytest

from rmg_core.cli import check


def test_check_of_a_right_config_says_what_is_ready(desk):
    said = desk.rmg("check", "qa.toml")
    assert (said.code, said.err) == (0, "")
    assert said.out == "qa.toml: 2 graders, 1 aggregator, 3 samples: ready\n"


def test_check_as_json(desk):
    assert desk.rmg("check", "qa.toml", "--json").json == {
        "config": "qa.toml",
        "ready": True,
        "graders": 2,
        "aggregators": 1,
        "samples": 3,
        "rows_skipped": 0,
        "duplicates": 0,
        "warnings": [],
        "problems": [],
    }


MISTAKES = """\
colour = "red"
max_errors = 2

[dataset]
path = "row.jsonl"

[graders.a]
use = "./graders.py:sane"

[graders.b]
use = "./graders.py:same"
mapper = { response = "response", refrence = "reference" }

[graders.c]
use = "./graders.py:same"
options = { ignore_case = "no" }

[graders.d]
use = "quux/exact_match"

[graders.e]
use = "./graders.py:brief"
mapper = { response = "a..b" }

[aggregators.f]
use = "weighted_sum"
options = { weights = { aa = 1.0 } }
"""


GATED = """\
[dataset]
path = "rows.jsonl"
id = "id"

[graders.same]
use = "./graders.py:same"

[graders.brief]
use = "./graders.py:brief"

when = "same < 1"

[aggregators.both]
use = "mean"
options = { on_missing = "abstain" }
"""


def test_check_tells_every_mistake_at_once(desk):
    desk.write("qa.toml", MISTAKES)
    said = desk.rmg("check", "qa.toml")
    assert (said.code, said.out) == (2, "")
    assert said.err == (
        "qa.toml:1:1: the config has no key 'colour'; keys: aggregators, budget, choose, "
        "dataset, gates, graders, max_concurrency, max_errors, models, observers, packs, "
        "requires, run, sinks\n"
        "qa.toml:2:14: max_errors must be at most 1, not 2\n"
        "qa.toml:5:8: dataset 'row.jsonl': there is no such file; did you mean 'rows.jsonl'?\n"
        "qa.toml:8:7: there is no grader 'sane' in './graders.py'; did you mean 'same'?\n"
        "qa.toml:12:1: no field feeds the input 'reference' of 'same'; "
        'add reference = "PATH" to the mapper\n'
        "qa.toml:12:35: 'same' takes no input 'refrence'; did you mean 'reference'?\n"
        "qa.toml:16:27: option 'ignore_case' of grader './graders.py:same' must be true or false, "
        "not the text 'no'\n"
        "qa.toml:19:7: pack 'quux' is not installed; run `pip install rmg-plugin-quux`\n"
        "qa.toml:23:23: 'a..b' is not a path: it cannot go on with '.b'\n"
        "qa.toml:27:25: there is no grader, nor an aggregator before this one, named 'aa'; "
        "did you mean 'a'?\n"
        "10 problems\n"
    )


def test_check_as_json_has_places_and_hints(desk):
    desk.write("qa.toml", MISTAKES)
    said = desk.rmg("check", "qa.toml", "--json")
    assert said.code == 2
    assert said.json["ready"] is False
    assert len(said.json["problems"]) == 10
    assert said.json["problems"][1] == {
        "message": "max_errors must be at most 1, not 2",
        "hint": "",
        "file": "qa.toml",
        "line": 2,
        "column": 14,
    }


def test_check_tells_bad_rows_with_their_lines(desk):
    desk.write("rows.jsonl", '{"id": "a", "response": "x", "reference": "y"}\n{"id": \n[]\n')
    said = desk.rmg("check", "qa.toml")
    assert said.code == 2
    lines = said.err.splitlines()
    assert lines[0].startswith("rows.jsonl:2:")
    assert lines[1].startswith("rows.jsonl:3:")
    assert lines[2] == "2 problems"


def test_check_tells_bad_rows_also_where_the_config_is_wrong(desk):
    desk.write("rows.jsonl", "{\n")
    said = desk.rmg("check", "qa.toml", "--set", "graders.same.options.x=1")
    assert said.code == 2
    assert "has no option 'x'" in said.err
    assert "\nrows.jsonl:1:" in said.err


def test_check_shows_a_part_of_very_many_problems(desk, monkeypatch):
    monkeypatch.setattr(check, "SHOWN", 2)
    desk.write("rows.jsonl", "{\n" * 5)
    said = desk.rmg("check", "qa.toml")
    assert said.err.endswith("\n… and 3 more, which --json lists\n5 problems\n")


def test_check_finds_an_input_that_no_sample_feeds(desk):
    desk.write("rows.jsonl", [{"id": n, "answer": "x", "reference": "y"} for n in range(300)])
    said = desk.rmg("check", "qa.toml")
    assert said.code == 2
    assert said.err == (
        "qa.toml:6:10: no sample has what input 'response' of 'same' takes; "
        "no field 'response'; fields: answer, id, reference\n"
        "qa.toml:9:10: no sample has what input 'response' of 'brief' takes; "
        "no field 'response'; fields: answer, id, reference\n"
        "2 problems\n"
    )


def test_an_input_that_only_a_late_sample_feeds_is_fed(desk):
    rows = [{"id": n, "reference": "y"} for n in range(300)]
    desk.write("rows.jsonl", [*rows, {"id": 300, "response": "x"}])
    assert desk.rmg("check", "qa.toml").code == 0


def test_check_names_the_mapper_of_an_input_that_is_not_fed(desk):
    said = desk.rmg("check", "qa.toml", "--set", 'graders.brief.mapper={response="answer"}')
    assert said.err == (
        "--set graders.brief.mapper={response=\"answer\"}: no sample has what input 'response' "
        "of 'brief' takes; no field 'answer'; fields: id, reference, response\n"
        "1 problem\n"
    )


def test_check_without_a_dataset_says_how_to_name_one(desk):
    desk.write("qa.toml", '[graders.same]\nuse = "./graders.py:same"\n')
    said = desk.rmg("check", "qa.toml")
    assert said.code == 2
    assert said.err == (
        "qa.toml: the config names no dataset; "
        'add a table [dataset] with path = "FILE"\n1 problem\n'
    )


def test_check_without_imports_runs_no_code_and_opens_no_dataset(desk):
    desk.write("graders.py", "raise SystemExit('imported')\n")
    (desk.folder / "rows.jsonl").unlink()
    before = set(sys.modules)
    said = desk.rmg("check", "--no-import", "qa.toml")
    assert (said.code, said.err) == (0, "")
    assert said.out == (
        "qa.toml: 2 graders, 1 aggregator: well written; "
        "names, options and dataset were not looked at\n"
    )
    assert not [each for each in set(sys.modules) - before if each.startswith("rmg_code_")]


def test_check_without_imports_tells_what_is_badly_written(desk):
    desk.write("qa.toml", MISTAKES)
    said = desk.rmg("check", "--no-import", "qa.toml")
    assert said.code == 2
    assert said.err.endswith("2 problems\n")


@pytest.mark.parametrize("verb", ["check", "run", "plan", "deps"])
def test_a_missing_config_is_one_plain_line(desk, verb):
    said = desk.rmg(verb, "qb.toml")
    assert said.code == 2
    assert said.err.splitlines()[0] == ("qb.toml: there is no such file; did you mean 'qa.toml'?")


def test_a_name_with_control_characters_is_shown_without_them(desk):
    said = desk.rmg("check", "qa.toml", "--set", 'graders.same.use="\x1b[31mred\u202e"')
    assert said.code == 2
    assert "\x1b" not in said.err
    assert "\u202e" not in said.err


def test_check_finds_the_mistakes_of_conditions(desk):
    desk.write("qa.toml", GATED.replace("same < 1", "sane < 1 and both > 0 and brief >= 0.1"))
    said = desk.rmg("check", "qa.toml")
    assert (said.code, said.out) == (2, "")
    assert said.err == (
        "qa.toml:11:8: there is no grader 'sane'; did you mean 'same'?\n"
        "qa.toml:11:8: 'both' is an aggregator, and these come after all graders; "
        "name the graders that it combines\n"
        "qa.toml:11:8: brief waits for itself; name other graders\n"
        "3 problems\n"
    )


def test_a_condition_of_the_command_line_is_named_where_it_is_wrong(desk):
    said = desk.rmg("check", "qa.toml", "--set", "graders.brief.when=same >")
    assert said.err == (
        "--set graders.brief.when=same >: when 'same >': it is not a condition: invalid syntax\n"
        "1 problem\n"
    )


def test_plan_says_which_graders_are_gated_by_what(desk):
    desk.write("qa.toml", GATED)
    lines = desk.rmg("plan", "qa.toml").out.splitlines()
    start = next(number for number, line in enumerate(lines) if "runs only when" in line)
    assert [line.split(maxsplit=1) for line in lines[start : start + 3]] == [
        ["grader", "runs only when"],
        ["brief", "same < 1"],
        [],
    ]
    graders = desk.rmg("plan", "qa.toml", "--json").json["graders"]
    assert [(each["name"], each["when"]) for each in graders] == [
        ("same", None),
        ("brief", "same < 1"),
    ]


def test_plan_says_nothing_of_conditions_where_there_are_none(desk):
    assert "when" not in desk.rmg("plan", "qa.toml").out


def test_plan_says_what_would_run(desk):
    said = desk.rmg("plan", "qa.toml", "--set", "graders.same.repeats=2")
    assert (said.code, said.err) == (0, "")
    lines = said.out.splitlines()
    assert lines[0] == "3 samples from rows.jsonl"
    assert lines[2].split() == [
        "grader", "uses", "cells", "repeats", "lane", "scale", "limits", "fingerprint",
    ]  # fmt: skip
    assert lines[3].split()[:-1] == ["same", "./graders.py:same", "6", "2", "thread", "0..1", "-"]
    assert lines[4].split()[:-1] == ["brief", "./graders.py:brief", "3", "1", "loop", "0..1", "-"]
    assert lines[7].split() == ["both", "same,", "brief", "0..1"]
    assert lines[9:] == [
        "9 of 9 cells to run: nothing is stored yet",
        "at most 32 at once, to runs/qa",
    ]


def test_plan_says_which_graders_have_processes_of_their_own(desk):
    graders = desk.rmg("plan", "qa.toml", "--set", "graders.brief.isolate=true", "--json").json
    assert [each["lane"] for each in graders["graders"]] == ["thread", "process"]


def test_plan_counts_what_is_left_out(desk):
    row = '{"id": "a", "response": "x", "reference": "y"}\n'
    desk.write("rows.jsonl", row + row + "{\n")
    said = desk.rmg("plan", "qa.toml", "--set", 'dataset.on_bad_row="skip"')
    assert said.code == 0
    assert said.out.startswith("1 sample from rows.jsonl (1 row skipped, 1 duplicate left out)\n")


def test_plan_as_json(desk):
    made = desk.rmg("plan", "qa.toml", "--set", "graders.brief.timeout=3", "--json").json
    assert made["cells"] == 6
    assert made["dataset"]["samples"] == 3
    [_, brief] = made["graders"]
    assert len(brief.pop("fingerprint")) == 32
    assert not brief.pop("unknown")
    assert brief == {
        "name": "brief",
        "use": "./graders.py:brief",
        "cells": 3,
        "repeats": 1,
        "lane": "loop",
        "scale": "0..1",
        "max_concurrency": None,
        "timeout": 3.0,
        "when": None,
        "calls": None,
    }
    assert made["aggregators"] == [
        {
            "name": "both",
            "reads": ["same", "brief"],
            "repeats_of": None,
            "group_by": None,
            "scale": "0..1",
        }
    ]


def test_a_plan_s_fingerprint_changes_with_the_options_and_not_with_the_limits(desk):
    def fingerprint(*overrides):
        flags = [part for each in overrides for part in ("--set", each)]
        return desk.rmg("plan", "qa.toml", "--json", *flags).json["graders"][0]["fingerprint"]

    plain = fingerprint()
    assert fingerprint("graders.same.timeout=3", "max_concurrency=2") == plain
    assert fingerprint("graders.same.options.ignore_case=true") != plain


DEPS = """
requires = ["attrs>=20", "rmg-plugin-good[more]>=1"]
packs = ["good"]
[graders.a]
use = "is_short"
[graders.b]
use = "absent/x"
mapper = "other/m"
[graders.c]
use = "./graders.py:same"
[aggregators.d]
use = "basic/mean"
"""


def test_deps_pins_what_is_installed_and_names_what_is_not(desk, install_pack):
    install_pack("good", version="1.2", extras=["more"])
    desk.write("qa.toml", DEPS)
    said = desk.rmg("deps", "qa.toml")
    assert (said.code, said.err) == (0, "")
    attrs, core, *packs = said.out.splitlines()
    assert (attrs, core[:8]) == ("attrs>=20", "rmg-core")
    assert packs == [
        "rmg-plugin-absent",
        "rmg-plugin-good==1.2",
        "rmg-plugin-good[more]>=1",
        "rmg-plugin-other",
    ]


def test_deps_leaves_out_a_pin_that_the_config_does_not_allow(desk, install_pack):
    install_pack("good", version="1.2")
    desk.write("qa.toml", DEPS.replace("rmg-plugin-good[more]>=1", "rmg-plugin-good>=2"))
    lines = desk.rmg("deps", "qa.toml", "--json").json
    assert [each for each in lines if "good" in each] == ["rmg-plugin-good>=2"]


def test_deps_drops_a_bound_that_a_pin_meets(desk, install_pack):
    install_pack("good", version="1.2")
    desk.write("qa.toml", DEPS.replace("rmg-plugin-good[more]>=1", "rmg-plugin-good>=1"))
    lines = desk.rmg("deps", "qa.toml", "--json").json
    assert [each for each in lines if "good" in each] == ["rmg-plugin-good==1.2"]


def test_deps_tells_where_a_requirement_cannot_be_read(desk):
    desk.write("qa.toml", DEPS.replace("attrs>=20", "attrs at least 20"))
    said = desk.rmg("deps", "qa.toml")
    assert said.code == 2
    assert said.err.startswith("qa.toml:2:13: 'attrs at least 20' is not a requirement: ")
