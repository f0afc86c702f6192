import re
import tomllib
from pathlib import Path

import pytest

import rmg_plugin_code
from rmg_core import GradingRunner

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
GRADERS = rmg_plugin_code.rmg_graders()


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def test_every_grader_stands_in_the_table_of_the_readme():
    table = "".join(line for line in README.splitlines(keepends=True) if line.startswith("|"))
    assert set(GRADERS) <= set(re.findall(r"`(\w+)`", table))


@pytest.mark.parametrize("block", blocks("toml"))
def test_the_configs_of_the_readme_are_right(block, tmp_path):
    config = tomllib.loads(block)
    path = tmp_path / "config.toml"
    path.write_text(block, "utf-8")
    (tmp_path / config["dataset"]["path"]).write_text("{}\n", "utf-8")
    assert {each["use"] for each in config["graders"].values()} <= set(GRADERS)
    GradingRunner.from_config(path)


@pytest.mark.parametrize("block", blocks("python"))
def test_the_python_of_the_readme_runs(block):
    exec(compile(block, "README.md", "exec"), {})  # noqa: S102 - our own README
