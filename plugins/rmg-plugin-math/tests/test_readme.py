import re
import tomllib
from pathlib import Path

import pytest

import rmg_plugin_math

PROJECT = Path(__file__).parents[1]
README = (PROJECT / "README.md").read_text(encoding="utf-8")
GRADERS = rmg_plugin_math.rmg_graders()


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def test_every_grader_stands_in_the_table_of_the_readme():
    table = "".join(line for line in README.splitlines(keepends=True) if line.startswith("|"))
    assert set(GRADERS) <= set(re.findall(r"`(\w+)`", table))


def test_every_extra_stands_in_the_readme_and_in_all():
    extras = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"][
        "optional-dependencies"
    ]
    everything = extras.pop("all")
    assert everything == [line for lines in extras.values() for line in lines]
    assert [name for name in extras if f"`{name}`" not in README] == []


@pytest.mark.parametrize("block", blocks("toml"))
def test_the_configs_of_the_readme_name_graders_of_the_pack(block):
    config = tomllib.loads(block)
    assert {each["use"] for each in config["graders"].values()} <= set(GRADERS)


@pytest.mark.parametrize("block", blocks("python"))
def test_the_python_of_the_readme_runs(block):
    exec(compile(block, "README.md", "exec"), {})  # noqa: S102 - our own README
