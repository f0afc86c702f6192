"""`rmg new-pack`: what it writes, what it refuses, and that the pack is sound as it is."""

import os
import re
import resource
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.utils import is_normalized_name

from rmg_core.cli.scaffold import GRADERS, KINDS, files_of, fitting
from rmg_core.registry.claims import core_version, is_name

from .conftest import ENVIRONMENT, Said

BRIEF = """
packs = ["my-tone"]

[dataset]
path = "rows.jsonl"

[graders.brief]
use = "is_brief"
options = { limit = 2 }
"""

PROJECT = "pyproject.toml"

FILES = [
    ".github/workflows/ci.yml",
    ".gitignore",
    "README.md",
    "pyproject.toml",
    "rmg_plugin_tone/__init__.py",
    "rmg_plugin_tone/py.typed",
    "tests/test_readme.py",
    "tests/test_rmg_plugin_tone.py",
]


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def python(*arguments: str | Path, cwd: Path, path: Path | None = None) -> Said:
    """Run this Python, with `path` first where it imports from."""
    places = os.pathsep.join([*([str(path)] if path else []), ENVIRONMENT["PYTHONPATH"]])
    ended = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=cwd,
        env={**ENVIRONMENT, "PYTHONPATH": places},
        capture_output=True,
        text=True,
        check=False,
    )
    return Said(ended.returncode, ended.stdout, ended.stderr)


def test_it_says_what_it_wrote_and_what_to_do_next(desk):
    said = desk.rmg("new-pack", "tone")
    assert said == Said(
        0,
        """\
rmg-plugin-tone is a pack with one grader, tone/is_brief:
  .github/workflows/ci.yml
  .gitignore
  README.md
  pyproject.toml
  rmg_plugin_tone/__init__.py
  rmg_plugin_tone/py.typed
  tests/test_readme.py
  tests/test_rmg_plugin_tone.py

next
  python -m pip install -e './rmg-plugin-tone[test]'
  rmg graders --pack tone
  python -m pytest rmg-plugin-tone
""",
        "",
    )


def test_it_writes_what_it_says_and_nothing_beside(desk):
    before = {*desk.folder.iterdir()}
    desk.rmg("new-pack", "tone")
    home = desk.folder / "rmg-plugin-tone"
    assert {*desk.folder.iterdir()} - before == {home}
    assert files_in(home) == FILES


def test_another_folder_is_named_as_a_shell_reads_it(desk):
    (desk.folder / "my packs").mkdir()
    said = desk.rmg("new-pack", "tone", "--dir", "my packs")
    assert said.code == 0
    assert files_in(desk.folder / "my packs" / "rmg-plugin-tone") == FILES
    assert said.out.splitlines()[-3:] == [
        "  python -m pip install -e 'my packs/rmg-plugin-tone[test]'",
        "  rmg graders --pack tone",
        "  python -m pytest 'my packs/rmg-plugin-tone'",
    ]


