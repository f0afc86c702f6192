"""What graders need beside the pack itself."""

import importlib
import re
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from rmg_core.graders import spec_of
from rmg_plugin_format import rmg_graders
from rmg_plugin_format.valid_json import ValidJson

PACK = Path(__file__).resolve().parents[1]
EXTRAS = tomllib.loads((PACK / "pyproject.toml").read_text("utf-8"))["project"][
    "optional-dependencies"
]
GRADERS = rmg_graders()
DISTRIBUTIONS = {
    "markdown_it": "markdown-it-py",
    "py3langid": "py3langid",
    "rapidfuzz": "rapidfuzz",
    "yaml": "pyyaml",
}
IMPORT = re.compile(r"^ +(?:from|import) (\w+)", re.MULTILINE)


def needs(name):
    module, _, attribute = GRADERS[name].partition(":")
    return spec_of(getattr(importlib.import_module(module), attribute)).declared.needs


@pytest.mark.parametrize("name", GRADERS)
def test_each_need_is_an_extra_of_the_pack(name):
    for need in map(Requirement, needs(name)):
        assert need.name == "rmg-plugin-format"
        assert need.extras
        assert need.extras <= set(EXTRAS)


@pytest.mark.parametrize(
    ("module", "names"),
    [
        ("yaml_text", ["valid_yaml"]),
        ("json_similarity", ["json_similarity"]),
        ("reasoning_language", ["reasoning_language"]),
        ("markdown", ["markdown_structure", "table_shape"]),
    ],
)
def test_what_a_module_imports_late_is_what_its_graders_need(module, names):
    source = (PACK / "rmg_plugin_format" / f"{module}.py").read_text("utf-8")
    imported = {DISTRIBUTIONS[n] for n in IMPORT.findall(source) if n in DISTRIBUTIONS}
    assert imported
    for name in names:
        wanted = {extra for need in needs(name) for extra in Requirement(need).extras}
        assert imported == {Requirement(line).name for extra in wanted for line in EXTRAS[extra]}


def test_a_schema_without_its_library_is_refused_with_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "jsonschema.exceptions", None)
    with pytest.raises(ValueError) as caught:
        ValidJson(schema={})
    assert str(caught.value) == (
        "schema needs jsonschema and google-re2; run `pip install 'rmg-plugin-format[schema]'`"
    )


def test_json_without_a_schema_needs_nothing(monkeypatch):
    monkeypatch.setitem(sys.modules, "jsonschema.exceptions", None)
    assert ValidJson().grade("[1]").score == 1.0


@pytest.mark.parametrize(
    ("name", "option"),
    [
        ("valid_json", "fence"),
        ("valid_toml", "fence"),
        ("json_similarity", "strings"),
        ("json_similarity", "numbers"),
        ("citations_present", "style"),
        ("citations_present", "per"),
        ("table_shape", "take"),
    ],
)
def test_an_unknown_choice_is_refused_with_the_option(name, option):
    module, _, attribute = GRADERS[name].partition(":")
    options = spec_of(getattr(importlib.import_module(module), attribute)).options
    with pytest.raises(ValueError, match=rf"'{option}' must be in"):
        options(**{option: "other"})
