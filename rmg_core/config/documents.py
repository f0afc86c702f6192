"""A TOML file read strictly into a value, as a config is."""

import os
from pathlib import Path
from typing import TypeVar

from rmg_core.config.findings import OptionsError
from rmg_core.config.reading import parse_toml, read_text
from rmg_core.config.source import Source
from rmg_core.config.strict import structure_options
from rmg_core.errors import ConfigError, Problem

Cls = TypeVar("Cls")


def read_document(cls: type[Cls], path: str | os.PathLike[str], *, owner: str = "") -> Cls:
    """Read a TOML file as an attrs class, of which every key of the file is a field.

    No value is coerced, and an unknown key is a mistake, as in a config.

    Args:
        cls: any attrs class; bounds are those of its validators.
        path: the file, in UTF-8.
        owner: what the messages call it, such as `"the rubric"`.

    Raises:
        ConfigError: with every mistake, its line and column.
    """
    file = Path(path)
    source = Source(str(file), read_text(file), file.parent)
    table = parse_toml(source)
    if isinstance(table, Problem):
        raise ConfigError([table])
    try:
        return structure_options(cls, table, owner=owner or str(file), noun="key")
    except OptionsError as refused:
        raise ConfigError(
            [source.problem(each.path, each.message, each.hint, each.at) for each in refused.faults]
        ) from refused
