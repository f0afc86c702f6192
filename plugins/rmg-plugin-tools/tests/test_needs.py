"""What graders need beside the pack itself."""

import importlib
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from rmg_core.graders import spec_of
from rmg_plugin_tools import rmg_graders

PACK = Path(__file__).resolve().parents[1]
EXTRAS = tomllib.loads((PACK / "pyproject.toml").read_text("utf-8"))["project"][
    "optional-dependencies"
]
GRADERS = rmg_graders()


def spec(name):
    module, _, attribute = GRADERS[name].partition(":")
    return spec_of(getattr(importlib.import_module(module), attribute))


def test_only_the_schema_grader_needs_a_library():
    assert {name for name in GRADERS if spec(name).declared.needs} == {"tool_schema_valid"}


def test_what_it_needs_is_an_extra_of_the_pack():
    (need,) = map(Requirement, spec("tool_schema_valid").declared.needs)
    assert need.name == "rmg-plugin-tools"
    assert [Requirement(line).name for extra in need.extras for line in EXTRAS[extra]] == [
        "google-re2",
        "jsonschema",
        "referencing",
    ]


@pytest.mark.parametrize("name", GRADERS)
def test_importing_a_grader_imports_no_library(name):
    module = GRADERS[name].partition(":")[0]
    code = (
        f"import sys; sys.path[:0] = {sys.path!r}; import {module};"
        "print(sorted({'jsonschema', 'referencing', 're2'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert ran.stdout == "[]\n"


@pytest.mark.parametrize(
    ("name", "option", "value", "message"),
    [
        ("tool_sequence_match", "mode", "strict", "'mode' must be in"),
        ("tool_sequence_match", "score", "half", "'score' must be in"),
        ("tool_call_f1", "arguments", "some", "'arguments' must be in"),
        ("action_loop", "count", "all", "'count' must be in"),
        ("information_gain", "threshold", 1.5, "'threshold' must be <= 1"),
        ("information_gain", "min_characters", 0, "'min_characters' must be >= 1"),
        ("step_efficiency", "reference_weight", -0.1, "'reference_weight' must be >= 0"),
        ("final_state_equal", "tolerance", -1.0, "'tolerance' must be >= 0"),
    ],
)
def test_an_option_out_of_bounds_is_refused_by_name(name, option, value, message):
    with pytest.raises(ValueError, match=message):
        spec(name).options(**{option: value})
