import doctest
import importlib
import pkgutil
import subprocess
import sys

import pytest

import rmg_plugin_instruct
from rmg_core.graders import spec_of
from rmg_plugin_instruct.kinds import INSTRUCTIONS

GRADERS = rmg_plugin_instruct.rmg_graders()
OF_PROMPTS = {"ifeval_strict", "ifeval_loose"}
MODULES = [each.name for each in pkgutil.iter_modules(rmg_plugin_instruct.__path__)]


def grader_at(address):
    module, _, attribute = address.partition(":")
    return getattr(importlib.import_module(module), attribute)


def test_each_of_the_25_instructions_is_a_grader():
    assert len(INSTRUCTIONS) == 25
    singles = {grader_at(GRADERS[name]) for name in GRADERS.keys() - OF_PROMPTS}
    assert singles == set(INSTRUCTIONS.values())


@pytest.mark.parametrize("name", INSTRUCTIONS)
def test_a_grader_has_the_name_that_the_data_set_gives_the_instruction(name):
    theme, _, own = name.partition(":")
    called = f"keyword_{own}" if name in {"keywords:existence", "keywords:frequency"} else own
    assert theme
    assert grader_at(GRADERS[called]) is INSTRUCTIONS[name]


@pytest.mark.parametrize("name", INSTRUCTIONS)
def test_the_definition_of_each_names_the_instruction(name):
    assert f"Definition: `{name}` of IFEval" in spec_of(INSTRUCTIONS[name]).doc


@pytest.mark.parametrize("name", GRADERS)
def test_each_name_leads_to_a_grader_that_says_what_it_is(name):
    spec = spec_of(grader_at(GRADERS[name]))
    assert spec.summary.endswith(".")
    assert len(spec.summary) <= 100
    assert "Definition:" in spec.doc
    assert "Example:" in spec.doc


@pytest.mark.parametrize("name", GRADERS)
def test_each_option_has_a_help_text(name):
    options = spec_of(grader_at(GRADERS[name])).options
    assert [each.name for each in options.__attrs_attrs__ if "help" not in each.metadata] == []


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_of_each_module_hold(module):
    failed, _ = doctest.testmod(importlib.import_module(f"rmg_plugin_instruct.{module}"))
    assert failed == 0


def test_importing_the_pack_imports_none_of_its_graders():
    code = (
        f"import sys; sys.path[:0] = {sys.path!r}; import rmg_plugin_instruct;"
        "print(sum(name.startswith('rmg_plugin_instruct.') for name in sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert ran.stdout == "0\n"
