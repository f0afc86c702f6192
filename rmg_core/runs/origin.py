"""What a run was begun with: its config, read again from the copy in the run directory."""

import shlex
from collections.abc import Iterator, Sequence
from itertools import takewhile
from os.path import normpath
from pathlib import Path
from typing import Final

from attrs import frozen

from rmg_core.config import Config, parse_config
from rmg_core.errors import ConfigError, Problem
from rmg_core.runs.directory import CONFIG, command_of

VALUED: Final = frozenset({"--set", "--run-dir", "--on-bad-row", "--limit"})
"""The options of `rmg run` that a value follows; a test holds them against the command."""


def config_of(run_dir: Path, more: Sequence[str] = ()) -> Config:
    """Read the copy of a config, whose relative paths start from where the run was begun.

    `more` are overrides beside those that the run was begun with.

    Raises:
        ConfigError: it is not there, is wrong, or does not say how the run was begun.
    """
    file = run_dir / CONFIG
    try:
        text = file.read_text("utf-8")
        words = shlex.split(command_of(run_dir) or "")
    except FileNotFoundError as fault:
        said = f"{run_dir} has no {CONFIG}: a run from Python keeps neither config nor dataset"
        hint = "the program that ran it has both; `rmg run` keeps what is needed"
        raise ConfigError([Problem(said, hint)]) from fault
    except (OSError, ValueError) as fault:
        raise ConfigError([Problem(f"{file} cannot be read: {fault}")]) from fault
    given = _arguments_of(words[2:])
    if given.config is None:
        raise ConfigError([Problem(f"{file} does not say which config the run was begun with")])
    folder = Path(given.config).parent
    config = parse_config(text, file=given.config, base=folder, overrides=given.overrides)
    base = _base_of(run_dir, Path(given.run_dir or config.run_dir), Path(given.config))
    return parse_config(text, file=str(file), base=base, overrides=[*given.overrides, *more])


@frozen
class _Arguments:
    """What stands behind `rmg run`."""

    config: str | None
    overrides: tuple[str, ...]
    run_dir: str | None


def _arguments_of(words: Sequence[str]) -> _Arguments:
    config = run_dir = None
    overrides = []
    for option, value in _options(words):
        match option:
            case "":
                config = config or value
            case "--set":
                overrides.append(value)
            case "--on-bad-row":
                overrides.append(f'dataset.on_bad_row="{value}"')
            case "--run-dir":
                run_dir = value
    return _Arguments(config, tuple(overrides), run_dir)


def _options(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the options with their values, and the arguments with an empty name."""
    rest = iter(words)
    for word in rest:
        name, has_value, value = word.partition("=")
        if word == "--":
            yield from (("", each) for each in rest)
        elif name in VALUED:
            yield name, value if has_value else next(rest, "")
        elif not word.startswith("-") or word == "-":
            yield "", word


def _base_of(run_dir: Path, leads: Path, config: Path) -> Path:
    """Return the folder of a config, from where `leads` leads to the run directory.

    Where that cannot be told, both are taken from here.
    """
    place, (ups, parts), (others, below) = run_dir.resolve(), _climb(leads), _climb(config)
    if leads.is_absolute() or config.is_absolute() or ups != others or not parts:
        return config.parent
    if place.parts[-len(parts) :] != parts:
        return config.parent
    root = place.parents[len(parts) - 1]
    is_here = not ups and root == Path.cwd()
    return config.parent if is_here else root.joinpath(*below).parent


def _climb(path: Path) -> tuple[int, tuple[str, ...]]:
    """Return how often a path goes up at first, and what it goes through then."""
    parts = Path(normpath(path)).parts
    ups = sum(1 for _ in takewhile(lambda part: part == "..", parts))
    return ups, parts[ups:]
