"""Every distribution, built and installed with the lowest versions that it allows."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
PROJECTS = [ROOT, *sorted(path.parent for path in ROOT.glob("plugins/*/pyproject.toml"))]

pytestmark = pytest.mark.skipif(
    os.environ.get("RMG_LOWEST", "0") in {"", "0"},
    reason="downloads every dependency anew, which takes minutes: set RMG_LOWEST=1",
)


def requirements_of(project: Path) -> list[Requirement]:
    made = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))
    hook = made["tool"]["hatch"].get("metadata", {}).get("hooks", {}).get("custom", {})
    lines = [*made["project"].get("dependencies", ()), *hook.get("dependencies", ())]
    return [Requirement(line) for line in lines]


def lowest(projects: list[Path]) -> dict[str, str]:
    """Return the least version of each dependency that all of these projects allow."""
    found: dict[str, list[str]] = {}
    for project in projects:
        for each in requirements_of(project):
            if not each.name.startswith("rmg-"):
                least = [one.version for one in each.specifier if one.operator in {">=", "=="}]
                assert least, f"{project.name}: {each} has no lower bound"
                found.setdefault(each.name, []).extend(least)
    return {name: max(some, key=_parts) for name, some in found.items()}


def _parts(version: str) -> list[int]:
    return [*map(int, version.split("."))]


def run(*command: str, cwd: Path) -> str:
    ended = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.mark.parametrize("without", ["rmg-plugin-litellm", ""])  # which asks for newer ones
def test_the_lowest_versions_that_are_allowed_work_together(tmp_path: Path, without: str):
    projects = [each for each in PROJECTS if each.name != without]
    wheels = tmp_path / "wheels"
    for project in projects:
        pip = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation"]
        run(*pip, "--wheel-dir", str(wheels), str(project), cwd=tmp_path)
    constraints = tmp_path / "lowest.txt"
    lines = [f"{name}=={version}\n" for name, version in lowest(projects).items()]
    constraints.write_text("".join(lines))
    run(sys.executable, "-m", "venv", str(tmp_path / "venv"), cwd=tmp_path)
    python = str(tmp_path / "venv" / "bin" / "python")
    built = [str(each) for each in sorted(wheels.glob("*.whl"))]
    run(python, "-m", "pip", "install", "-c", str(constraints), *built, cwd=tmp_path)
    said = run(python, "-m", "rmg_core", "plugins", "--json", cwd=tmp_path)
    assert "broken" not in said
    config = ROOT / "docs" / "examples" / "quickstart" / "rmg.toml"
    told = run(python, "-m", "rmg_core", "run", str(config), "--run-dir", "runs/qs", cwd=tmp_path)
    assert "60 samples graded" in told
