"""What graders need beside the pack itself."""

import importlib
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from rmg_core.graders import spec_of
from rmg_plugin_instruct import rmg_graders

PACK = Path(__file__).resolve().parents[1]
EXTRAS = tomllib.loads((PACK / "pyproject.toml").read_text("utf-8"))["project"][
    "optional-dependencies"
]
GRADERS = rmg_graders()
NEEDED = {
    "nltk": {"number_sentences", "capital_word_frequency"},
    "language": {"response_language", "english_capital", "english_lowercase"},
    "all": {"ifeval_strict", "ifeval_loose"},
}


@pytest.mark.parametrize("name", GRADERS)
def test_a_grader_needs_the_extra_of_its_library_and_no_other(name):
    module, _, attribute = GRADERS[name].partition(":")
    needs = spec_of(getattr(importlib.import_module(module), attribute)).declared.needs
    assert {Requirement(need).name for need in needs} <= {"rmg-plugin-instruct"}
    extras = {extra for need in needs for extra in Requirement(need).extras}
    assert extras == {extra for extra, names in NEEDED.items() if name in names}
    assert extras <= set(EXTRAS)


@pytest.mark.parametrize("module", ["sentences", "casing", "language"])
def test_what_a_module_imports_late_is_in_an_extra(module):
    source = (PACK / "rmg_plugin_instruct" / f"{module}.py").read_text("utf-8")
    imported = set(re.findall(r"^ +from (nltk|py3langid)\b", source, re.MULTILINE))
    assert imported
    assert imported <= {Requirement(line).name for line in EXTRAS["all"]}
