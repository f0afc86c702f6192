import importlib

import pytest

import rmg_plugin_instruct
from rmg_core.graders import spec_of
from rmg_plugin_instruct.kinds import INSTRUCTIONS

GRADERS = rmg_plugin_instruct.rmg_graders()
OF_PROMPTS = {"ifeval_strict", "ifeval_loose"}


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
