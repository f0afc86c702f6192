"""`rmg plugins --check`: what the quick part of the contract says of an installed pack."""

import pytest

from rmg_core.testing import review_pack

from .conftest import Said

SOUND = '''
from rmg_core import hookimpl

def brief(response: str) -> float:
    """1 over the number of words."""
    raise SystemExit("a review grades nothing")

@hookimpl
def rmg_graders():
    return {"brief": brief}
'''

UNSOUND = """
from rmg_core import hookimpl

def Brief(response) -> float:
    pass

@hookimpl
def rmg_graders():
    return {"Brief": Brief, "plain": "rmg_plugin_tone:nowhere"}
"""

TABLE = """\
tone, from rmg-plugin-tone 1.0

check      of        result  protects
declared   the pack  ok      users install and name the pack by one rule
hooks      the pack  ok      every name that a list shows leads to something that works
imports    the pack  ok      naming the pack in a config costs next to nothing
others     the pack  ok      mappers, aggregators and the like are told as graders are
name       1 grader  ok      a name can be guessed, and written on any system
docstring  1 grader  ok      lists and the catalogue say what the grader is
inputs     1 grader  ok      a wrong field is found before the grader sees it
options    1 grader  ok      a wrong option is found before a run

left to its own tests: golden, trials, outcomes, at once, inputs unchanged, asyncio, trio, \
deadline, sockets, process
"""


@pytest.mark.parametrize("name", ["tone", "rmg-plugin-tone", "rmg_plugin_tone"])
def test_a_sound_pack_is_told_check_by_check(desk, install_pack, name):
    install_pack("tone", SOUND)
    assert desk.rmg("plugins", "--check", name) == Said(0, TABLE, "")


def test_what_an_unsound_pack_has_to_change_is_told_and_the_exit_code_is_1(desk, install_pack):
    install_pack("tone", UNSOUND)
    said = desk.rmg("plugins", "--check", "tone")
    assert (said.code, said.err) == (1, "")
    table, told = said.out.partition("\ntone, hooks: ")[::2]
    assert [line.split()[0] for line in table.splitlines() if " fail" in line] == [
        "hooks",
        "name",
        "docstring",
        "inputs",
    ]
    assert (
        told
        == """\
pack 'tone' (rmg-plugin-tone 1.0) is broken: grader 'plain' (rmg_plugin_tone:nowhere): \
AttributeError: module 'rmg_plugin_tone' has no attribute 'nowhere'; \
upgrade rmg-plugin-tone, tell its authors, or correct it if it is yours

tone/Brief, name: its name 'Brief' has capitals; call it 'brief'

tone/Brief, docstring: it has no docstring; \
begin it with what a list shows: \"""1 when …, else 0.\"""

tone/Brief, inputs: input 'response' has no type; \
annotate it, such as `response: str`, or `object` where any will do

it fails 4 checks
"""
    )


def test_of_a_pack_that_cannot_be_imported_what_could_not_be_looked_at_is_no_success(
    desk, install_pack
):
    install_pack("tone", "import no_such_library")
    made = desk.rmg("plugins", "--check", "tone", "--json")
    assert made.code == 1
    assert made.json["passes"] is False
    results = {each["check"]: each["result"] for each in made.json["checks"]}
    assert results == {
        "declared": "ok",
        "hooks": "fails",
        "imports": "fails",
        **dict.fromkeys(["others", "name", "docstring", "inputs", "options"], "not made"),
    }
    said = desk.rmg("plugins", "--check", "tone").out
    assert said.endswith("\n\nit fails 2 checks, and 5 checks could not be made\n")
    assert "No module named 'no_such_library'" in said


def test_a_cause_is_told_once(install_pack, monkeypatch):
    registry = install_pack("tone", SOUND)
    monkeypatch.setenv("RMG_BLOCK_PACKS", "tone")
    found = [each for made in review_pack("tone", registry=registry) for each in made.findings]
    assert [each.check for each in found] == ["declared"]


def test_a_pack_that_is_not_installed_is_the_wrong_question(desk, install_pack):
    install_pack("tone", SOUND)
    said = desk.rmg("plugins", "--check", "tome")
    assert said == Said(2, "", "pack 'tome' is not installed; did you mean 'tone'?\n")


def test_what_is_exempt_is_not_asked(desk, install_pack):
    install_pack("tone", UNSOUND.replace(', "plain": "rmg_plugin_tone:nowhere"', ""))
    exempt = ["--exempt", "Brief/name", "--exempt", "docstring", "--exempt=inputs"]
    said = desk.rmg("plugins", "--check", "tone", *exempt)
    assert said.code == 0
    assert [line.split()[3] for line in said.out.splitlines()[7:10]] == ["exempt"] * 3


@pytest.mark.parametrize(
    ("exempt", "said"),
    [
        ("nam", "there is no check 'nam' to be exempt from; did you mean 'name'?\n"),
        ("trio", "there is no check 'trio' to be exempt from; "),
        ("brif/name", "pack 'tone' has no grader 'brif' to exempt; did you mean 'brief'?\n"),
    ],
)
def test_an_exemption_from_nothing_is_refused(desk, install_pack, exempt, said):
    install_pack("tone", SOUND)
    ended = desk.rmg("plugins", "--check", "tone", "--exempt", exempt)
    assert ended.code == 2
    assert ended.err.startswith(said)


def test_an_exemption_without_a_pack_is_refused(desk):
    assert desk.rmg("plugins", "--exempt", "name").code == 2
