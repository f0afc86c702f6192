"""`rmg new-pack`: a pack to begin with."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from shlex import quote
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from rmg_core.cli.screen import show
from rmg_core.cli.verbs import example

if TYPE_CHECKING:
    from rmg_core.cli.scaffold import Kind
    from rmg_core.errors import Problem


@click.command(
    "new-pack",
    epilog=example(
        "rmg new-pack tone",
        "rmg new-pack tone --kind rubrics --dir packs",
        "rmg new-pack tone --in-place my_graders.py",
    ),
)
@click.argument("name")
@click.option(
    "--kind",
    type=click.Choice(["functions", "rubrics", "mixed"]),
    help="What its graders are: functions (if nothing is said), rubrics for judges, or both.",
)
@click.option("--dir", "folder", metavar="DIR", help="Where its folder is made, if not here.")
@click.option(
    "--in-place",
    "module",
    metavar="MODULE",
    help="A file or package of graders that is there, around which the pack is made.",
)
def command(name: str, kind: "Kind | None", folder: str | None, module: str | None) -> None:
    """Write a pack to begin with, which installs and passes its tests as it is.

    NAME is that of the pack, which comes before the / of its graders. The pack is written to a
    folder rmg-plugin-NAME of its own, or with --in-place around graders that you have: it is then
    said what is left to do. Nothing that is there already is changed.
    """
    if module is not None:
        from rmg_core.errors import ConfigError, Problem

        if kind is not None or folder is not None:
            option = "--kind" if kind is not None else "--dir"
            fault = f"{option} says nothing of graders that are there"
            raise ConfigError([Problem(fault, "leave it out, or leave out --in-place")])
        _surround(name, Path(module))
    else:
        _begin(name, Path(folder or "."), kind or "functions")


def _begin(name: str, folder: Path, kind: "Kind") -> None:
    from rmg_core.cli.scaffold import GRADERS, JUDGE, distribution_of, files_of
    from rmg_core.errors import ConfigError
    from rmg_core.registry.claims import core_version

    if problem := _problem_of(name) or _problem_at(folder / distribution_of(name)):
        raise ConfigError([problem])
    place = folder / distribution_of(name)
    files = files_of(name, core_version(None), kind=kind, judge_version=_version(JUDGE))
    _write(place, files)
    graders = [f"{name}/{grader}" for grader in GRADERS[kind]]
    number = "one grader" if len(graders) == 1 else "two graders"
    lines = [
        f"{place} is a pack with {number}, {' and '.join(graders)}:",
        *(f"  {path}" for path in sorted(files)),
        "",
        "next",
        f"  python -m pip install -e {quote(f'{place.parent}/{place.name}[test]')}",
        f"  rmg graders --pack {name}",
        f"  python -m pytest {quote(str(place))}",
    ]
    show("\n".join(lines))


def _surround(name: str, module: Path) -> None:
    from rmg_core.cli.grader_sources import source_of
    from rmg_core.cli.surroundings import left_to_do, standing, surroundings_of
    from rmg_core.errors import ConfigError
    from rmg_core.registry.claims import core_version

    source = source_of(module)
    if problem := _problem_of(name, source.place) or _unwritable(source.project):
        raise ConfigError([problem])
    made = surroundings_of(name, source, core_version(None))
    there = standing(made)
    left = list(left_to_do(name, made, source))
    written = {path: text for path, text in made.files.items() if path not in there}
    _add(made.project, written)
    names = ", ".join(f"{name}/{grader}" for grader in source.graders)
    lines = [f"{name} is a pack around {module}, with {names}"]
    for title, paths in (("written", sorted(written)), ("there already, and as it was", there)):
        lines += ["", title, *(f"  {path}" for path in paths)] if paths else []
    lines += ["", "left to do", *(f"  {each}" for each in left)] if left else []
    lines += [
        "",
        f"next, in {quote(os.path.relpath(made.project))}",
        "  python -m pip install -e '.[test]'",
        f"  rmg plugins --check {made.reviewed}",
        "  python -m pytest",
    ]
    show("\n".join(lines))


def _version(distribution: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""


def _problem_of(name: str, place: Path | None = None) -> "Problem | None":
    """Say what is wrong with a name; an installed pack that lies in `place` may have it."""
    from rmg_core.cli.scaffold import distribution_of, fitting
    from rmg_core.errors import Problem
    from rmg_core.registry import installed

    fit = fitting(name)
    if not fit or fit != name:
        rule = "write lower-case letters and digits, with single '-', '_' or '.' between them"
        return Problem(f"{name!r} cannot be the name of a pack", f"try {fit!r}" if fit else rule)
    if name in sys.stdlib_module_names:
        return Problem(f"{name!r} is a module of Python's own library", "choose another name")
    for taken in installed().pack_names:
        is_same = distribution_of(taken) == distribution_of(name)
        if is_same and not (place and _lies_in(place, taken)):
            hint = "choose another name; `rmg plugins` lists those that are taken"
            return Problem(f"there is a pack {taken!r} already", hint)
    return None


def _lies_in(place: Path, pack: str) -> bool:
    """Tell whether an installed pack, which is not imported, is in a folder."""
    from importlib.util import find_spec

    from rmg_core.errors import RegistryError
    from rmg_core.registry import installed

    try:
        found = find_spec(installed().info(pack).package)
    except (RegistryError, ValueError):
        return False
    origin = found.origin if found else None
    return bool(origin) and place.resolve() in Path(str(origin)).resolve().parents


def _problem_at(place: Path) -> "Problem | None":
    from rmg_core.errors import Problem

    if not place.parent.is_dir():
        return Problem(f"there is no directory {str(place.parent)!r}", "make it, or choose another")
    if place.exists() or place.is_symlink():
        hint = "choose another name, or another folder with --dir DIR"
        return Problem(f"{place} is there already, and stays as it is", hint)
    return _unwritable(place.parent)


def _unwritable(folder: Path) -> "Problem | None":
    from rmg_core.errors import Problem

    if os.access(folder, os.W_OK | os.X_OK):
        return None
    hint = "choose a folder of yours with --dir DIR, or ask for the right to write"
    return Problem(f"you may not write to the directory {str(folder)!r}", hint)


def _write(place: Path, files: Mapping[str, str]) -> None:
    """Write a folder that appears under its name when it is complete.

    Raises:
        OSError: it could not be written, and nothing of it is left; it names `place`.
    """
    try:
        with TemporaryDirectory(prefix=f".{place.name}.", dir=place.parent) as room:
            draft = Path(room, place.name)
            for path, text in files.items():
                file = draft / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(text.encode())
            draft.rename(place)
    except OSError as fault:
        raise OSError(fault.errno, fault.strerror, str(place)) from fault


def _add(project: Path, files: Mapping[str, str]) -> None:
    """Write files beside others, none of which is touched.

    Raises:
        OSError: one could not be written, and none of them is left; it names that one.
    """
    written: list[Path] = []
    try:
        for path, text in files.items():
            file = project / path
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("xb") as stream:
                written.append(file)
                stream.write(text.encode())
    except OSError as fault:
        for each in written:
            each.unlink(missing_ok=True)
        raise OSError(fault.errno, fault.strerror, str(file)) from fault
