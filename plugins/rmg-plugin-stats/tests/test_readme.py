import pkgutil
import re
from pathlib import Path

import pytest

import rmg_plugin_stats

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "block", re.findall(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
)
def test_the_python_of_the_readme_runs(block):
    exec(compile(block, "README.md", "exec"), {})  # noqa: S102 - our own README


def test_the_table_of_the_readme_names_modules_of_the_pack():
    table = "".join(line for line in README.splitlines() if line.startswith("| "))
    modules = {each.name for each in pkgutil.iter_modules(rmg_plugin_stats.__path__)}
    named = set(re.findall(r"`(\w+)`", table))
    assert named
    assert named <= modules
