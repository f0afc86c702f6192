"""Where a config is written: a file, a text, and what the command line set."""

import functools
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from attrs import evolve, field, frozen

from rmg_core.config.positions import MAX_DEPTH, KeyPath, Positions, read_key, too_deep
from rmg_core.errors import Problem
from rmg_core.redaction import redacted


@frozen
class Override:
    """A value that the command line set, in the place of what the file says."""

    path: KeyPath
    value: Any
    written: str

    @property
    def label(self) -> str:
        return override_label(self.written)


def override_label(written: str) -> str:
    """Return how problems call what was written after `--set`."""
    shown = redacted(written)
    return f"--set {shown if len(shown) <= 80 else shown[:79] + '…'}"


@frozen
class Source:
    """The text of a config, its file, and what the command line set.

    `base` is the folder that relative paths start from.
    """

    file: str | None = None
    text: str = field(default="", repr=False)
    base: Path = field(factory=Path)
    overrides: tuple[Override, ...] = ()

    def problem(
        self, path: KeyPath, message: str, hint: str = "", at: Literal["key", "value"] = "key"
    ) -> Problem:
        """Say what is wrong at `path`, and where that stands.

        An override that has the last word on `path` is named instead of the file. What looks like
        a key of a service is left out.
        """
        above = [each for each in self.overrides if path[: len(each.path)] == each.path]
        if above:
            return self.problem_of(above[-1], message, hint)
        positions = positions_of(self.text)
        below = [each for each in self.overrides if each.path[: len(path)] == path]
        if below and path and not positions.knows(path):
            return self.problem_of(below[-1], message, hint)
        if self.file is None and not self.text:  # the config was made of Python objects
            return evolve(self.problem_at(None, message, hint), file=".".join(map(str, path)))
        place = positions.key(path) if at == "key" else positions.value(path)
        return self.problem_at(place, message, hint)

    def where(self, path: KeyPath) -> str:
        """Say where `path` stands."""
        found = self.problem(path, "")
        return ":".join(str(part) for part in (found.file, found.line, found.column) if part)

    def problem_at(self, place: tuple[int, int] | None, message: str, hint: str = "") -> Problem:
        """Say what is wrong at a line and column."""
        line, column = place or (None, None)
        return Problem(redacted(message), redacted(hint), self.file, line, column)

    def problem_of(self, override: Override, message: str, hint: str = "") -> Problem:
        """Say what is wrong with an override."""
        return evolve(self.problem_at(None, message, hint), file=override.label)


@functools.lru_cache(maxsize=4)
def positions_of(text: str) -> Positions:
    return Positions(text)


def parse_override(written: str) -> Override:
    """Read `key.path=value`: the value is TOML, or else plain text.

    Raises:
        ValueError: there is no such path before a `=`, or it nests too deep.
    """
    if too_deep(written) is not None:
        raise ValueError(f"this nests more than {MAX_DEPTH} levels deep")
    parts, end = read_key(written, 0)
    before, equals, text = written[end:].partition("=")
    if before.strip() or not equals:
        raise ValueError("there is no `=` after the key")
    try:
        read = tomllib.loads(f"value = {text}")
    except ValueError:
        read = {}
    value = read["value"] if list(read) == ["value"] else text
    return Override(tuple(key for key, _ in parts), value, written)


def with_overrides(table: dict[str, Any], overrides: Sequence[Override]) -> list[Override]:
    """Set the values of `overrides` in `table`; return those that lead through what is no table."""
    refused = []
    for override in overrides:
        *parents, last = override.path
        inner: Any = table
        for key in parents:
            inner = inner.setdefault(key, {}) if isinstance(inner, dict) else None
        if isinstance(inner, dict):
            inner[last] = override.value
        else:
            refused.append(override)
    return refused
