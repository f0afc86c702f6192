"""The pages that tell a newcomer what to type, and where to look."""

import os
import re

from .tree import CORE, PACKS, ROOT

RUN_TESTS = (
    "python -m pip install -e '.[test]' ./plugins/* && python -m pytest -n auto --dist=worksteal"
)
INSTALL = "python -m pip install . ./plugins/* && rmg run docs/examples/quickstart/rmg.toml"


def test_the_readme_says_how_to_install_and_how_to_test():
    readme = (ROOT / "README.md").read_text("utf-8")
    blocks = re.findall(r"^```bash\n(.*?)\n```$", readme, re.MULTILINE | re.DOTALL)
    assert INSTALL in blocks
    assert RUN_TESTS in blocks


def test_ci_runs_the_command_of_the_readme():
    script = ROOT / ".ci" / "run"
    assert RUN_TESTS in script.read_text("utf-8")
    assert os.access(script, os.X_OK)


def where_is() -> list[str]:
    """Return the paths in the table `Where is …?`."""
    page = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    _, _, table = page.partition("## Where is")
    table, _, _ = table.partition("\n## ")
    rows = [line for line in table.splitlines() if line.startswith("| ")][1:]
    return [path for row in rows for path in re.findall(r"`([^`]+)`", row.split("|")[2])]


def test_every_path_that_contributors_are_told_of_is_there():
    assert where_is()
    assert [path for path in where_is() if not any(ROOT.glob(path.rstrip("/")))] == []


def test_every_link_for_contributors_leads_somewhere():
    page = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    links = re.findall(r"\]\(([^)\s]+)\)", page)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_contributors_are_told_of_every_room():
    rooms = {
        f"rmg_core/{path.name}{'/' if path.is_dir() else ''}"
        for path in CORE.iterdir()
        if path.suffix == ".py" or [*path.glob("*.py")]
    }
    assert rooms - set(where_is()) == set()


def test_every_pack_is_named_like_its_folder():
    homes = {path.parent for path in ROOT.glob("plugins/*/pyproject.toml")}
    assert homes == {pack.parent for pack in PACKS}