@pytest.mark.parametrize(
    ("name", "distribution", "package"),
    [
        ("tone", "rmg-plugin-tone", "rmg_plugin_tone"),
        ("my-tone", "rmg-plugin-my-tone", "rmg_plugin_my_tone"),
        ("my_tone", "rmg-plugin-my-tone", "rmg_plugin_my_tone"),
        ("my.tone", "rmg-plugin-my-tone", "rmg_plugin_my_tone"),
        ("3d", "rmg-plugin-3d", "rmg_plugin_3d"),
    ],
)
def test_the_name_of_the_pack_gives_those_of_distribution_and_package(
    desk, name, distribution, package
):
    desk.rmg("new-pack", name)
    home = desk.folder / distribution
    project = tomllib.loads((home / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["name"] == distribution
    assert project["entry-points"] == {"rmg": {name: package}}
    assert (home / package / "__init__.py").is_file()
    assert f'contract("{name}", ' in (home / "tests" / f"test_{package}.py").read_text("utf-8")


def test_the_pack_requires_the_rmg_core_that_wrote_it(desk):
    desk.rmg("new-pack", "tone")
    project = tomllib.loads((desk.folder / "rmg-plugin-tone" / "pyproject.toml").read_text("utf-8"))
    assert f"rmg-core>={core_version(None)}" in project["project"]["dependencies"]


def test_what_makes_it_a_pack_has_at_most_25_lines(desk):
    desk.rmg("new-pack", "tone")
    home = desk.folder / "rmg-plugin-tone"
    project = (home / "pyproject.toml").read_text("utf-8").partition("[tool.")[0]
    lines = f"{project}{(home / 'rmg_plugin_tone' / '__init__.py').read_text('utf-8')}".splitlines()
    assert len([*filter(str.strip, lines)]) <= 25


@pytest.mark.parametrize(
    ("kind", "graders"),
    [
        ("rubrics", "one grader, tone/is_clear"),
        ("mixed", "two graders, tone/is_brief and tone/is_clear"),
    ],
)
def test_a_pack_may_have_rubrics(desk, kind, graders):
    said = desk.rmg("new-pack", "tone", "--kind", kind)
    assert said.out.startswith(f"rmg-plugin-tone is a pack with {graders}:\n")
    assert {*files_in(desk.folder / "rmg-plugin-tone")} == {
        *FILES,
        "rmg_plugin_tone/rubrics/is_clear.toml",
        "tests/stand_in.py",
    }


def test_a_pack_of_rubrics_has_no_code_but_where_they_are():
    [_, *code] = files_of("tone", "", kind="rubrics")["rmg_plugin_tone/__init__.py"].splitlines()
    assert [*filter(None, code)] == [
        "from collections.abc import Mapping",
        "from rmg_core import hookimpl",
        "from rmg_plugin_judge import rubrics_in",
        "@hookimpl",
        "def rmg_graders() -> Mapping[str, object]:",
        "    return rubrics_in(__name__)",
    ]


def test_a_pack_of_rubrics_requires_the_judges():
    project = tomllib.loads(files_of("tone", "2.1", kind="rubrics", judge_version="3.4")[PROJECT])
    wanted = ["rmg-core>=2.1", "rmg-plugin-judge>=3.4"]
    assert project["project"]["dependencies"] == wanted


@pytest.mark.parametrize("kind", KINDS)
def test_what_runs_the_tests_elsewhere_does_what_the_readme_says(kind):
    files = files_of("tone", "", kind=kind)
    jobs = yaml.safe_load(files[".github/workflows/ci.yml"])["jobs"]
    steps = {
        job: [step["run"] for step in made["steps"] if "run" in step] for job, made in jobs.items()
    }
    [shown] = re.findall(r"In this folder:\n\n```bash\n(.*?)```", files["README.md"], re.DOTALL)
    assert {*steps["test"]} == {*shown.splitlines()}
    assert steps["build"][-1] == "rmg plugins --check tone"
    assert jobs["test"]["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [("tone", "functions"), ("a-rather-long-name-for-one-pack", "mixed"), ("tone", "rubrics")],
)
def test_linter_and_formatter_find_nothing(desk, name, kind):
    desk.rmg("new-pack", name, "--kind", kind)
    [home] = desk.folder.glob("rmg-plugin-*")
    assert python("-m", "ruff", "check", "--isolated", cwd=home).out == "All checks passed!\n"
    assert python("-m", "ruff", "format", "--isolated", "--check", cwd=home).code == 0


def test_strict_types_find_nothing(desk):
    desk.rmg("new-pack", "tone", "--kind", "mixed")
    home = desk.folder / "rmg-plugin-tone"
    assert tomllib.loads((home / PROJECT).read_text("utf-8"))["tool"]["mypy"]["strict"] is True
    typed = python("-m", "mypy", f"--cache-dir={desk.folder / 'cache'}", cwd=home)
    assert typed.out == "Success: no issues found in 4 source files\n"


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("My Tone", "try 'my-tone'"),
        ("Tone", "try 'tone'"),
        ("-tone", "try 'tone'"),
        ("tone-", "try 'tone'"),
        ("my--tone", "try 'my-tone'"),
        ("../tone", "try 'tone'"),
        ("tone\n", "try 'tone'"),
        ("rmg-plugin-tone", "try 'tone'"),
        ("rmg_plugin_tone", "try 'tone'"),
        ("", "write lower-case letters and digits, with single '-', '_' or '.' between them"),
        ("тон", "write lower-case letters and digits, with single '-', '_' or '.' between them"),
    ],
)
def test_a_name_that_does_not_fit_is_refused_with_one_that_does(desk, name, remedy):
    said = desk.rmg("new-pack", "--", name)
    assert said == Said(2, "", f"{name!r} cannot be the name of a pack; {remedy}\n")
    assert not [*desk.folder.glob("*rmg*")]


@pytest.mark.parametrize("name", ["tone", "my-tone", "my_tone", "my.tone", "3d", "a-b_c.d"])
def test_a_name_that_fits_is_one_for_the_registry_and_for_pip(name):
    assert fitting(name) == name
    assert is_name(name)
    assert is_normalized_name(name.replace("_", "-").replace(".", "-"))


def test_the_name_of_a_module_of_python_is_refused(desk):
    said = desk.rmg("new-pack", "json")
    assert said == Said(2, "", "'json' is a module of Python's own library; choose another name\n")
    assert not [*desk.folder.glob("*rmg*")]


