"""Secrets, and how they are kept out of everything that is written or shown."""

import os
from pathlib import Path
from typing import Any, Final

from attrs import field, frozen

HIDDEN: Final = "***"


@frozen(repr=False)
class Secret:
    """A key or password that is known by where it comes from; only `reveal` gives it out.

    `source` is `$NAME` for an environment variable, `file PATH`, or `given` for one that was
    handed over in Python.
    """

    source: str
    _value: str | None = field(default=None, eq=False)

    @classmethod
    def of(cls, value: str) -> "Secret":
        """Take one that is there."""
        return cls("given", value)

    @classmethod
    def from_env(cls, name: str) -> "Secret":
        return cls(f"${name}")

    @classmethod
    def from_file(cls, path: str | os.PathLike[str]) -> "Secret":
        return cls(f"file {os.fspath(path)}")

    def reveal(self) -> str:
        """Return it, read at this moment.

        Raises:
            LookupError: it is not where it comes from; says what to do.
        """
        if self._value is not None:
            return self._value
        kind, _, place = self.source.partition(" ")
        if kind == "file":
            try:
                return Path(place).expanduser().read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as fault:
                raise LookupError(f"the key file {place!r} cannot be read: {fault}") from fault
        name = self.source.removeprefix("$")
        if not (value := os.environ.get(name)):
            raise LookupError(f"the environment variable {name} is not set; set it to the key")
        return value

    def __repr__(self) -> str:
        return f"Secret({self.source})"

    __str__ = __repr__


def redacted_json(made: Any) -> Any:
    return made
