"""The registry: packs, names, and every message about those that cannot be used."""

import importlib.metadata
import pickle
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_core.errors import (
    AmbiguousName,
    BrokenCode,
    BrokenPack,
    CodeNotAllowed,
    HookMismatch,
    PackBlocked,
    PackConflict,
    PackNotInstalled,
    PackTooOld,
    Problem,
    RegistryError,
    UnknownName,
)
from rmg_core.registry import HOOKS, Origin, Registry, installed
from rmg_core.registry.uses import FileName, ModuleName, PackName, ShortName, parse_use

ROOT = Path(__file__).resolve().parents[1]

HEAD = "from rmg_core import hookimpl\n"


def pack_of(*names, noun="grader"):
    """The source of a pack whose names stand for little functions."""
    provided = ", ".join(f"{name!r}: lambda response: 1.0" for name in names)
    return f"{HEAD}@hookimpl\ndef {HOOKS[noun]}():\n    return {{{provided}}}\n"


@pytest.fixture
def install(install_pack, monkeypatch):
    """Install packs beside a small stand-in for rmg-core 0.1.0 and its pack `basic`."""
    monkeypatch.delenv("RMG_NO_CODE", raising=False)
    monkeypatch.delenv("RMG_BLOCK_PACKS", raising=False)
    basic = pack_of("mean", "median", noun="aggregator")
    install_pack("basic", basic, version="0.1.0", distribution="rmg-core", module="rmg_small_basic")
    return install_pack


def refusal(call, *arguments, **named):
    """The error that a call raises."""
    with pytest.raises(RegistryError) as caught:
        call(*arguments, **named)
    return caught.value


def error_of_source(install, source, **named):
    """The error of a pack `x` with this source."""
    return refusal(install("x", source, **named).pack, "x")


# Finding


def test_pack_slash_name_is_found_with_its_origin(install):
    registry = install("good", version="2.3")
    resolved = registry.resolve("grader", "good/is_short")
    assert resolved.value("one two").score == 1.0
    assert (resolved.noun, resolved.name) == ("grader", "good/is_short")
    assert resolved.origin == Origin("good", "rmg-plugin-good", "2.3")


def test_every_noun_comes_from_its_hook(install):
    source = HEAD + "".join(
        f"@hookimpl\ndef {hook}():\n    return {{'it': {noun!r}.upper}}\n"
        for noun, hook in HOOKS.items()
    )
    registry = install("x", source)
    assert {noun: registry.resolve(noun, "x/it").value() for noun in HOOKS} == {
        noun: noun.upper() for noun in HOOKS
    }
    assert set(HOOKS) >= {
        "aggregator",
        "command",
        "grader",
        "mapper",
        "observer",
        "reader",
        "sink",
    }


def test_short_name_is_found_in_the_named_packs_and_in_basic(install):
    registry = install("good")
    assert registry.resolve("grader", "is_short", ["good"]).name == "good/is_short"
    assert registry.resolve("aggregator", "mean").name == "basic/mean"
    assert registry.resolve("aggregator", "mean", ["basic"]).name == "basic/mean"


def test_short_name_is_not_found_in_an_installed_pack_that_is_not_named(install):
    registry = install("good")
    with pytest.raises(UnknownName):
        registry.resolve("grader", "is_short", [])


def test_a_scan_imports_no_pack(install):
    install("a", pack_of("f"))
    registry = install("b", pack_of("f"))
    assert registry.pack_names == ("a", "b", "basic")
    assert registry.info("a").target == "rmg_plugin_a"
    assert not {"rmg_plugin_a", "rmg_plugin_b", "rmg_small_basic"} & set(sys.modules)


def test_only_the_pack_that_is_asked_for_is_imported(install):
    install("a", pack_of("f"))
    install("b", pack_of("f")).resolve("grader", "b/f")
    assert "rmg_plugin_b" in sys.modules
    assert "rmg_plugin_a" not in sys.modules


def test_a_text_is_imported_only_when_its_name_is_used(install):
    registry = install("good")
    registry.resolve("grader", "good/is_short")
    assert "rmg_plugin_good.heavy" not in sys.modules
    assert registry.resolve("grader", "good/heavy").value("x" * 50) == 0.5


def test_an_entry_point_may_name_an_object_with_the_hooks(install, tmp_path):
    source = f"""{HEAD}
class Hooks:
    @hookimpl
    def rmg_graders(self):
        return {{"f": len}}

hooks = Hooks()
"""
    install("x", source)
    [points] = (tmp_path / "site1").glob("*.dist-info/entry_points.txt")
    points.write_text("[rmg]\nx = rmg_plugin_x:hooks [fast]\n", "utf-8")
    registry = Registry([importlib.metadata.distribution("rmg-plugin-x")])
    assert registry.resolve("grader", "x/f").value is len


def test_installed_is_scanned_once_for_the_process(install):
    install("good")
    assert installed() is installed()
    assert "good" in installed().pack_names


def test_info_has_what_the_distribution_says(install):
    info = install("x", pack_of("f"), requires=["jiwer>=3"]).info("x")
    assert (info.distribution, info.version, info.requires) == (
        "rmg-plugin-x",
        "1.0",
        ("jiwer>=3",),
    )
    assert len(info.record) == 32


