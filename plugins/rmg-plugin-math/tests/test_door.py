import importlib
import subprocess
import sys

import pytest

import rmg_plugin_math
from rmg_core.graders import spec_of

GRADERS = rmg_plugin_math.rmg_graders()


def grader_at(address):
    module, _, attribute = address.partition(":")
    return getattr(importlib.import_module(module), attribute)


def test_the_pack_offers_every_maths_grader_of_the_catalogue():
    assert set(GRADERS) == {"boxed_present", "final_number", "math_equal", "multiple_choice"}


@pytest.mark.parametrize("library", ["sympy", "math_verify"])
def test_importing_the_graders_does_not_import_the_library(library):
    code = (
        f"import sys; sys.path[:0] = {sys.path!r}; import rmg_plugin_math.equality;"
        f"print({library!r} in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert ran.stdout == "False\n"


def test_only_math_equal_runs_in_processes_and_needs_a_library():
    declared = {name: spec_of(grader_at(GRADERS[name])).declared for name in GRADERS}
    assert [name for name in GRADERS if declared[name].runs_in == "process"] == ["math_equal"]
    assert [name for name in GRADERS if declared[name].needs] == ["math_equal"]
    assert declared["math_equal"].needs == ("rmg-plugin-math[verify]",)
