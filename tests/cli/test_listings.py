"""The verbs that say what is installed: graders, mappers, aggregators, plugins, show, schema."""

import tomllib

import pytest

from rmg_core.cli.catalogue import NOUNS, catalogue_of
from rmg_core.cli.paste import toml_of, toml_value
from rmg_core.config import parse_config
from rmg_core.registry import installed


def test_graders_lists_names_inputs_and_summaries(desk, install_pack):
    install_pack("good")
    said = desk.rmg("graders", "--pack", "good")
    assert said.code == 0
    assert said.out == (
        "good/heavy      response  The share of a hundred characters that the response has, "
        "at most 1.\n"
        "good/is_polite  response  1 when the response says please.\n"
        "good/is_short   response  1 when the response has at most `limit` words, else 0.\n"
        "good/mentions   response  1 when the response mentions `word`, else 0.\n"
    )


def test_aggregators_lists_names_and_summaries(desk):
    said = desk.rmg("aggregators", "--pack", "basic")
    assert said.code == 0
    assert "basic/median" in said.out


def test_mappers_lists_names(desk, install_pack):
    install_pack("good")
    assert desk.rmg("mappers", "--pack", "good").out == "good/answer_of\n"


def test_a_pack_without_the_noun_says_so(desk):
    said = desk.rmg("mappers", "--pack", "basic")
    assert (said.code, said.out, said.err) == (0, "", "there are no mappers in pack 'basic'\n")


def test_a_pack_that_is_not_installed_is_a_wrong_question(desk):
    said = desk.rmg("graders", "--pack", "basc")
    assert said.code == 2
    assert said.err == "pack 'basc' is not installed; did you mean 'basic'?\n"


def test_graders_as_json_has_everything_known(desk, install_pack):
    install_pack("good")
    [_, _, is_short, _] = desk.rmg("graders", "--pack", "good", "--json").json["graders"]
    assert is_short == {
        "name": "good/is_short",
        "noun": "grader",
        "summary": "1 when the response has at most `limit` words, else 0.",
        "doc": "1 when the response has at most `limit` words, else 0.",
        "inputs": [{"name": "response", "type": "str", "required": True}],
        "options": [
            {"name": "limit", "type": "an integer", "required": False, "default": 5, "help": ""}
        ],
        "scale": [0.0, 1.0],
        "higher_is_better": True,
        "needs": [],
        "deprecated": None,
        "runs_in": "run",
        "timeout": None,
        "pack": "good",
        "distribution": "rmg-plugin-good",
        "version": "1.0",
        "file": None,
    }


def test_a_pack_without_its_option_is_told_how_it_is_named(desk):
    said = desk.rmg("graders", "text")
    assert (said.code, said.out) == (2, "")
    assert said.err.endswith("Error: 'text' is too much; for those of one pack write --pack PACK\n")


def test_a_broken_pack_is_told_at_the_end_and_changes_no_exit_code(desk, install_pack):
    install_pack("good")
    install_pack("bad", "import nowhere_to_be_found")
    said = desk.rmg("graders")
    assert said.code == 0
    assert "good/is_short" in said.out
    assert said.err.startswith("pack 'bad' (rmg-plugin-bad 1.0) is broken: the module ")
    assert said.err.endswith("is not installed; run `pip install rmg-plugin-bad`\n")


VERBS_OF_PACK = """
import click
from rmg_core import hookimpl

@hookimpl
def rmg_commands():
    return {"compare": click.Command("compare")}
"""


def test_plugins_lists_states_counts_and_verbs(desk, install_pack):
    install_pack("good")
    install_pack("stats", VERBS_OF_PACK)
    said = desk.rmg("plugins")
    assert said.code == 0
    lines = [line.split("  ") for line in said.out.splitlines()]
    rows = {line[0]: [part.strip() for part in line if part][1:] for line in lines}
    assert rows["good"] == ["rmg-plugin-good 1.0", "ok", "4 graders, 1 mapper, 1 aggregator"]
    assert rows["stats"] == ["rmg-plugin-stats 1.0", "ok", "the verb compare"]


