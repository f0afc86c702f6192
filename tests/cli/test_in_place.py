"""`rmg new-pack --in-place`: a pack around graders that are there, of which nothing is changed."""

import os
import subprocess
import sys
import tomllib

import pytest

from .conftest import ENVIRONMENT, Said

GRADERS = '''
import json
import a_library
from rmg_core import GraderScore, grader, hookimpl
from . import near

def is_polite(response: str) -> float:
    """1 when it says please, else 0."""
    return float("please" in response)

@grader(scale=(0, 1))
def says(response: str, reference: str, *, word: str = "a") -> "GraderScore | None":
    """1 when it says `word`, else 0."""

class LoudWords:
    """1 when nothing is loud, else 0."""
    def grade(self, response: str, context: str = "") -> bool: ...

def helper(text): ...
def to_text(number: int) -> str: ...
def now() -> float: ...
def _hidden(response: str) -> float: ...
class Other: ...
'''

SOUND = '''
def is_polite(response: str) -> float:
    """1 when it says please, else 0."""
    return float("please" in response)
'''

HOOKED = (
    SOUND
    + """
from rmg_core import hookimpl

@hookimpl
def rmg_graders():
    return {"is_polite": is_polite}
"""
)


def test_it_says_what_it_wrote_and_what_is_left_to_do(desk):
    (desk.folder / "work").mkdir()
    desk.write("work/mine.py", GRADERS)
    desk.write("work/README.md", "mine\n")
    assert desk.rmg("new-pack", "tone", "--in-place", "work/mine.py") == Said(
        0,
        """\
tone is a pack around work/mine.py, with tone/is_polite, tone/says, tone/loud_words

written
  .github/workflows/ci.yml
  .gitignore
  pyproject.toml
  rmg_plugin_tone/__init__.py
  rmg_plugin_tone/py.typed
  tests/test_rmg_plugin_tone.py

there already, and as it was
  README.md

left to do
  pyproject.toml: add to dependencies what brings a_library
  mine.py: move it into rmg_plugin_tone/, and its address in rmg_plugin_tone/__init__.py with it; \
others may have a module of that name too
  tests/test_rmg_plugin_tone.py: give a sample whose grade you know to is_polite, says, loud_words
  mine:helper does not say what it returns, such as -> float

next, in work
  python -m pip install -e '.[test]'
  rmg plugins --check tone
  python -m pytest
""",
        "",
    )
    assert (desk.folder / "work" / "README.md").read_text("utf-8") == "mine\n"
    assert (desk.folder / "work" / "mine.py").read_text("utf-8") == GRADERS


def test_the_hook_and_the_tests_name_each_grader(desk):
    desk.write("mine.py", GRADERS)
    desk.rmg("new-pack", "tone", "--in-place", "mine.py")
    hooks = (desk.folder / "rmg_plugin_tone" / "__init__.py").read_text("utf-8")
    tests = (desk.folder / "tests" / "test_rmg_plugin_tone.py").read_text("utf-8")
    assert '        "loud_words": "mine:LoudWords",\n' in hooks
    assert '    "loud_words": [],  # Golden({"response": …}, SCORE)\n' in tests
    assert '    "says": [],  # Golden({"response": …, "reference": …}, SCORE)\n' in tests


