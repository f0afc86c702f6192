"""`rmg new-pack`: a pack to begin with."""

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
    from rmg_core.errors import Problem


@click.command("new-pack", epilog=example("rmg new-pack tone", "rmg new-pack tone --dir packs"))
@click.argument("name")
@click.option("--dir", "folder", metavar="DIR", default=".", help="Where its folder is made.")
def command(name: str, folder: str) -> None:
    """Write a pack to begin with, which installs and passes its tests as it is.

    NAME is that of the pack, which comes before the / of its graders. The pack is written to a
    folder rmg-plugin-NAME of its own; nothing that is there already is changed.
    """
    from rmg_core.cli.scaffold import GRADER, distribution_of, files_of
    from rmg_core.errors import ConfigError
    from rmg_core.registry.claims import core_version

    place = Path(folder, distribution_of(name))
    if problem := _problem(name, place):
        raise ConfigError([problem])
    files = files_of(name, core_version(None))
    _write(place, files)
    lines = [
        f"{place} is a pack with one grader, {name}/{GRADER}:",
        *(f"  {path}" for path in sorted(files)),
        "",
        "next",
        f"  python -m pip install -e {quote(f'{place.parent}/{place.name}[test]')}",
        f"  rmg graders --pack {name}",
        f"  python -m pytest {quote(str(place))}",
    ]
    show("\n".join(lines))


def _problem(name: str, place: Path) -> "Problem | None":
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
        if distribution_of(taken) == distribution_of(name):
            hint = "choose another name; `rmg plugins` lists those that are taken"
            return Problem(f"there is a pack {taken!r} already", hint)
    if not place.parent.is_dir():
        return Problem(f"there is no directory {str(place.parent)!r}", "make it, or choose another")
    if place.exists() or place.is_symlink():
        hint = "choose another name, or another folder with --dir DIR"
        return Problem(f"{place} is there already, and stays as it is", hint)
    return None


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
