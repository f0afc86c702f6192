"""The files that the rules of the house are about."""

import ast
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "rmg_core"
LIBRARIES = {"rmg_plugin_pytest"}
"""The packs that offer nothing that a config could name, and so have no entry point of rmg's.

pytest finds the one of them, by its own group `pytest11`.
"""

PACKS = sorted(path.parent for path in ROOT.glob("plugins/*/rmg_plugin_*/__init__.py"))


def name_of(path: Path) -> str:
    """Return a path as the tables of this folder write it: from the root, with slashes."""
    return path.relative_to(ROOT).as_posix()


def modules_in(*folders: Path) -> list[Path]:
    return sorted(path for folder in folders for path in folder.rglob("*.py"))


def shipped() -> list[Path]:
    """Return the modules that are installed: of the core and of the packs beside it."""
    return modules_in(CORE, *PACKS)


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


@cache
def texts() -> tuple[Path, ...]:
    """Return every file that somebody wrote: what `.gitignore` names was made by a tool."""
    made = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text("utf-8").splitlines()]
    return tuple(_written(ROOT, [".git", *filter(None, made)]))


def _written(folder: Path, made: list[str]) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if any(fnmatch(path.name, pattern) for pattern in made):
            continue
        if path.is_dir():
            yield from _written(path, made)
        else:
            yield path


def project_of(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))
