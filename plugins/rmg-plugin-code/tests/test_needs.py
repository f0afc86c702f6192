"""What graders need beside the pack itself."""

import importlib
import re
import tomllib
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from rmg_core.graders import spec_of
from rmg_plugin_code import rmg_graders

PACK = Path(__file__).resolve().parents[1]
README = (PACK / "README.md").read_text("utf-8")
EXTRAS = tomllib.loads((PACK / "pyproject.toml").read_text("utf-8"))["project"][
    "optional-dependencies"
]
GRADERS = rmg_graders()
LIBRARIES = {"bandit", "radon", "ruff", "sqlglot", "stevedore", "unidiff"}
IMPORT = re.compile(r"^ +(?:from|import) (\w+)", re.MULTILINE)


def needs(name):
    module, _, attribute = GRADERS[name].partition(":")
    return spec_of(getattr(importlib.import_module(module), attribute)).declared.needs


@pytest.mark.parametrize("name", GRADERS)
def test_each_need_is_an_extra_of_the_pack(name):
    for need in map(Requirement, needs(name)):
        assert need.name == "rmg-plugin-code"
        assert need.extras
        assert need.extras <= set(EXTRAS)


@pytest.mark.parametrize("name", ["style", "security_findings", "complexity", "patch_similarity"])
def test_what_a_grader_imports_late_is_what_it_needs(name):
    module = GRADERS[name].partition(":")[0].rpartition(".")[2]
    source = (PACK / "rmg_plugin_code" / f"{module}.py").read_text("utf-8")
    imported = LIBRARIES.intersection(IMPORT.findall(source))
    wanted = {extra for need in needs(name) for extra in Requirement(need).extras}
    assert imported
    assert imported == {Requirement(line).name for extra in wanted for line in EXTRAS[extra]}


def test_every_extra_stands_in_the_table_and_in_all():
    extras = {name: lines for name, lines in EXTRAS.items() if name != "all"}
    assert sorted(EXTRAS["all"]) == sorted({*chain.from_iterable(extras.values())})
    assert [name for name in extras if f"`{name}`" not in README] == []
