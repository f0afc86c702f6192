"""What is public stands in `__all__`, and packs come in through the front door."""

import ast
import importlib
import importlib.metadata
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .tree import CORE, LIBRARIES, PACKS, ROOT, modules_in, name_of, parsed, project_of

DOORS = [
    "rmg_core",
    "rmg_core.basic",
    "rmg_core.cli",
    "rmg_core.config",
    "rmg_core.datasets",
    "rmg_core.models",
    "rmg_core.plan",
    "rmg_core.registry",
    "rmg_core.testing",
    *(pack.name for pack in PACKS),
]

OPEN_TO_PACKS = {"rmg_core", "rmg_core.cli", "rmg_core.models", "rmg_core.testing"}


def names_in(door: str) -> set[str]:
    """Return the public names of a door: what it defines, and what it has from its own inside."""
    names: set[str] = set()
    for node in statements_of(door):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{door}."):
            names |= {each.asname or each.name for each in node.names}
    return {name for name in names if not name.startswith("_")}


def statements_of(door: str) -> Iterator[ast.stmt]:
    file = importlib.import_module(door).__file__
    assert file is not None
    for node in parsed(Path(file)).body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            yield from node.body
        else:
            yield node


def order(name: str) -> tuple[bool, bool, str]:
    """Sort constants first, then classes, then functions, as ruff does."""
    return not name.isupper(), not name[0].isupper(), name


@pytest.mark.parametrize("door", DOORS)
def test_the_door_lists_what_is_public(door: str):
    public = importlib.import_module(door).__all__
    assert set(public) == names_in(door)
    assert public == sorted(public, key=order)


@pytest.mark.parametrize("door", DOORS)
def test_every_name_of_the_door_is_there(door: str):
    module = importlib.import_module(door)
    for name in module.__all__:
        assert getattr(module, name) is not None


def test_a_name_that_the_door_lacks_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'rmg_core' has no attribute 'Grader'"):
        importlib.import_module("rmg_core").Grader  # noqa: B018 - the look is the point


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, each.name) for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, node.module or ""


@pytest.mark.parametrize("pack", PACKS, ids=name_of)
def test_a_pack_comes_in_through_the_front_door(pack: Path):
    back_doors = [
        f"{name_of(path)}:{line}: {module}"
        for path in modules_in(pack)
        for line, module in imports_of(path)
        if module.split(".")[0] == "rmg_core" and module not in OPEN_TO_PACKS
    ]
    assert back_doors == []


def declared_by(project: dict[str, Any]) -> set[str]:
    """Return the distributions that a project may import, with or without an extra."""
    hook = project["tool"]["hatch"].get("metadata", {}).get("hooks", {}).get("custom", {})
    lines = [*project["project"].get("dependencies", ()), *hook.get("dependencies", ())]
    for extra, more in project["project"].get("optional-dependencies", {}).items():
        lines += more if extra != "test" else []
    return {plain(re.split(r"[\[<>=!~; ]", line)[0]) for line in lines}


def plain(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


# May come with a distribution that is declared, and is that one's affair.
CARRIED = {"nltk": "rouge-score"}


@pytest.mark.parametrize("package", [CORE, *PACKS], ids=name_of)
def test_every_import_is_of_a_declared_dependency(package: Path):
    declared = declared_by(project_of(package.parent))
    owners = importlib.metadata.packages_distributions()
    undeclared = set()
    for path in modules_in(package):
        for line, module in imports_of(path):
            top = module.split(".")[0]
            if top in {*sys.stdlib_module_names, "_typeshed", package.name}:
                continue
            owned = {plain(each) for each in owners.get(top, [top])}
            owned |= {CARRIED[each] for each in owned & CARRIED.keys()}
            if top == "rmg_core":
                owned = {"rmg-core"}
            if not owned & declared:
                undeclared.add(f"{name_of(path)}:{line}: {top}")
    assert undeclared == set()


@pytest.mark.parametrize("package", [CORE, *PACKS], ids=name_of)
def test_the_package_is_typed(package: Path):
    assert (package / "py.typed").is_file()


@pytest.mark.parametrize("pack", PACKS, ids=name_of)
def test_a_pack_is_laid_out_like_the_others(pack: Path):
    home = pack.parent
    project = project_of(home)["project"]
    name = pack.name.removeprefix("rmg_plugin_")
    assert home.name == project["name"] == f"rmg-plugin-{name.replace('_', '-')}"
    offered = project.get("entry-points", {}).get("rmg")
    assert offered == (None if pack.name in LIBRARIES else {name: pack.name})
    assert (home / "README.md").is_file()
    assert list((home / "tests").glob("test_*.py"))


def test_the_extra_of_tests_covers_what_the_packs_ask_for():
    """The command of the README installs the packs bare, and runs their tests."""
    wanted = set(project_of(ROOT)["project"]["optional-dependencies"]["test"])
    for pack in PACKS:
        for lines in project_of(pack.parent)["project"].get("optional-dependencies", {}).values():
            assert set(lines) <= wanted
