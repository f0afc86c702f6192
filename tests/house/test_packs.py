"""Every pack of ours has the same shape: what it is built of, its door, its graders, its page."""

import doctest
import importlib
import importlib.util
import pkgutil
import re
import subprocess
import sys
from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from rmg_core.graders import spec_of

from .tree import PACKS, project_of

REQUIREMENTS = ["attrs>=24.2", "rmg-core>=0.1"]
LONGEST_ENTRY = 100


def graders_of(package: str) -> Mapping[str, str]:
    """Return the coded graders that a pack offers; a judge's are rubrics, which have tests."""
    if package == "rmg_plugin_judge":
        return {}
    made: Mapping[str, str] = getattr(importlib.import_module(package), "rmg_graders", dict)()
    return made


def page_of(pack: Path) -> str:
    return (pack.parent / "README.md").read_text("utf-8")


CODED = [pack for pack in PACKS if graders_of(pack.name)]
GRADERS = [
    pytest.param(address, id=f"{pack.name}-{name}")
    for pack in CODED
    for name, address in graders_of(pack.name).items()
]
MODULES = [
    f"{pack.name}.{each.name}" for pack in CODED for each in pkgutil.iter_modules([str(pack)])
]

each_pack = pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.name)
each_coded_pack = pytest.mark.parametrize("pack", CODED, ids=lambda pack: pack.name)


def requirements_of(pack: Path, root: Path) -> list[str]:
    spec = importlib.util.spec_from_file_location("hatch_build", pack.parent / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    metadata: dict[str, Any] = {}
    module.CloneHook(str(root), {"dependencies": REQUIREMENTS}).update(metadata)
    made: list[str] = metadata["dependencies"]
    return made


@each_pack
def test_a_build_to_publish_requires_the_core(pack: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("PIP_BUILD_TRACKER", raising=False)
    assert requirements_of(pack, pack.parent) == REQUIREMENTS


@each_pack
def test_pip_inside_the_clone_gets_the_core_from_the_clone(
    pack: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PIP_BUILD_TRACKER", "somewhere")
    assert requirements_of(pack, pack.parent) == ["attrs>=24.2"]


@each_pack
def test_pip_elsewhere_is_told_to_get_the_core(
    pack: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("PIP_BUILD_TRACKER", "somewhere")
    assert requirements_of(pack, tmp_path / "a" / "b") == REQUIREMENTS


def grader_at(address: str) -> Any:
    module, _, attribute = address.partition(":")
    return getattr(importlib.import_module(module), attribute)


@pytest.mark.parametrize("address", GRADERS)
def test_a_coded_grader_says_what_it_is_and_where_the_definition_is_from(address: str):
    spec = spec_of(grader_at(address))
    assert spec.summary.endswith(".")
    assert len(spec.summary) <= LONGEST_ENTRY
    assert "Definition:" in spec.doc or "source as for" in spec.doc
    assert "Example:" in spec.doc


@pytest.mark.parametrize("address", GRADERS)
def test_each_option_of_a_coded_grader_has_a_help_text(address: str):
    options: Any = spec_of(grader_at(address)).options
    assert [each.name for each in options.__attrs_attrs__ if "help" not in each.metadata] == []


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_of_a_module_hold(module: str):
    failed, _ = doctest.testmod(importlib.import_module(module))
    assert failed == 0


@each_pack
def test_a_pack_is_imported_without_what_it_offers(pack: Path):
    code = (
        f"import sys; sys.path[:0] = {sys.path!r}; import {pack.name};"
        f"print(sorted(name for name in sys.modules if name.startswith('{pack.name}.')))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert ran.stdout == "[]\n"


@each_coded_pack
def test_every_grader_of_a_pack_stands_in_the_table_of_its_page(pack: Path):
    rows = [line for line in page_of(pack).splitlines() if line.startswith("|")]
    named = set(re.findall(r"`(\w+)`", "\n".join(rows)))
    if {"rouge1", "rouge5"} <= named:
        named |= {"rouge2", "rouge3", "rouge4"}  # the row says from … to
    assert set(graders_of(pack.name)) <= named


@each_pack
def test_every_extra_of_a_pack_stands_in_its_page_and_in_all(pack: Path):
    extras = project_of(pack.parent)["project"].get("optional-dependencies", {})
    if not extras:
        return
    everything = extras.pop("all")
    assert sorted(everything) == sorted({*chain.from_iterable(extras.values())})
    assert [name for name in extras if name not in page_of(pack)] == []
