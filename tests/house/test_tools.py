"""The tools that look at all of the code: types, lint and form."""

import re
import subprocess
import sys
import tomllib

import pytest

from .tree import ROOT, name_of, shipped

TOOLS = {
    "types": ["mypy"],
    "lint": ["ruff", "check", "--no-fix", "--output-format=concise", "--quiet"],
    "form": ["ruff", "format", "--check"],
}


@pytest.mark.parametrize("tool", TOOLS)
def test_the_tool_finds_nothing(tool: str):
    ended = subprocess.run(
        [sys.executable, "-m", *TOOLS[tool]],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_types_are_strict():
    mypy = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["mypy"]
    assert mypy["strict"] is True
    assert mypy["files"] == ["rmg_core", "plugins/*/rmg_plugin_*"]


def test_warnings_are_errors():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert project["tool"]["pytest"]["ini_options"]["filterwarnings"][0] == "error"


def test_each_exception_to_the_lint_has_its_reason():
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    _, _, tools = project.partition("[tool.mypy]")
    ignored = re.findall(r'^ +"[A-Z].*$|^".*\] *(?:#.*)?$|^ignore_.*$', tools, re.MULTILINE)
    assert ignored
    assert [line for line in ignored if "#" not in line] == []


NO_REASON = re.compile(r"# noqa(?:: [A-Z]+\d+(?:, [A-Z]+\d+)*)?$|# type: ignore(?!\[)")


def test_each_exception_in_the_code_says_which_rule_and_why():
    assert [
        f"{name_of(path)}, line {number}: {line}"
        for path in shipped()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if NO_REASON.search(line)
    ] == []


@pytest.mark.parametrize("comment", ["# noqa", "# noqa: S102", "# type: ignore"])
def test_an_exception_without_a_rule_or_reason_is_found(comment: str):
    assert NO_REASON.search(f"exec(text)  {comment}")