def test_rmg_core_from_a_source_tree_still_has_its_pack_basic():
    registry = Registry([])
    assert registry.pack_names == ("basic",)
    assert registry.info("basic").target == "rmg_core.basic"


def test_150_distributions_are_scanned_without_reading_their_metadata(tmp_path):
    for number in range(150):
        info = tmp_path / f"d{number}-1.0.dist-info"
        info.mkdir()
        (info / "entry_points.txt").write_text(f"[rmg]\np{number} = d{number}\n")
    script = f"""
import sys
sys.path[:0] = [{str(ROOT)!r}, {str(tmp_path)!r}]
opened = []
sys.addaudithook(lambda event, args: event == "open" and opened.append(str(args[0])))
from rmg_core.registry import installed
assert len(installed().pack_names) >= 151
print(sum(path.startswith({str(tmp_path)!r}) and path.endswith("METADATA") for path in opened))
print(sum(path.startswith({str(tmp_path)!r}) for path in opened))
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["0", "150"]


# Packs that cannot be used


def test_missing_pack_says_how_to_install_it(install):
    error = refusal(install("text", pack_of("f")).resolve, "grader", "judge/helpfulness")
    assert isinstance(error, PackNotInstalled)
    assert str(error) == "pack 'judge' is not installed; run `pip install rmg-plugin-judge`"


def test_missing_pack_with_a_near_miss_gives_that_and_no_install_line(install):
    error = refusal(install("text", pack_of("f")).resolve, "grader", "txt/f")
    assert str(error) == "pack 'txt' is not installed; did you mean 'text'?"


def test_no_install_line_is_made_of_what_is_not_a_name(install):
    error = refusal(install("text", pack_of("f")).pack, "$(reboot)")
    assert str(error) == (
        "pack '$(reboot)' is not installed; "
        "a pack name is made of letters, digits, '_', '-' and '.'"
    )


def test_blocked_pack_names_the_variable(install, monkeypatch):
    registry = install("x", pack_of("f"))
    monkeypatch.setenv("RMG_BLOCK_PACKS", "y, x")
    error = refusal(registry.pack, "x")
    assert isinstance(error, PackBlocked)
    assert str(error) == (
        "pack 'x' is blocked by RMG_BLOCK_PACKS; take it out of that variable to use it"
    )
    assert "rmg_plugin_x" not in sys.modules


def install_twice(install):
    install("x", pack_of("f"))
    return install("x", pack_of("g"), version="2.0", distribution="acme-x", module="acme_x")


def test_two_distributions_of_one_pack_name_are_both_named(install):
    error = refusal(install_twice(install).pack, "x")
    assert isinstance(error, PackConflict)
    assert str(error) == (
        "pack 'x' is claimed by rmg-plugin-x 1.0 (rmg_plugin_x) and acme-x 2.0 (acme_x); "
        'uninstall one, or choose: choose = { x = "rmg-plugin-x" }'
    )


def test_a_config_may_choose_the_distribution(install):
    registry = install_twice(install)
    chosen = registry.choosing({"x": "Acme_X"})
    assert chosen.resolve("grader", "x/g").origin.distribution == "acme-x"
    with pytest.raises(PackConflict):
        registry.pack("x")


def test_a_choice_that_is_not_installed_is_not_replaced_by_another(install):
    error = refusal(install("x", pack_of("f")).choosing({"x": "acme-x"}).pack, "x")
    assert str(error) == (
        "pack 'x' is to come from 'acme-x', and is claimed by rmg-plugin-x 1.0 (rmg_plugin_x); "
        "install 'acme-x', or choose another"
    )


def test_a_choice_that_nothing_claims_is_what_to_install(install):
    error = refusal(install("x", pack_of("f")).choosing({"judge": "acme-judge"}).pack, "judge")
    assert str(error) == "pack 'judge' is not installed; run `pip install acme-judge`"


def test_no_other_distribution_can_take_or_break_the_pack_basic(install):
    registry = install("basic", pack_of("mean"), distribution="acme", module="acme")
    assert registry.pack("basic").info.distribution == "rmg-core"


def test_one_distribution_on_two_paths_is_no_conflict(install):
    install("x", pack_of("f"))
    registry = install("x", pack_of("f"))
    assert registry.pack("x").info.version == "1.0"


def test_pack_that_needs_a_newer_core_says_to_upgrade_the_core(install):
    error = error_of_source(install, "raise OSError", requires=["rmg-core>=0.2,<1"])
    assert isinstance(error, PackTooOld)
    assert str(error) == (
        "pack 'x' (rmg-plugin-x 1.0) needs rmg-core<1,>=0.2, and this is rmg-core 0.1.0; "
        "rmg-core is too old: run `pip install --upgrade 'rmg-core<1,>=0.2'`"
    )


def test_pack_that_needs_an_older_core_says_to_upgrade_the_pack(install):
    error = error_of_source(install, "raise OSError", requires=["rmg-core<0.1"])
    assert str(error) == (
        "pack 'x' (rmg-plugin-x 1.0) needs rmg-core<0.1, and this is rmg-core 0.1.0; "
        "the pack is too old: run `pip install --upgrade rmg-plugin-x`"
    )


@pytest.mark.parametrize(
    ("requirement", "core_is_older"),
    [
        ("rmg-core>0.1.0", True),
        ("rmg-core!=0.1.0", True),
        ("rmg-core~=0.2", True),
        ("rmg-core==2.*", True),
        ("RMG_Core>=0.2", True),
        ("rmg-core~=0.0.1", False),
        ("rmg-core==0.0.*", False),
        ("rmg-core<=0.0.9", False),
    ],
)
def test_the_older_of_pack_and_core_is_told_by_the_operator(install, requirement, core_is_older):
    error = error_of_source(install, pack_of("f"), requires=[requirement])
    assert isinstance(error, PackTooOld)
    assert error.core_is_older is core_is_older


@pytest.mark.parametrize(
    "requirement",
    ["rmg-core>=0.1", "rmg-core==0.1.*", "rmg-core>=9; python_version < '3'", "not a requirement"],
)
def test_pack_whose_requirement_is_met_or_does_not_apply_is_loaded(install, requirement):
    assert install("x", pack_of("f"), requires=[requirement]).pack("x")


def test_absent_dependency_is_named_with_the_line_that_needs_it(install, tmp_path):
    error = error_of_source(install, "import os\nimport rmg_absent.part\n")
    assert isinstance(error, BrokenPack)
    assert isinstance(error.__cause__, ModuleNotFoundError)
    assert str(error) == (
        "pack 'x' (rmg-plugin-x 1.0) is broken: the module 'rmg_absent', which it imports "
        f"at {tmp_path}/site1/rmg_plugin_x/__init__.py:2, is not installed; "
        "run `pip install rmg-plugin-x`"
    )


def test_absent_dependency_of_an_extra_says_which_extra(install):
    error = error_of_source(
        install,
        "import rmg_absent",
        requires=["rmg-absent>=1; extra == 'fast'", "other"],
        extras=["fast"],
    )
    assert error.remedy == "run `pip install 'rmg-plugin-x[fast]'`"


def test_stale_install_says_to_install_again(install, tmp_path):
    registry = install("x", pack_of("f"))
    (tmp_path / "site1/rmg_plugin_x/__init__.py").unlink()
    (tmp_path / "site1/rmg_plugin_x").rmdir()
    error = refusal(registry.pack, "x")
    assert str(error) == (
        "pack 'x' (rmg-plugin-x 1.0) is broken: its module 'rmg_plugin_x' is not there; "
        "run `pip install --force-reinstall rmg-plugin-x`, or correct the name if it is yours"
    )


def test_pack_for_another_core_says_to_upgrade_both(install, tmp_path):
    error = error_of_source(install, "from rmg_core import vanished")
    assert error.fault.startswith("ImportError: cannot import name 'vanished' from 'rmg_core'")
    assert error.fault.endswith(f" at {tmp_path}/site1/rmg_plugin_x/__init__.py:1")
    assert error.remedy == (
        "it was written for another version of rmg-core: "
        "run `pip install --upgrade rmg-core rmg-plugin-x`"
    )


def test_pack_that_raises_while_importing_says_where_in_the_pack(install, tmp_path):
    files = {"__init__.py": "from . import deep", "deep.py": "import json\njson.loads('[')\n"}
    error = error_of_source(install, files)
    assert str(error) == (
        "pack 'x' (rmg-plugin-x 1.0) is broken: "
        "JSONDecodeError: Expecting value: line 1 column 2 (char 1) "
        f"at {tmp_path}/site1/rmg_plugin_x/deep.py:2; "
        "upgrade rmg-plugin-x, tell its authors, or correct it if it is yours"
    )


def test_pack_with_a_syntax_error_says_where(install, tmp_path):
    error = error_of_source(install, "x = 1\ny = (\n")
    assert error.fault == (
        f"SyntaxError: '(' was never closed at {tmp_path}/site1/rmg_plugin_x/__init__.py:2"
    )


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("raise GeneratorExit", "GeneratorExit"),
        ("raise StopIteration", "StopIteration"),
        ("raise BaseException('odd')", "BaseException: odd"),
        ("raise MemoryError", "MemoryError"),
        ("raise ExceptionGroup('two', [OSError()])", "ExceptionGroup: two (1 sub-exception)"),
        ("raise ModuleNotFoundError('made by hand')", "ModuleNotFoundError: made by hand"),
        (
            "class Mute(Exception):\n    def __str__(self): raise OSError\nraise Mute",
            "Mute, whose message cannot be read",
        ),
    ],
)
def test_whatever_an_import_raises_breaks_the_pack_and_nothing_else(install, statement, said):
    error = error_of_source(install, statement)
    assert isinstance(error, BrokenPack)
    assert error.fault.startswith(f"{said} at ")


def test_ctrl_c_during_an_import_is_not_a_broken_pack(install):
    registry = install("x", "raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        registry.pack("x")


def test_a_broken_pack_is_imported_once_and_breaks_again_with_the_same_error(install):
    registry = install("x", "raise OSError('no')")
    first = refusal(registry.pack, "x")
    assert refusal(registry.pack, "x") is first


def test_distribution_without_metadata_says_to_install_again(install, tmp_path):
    registry = install("x", pack_of("f"))
    next((tmp_path / "site1").glob("*.dist-info/METADATA")).unlink()
    error = refusal(registry.pack, "x")
    assert str(error) == (
        "pack 'x' is broken: the distribution that brings rmg_plugin_x has no readable METADATA; "
        "install it again"
    )


# Hooks


def test_hook_with_an_argument_shows_the_real_signature(install):
    error = error_of_source(install, f"{HEAD}@hookimpl\ndef rmg_graders(config): return {{}}\n")
    assert isinstance(error, HookMismatch)
    assert str(error) == (
        "hook rmg_graders of pack 'x' (rmg-plugin-x 1.0) takes 'config', and its signature is "
        "rmg_graders(); "
        "take it out, or upgrade rmg-core if the pack was written for a newer one"
    )


def test_unknown_hook_offers_the_near_miss(install):
    error = error_of_source(install, f"{HEAD}@hookimpl\ndef rmg_grader(): return {{}}\n")
    assert isinstance(error, HookMismatch)
    assert str(error) == (
        "hook rmg_grader of pack 'x' (rmg-plugin-x 1.0) is not a hook of rmg; "
        "did you mean 'rmg_graders'?"
    )


def test_unknown_hook_that_its_author_marks_optional_is_passed_over(install):
    source = f"{pack_of('f')}@hookimpl(optionalhook=True)\ndef rmg_tomorrows(now): return {{}}\n"
    assert list(install("x", source).pack("x").names["grader"]) == ["f"]


def test_own_module_that_is_absent_says_where_it_is_imported(install, tmp_path):
    error = error_of_source(install, "from rmg_plugin_x.gone import f\n")
    assert error.fault == (
        "its module 'rmg_plugin_x.gone' is not there, and is imported "
        f"at {tmp_path}/site1/rmg_plugin_x/__init__.py:1"
    )


def test_hook_that_is_not_marked_says_how_to_mark_it(install):
    error = error_of_source(install, "def rmg_graders(): return {}\n")
    assert str(error) == (
        "hook rmg_graders of pack 'x' (rmg-plugin-x 1.0) is not marked; put @hookimpl above it"
    )


def test_pack_without_hooks_says_how_to_write_one(install):
    error = error_of_source(install, "def graders(): return {}\n")
    assert str(error) == (
        "pack 'x' (rmg-plugin-x 1.0) is broken: rmg_plugin_x implements no hook; "
        "write a function rmg_graders() and put @hookimpl above it"
    )


@pytest.mark.parametrize(
    "hook",
    [
        "@hookimpl\nasync def rmg_graders(): return {}",
        "@hookimpl\ndef rmg_graders(): yield 'f', len",
        "@hookimpl(wrapper=True)\ndef rmg_graders(): return (yield)",
    ],
)
def test_hook_that_is_not_a_plain_function_says_what_to_write(install, hook):
    error = error_of_source(install, f"{HEAD}{hook}\n")
    assert str(error) == (
        "hook rmg_graders of pack 'x' (rmg-plugin-x 1.0) is a wrapper, a coroutine or a generator; "
        "write a plain function rmg_graders() that returns a dict"
    )


def test_hook_that_raises_says_where(install, tmp_path):
    error = error_of_source(install, f"{HEAD}@hookimpl\ndef rmg_mappers():\n    return 1 / 0\n")
    assert str(error) == (
        "pack 'x' (rmg-plugin-x 1.0) is broken: its hook rmg_mappers raised: "
        "ZeroDivisionError: division by zero "
        f"at {tmp_path}/site1/rmg_plugin_x/__init__.py:4; "
        "upgrade rmg-plugin-x, tell its authors, or correct it if it is yours"
    )


@pytest.mark.parametrize(
    ("returned", "kind"), [("None", "NoneType"), ("[len]", "list"), ("'f'", "str")]
)
def test_hook_that_returns_no_mapping_says_so(install, returned, kind):
    error = error_of_source(install, f"{HEAD}@hookimpl\ndef rmg_graders(): return {returned}\n")
    assert str(error) == (
        f"pack 'x' (rmg-plugin-x 1.0) is broken: its hook rmg_graders returned a {kind}; "
        "return a dict of names"
    )


@pytest.mark.parametrize("name", ["two words", "a/b", "./f.py:g", "", "ünder", 7, "-x"])
def test_name_that_cannot_be_written_in_a_config_is_refused(install, name):
    error = error_of_source(
        install, f"{HEAD}@hookimpl\ndef rmg_graders(): return {{{name!r}: len}}"
    )
    assert str(error) == (
        f"pack 'x' (rmg-plugin-x 1.0) is broken: its hook rmg_graders gives {name!r}, "
        "which is not a name; use letters, digits, '_', '-' and '.'"
    )


def test_name_that_stands_for_none_is_refused(install):
    error = error_of_source(install, f"{HEAD}@hookimpl\ndef rmg_graders(): return {{'f': None}}")
    assert str(error) == (
        "pack 'x' (rmg-plugin-x 1.0) is broken: its hook rmg_graders gives 'f' as None; "
        "give the grader itself, or the text 'module:attribute'"
    )


def test_name_that_two_functions_of_a_pack_give_is_refused(install):
    hook = "@hookimpl(specname='rmg_graders')\ndef {}(): return {{'f': len}}\n"
    error = error_of_source(install, HEAD + hook.format("one") + hook.format("two"))
    assert str(error) == (
        "pack 'x' (rmg-plugin-x 1.0) is broken: its hook rmg_graders gives 'f' twice; "
        "keep one of them"
    )


def pack_with_text(text):
    return f"{HEAD}@hookimpl\ndef rmg_graders(): return {{'f': {text!r}, 'good': len}}\n"


def test_text_that_leads_nowhere_breaks_that_name_and_no_other(install):
    registry = install("x", pack_with_text("rmg_plugin_x.gone:f"))
    assert registry.resolve("grader", "x/good").value is len
    error = refusal(registry.resolve, "grader", "x/f")
    assert str(error) == (
        "pack 'x' (rmg-plugin-x 1.0) is broken: grader 'f' (rmg_plugin_x.gone:f): "
        "its module 'rmg_plugin_x.gone' is not there; "
        "run `pip install --force-reinstall rmg-plugin-x`, or correct the name if it is yours"
    )


def test_text_whose_attribute_is_absent_says_so(install):
    error = refusal(install("x", pack_with_text("rmg_plugin_x:nil")).resolve, "grader", "x/f")
    assert error.fault == (
        "grader 'f' (rmg_plugin_x:nil): "
        "AttributeError: module 'rmg_plugin_x' has no attribute 'nil'"
    )


def test_text_that_is_no_path_says_what_to_write(install):
    error = refusal(install("x", pack_with_text("heavy")).resolve, "grader", "x/f")
    assert str(error) == (
        "pack 'x' (rmg-plugin-x 1.0) is broken: grader 'f' is the text 'heavy'; "
        "a text must read 'module:attribute'"
    )


# Names that are not there


def test_unknown_name_offers_the_near_miss(install):
    registry = install("text", pack_of("exact_match", "f1"))
    error = refusal(registry.resolve, "grader", "text/exact_mach")
    assert isinstance(error, UnknownName)
    assert str(error) == (
        "there is no grader 'exact_mach' in pack 'text'; did you mean 'text/exact_match'?"
    )


def test_unknown_name_without_a_near_miss_lists_the_names(install):
    registry = install("text", pack_of("exact_match", "f1"))
    assert str(refusal(registry.resolve, "grader", "text/zzz")) == (
        "there is no grader 'zzz' in pack 'text'; known: exact_match, f1"
    )


def test_unknown_name_in_a_pack_without_that_noun_says_so(install):
    registry = install("text", pack_of("exact_match"))
    assert str(refusal(registry.resolve, "mapper", "text/zzz")) == (
        "there is no mapper 'zzz' in pack 'text'; there are no mappers"
    )


def test_unknown_name_that_is_another_noun_says_so(install):
    registry = install("text", pack_of("exact_match"))
    assert str(refusal(registry.resolve, "grader", "basic/mean")) == (
        "there is no grader 'mean' in pack 'basic'; that is one of its aggregators"
    )


def test_unknown_name_that_a_loaded_pack_has_says_which(install):
    install("text", pack_of("exact_match"))
    registry = install("judge", pack_of("helpfulness"))
    registry.pack("judge")
    assert str(refusal(registry.resolve, "grader", "text/helpfulness")) == (
        "there is no grader 'helpfulness' in pack 'text'; "
        "pack 'judge' has it: write 'judge/helpfulness'"
    )


def test_short_name_without_packs_says_to_name_the_pack(install):
    registry = install("text", pack_of("exact_match"))
    assert str(refusal(registry.resolve, "grader", "exact_match")) == (
        "there is no grader 'exact_match' in pack 'basic'; "
        "name the pack that has it: packs = [\"…\"], or 'pack/name'"
    )
    assert "rmg_plugin_text" not in sys.modules


def test_short_name_that_a_loaded_pack_has_says_to_add_it(install):
    registry = install("text", pack_of("exact_match"))
    registry.pack("text")
    assert str(refusal(registry.resolve, "grader", "exact_match")) == (
        "there is no grader 'exact_match' in pack 'basic'; "
        "write 'text/exact_match', or add 'text' to `packs`"
    )


def test_short_name_with_a_near_miss_offers_it(install):
    registry = install("text", pack_of("exact_match"))
    assert str(refusal(registry.resolve, "grader", "exact_mach", ["text"])) == (
        "there is no grader 'exact_mach' in the packs text, basic; did you mean 'exact_match'?"
    )


def test_short_name_in_two_packs_is_ambiguous_and_gives_the_full_names(install):
    install("json", pack_of("exact"))
    registry = install("text", pack_of("exact"))
    error = refusal(registry.resolve, "grader", "exact", ["json", "text"])
    assert isinstance(error, AmbiguousName)
    assert str(error) == (
        "grader 'exact' is in the packs json and text; write 'json/exact' or 'text/exact'"
    )


def test_name_of_no_known_form_says_the_forms(install):
    assert str(refusal(install("x", pack_of("f")).resolve, "grader", "a/b/c")) == (
        "there is no grader 'a/b/c'; "
        "write 'pack/name', 'name', './file.toml', './file.py:name' or 'module:name'"
    )


def test_file_without_a_name_says_what_to_add(install):
    assert str(refusal(install("x", pack_of("f")).resolve, "grader", "./mine.py")) == (
        "there is no grader './mine.py'; say which of its names: './mine.py:NAME'"
    )


@pytest.mark.parametrize(
    ("use", "parsed"),
    [
        ("text/f1", PackName("text", "f1")),
        ("new-pack", ShortName("new-pack")),
        ("jsonl.gz", ShortName("jsonl.gz")),
        ("./mine.py:f", FileName("./mine.py", "f")),
        ("mine.py:f", FileName("mine.py", "f")),
        ("../a b/mine.py:Class.f", FileName("../a b/mine.py", "Class.f")),
        ("C:\\x\\mine.py:f", FileName("C:\\x\\mine.py", "f")),
        ("a.b:C.d", ModuleName("a.b", "C.d")),
    ],
)
def test_the_four_ways_to_write_a_name(use, parsed):
    assert parse_use("grader", use) == parsed


def parsed_or_none(use):
    try:
        return parse_use("grader", use)
    except UnknownName:
        return None


@given(st.text(alphabet="ab/.:-_ py\\\n", max_size=12))
def test_any_text_is_one_of_the_four_ways_or_an_unknown_name(use):
    match parsed_or_none(use):
        case PackName(pack, name):
            assert use == f"{pack}/{name}"
        case ShortName(name):
            assert use == name
        case FileName(left, name) | ModuleName(left, name):
            assert use == f"{left}:{name}"
        case None:
            assert use.endswith(".py") or not re.fullmatch(r"[^\W_][\w.-]*", use)


# Code outside packs


@pytest.fixture
def write(tmp_path):
    def write(text, name="mine.py"):
        (tmp_path / name).write_text(textwrap.dedent(text), "utf-8")
        return tmp_path

    return write


@pytest.fixture
def registry(install):
    return install("good")


def test_file_is_relative_to_the_base_and_hashed(registry, write):
    base = write("def polite(response): return 1.0\n")
    resolved = registry.resolve("grader", "./mine.py:polite", base=base)
    assert resolved.value("") == 1.0
    assert resolved.name == "./mine.py:polite"
    assert resolved.origin.file == (base / "mine.py").resolve()
    assert len(resolved.origin.source) == 32
    assert not resolved.origin.pack


def test_file_is_run_once(registry, write):
    base = write("def f(x): return 1\ndef g(x): return f(x)\n")
    f = registry.resolve("grader", "./mine.py:f", base=base).value
    g = Registry([]).resolve("grader", f"{base}/mine.py:g").value
    assert g.__globals__["f"] is f


def test_file_that_was_edited_is_run_again_under_another_hash(registry, write):
    base = write("def f(x): return 1\n")
    before = registry.resolve("grader", "./mine.py:f", base=base)
    write("def f(x): return 2\n")
    after = registry.resolve("grader", "./mine.py:f", base=base)
    assert (before.value(0), after.value(0)) == (1, 2)
    assert before.origin.source != after.origin.source


def test_what_a_file_defines_can_be_pickled(registry, write):
    base = write("from attrs import frozen\n@frozen\nclass Point:\n    x: int = 1\n")
    made = registry.resolve("grader", "./mine.py:Point", base=base).value()
    assert pickle.loads(pickle.dumps(made)) == made  # noqa: S301 - our own bytes


def test_file_that_is_not_there_offers_the_near_miss(registry, write):
    base = write("")
    error = refusal(registry.resolve, "grader", "./mime.py:f", base=base)
    assert isinstance(error, BrokenCode)
    assert str(error) == (
        "'./mime.py' cannot be used: there is no such file; did you mean 'mine.py'?"
    )


def test_file_that_is_not_there_says_what_its_path_is_relative_to(registry, tmp_path):
    assert str(refusal(registry.resolve, "grader", "./zz.py:f", base=tmp_path)) == (
        f"'./zz.py' cannot be used: there is no such file; its path is relative to {tmp_path}"
    )


def test_file_with_a_syntax_error_says_the_line(registry, write):
    base = write("x = 1\ndef f(:\n")
    assert str(refusal(registry.resolve, "grader", "./mine.py:f", base=base)) == (
        f"'./mine.py' cannot be used: SyntaxError: invalid syntax at {base}/mine.py:2; "
        "correct the file"
    )


def test_file_that_may_not_be_read_is_not_to_be_corrected(registry, write, monkeypatch):
    base = write("x = 1\n")

    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert str(refusal(registry.resolve, "grader", "./mine.py:f", base=base)) == (
        "'./mine.py' cannot be used: it cannot be read: permission denied; "
        "give yourself the right to read it (chmod u+r), or run as its owner"
    )


def test_the_state_of_a_broken_pack_says_broken_once(install):
    registry = install("x", "raise OSError('no')")
    [state] = [each for each in registry.states() if each.info.name == "x"]
    assert state.state == "broken"
    assert re.sub(r" at \S+;", ";", state.reason) == (
        "OSError: no; upgrade rmg-plugin-x, tell its authors, or correct it if it is yours"
    )


def test_file_that_raises_says_the_line_and_leaves_no_module(registry, write):
    base = write("import json\n\njson.loads('x')\n")
    before = set(sys.modules)
    error = refusal(registry.resolve, "grader", "./mine.py:f", base=base)
    assert str(error) == (
        "'./mine.py' cannot be used: JSONDecodeError: Expecting value: line 1 column 1 (char 0) "
        f"at {base}/mine.py:3; correct the file"
    )
    assert set(sys.modules) == before


def test_file_that_exits_does_not_end_the_process(registry, write):
    base = write("raise SystemExit\n")
    error = refusal(registry.resolve, "grader", "./mine.py:f", base=base)
    assert error.fault == f"SystemExit at {base}/mine.py:1"


def test_file_that_is_not_text_says_so(registry, tmp_path):
    (tmp_path / "mine.py").write_bytes(b"x = '\xff'\n")
    error = refusal(registry.resolve, "grader", "./mine.py:f", base=tmp_path)
    assert isinstance(error, BrokenCode)
    assert "SyntaxError" in error.fault


def test_file_that_imports_its_neighbour_says_that_its_folder_is_not_on_the_path(registry, write):
    write("x = 1", "neighbour.py")
    base = write("import neighbour\n")
    assert str(refusal(registry.resolve, "grader", "./mine.py:f", base=base)) == (
        "'./mine.py' cannot be used: the module 'neighbour', which it imports "
        f"at {base}/mine.py:1, is not there; "
        "it lies beside the file, and that folder is not on the import path: set PYTHONPATH"
    )


def test_file_that_imports_what_is_not_installed_names_it(registry, write):
    base = write("import rmg_absent\n")
    assert str(refusal(registry.resolve, "grader", "./mine.py:f", base=base)) == (
        "'./mine.py' cannot be used: the module 'rmg_absent', which it imports "
        f"at {base}/mine.py:1, is not there; install what provides it"
    )


def test_unknown_name_in_a_file_offers_its_own_names(registry, write):
    base = write("from rmg_core import grader\ndef polite(x): return 1\ndef _p(x): return 1\n")
    assert str(refusal(registry.resolve, "grader", "./mine.py:plite", base=base)) == (
        "there is no grader 'plite' in './mine.py'; did you mean 'polite'?"
    )
    assert str(refusal(registry.resolve, "grader", "./mine.py:zzz", base=base)) == (
        "there is no grader 'zzz' in './mine.py'; known: polite"
    )


def test_module_is_imported_from_the_path_and_hashed(registry, write, monkeypatch):
    monkeypatch.syspath_prepend(write("def f(x): return 3\n", "rmg_outside.py"))
    resolved = registry.resolve("grader", "rmg_outside:f")
    assert resolved.value(0) == 3
    assert resolved.origin.file.name == "rmg_outside.py"
    assert len(resolved.origin.source) == 32


def test_module_beside_the_config_is_not_imported_and_the_file_form_is_offered(registry, write):
    base = write("def f(x): return 3\n", "rmg_beside.py")
    assert str(refusal(registry.resolve, "grader", "rmg_beside:f", base=base)) == (
        "'rmg_beside' cannot be used: there is no module 'rmg_beside' on the import path; "
        "the config's folder is not on the import path: write './rmg_beside.py:f'"
    )


def test_module_that_is_not_there_says_what_to_do(registry, tmp_path):
    assert str(refusal(registry.resolve, "grader", "rmg_absent.part:f", base=tmp_path)) == (
        "'rmg_absent.part' cannot be used: there is no module 'rmg_absent' on the import path; "
        "install it, set PYTHONPATH, or name a file as in './graders.py:name'"
    )


def test_module_that_raises_says_the_line(registry, write, monkeypatch):
    base = write("1 / 0\n", "rmg_raising.py")
    monkeypatch.syspath_prepend(base)
    assert str(refusal(registry.resolve, "grader", "rmg_raising:f")) == (
        "'rmg_raising' cannot be used: ZeroDivisionError: division by zero "
        f"at {base}/rmg_raising.py:1; correct the module"
    )


@pytest.mark.parametrize("use", ["./mine.py:f", "json:loads"])
def test_code_is_refused_by_the_environment_before_anything_is_read(registry, monkeypatch, use):
    monkeypatch.setenv("RMG_NO_CODE", "1")
    error = refusal(registry.resolve, "grader", use)
    assert isinstance(error, CodeNotAllowed)
    assert str(error) == (
        f"{use!r} is code outside a pack, which RMG_NO_CODE does not allow; "
        "take the grader from a pack, or allow code if you trust this config"
    )


def test_code_is_refused_by_the_caller(registry):
    error = refusal(registry.resolve, "grader", "json:loads", allow_code=False)
    assert isinstance(error, CodeNotAllowed)
    assert error.rule == "the caller"
    assert registry.resolve("grader", "good/is_short", allow_code=False)


# Lists


def broken_world(install):
    install("absent", "import rmg_absent")
    install("blocked", pack_of("f"))
    install("exits", "raise SystemExit")
    install("old", pack_of("f"), requires=["rmg-core<0.1"])
    install("twin", pack_of("f"))
    install("twin", pack_of("f"), distribution="acme-twin", module="acme_twin")
    return install("x", pack_with_text("rmg_plugin_x.gone:f"))


def test_states_tell_every_pack_however_many_are_broken(install, monkeypatch):
    registry = broken_world(install)
    monkeypatch.setenv("RMG_BLOCK_PACKS", "blocked")
    states = registry.states()
    assert [(each.info.distribution, each.state) for each in states] == [
        ("rmg-plugin-absent", "broken"),
        ("rmg-core", "ok"),
        ("rmg-plugin-blocked", "blocked"),
        ("rmg-plugin-exits", "broken"),
        ("rmg-plugin-old", "too-old"),
        ("rmg-plugin-twin", "conflict"),
        ("acme-twin", "conflict"),
        ("rmg-plugin-x", "ok"),
    ]
    assert [bool(each.reason) for each in states] == [each.state != "ok" for each in states]


def test_states_tell_which_distribution_was_chosen(install):
    registry = install_twice(install).choosing({"x": "acme-x"})
    assert [(each.info.distribution, each.state, each.reason) for each in registry.states()] == [
        ("rmg-core", "ok", ""),
        ("rmg-plugin-x", "conflict", "pack 'x' comes from acme-x"),
        ("acme-x", "ok", ""),
    ]


def test_names_list_what_works_and_why_the_rest_does_not(install, monkeypatch):
    registry = broken_world(install)
    monkeypatch.setenv("RMG_BLOCK_PACKS", "blocked")
    found = {name: type(each).__name__ for name, each in registry.names("grader")}
    assert found == {
        "absent": "BrokenPack",
        "blocked": "PackBlocked",
        "exits": "BrokenPack",
        "old": "PackTooOld",
        "twin": "PackConflict",
        "x/f": "BrokenPack",
        "x/good": "Resolved",
    }


class Damaged(importlib.metadata.Distribution):
    """A distribution whose entry points are not written as such."""

    def read_text(self, filename):
        return {
            "METADATA": "Name: damaged\nVersion: 1.0\n",
            "entry_points.txt": "[rmg]\nno equals sign\n",
        }.get(filename)

    def locate_file(self, path):
        return path


def test_a_damaged_distribution_is_reported_and_hides_no_other(install, monkeypatch):
    install("x", pack_of("f"))
    world = [Damaged(), importlib.metadata.distribution("rmg-plugin-x")]
    state, *others = Registry(world).states()
    assert state.state == "broken"
    assert state.reason.startswith("the entry points of damaged cannot be read: ")
    assert [each.info.name for each in others] == ["basic", "x"]


# Requirements


@pytest.fixture
def stocked(install):
    install("text", pack_of("f"), version="1.5")
    return install(
        "wer",
        pack_of("f"),
        requires=[
            "jiwer",
            "rmg-absent>=2; extra == 'fast'",
            "rmg-plugin-wer[fast]; extra == 'all'",
        ],
        extras=["fast", "all"],
    )


@pytest.mark.parametrize(
    "requirement",
    [
        "rmg-plugin-text",
        "RMG_plugin.text>=1,<2",
        "rmg-core>=0.1",
        "absent; python_version < '3'",
        "rmg-plugin-wer",
    ],
)
def test_requirement_that_is_met_or_does_not_apply_is_not_listed(stocked, requirement):
    assert stocked.check_requires([requirement]) == []


@pytest.mark.parametrize(
    ("requirement", "message", "hint"),
    [
        (
            "rmg-plugin-text>=2",
            "rmg-plugin-text 1.5 is installed, and >=2 is required",
            "run `pip install --upgrade 'rmg-plugin-text>=2'`",
        ),
        (
            "rmg-absent>=1; python_version > '3'",
            "rmg-absent is not installed",
            "run `pip install 'rmg-absent>=1'`",
        ),
        (
            "rmg-core>=9",
            "rmg-core 0.1.0 is installed, and >=9 is required",
            "run `pip install --upgrade 'rmg-core>=9'`",
        ),
        (
            "rmg-plugin-wer[fast]",
            "rmg-plugin-wer[fast]: rmg-absent is not installed",
            "run `pip install 'rmg-plugin-wer[fast]'`",
        ),
        (
            "rmg-plugin-wer[all]",
            "rmg-plugin-wer[all]: rmg-plugin-wer[fast]: rmg-absent is not installed",
            "run `pip install 'rmg-plugin-wer[all]'`",
        ),
        (
            "rmg-plugin-wer[slow]",
            "rmg-plugin-wer 1.0 has no extra 'slow'",
            "the author of rmg-plugin-wer must add it to [project.optional-dependencies]",
        ),
        (
            "rmg-plugin-wer[fats]",
            "rmg-plugin-wer 1.0 has no extra 'fats'",
            "did you mean 'fast'?",
        ),
    ],
)
def test_requirement_that_is_not_met_says_what_to_install(stocked, requirement, message, hint):
    assert stocked.check_requires([requirement]) == [(requirement, message, hint)]


def test_requirement_that_cannot_be_read_says_how_to_write_one(stocked):
    [(written, message, hint)] = stocked.check_requires(["text >>> 1"])
    assert written == "text >>> 1"
    assert message.startswith("'text >>> 1' is not a requirement: ")
    assert hint == "write it as for pip: 'rmg-plugin-text>=1'"


def test_packs_are_written_as_requirements_for_pip(stocked):
    assert stocked.requirements_of(["wer", "text", "basic", "judge", "text"]) == [
        "rmg-core==0.1.0",
        "rmg-plugin-judge",
        "rmg-plugin-text==1.5",
        "rmg-plugin-wer==1.0",
    ]


# Errors as values


def test_a_registry_error_gives_its_problem_for_a_config_to_place():
    error = PackBlocked("x")
    assert error.problem == Problem(
        "pack 'x' is blocked by RMG_BLOCK_PACKS", "take it out of that variable to use it"
    )


def test_a_registry_error_survives_pickling():
    error = PackTooOld("x", "rmg-plugin-x", "1.0", "rmg-core<0.1", "0.1.0", core_is_older=False)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)  # noqa: S301 - our own bytes