def test_plugins_never_fails_because_one_is_broken(desk, install_pack, monkeypatch):
    install_pack("bad", "raise SystemExit(3)")
    install_pack("good")
    monkeypatch.setenv("RMG_BLOCK_PACKS", "good")
    said = desk.rmg("plugins")
    assert said.code == 0
    assert "\nbad is broken: SystemExit: 3" in said.out
    assert (
        "\ngood is blocked: pack 'good' is blocked by RMG_BLOCK_PACKS; "
        "take it out of that variable to use it\n"
    ) in said.out


def test_plugins_as_json(desk, install_pack):
    install_pack("stats", VERBS_OF_PACK)
    [found] = [each for each in desk.rmg("plugins", "--json").json if each["pack"] == "stats"]
    assert found == {
        "pack": "stats",
        "distribution": "rmg-plugin-stats",
        "version": "1.0",
        "module": "rmg_plugin_stats",
        "state": "ok",
        "reason": "",
        "provides": {"commands": 1},
        "verbs": ["compare"],
    }


def test_show_tells_inputs_options_scale_and_toml(desk):
    said = desk.rmg("show", "./graders.py:same")
    assert said.code == 0
    assert (
        said.out
        == f"""\
./graders.py:same  (grader, from {desk.folder / "graders.py"})

1 when the response is the reference, else 0.

inputs
  response   str
  reference  str

options
  ignore_case  true or false  false

scale
  0..1

in a config

  [graders.same]
  use = "./graders.py:same"

  [graders.same.mapper]  # input = where it stands in a sample
  response = "response"
  reference = "reference"

  [graders.same.options]
  # ignore_case = false
"""
    )


def test_show_works_for_a_mapper(desk, install_pack):
    install_pack("good")
    said = desk.rmg("show", "good/answer_of")
    assert said.code == 0
    assert '  [graders.NAME.mapper]\n  use = "good/answer_of"\n' in said.out


def test_show_finds_a_short_name_in_any_pack(desk, install_pack):
    install_pack("good")
    assert desk.rmg("show", "is_short").out.startswith("good/is_short  (grader, from ")


def test_show_tells_code_of_one_s_own_by_what_it_is(desk):
    desk.write(
        "mine.py",
        """
from attrs import frozen

def words(sample):
    return {"response": sample["text"]}

@frozen
class Best:
    '''The best.'''
    at: float

    def combine(self, outcomes):
        return max(outcomes.values())
""",
    )
    assert desk.rmg("show", "./mine.py:words").out.startswith("./mine.py:words  (mapper, ")
    assert "at = 0.0  # required: a number" in desk.rmg("show", "./mine.py:Best").out


def test_show_prints_the_sections_that_a_class_tells_of_itself(desk):
    desk.write(
        "own.py",
        """
from attrs import frozen

@frozen
class Judge:
    '''How kind it is.'''
    kind: str = "kind"
    @classmethod
    def sections(cls):
        return {"task": ["Read it.", "Judge it."], "tests": ("2 pairs",)}
    def grade(self, response: str) -> float:
        return 1.0
""",
    )
    [told] = desk.rmg("show", "./own.py:Judge", "--json").json
    assert told["sections"] == {"task": ["Read it.", "Judge it."], "tests": ["2 pairs"]}
    page = desk.rmg("show", "./own.py:Judge").out
    assert "it is.\n\ntask\n  Read it.\n  Judge it.\n\ntests\n  2 pairs\n\ninputs\n" in page


def test_show_of_what_tells_no_sections_has_none(desk):
    [told] = desk.rmg("show", "./graders.py:same", "--json").json
    assert told["sections"] == {}


def test_show_tells_of_a_grader_that_runs_in_processes_of_its_own(desk):
    desk.write(
        "own.py",
        """
from rmg_core import grader

@grader(runs_in="process")
def heavy(response: str) -> float:
    \"\"\"Computes for long.\"\"\"
    return 1.0
""",
    )
    out = desk.rmg("show", "./own.py:heavy").out
    assert "\nruns in\n  processes of its own\n" in out


def test_show_of_an_unknown_name_offers_the_near_miss(desk):
    said = desk.rmg("show", "basic/meen")
    assert said.code == 2
    assert said.err == (
        "there is no grader, mapper, aggregator or model 'basic/meen'; did you mean 'basic/mean'?\n"
    )


