import re
import tomllib
from pathlib import Path

import pytest

from rmg_plugin_litellm.chat import Chat
from rmg_plugin_litellm.embedding import Embedding

README = Path(__file__).parents[1].joinpath("README.md").read_text(encoding="utf-8")
CLIENTS = {"litellm/chat": Chat, "litellm/embedding": Embedding}


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("block", blocks("toml"))
def test_the_models_of_the_readme_can_be_made(block):
    for model in tomllib.loads(block)["models"].values():
        assert CLIENTS[model["use"]](**model["options"]).model


@pytest.mark.parametrize("block", blocks("python"))
def test_the_python_of_the_readme_runs(block):
    exec(compile(block, "README.md", "exec"), {})  # noqa: S102 - our own README
