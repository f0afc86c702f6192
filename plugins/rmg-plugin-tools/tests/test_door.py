import doctest
import importlib
import pkgutil
import subprocess
import sys

import pytest

import rmg_plugin_tools
from rmg_core.graders import spec_of

GRADERS = rmg_plugin_tools.rmg_graders()
MODULES = [each.name for each in pkgutil.iter_modules(rmg_plugin_tools.__path__)]


def grader_at(address):
    module, _, attribute = address.partition(":")
    return getattr(importlib.import_module(module), attribute)


def test_the_pack_offers_every_tools_grader_of_the_catalogue():
    assert set(GRADERS) == {
        *("tool_call_match", "tool_call_precision", "tool_call_recall", "tool_call_f1"),
        *("tool_sequence_match", "tool_schema_valid", "tool_hallucinated", "action_loop"),
        *("information_gain", "usage_efficiency", "step_efficiency", "final_state_equal"),
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
    failed, _ = doctest.testmod(importlib.import_module(f"rmg_plugin_tools.{module}"))
    assert failed == 0


def test_importing_the_pack_imports_none_of_its_graders():
    code = (
        f"import sys; sys.path[:0] = {sys.path!r}; import rmg_plugin_tools;"
        "print(sum(name.startswith('rmg_plugin_tools.') for name in sys.modules))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=True,
        text=True,
    )
    assert ran.stdout == "0\n"
