"""The group of verbs: its help, what it imports, and the verbs of packs."""

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import click
import pytest

from rmg_core import cli
from rmg_core.cli import VERBS, rmg

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("verb", VERBS)
def test_short_help_is_the_first_line_of_a_verb_s_own(verb):
    command = rmg.get_command(click.Context(rmg), verb)
    assert command.help.partition("\n")[0] == VERBS[verb]


@pytest.mark.parametrize("verb", VERBS)
def test_help_of_every_verb_ends_with_an_example(desk, verb):
    said = desk.rmg(verb, "--help")
    assert said.code == 0
    assert said.out.rstrip().splitlines()[-1].startswith(f"    rmg {verb}")


@pytest.mark.parametrize("verb", sorted({*VERBS} - {"schema", "export", "new-pack"}))
def test_every_verb_with_something_to_read_has_json(verb):
    command = rmg.get_command(click.Context(rmg), verb)
    assert "--json" in [option for each in command.params for option in each.opts]


def test_help_lists_the_verbs_and_where_to_find_more(desk):
    said = desk.rmg("--help")
    assert said.code == 0
    assert all(f"  {verb} " in said.out for verb in VERBS)
    assert "Packs may add verbs: `rmg plugins` lists them." in said.out


def test_help_imports_neither_a_verb_nor_a_pack_nor_what_is_heavy():
    code = """
import sys
from rmg_core.cli import rmg
try:
    rmg.main(["--help"])
except SystemExit:
    pass
print(*sys.modules, file=sys.stderr)
"""
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    loaded = ended.stderr.split()
    assert "click" in loaded
    assert {each for each in loaded if each.startswith("rmg_core.cli.")} == {
        "rmg_core.cli.arguments",
        "rmg_core.cli.exits",
        "rmg_core.cli.screen",
        "rmg_core.cli.sheets",
        "rmg_core.cli.verbs",
    }
    heavy = {"rich", "orjson", "anyio", "cattrs", "rmg_core.registry", "rmg_core.config"}
    assert heavy.isdisjoint(loaded)


def test_version_says_which(desk):
    said = desk.rmg("--version")
    assert said.code == 0
    assert said.out.startswith("rmg-core ")


def test_unknown_verb_offers_the_near_miss(desk):
    said = desk.rmg("chek", "qa.toml")
    assert said == type(said)(2, "", "there is no verb 'chek'; did you mean 'check'?\n")


def test_unknown_option_is_a_wrong_question(desk):
    said = desk.rmg("check", "--jsn", "qa.toml")
    assert said.code == 2
    assert "No such option" in said.err


VERB = """
import click
from rmg_core import hookimpl

@click.command()
@click.argument("run_dir")
def compare(run_dir):
    click.echo(f"comparing {run_dir}")

@hookimpl
def rmg_commands():
    return {"compare": compare, "run": compare, "wrong": 3}
"""


def test_a_pack_adds_a_verb(desk, install_pack):
    install_pack("stats", VERB)
    assert desk.rmg("compare", "runs/qa").out == "comparing runs/qa\n"


def test_a_pack_s_verb_never_takes_the_place_of_ours(desk, install_pack):
    install_pack("stats", VERB)
    assert "comparing" not in desk.rmg("run", "--help").out
    assert desk.rmg("stats/run", "x").out == "comparing x\n"


def test_a_verb_of_two_packs_must_say_whose(desk, install_pack):
    install_pack("stats", VERB)
    install_pack("other", VERB)
    said = desk.rmg("compare", "x")
    assert said.code == 2
    assert said.err == (
        "command 'compare' is in the packs other and stats; "
        "write 'other/compare' or 'stats/compare'\n"
    )


def test_a_verb_that_is_no_command_names_its_pack(desk, install_pack):
    install_pack("stats", VERB)
    said = desk.rmg("wrong")
    assert said.code == 2
    assert said.err == (
        "pack 'stats' (rmg-plugin-stats 1.0) is broken: its verb 'wrong' is a int; "
        "it must be a click.Command\n"
    )


def test_a_broken_pack_does_not_hide_the_verbs_of_others(desk, install_pack):
    install_pack("bad", "import nowhere_to_be_found")
    install_pack("stats", VERB)
    assert desk.rmg("compare", "x").code == 0


def test_no_verb_hides_what_verbs_of_packs_write_with():
    for verb in VERBS:
        rmg.get_command(click.Context(rmg), verb)
    assert [name for name in cli.__all__ if isinstance(getattr(cli, name), ModuleType)] == []
