"""What graders need beside the pack itself."""

import importlib
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from rmg_core.graders import spec_of
from rmg_plugin_text import rmg_graders

PACK = Path(__file__).resolve().parents[1]
EXTRAS = tomllib.loads((PACK / "pyproject.toml").read_text("utf-8"))["project"][
    "optional-dependencies"
]
GRADERS = rmg_graders()
DISTRIBUTIONS = {
    "rapidfuzz": "rapidfuzz",
    "jiwer": "jiwer",
    "sacrebleu": "sacrebleu",
    "rouge_score": "rouge-score",
    "nltk": "rouge-score",
    "textstat": "textstat",
    "py3langid": "py3langid",
}
IMPORT = re.compile(r"^ +(?:from|import) (\w+)", re.MULTILINE)


def needs(name):
    module, _, attribute = GRADERS[name].partition(":")
    return spec_of(getattr(importlib.import_module(module), attribute)).declared.needs


@pytest.mark.parametrize("name", GRADERS)
def test_each_need_is_an_extra_of_the_pack(name):
    for need in map(Requirement, needs(name)):
        assert need.name == "rmg-plugin-text"
        assert need.extras
        assert need.extras <= set(EXTRAS)


@pytest.mark.parametrize("module", ["edits", "translation", "rouge", "reading", "meteor"])
def test_what_a_module_imports_late_is_what_its_graders_need(module):
    source = (PACK / "rmg_plugin_text" / f"{module}.py").read_text("utf-8")
    imported = {DISTRIBUTIONS[n] for n in IMPORT.findall(source) if n in DISTRIBUTIONS}
    graders = [n for n in GRADERS if f".{module}:" in GRADERS[n]] or [module]
    wanted = {extra for n in graders for need in needs(n) for extra in Requirement(need).extras}
    assert imported
    assert imported <= {Requirement(line).name for extra in wanted for line in EXTRAS[extra]}


@pytest.mark.parametrize(
    ("name", "option"),
    [
        ("bleu", "smooth"),
        ("bleu", "tokenize"),
        ("gleu", "tokenize"),
        ("rougeL", "measure"),
        ("edit_similarity", "distance"),
        ("edit_similarity", "unit"),
        ("readability", "formula"),
    ],
)
def test_an_unknown_choice_is_refused_with_the_option(name, option):
    module, _, attribute = GRADERS[name].partition(":")
    options = spec_of(getattr(importlib.import_module(module), attribute)).options
    with pytest.raises(ValueError, match=rf"'{option}' must be in"):
        options(**{option: "other"})
