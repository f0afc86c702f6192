"""The site of the documentation."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md"))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site; any warning ends that."""
    place = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir"]
    quiet = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    built = subprocess.run(
        [*command, str(place)], cwd=ROOT, env=quiet, capture_output=True, text=True, check=False
    )
    assert (built.returncode, built.stdout + built.stderr) == (0, "")
    return place


def test_every_page_is_in_the_navigation(site: Path):
    home = (site / "index.html").read_text("utf-8")
    named = [*map(str, PAGES), "contributing.md", "license.md"]
    assert [page for page in named if f'href="{page[:-3]}.html"' not in home] == []


def test_graders_can_be_searched_for(site: Path):
    index = json.loads((site / "search" / "search_index.json").read_text("utf-8"))
    titles = {re.sub("<.*?>", "", each["title"]) for each in index["docs"]}
    assert {"text/exact_match", "math/math_equal", "judge/helpfulness"} <= titles


def test_the_site_fetches_nothing_from_elsewhere(site: Path):
    home = (site / "index.html").read_text("utf-8")
    assert re.findall(r'<(?:script|link|img)[^>]*(?:src|href)="?(?:https?:)?//[^>]*', home) == []


def test_every_pack_of_ours_is_in_the_directory():
    listed = tomllib.loads((ROOT / "docs" / "packs.toml").read_text("utf-8"))
    ours = {path.name for path in ROOT.glob("plugins/rmg-plugin-*")}
    assert ours <= {each["distribution"] for each in listed.values()}
    known = {"distribution", "grades", "needs", "by", "home"}
    assert [name for name, each in listed.items() if not each.keys() <= known] == []
