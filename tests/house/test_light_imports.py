"""What an import costs: the heavy waits until it is used."""

import json
import subprocess
import sys
from importlib.metadata import entry_points
from importlib.util import find_spec

import pytest

from .tree import LIBRARIES, PACKS, ROOT

# Of what is not in the standard library, the core's door loads these: 60 ms on a slow machine.
LIGHT = {"attr", "attrs", "pluggy", "rmg_core"}
ROOMS_OF_THE_DOOR = {"errors", "graders", "hints", "hookspecs", "outcomes"}

SCRIPT = """
import json, sys
before = {*sys.modules}
try:
    %s
except SystemExit:
    pass
sys.stderr.write(json.dumps(sorted({*sys.modules} - before)))
"""


def loaded_by(statement: str) -> set[str]:
    """Return the modules that a fresh interpreter loads for a statement."""
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT % statement],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
    )
    return set(json.loads(ended.stderr))


def foreign(modules: set[str]) -> set[str]:
    """Return the distributions' packages among modules."""
    return {module.partition(".")[0] for module in modules} - sys.stdlib_module_names


def rooms_in(modules: set[str]) -> set[str]:
    inside = [name for name in modules if name.startswith("rmg_core.")]
    return {name.removeprefix("rmg_core.").partition(".")[0] for name in inside}


def test_the_door_loads_nothing_heavy():
    assert foreign(loaded_by("import rmg_core")) <= LIGHT


def test_the_door_loads_no_room_above_the_hooks():
    assert rooms_in(loaded_by("import rmg_core")) == ROOMS_OF_THE_DOOR


@pytest.mark.parametrize("pack", ["rmg_core.basic", *(pack.name for pack in PACKS)])
def test_the_pack_loads_nothing_heavy(pack: str):
    assert foreign(loaded_by(f"import {pack}")) <= {*LIGHT, pack.partition(".")[0]}


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.name)
def test_the_pack_is_installed(pack):
    """Else the tests above, and most of the documentation's, are about nothing."""
    is_offered = pack.name in {point.value for point in entry_points(group="rmg")}
    assert is_offered or (pack.name in LIBRARIES and find_spec(pack.name))


def test_importing_a_pack_imports_none_of_its_graders():
    for pack in PACKS:
        inside = {name for name in loaded_by(f"import {pack.name}") if pack.name in name}
        assert inside == {pack.name}


def test_the_help_of_the_command_line_loads_only_click():
    statement = "sys.argv = ['rmg', '--help']; from rmg_core.cli import main; main()"
    loaded = loaded_by(statement)
    assert foreign(loaded) <= {*LIGHT, "click"}
    assert rooms_in(loaded) == {"cli", *ROOMS_OF_THE_DOOR}


def test_checking_a_config_with_models_loads_no_client_of_one(tmp_path):
    config = tmp_path / "c.toml"
    (tmp_path / "rows.jsonl").write_text('{"response": "a"}\n')
    (tmp_path / "judge.py").write_text(
        "from rmg_core.models import Model\n"
        "async def judge(response: str, *, model: Model) -> float: return 1.0\n"
    )
    config.write_text("""
        dataset.path = "rows.jsonl"
        models.a = { use = "openai/chat", options.model = "m", options.api_key = "${PATH}" }
        models.b = { use = "litellm/chat", options.model = "openai/m" }
        graders.a = { use = "./judge.py:judge", options.model = "a" }
        graders.b = { use = "./judge.py:judge", options.model = "b" }
    """)
    main = "from rmg_core.cli import main; main()"
    loaded = loaded_by(f"sys.argv = ['rmg', 'check', '--json', {str(config)!r}]; {main}")
    assert {"rmg_plugin_openai.chat", "rmg_plugin_litellm.chat"} <= loaded
    assert not {"aiohttp", "litellm", "openai"} & foreign(loaded)