@pytest.mark.parametrize(
    ("module", "text", "point", "written", "is_exempt"),
    [
        ("mine.py", SOUND, "rmg_plugin_tone", "rmg_plugin_tone/__init__.py", False),
        ("mine.py", HOOKED, "mine", None, True),
        ("lib/__init__.py", SOUND, "lib.hooks", "lib/hooks.py", True),
        ("src/lib/__init__.py", SOUND, "lib.hooks", "src/lib/hooks.py", True),
        (
            "rmg_plugin_tone/__init__.py",
            SOUND,
            "rmg_plugin_tone.hooks",
            "rmg_plugin_tone/hooks.py",
            False,
        ),
        ("rmg_plugin_tone/__init__.py", HOOKED, "rmg_plugin_tone", None, False),
    ],
)
def test_the_entry_point_leads_to_hooks(desk, module, text, point, written, is_exempt):
    file = desk.folder / module
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    said = desk.rmg("new-pack", "tone", "--in-place", module.removesuffix("/__init__.py"))
    assert said.code == 0, said.err
    project = tomllib.loads((desk.folder / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["entry-points"] == {"rmg": {"tone": point}}
    hooks = {str(each.relative_to(desk.folder)) for each in desk.folder.rglob("*.py")}
    assert hooks - {module, "graders.py", "tests/test_rmg_plugin_tone.py"} == {
        *filter(None, [written])
    }
    tests = (desk.folder / "tests" / "test_rmg_plugin_tone.py").read_text("utf-8")
    assert ("exempt=" in tests) is is_exempt


def test_a_second_time_nothing_is_written_and_what_is_new_is_left_to_do(desk):
    desk.write("mine.py", SOUND)
    desk.rmg("new-pack", "tone", "--in-place", "mine.py")
    before = {each: each.stat().st_mtime_ns for each in desk.folder.rglob("*")}
    with (desk.folder / "mine.py").open("a") as stream:
        stream.write("def is_new(response: str) -> bool: ...\n")
    said = desk.rmg("new-pack", "tone", "--in-place", "mine.py")
    assert "\nwritten\n" not in said.out
    left = said.out.partition("left to do\n")[2].partition("\n\n")[0].splitlines()
    assert left[1:] == [
        '  rmg_plugin_tone/__init__.py: let rmg_graders() return "is_new": "mine:is_new" too',
        "  tests/test_rmg_plugin_tone.py: give a sample whose grade you know to is_polite, is_new",
    ]
    after = {each: each.stat().st_mtime_ns for each in desk.folder.rglob("*")}
    assert {each for each in after if before.get(each) != after[each]} == {desk.folder / "mine.py"}


def test_a_sample_is_left_to_do_until_it_is_given(desk):
    desk.write("mine.py", SOUND)
    desk.rmg("new-pack", "tone", "--in-place", "mine.py")
    said = desk.rmg("new-pack", "tone", "--in-place", "mine.py")
    assert "whose grade you know to is_polite\n" in said.out
    file = desk.folder / "tests" / "test_rmg_plugin_tone.py"
    given = file.read_text("utf-8").replace('"is_polite": []', '"is_polite": [Golden({}, 1)]')
    file.write_text(given, "utf-8")
    said = desk.rmg("new-pack", "tone", "--in-place", "mine.py")
    assert "whose grade you know" not in said.out


def test_a_project_that_is_there_is_told_what_it_lacks(desk):
    desk.write("mine.py", HOOKED)
    desk.write("pyproject.toml", '[project]\nname = "mine"\ndependencies = ["attrs"]\n')
    said = desk.rmg("new-pack", "tone", "--in-place", "mine.py")
    left = said.out.partition("left to do\n")[2].partition("\n\n")[0].splitlines()
    assert [each.removeprefix("  pyproject.toml, in [project]: ") for each in left[:4]] == [
        'entry-points.rmg.tone = "mine"',
        'add "rmg-core" to dependencies',
        'optional-dependencies.test = ["mypy", "rmg-core[testing]"]',
        "users look for a distribution that is called 'rmg-plugin-tone'",
    ]


def test_another_workflow_is_enough(desk):
    (desk.folder / ".github" / "workflows").mkdir(parents=True)
    desk.write(".github/workflows/own.yaml", "on: push\n")
    desk.write("mine.py", SOUND)
    desk.rmg("new-pack", "tone", "--in-place", "mine.py")
    assert not (desk.folder / ".github" / "workflows" / "ci.yml").exists()


@pytest.mark.parametrize(
    ("module", "text", "said"),
    [
        ("nowhere.py", None, "there is no 'nowhere.py'; name the file of a module, or the folder "),
        (".", None, "the folder '.' is no package of Python; name a file, or a folder with "),
        ("rows.jsonl", None, "'rows.jsonl' is no module of Python; name a .py file"),
        ("mine.py", "def (", "mine.py:1 is no Python: "),
        (
            "my-own.py",
            SOUND,
            "'my-own' cannot be the name of a module that others install; rename ",
        ),
        ("types.py", SOUND, "'types' cannot be the name of a module that others install; rename "),
        ("mine.py", "x = 1", "'mine.py' has no graders; a grader is a public function that says "),
        ("mine.py", "def f(x): ...", "'mine.py' has no graders; mine:f does not say what it "),
    ],
)
def test_what_has_no_graders_is_refused(desk, module, text, said):
    if text is not None:
        desk.write(module, text)
    ended = desk.rmg("new-pack", "tone", "--in-place", module)
    assert ended.code == 2
    assert ended.err.removeprefix(f"{desk.folder}/").startswith(said)
    assert not (desk.folder / "pyproject.toml").exists()


@pytest.mark.parametrize("option", ["--kind=mixed", "--dir=."])
def test_an_option_that_says_nothing_of_graders_that_are_there_is_refused(desk, option):
    ended = desk.rmg("new-pack", "tone", "--in-place", "graders.py", option)
    assert ended.code == 2
    said = f"{option.partition('=')[0]} says nothing of graders that are there; leave it out, "
    assert ended.err.startswith(said)


def test_the_name_of_an_installed_pack_is_refused_but_for_the_pack_itself(desk, install_pack):
    install_pack("tone", HOOKED)
    desk.write("mine.py", SOUND)
    ended = desk.rmg("new-pack", "tone", "--in-place", "mine.py")
    assert ended.err.startswith("there is a pack 'tone' already; ")
    own = desk.folder.parent / "site0" / "rmg_plugin_tone"
    assert desk.rmg("new-pack", "tone", "--in-place", str(own)).code == 0


def test_what_is_made_around_graders_installs_and_keeps_the_contract(desk):
    desk.write("mine.py", SOUND)
    desk.rmg("new-pack", "tone", "--in-place", "mine.py")
    tests = desk.folder / "tests" / "test_rmg_plugin_tone.py"
    sample = '[Golden({"response": "please"}, 1.0)]'
    tests.write_text(tests.read_text("utf-8").replace("[]", sample), "utf-8")
    site = desk.folder / "site"
    flags = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--target"]
    for command in (["pip", "install", *flags, site, "."], ["pytest", "-q", "tests"]):
        ended = subprocess.run(
            [sys.executable, "-m", *map(str, command)],
            cwd=desk.folder,
            env={
                **ENVIRONMENT,
                "PYTHONPATH": os.pathsep.join([str(site), ENVIRONMENT["PYTHONPATH"]]),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
