"""Imports point down the floor plan, and every module has a room."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import rmg_core

from .tree import CORE, modules_in, name_of, parsed

PLAN = {
    8: ("cli/", "grading"),
    7: ("summary", "results", "runs/"),
    6: ("runner/", "spending", "statistics"),
    5: ("plan/", "store/"),
    4: ("registry/", "config/", "basic/", "connections/"),
    3: ("hookspecs", "limits/"),
    2: ("graders/", "mappers", "aggregators", "datasets/", "models/", "spread"),
    1: ("outcomes", "redaction/"),
    0: ("errors/", "hints", "layout", "deprecations"),
}

WING = "testing/"
"""For the tests of packs: it looks at every room but the command line, which alone looks at it."""

NEIGHBOURS = {
    ("results", "summary"): "results carry the summary of their run",
    ("errors", "hints"): "an error offers the near miss",
    ("cli", "testing"): "a verb reviews an installed pack, as the tests of the pack do",
}

FLOORS = {room.rstrip("/"): floor for floor, rooms in PLAN.items() for room in rooms}
FLOORS[WING.rstrip("/")] = max(PLAN) + 1
FLOORS["__main__"] = max(PLAN) + 1  # the door of `python -m`, which leads to the cli
DOOR = CORE / "__init__.py"


def room_of(module: str) -> str:
    """Return the room of `rmg_core.…`; that of the door is the empty text."""
    return [*module.split("."), ""][1]


def imported_by(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and module of each import of the core.

    It may stand in a function, or be for type checkers alone: the reader has to look up all the
    same.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, each.name) for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"line {node.lineno}: write the import in full"
            if node.module == "rmg_core":
                yield from ((node.lineno, f"rmg_core.{each.name}") for each in node.names)
            elif node.module:
                yield node.lineno, node.module


def wrong_imports(room: str, tree: ast.Module) -> list[str]:
    """Say which imports of a module in `room` the floor plan forbids."""
    wrong = []
    for line, module in imported_by(tree):
        if module.split(".")[0] != "rmg_core":
            continue
        other = room_of(module)
        if other == room or (room, other) in NEIGHBOURS:
            continue
        if other not in FLOORS:
            wrong.append(f"line {line}: {module} is in no room")
        elif FLOORS[other] >= FLOORS[room]:
            wrong.append(
                f"line {line}: {room} on floor {FLOORS[room]} imports {module} "
                f"from floor {FLOORS[other]}"
            )
    return wrong


def module_of(path: Path) -> str:
    parts = path.relative_to(CORE.parent).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def test_imports_of_every_module_point_down():
    modules = [path for path in modules_in(CORE) if path != DOOR]
    wrong = {
        name_of(each): wrong_imports(room_of(module_of(each)), parsed(each)) for each in modules
    }
    assert {name: imports for name, imports in wrong.items() if imports} == {}


@pytest.mark.parametrize(
    ("room", "source", "said"),
    [
        ("outcomes", "import rmg_core.graders", "outcomes on floor 1 imports rmg_core.graders"),
        ("plan", "def late():\n    from rmg_core.store import Store", "plan on floor 5 imports"),
        ("plan", "from rmg_core import runner", "plan on floor 5 imports rmg_core.runner"),
        ("summary", "from rmg_core.results import Results", "summary on floor 7 imports"),
        ("cli", "from rmg_core import grader", "rmg_core.grader is in no room"),
    ],
)
def test_an_import_that_does_not_point_down_is_found(room: str, source: str, said: str):
    [found] = wrong_imports(room, ast.parse(source))
    assert said in found


def test_every_module_has_a_room_and_every_room_is_there():
    rooms = {
        f"{path.name}/" if path.is_dir() else path.stem
        for path in CORE.iterdir()
        if path.suffix == ".py" or [*path.glob("*.py")]
    }
    drawn = {room for rooms in PLAN.values() for room in rooms}
    assert rooms - {"__init__", "__main__"} == {*drawn, WING}


def test_the_wing_does_without_the_command_line():
    known = {
        room_of(module)
        for path in modules_in(CORE / WING)
        for _, module in imported_by(parsed(path))
    }
    assert "grading" in known
    assert "cli" not in known


def test_a_package_says_what_it_is():
    packages = {path.parent for path in modules_in(CORE)}
    assert [name_of(each) for each in packages if not (each / "__init__.py").is_file()] == []


def test_neighbours_that_know_each_other_do():
    for room, other in NEIGHBOURS:
        place = CORE / room
        paths = modules_in(place) if place.is_dir() else [place.with_suffix(".py")]
        known = {room_of(module) for path in paths for _, module in imported_by(parsed(path))}
        assert other in known


def test_the_floor_plan_is_drawn_at_the_door():
    assert rmg_core.__doc__ is not None
    drawn = {
        int(found[1]): tuple(found[2].split())
        for found in re.finditer(r"^ +(\d)  (.+)$", rmg_core.__doc__, re.MULTILINE)
    }
    assert drawn == PLAN
    assert list(drawn) == sorted(drawn, reverse=True)


def test_the_floor_plan_is_drawn_for_contributors():
    drawn = [line for line in (rmg_core.__doc__ or "").splitlines() if re.match(r" +\d  ", line)]
    page = (CORE.parent / "CONTRIBUTING.md").read_text("utf-8")
    assert "\n".join(drawn) in page
