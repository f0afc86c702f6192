"""What a run must not write over: the files that it reads, and those of a stranger."""

import os

import pytest

CHOOSE = "choose another with [run] dir, or `rmg run` with --run-dir DIR"
VERBS = [("run", "--quiet"), ("check",)]


def contents(folder):
    return {
        each.relative_to(folder): each.read_bytes() for each in folder.rglob("*") if each.is_file()
    }


def refused(desk, *arguments):
    """Run `rmg`, which must refuse and change nothing; return what it said."""
    before = contents(desk.folder)
    said = desk.rmg(*arguments)
    assert (said.code, said.out) == (2, "")
    after = contents(desk.folder)
    assert {name: after.get(name) for name in before} == before
    return said.err.splitlines()[0]


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("name", ["store.sqlite", "summary.json", "config.toml"])
def test_a_dataset_in_the_run_directory_is_not_written_over(desk, verb, name):
    (desk.folder / "rows.jsonl").rename(desk.folder / name)
    sets = (f'dataset={{path="{name}", format="jsonl"}}', 'run.dir="."')
    said = refused(desk, *verb, "qa.toml", "--set", sets[0], "--set", sets[1])
    assert said == (
        f'--set run.dir=".": the run would write its {name} over {name!r}, '
        f"which is its dataset; {CHOOSE}"
    )


def test_a_run_directory_on_the_command_line_is_looked_at_too(desk):
    (desk.folder / "rows.jsonl").rename(desk.folder / "store.sqlite")
    said = refused(
        desk,
        "run",
        "qa.toml",
        "--set",
        'dataset={path="store.sqlite", format="jsonl"}',
        "--run-dir",
        ".",
    )
    assert said == (
        f"the run would write its store.sqlite over 'store.sqlite', which is its dataset; {CHOOSE}"
    )


@pytest.mark.parametrize("verb", VERBS)
def test_a_config_in_the_run_directory_is_not_written_over(desk, verb):
    (desk.folder / "qa.toml").rename(desk.folder / "config.toml")
    said = refused(desk, *verb, "config.toml", "--set", 'run.dir="."')
    assert said == (
        "--set run.dir=\".\": the run would write its config.toml over 'config.toml', "
        f"which is its config; {CHOOSE}"
    )


@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_links_to_the_dataset_are_seen_through(desk, link):
    desk.rmg("run", "qa.toml")
    (desk.folder / "runs/qa/store.sqlite").unlink()
    link(desk.folder / "rows.jsonl", desk.folder / "runs/qa/store.sqlite")
    assert "which is its dataset" in refused(desk, "run", "qa.toml")


def test_a_link_to_the_directory_is_seen_through(desk):
    desk.rmg("run", "qa.toml")
    (desk.folder / "link").symlink_to("runs/qa")
    rows = (desk.folder / "rows.jsonl").read_text()
    desk.write("runs/qa/store.sqlite", rows)
    said = refused(
        desk, "run", "qa.toml", "--set", 'dataset={path="link/store.sqlite", format="jsonl"}'
    )
    assert said == (
        "the run would write its store.sqlite over 'runs/qa/store.sqlite', "
        f"which is its dataset; {CHOOSE}"
    )


def test_a_file_that_the_config_names_is_not_written_over(desk):
    (desk.folder / "graders.py").rename(desk.folder / "graders2.py")
    (desk.folder / "code").mkdir()
    (desk.folder / "code/summary.json").write_text("{}")
    desk.write(
        "graders.py",
        (desk.folder / "graders2.py").read_text()
        + "@grader\ndef told(response: str, *, by: str) -> float:\n    return 1.0\n",
    )
    told = 'graders.told={use="./graders.py:told", options={by="code/summary.json"}}'
    said = refused(desk, "run", "qa.toml", "--set", told, "--run-dir", "code")
    assert said == (
        "the run would write its summary.json over 'code/summary.json', "
        f"which is a file that the config names; {CHOOSE}"
    )


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("rows.jsonl", "its dataset"),
        ("qa.toml", "its config"),
        ("graders.py", "code that the config names"),
    ],
)
def test_a_sink_is_not_written_over_what_the_run_reads(desk, path, what):
    (desk.folder / "kept").mkdir()
    place = desk.folder / path
    sink = f'sinks.copy={{use="basic/jsonl", options={{path="{place}"}}}}'
    said = refused(desk, "run", "qa.toml", "--run-dir", "kept", "--set", sink)
    assert said.endswith(
        f": the run would write its {path} over '{place}', "
        f"which is {what}; give the sink another path"
    )


@pytest.mark.parametrize("verb", VERBS)
def test_a_directory_of_a_stranger_is_refused(desk, verb):
    said = refused(desk, *verb, "qa.toml", "--set", 'run.dir="."')
    assert said == (
        "--set run.dir=\".\": the directory '.' holds graders.py, qa.toml, rows.jsonl, and no run "
        f"of rmg; {CHOOSE}: it may be empty or absent"
    )


def test_a_directory_with_a_config_of_somebody_else_is_refused(desk):
    (desk.folder / "mine").mkdir()
    for name in ("config.toml", "a", "b", "c"):
        desk.write(f"mine/{name}", "# rmg runs are kept elsewhere\n")
    said = refused(desk, "run", "qa.toml", "--run-dir", "mine")
    assert said == (
        "the directory 'mine' holds a, b, c, …, and no run of rmg; "
        f"{CHOOSE}: it may be empty or absent"
    )


def test_an_empty_directory_and_one_of_an_earlier_run_are_taken(desk):
    (desk.folder / "new").mkdir()
    assert desk.rmg("run", "qa.toml", "--run-dir", "new").code == 0
    assert desk.rmg("run", "qa.toml", "--run-dir", "new").code == 0


def test_a_directory_of_a_run_that_was_killed_as_it_began_is_taken(desk):
    (desk.folder / "new").mkdir()
    desk.write("new/.config.toml.123", "")
    assert desk.rmg("run", "qa.toml", "--run-dir", "new").code == 0
