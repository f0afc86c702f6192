"""What goes out of use says so, and works until it is gone."""

import json
import warnings

import pytest

from rmg_core import RmgDeprecationWarning, hookspecs
from rmg_core.cli import rmg
from rmg_core.testing import run_toml

PACK = '''
from rmg_core import Deprecated, hookimpl

def same(response: str) -> float:
    """1 of everything."""
    return 1.0

@hookimpl
def rmg_graders():
    return {"same": same, "old": Deprecated(same, "use mine/same")}
'''

CONFIG = '[graders.same]\nuse = "mine/{name}"\n'
SAID = "grader 'mine/old' is deprecated: use mine/same"


def test_a_deprecated_name_works_and_warns(install_pack):
    registry = install_pack("mine", PACK)
    with pytest.warns(RmgDeprecationWarning) as warned:
        results = run_toml(CONFIG.format(name="old"), [{"response": ""}], registry=registry)
    assert [str(each.message) for each in warned] == [SAID]
    assert results["same"][0].score == 1.0


def test_a_name_that_is_not_deprecated_does_not_warn(install_pack):
    registry = install_pack("mine", PACK)
    run_toml(CONFIG.format(name="same"), [{"response": ""}], registry=registry)


def test_the_command_line_tells_it_in_a_line(install_pack, tmp_path, monkeypatch, capsys):
    install_pack("mine", PACK)
    monkeypatch.chdir(tmp_path)
    rows = '[dataset]\npath = "rows.jsonl"\n'
    (tmp_path / "rows.jsonl").write_text(json.dumps({"response": "x"}))
    (tmp_path / "qa.toml").write_text(rows + CONFIG.format(name="old"))
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        rmg.main(["check", "qa.toml"], prog_name="rmg", standalone_mode=False)
    assert f"deprecated: {SAID}\n" in capsys.readouterr().err


@pytest.mark.parametrize("options", [[], ["--pack", "mine"]])
def test_a_list_of_names_marks_the_old_one_and_does_not_warn(install_pack, capsys, options):
    install_pack("mine", PACK)
    rmg.main(["graders", *options], prog_name="rmg", standalone_mode=False)
    lines = [" ".join(each.split()) for each in capsys.readouterr().out.splitlines()]
    assert "mine/old response deprecated, use mine/same: 1 of everything." in lines
    assert "mine/same response 1 of everything." in lines


def test_a_list_of_names_as_json_says_what_to_use_instead(install_pack, capsys):
    install_pack("mine", PACK)
    rmg.main(["graders", "--pack", "mine", "--json"], prog_name="rmg", standalone_mode=False)
    listed = json.loads(capsys.readouterr().out)["graders"]
    told = {each["name"]: each["deprecated"] for each in listed}
    assert told == {"mine/old": "use mine/same", "mine/same": None}


def test_a_hook_that_goes_out_of_use_warns_its_pack(install_pack, monkeypatch):
    warning = RmgDeprecationWarning("rmg_graders is deprecated: write rmg_scorers")

    @hookspecs.hookspec(warn_on_impl=warning)
    def rmg_graders():
        """As before."""

    monkeypatch.setattr(hookspecs, "rmg_graders", rmg_graders)
    registry = install_pack("mine", PACK)
    with pytest.warns(RmgDeprecationWarning, match="write rmg_scorers"):
        registry.pack("mine")
