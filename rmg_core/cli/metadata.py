"""The metadata of an outcome for people: lists of tables, such as votes, one table a paragraph."""

import json
from collections.abc import Iterator, Mapping
from typing import Any


def is_listed(value: Any) -> bool:
    """Tell whether a value is a list of tables, or a table that holds one."""
    if isinstance(value, Mapping):
        return any(map(is_listed, value.values()))
    return (
        isinstance(value, list | tuple)
        and bool(value)
        and all(isinstance(each, Mapping) and each for each in value)
    )


def plain_part(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return the metadata that are in no list of tables."""
    return {name: value for name, value in metadata.items() if not is_listed(value)}


def tables_in(metadata: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, list[Any]]]:
    """Yield each table of the lists of tables, with a title such as `votes 0`, as rows of text.

    What tables of a list hold in turn comes after it, as `pairs 0, votes 1`.
    """
    for name, value in metadata.items():
        if not is_listed(value):
            continue
        title = f"{above}, {name}" if above else str(name)
        if isinstance(value, Mapping):
            if rows := list(_rows(plain_part(value))):
                yield title, rows
            yield from tables_in(value, title)
            continue
        for number, each in enumerate(value):
            yield f"{title} {number}", list(_rows(plain_part(each)))
            yield from tables_in(each, f"{title} {number}")


def _rows(table: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """Yield what is in a table, and in tables within, each under the words that lead to it."""
    for name, value in table.items():
        label = f"{above} {name}".strip()
        if isinstance(value, Mapping):
            yield from _rows(value, label)
        else:
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            yield label, text
