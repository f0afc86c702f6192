import re
import tomllib
from pathlib import Path

import attrs
import pytest

from rmg_plugin_openai import rmg_models
from rmg_plugin_openai.chat import Chat
from rmg_plugin_openai.embedding import Embedding

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
CLIENTS = {"openai/chat": Chat, "openai/embedding": Embedding}


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def options_of(client):
    return {each.name for each in attrs.fields(client) if each.init}


def test_every_model_stands_in_the_readme():
    assert {f"openai/{name}" for name in rmg_models()} == set(CLIENTS)
    assert [name for name in CLIENTS if f"| `{name}` |" not in README] == []


def test_every_option_stands_in_the_table():
    _, _, section = README.partition("\n## Options\n")
    named = set(re.findall(r"`(\w+)`", section.partition("\n## ")[0]))
    assert options_of(Chat) | options_of(Embedding) <= named


@pytest.mark.parametrize("block", blocks("toml"))
def test_the_configs_of_the_readme_have_options_that_there_are(block):
    for model in tomllib.loads(block)["models"].values():
        options = model["options"]
        made = CLIENTS[model["use"]](**{**options, "api_key": None})
        assert made.model == options["model"]
        assert set(options) <= options_of(CLIENTS[model["use"]])


@pytest.mark.parametrize("block", blocks("python"))
def test_the_python_of_the_readme_runs(block, capsys):
    exec(compile(block, "README.md", "exec"), {})  # noqa: S102 - our own README
    assert capsys.readouterr().out == "Hello!\n"