def test_show_of_a_missing_file_says_so(desk):
    said = desk.rmg("show", "./grader.py:same")
    assert said.code == 2
    assert said.err == (
        "'./grader.py' cannot be used: there is no such file; did you mean 'graders.py'?\n"
    )


def test_show_of_what_is_no_grader_says_so(desk):
    desk.write("mine.py", "x = 3\n")
    said = desk.rmg("show", "./mine.py:x")
    assert said.code == 2
    assert "is not a grader" in said.err


@pytest.mark.parametrize("noun", NOUNS)
def test_every_toml_to_paste_is_toml_that_the_config_takes(noun, install_pack):
    install_pack("good")
    for entry in catalogue_of(installed(), noun).entries:
        made = tomllib.loads(toml_of(entry))
        if noun == "mapper":
            made = {"graders": {"x": {"use": "x", **made["graders"]["NAME"]}}}
        assert entry.name in str(made)
        if noun != "mapper":
            extra = "" if noun == "grader" else '\n[graders.a]\nuse = "b"\n'
            parse_config(toml_of(entry) + extra)


def test_what_has_to_be_written_begins_with_a_value_that_fits(desk):
    desk.write(
        "mine.py",
        """
from typing import Any, Literal
from attrs import field, frozen, validators as v
from rmg_core.models import Model

@frozen(kw_only=True)
class Kind:
    '''How kind it is.'''
    model: Model
    least: int = field(validator=v.ge(2))
    most: float = field(validator=[v.gt(0), v.lt(1)])
    below: float = field(validator=v.lt(0))
    at_most: int = field(validator=v.le(-3))
    word: Literal["a", "b"]
    words: tuple[str, ...] = field(validator=v.min_len(2))
    pair: tuple[int, bool]
    odd: Any = field(metadata={"example": {"x": 1}})
    either: int | None = field(default=None, metadata={"example": 7})
    other: int | None = None

    def grade(self, response: str) -> float:
        return 1.0
""",
    )
    [_, table] = desk.rmg("show", "./mine.py:Kind").out.split("[graders.Kind.options]\n")
    assert [line.strip().partition("  #")[0] for line in table.splitlines()] == [
        'model = "judge"',
        "least = 2",
        "most = 0.5",
        "below = -1.0",
        "at_most = -3",
        'word = "a"',
        'words = ["…", "…"]',
        "pair = [0, false]",
        "odd = { x = 1 }",
        "either = 7",
        "# other = …",
        "",
        "[models.judge]",
        'use = "basic/recorded"',
        "options = { echo = true }",
    ]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (True, "true"),
        (3, "3"),
        (0.5, "0.5"),
        ('a "b"\n\x7f', '"a \\"b\\"\\n\\u007f"'),
        ((1, "x"), '[1, "x"]'),
        ({"a b": 1}, '{ "a b" = 1 }'),
        ({}, "{}"),
    ],
)
def test_values_are_written_as_toml(value, written):
    assert toml_value(value) == written
    read = tomllib.loads(f"x = {written}")["x"]
    assert read == (list(value) if isinstance(value, tuple) else value)


@pytest.mark.parametrize("value", [None, float("nan"), object(), [None]])
def test_what_toml_cannot_hold_is_not_written(value):
    assert toml_value(value) is None


def test_schema_knows_the_options_of_packs(desk, install_pack):
    install_pack("good")
    said = desk.rmg("schema")
    assert said.code == 0
    chosen = said.json["properties"]["graders"]["additionalProperties"]["allOf"]
    [options] = [
        each["then"]["properties"]["options"]
        for each in chosen
        if "good/is_short" in each["if"]["properties"]["use"]["enum"]
    ]
    assert options["properties"]["limit"] == {"type": "integer", "default": 5}


def test_schema_is_written_in_spite_of_a_broken_pack(desk, install_pack):
    install_pack("bad", "import nowhere_to_be_found")
    said = desk.rmg("schema")
    assert said.code == 0
    assert said.err.count("pack 'bad'") == 1
