import doctest
import importlib
import pkgutil
import subprocess
import sys

import pytest

import rmg_plugin_format
from rmg_core.graders import spec_of

GRADERS = rmg_plugin_format.rmg_graders()
MODULES = [each.name for each in pkgutil.iter_modules(rmg_plugin_format.__path__)]


def grader_at(address):
    module, _, attribute = address.partition(":")
    return getattr(importlib.import_module(module), attribute)


def test_the_pack_offers_every_format_grader_of_the_catalogue():
    assert set(GRADERS) == {
        *("valid_json", "valid_yaml", "valid_toml", "valid_xml", "valid_csv"),
        *("json_match", "json_similarity", "reasoning_format", "tool_call_format", "tags_once"),
        *("markdown_structure", "table_shape", "citations_present", "reasoning_language"),
    }


@pytest.mark.parametrize("name", GRADERS)
def test_each_name_leads_to_a_grader_that_says_what_it_is(name):
    spec = spec_of(grader_at(GRADERS[name]))
    assert spec.summary.endswith(".")
    assert len(spec.summary) < 100
    assert "Definition:" in spec.doc
    assert "Example:" in spec.doc


@pytest.mark.parametrize("name", GRADERS)
def test_each_option_has_a_help_text(name):
    options = spec_of(grader_at(GRADERS[name])).options
    assert [each.name for each in options.__attrs_attrs__ if "help" not in each.metadata] == []


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_of_each_module_hold(module):
    failed, _ = doctest.testmod(importlib.import_module(f"rmg_plugin_format.{module}"))
    assert failed == 0


def test_importing_the_pack_imports_none_of_its_graders():
    code = (
        f"import sys; sys.path[:0] = {sys.path!r}; import rmg_plugin_format;"
        "print(sum(name.startswith('rmg_plugin_format.') for name in sys.modules))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=True,
        text=True,
    )
    assert ran.stdout == "0\n"