def test_the_name_of_what_rmg_brings_is_refused(desk):
    said = desk.rmg("new-pack", "basic")
    assert said == Said(
        2,
        "",
        "there is a pack 'basic' already; "
        "choose another name; `rmg plugins` lists those that are taken\n",
    )
    assert not [*desk.folder.glob("*rmg*")]


def test_the_name_of_an_installed_pack_is_refused_however_it_is_spelt(desk, install_pack):
    install_pack("my_tone", "raise SystemExit('a name is looked at, and nothing imported')")
    for name in ("my_tone", "my-tone"):
        said = desk.rmg("new-pack", name)
        assert (said.code, said.err.partition(";")[0]) == (2, "there is a pack 'my_tone' already")
    assert not [*desk.folder.glob("*rmg*")]


def test_a_folder_that_is_there_is_never_overwritten(desk):
    (desk.folder / "rmg-plugin-tone").mkdir()
    said = desk.rmg("new-pack", "tone")
    assert said == Said(
        2,
        "",
        "rmg-plugin-tone is there already, and stays as it is; "
        "choose another name, or another folder with --dir DIR\n",
    )
    assert files_in(desk.folder / "rmg-plugin-tone") == []


def test_a_link_that_leads_nowhere_is_not_overwritten(desk):
    (desk.folder / "rmg-plugin-tone").symlink_to("nowhere")
    said = desk.rmg("new-pack", "tone")
    assert said.err.startswith("rmg-plugin-tone is there already, ")
    assert (desk.folder / "rmg-plugin-tone").is_symlink()


@pytest.mark.parametrize("folder", ["nowhere", "qa.toml"])
def test_a_directory_that_is_not_there_is_not_made(desk, folder):
    said = desk.rmg("new-pack", "tone", "--dir", folder)
    assert said == Said(2, "", f"there is no directory {folder!r}; make it, or choose another\n")
    assert not [*desk.folder.glob("nowhere")]


def test_a_directory_that_may_not_be_written_to_is_told_with_what_to_do(desk, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, _: Path(path).name != "closed")
    (desk.folder / "closed").mkdir()
    said = desk.rmg("new-pack", "tone", "--dir", "closed")
    assert said == Said(
        2,
        "",
        "you may not write to the directory 'closed'; "
        "choose a folder of yours with --dir DIR, or ask for the right to write\n",
    )


def test_a_second_time_says_that_the_first_is_there(desk):
    desk.rmg("new-pack", "tone")
    said = desk.rmg("new-pack", "tone", "--kind", "rubrics")
    assert said.code == 2
    assert said.err.startswith("rmg-plugin-tone is there already, and stays as it is; ")
    assert files_in(desk.folder / "rmg-plugin-tone") == FILES


def test_nothing_is_left_when_writing_fails(desk):
    before = {*desk.folder.iterdir()}
    no_more = resource.RLIMIT_FSIZE, (64, 64)  # bytes a file may have
    process = desk.start("new-pack", "tone", preexec_fn=lambda: resource.setrlimit(*no_more))
    out, err = process.communicate()
    assert Said(process.returncode, out, err) == Said(1, "", "rmg-plugin-tone: File too large\n")
    assert {*desk.folder.iterdir()} == before


def test_the_page_for_authors_shows_what_is_written():
    root = Path(__file__).resolve().parents[2]
    page = (root / "docs" / "how-to" / "publish-a-pack.md").read_text("utf-8")
    for name in ("pyproject.toml", "rmg_plugin_tone/__init__.py"):
        assert f"# rmg-plugin-tone/{name}\n{files_of('tone', '0.1.0')[name]}```\n" in page


@pytest.mark.parametrize("kind", ["functions", "mixed"])
def test_the_pack_installs_is_listed_grades_and_passes_its_tests(desk, kind):
    desk.rmg("new-pack", "my-tone", "--kind", kind)
    home, site = desk.folder / "rmg-plugin-my-tone", desk.folder / "site"
    flags = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--target"]
    made = python("-m", "pip", "install", *flags, site, home, cwd=desk.folder)
    assert made.code == 0, made.err
    assert (site / "rmg_plugin_my_tone" / "py.typed").is_file()

    rmg = ("-m", "rmg_core.cli")
    listed = python(*rmg, "graders", "--pack", "my-tone", cwd=desk.folder, path=site)
    assert "  1 when the response has at most `limit` words, else 0.\n" in listed.out
    assert len(listed.out.splitlines()) == len(GRADERS[kind])

    desk.write("brief.toml", BRIEF)
    ran = python(*rmg, "run", "--quiet", "brief.toml", cwd=desk.folder, path=site)
    assert ran.code == 0, ran.err
    assert [line["score"] for line in desk.lines("runs/brief")] == [1.0, 1.0, 0.0]

    tested = python("-m", "pytest", "-p", "no:cacheprovider", cwd=home, path=site)
    assert tested.code == 0, tested.out
