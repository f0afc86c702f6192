"""A TOML file read strictly into a value, as a config is."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from rmg_core.config.findings import Fault, OptionsError
from rmg_core.config.reading import parse_toml, read_text
from rmg_core.config.source import Source
from rmg_core.config.strict import structure_options
from rmg_core.errors import ConfigError, Problem

Cls = TypeVar("Cls")


def _nothing_else(_: object) -> Iterable[Fault]:
    return ()


def read_document(
    cls: type[Cls],
    path: str | os.PathLike[str],
    *,
    owner: str = "",
    check: Callable[[Cls], Iterable[Fault]] = _nothing_else,
) -> Cls:
    """Read a TOML file as an attrs class, of which every key of the file is a field.

    No value is coerced, and an unknown key is a mistake, as in a config.

    Args:
        cls: any attrs class; bounds are those of its validators.
        path: the file, in UTF-8.
        owner: what the messages call it, such as `"the rubric"`.
        check: finds in the value what no field can tell by itself; the path of a fault leads to
            it through the file's keys and indices.

    Raises:
        ConfigError: with every mistake, its line and column.
    """
    file = Path(path)
    source = Source(str(file), read_text(file), file.parent)
    table = parse_toml(source)
    if isinstance(table, Problem):
        raise ConfigError([table])
    try:
        made = structure_options(cls, table, owner=owner or str(file), noun="key")
    except OptionsError as refused:
        raise _placed(source, refused.faults) from refused
    if faults := tuple(check(made)):
        raise _placed(source, faults)
    return made


def _placed(source: Source, faults: Iterable[Fault]) -> ConfigError:
    return ConfigError(
        [source.problem(each.path, each.message, each.hint, each.at) for each in faults]
    )
