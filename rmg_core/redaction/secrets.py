"""A secret, which is known by where it comes from."""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NoReturn

import attrs

from rmg_core.redaction.redactor import remember

_GIVEN: Final = "given"


class Secret:
    """A key or password that is known by where it comes from; only `reveal` gives it out.

    `source` is `$NAME` for an environment variable, `file PATH`, or `given` for one that was
    handed over in Python. Two are equal that come from the same place.
    """

    # No attrs class: `attrs.asdict` of whatever holds one would write down its text.
    __slots__ = ("_value", "source")

    source: str
    _value: str | None

    def __init__(self, source: str, value: str | None = None) -> None:
        object.__setattr__(self, "source", source)
        object.__setattr__(self, "_value", value)

    @classmethod
    def of(cls, value: str) -> "Secret":
        """Take one that is there."""
        return cls(_GIVEN, value)

    @classmethod
    def from_env(cls, name: str) -> "Secret":
        return cls(f"${name}")

    @classmethod
    def from_file(cls, path: str | os.PathLike[str]) -> "Secret":
        return cls(f"file {os.fspath(path)}")

    @property
    def variable(self) -> str | None:
        """The environment variable that it comes from, if it does."""
        return self.source[1:] if self.source.startswith("$") else None

    def written(self) -> str | dict[str, str]:
        """Return how a config writes it.

        Raises:
            TypeError: it was given in Python.
        """
        if self.variable is not None:
            return f"${{{self.variable}}}"
        if self.source.startswith("file "):
            return {"file": self.source.removeprefix("file ")}
        raise TypeError("a secret that was given in Python cannot be written down")

    def reveal(self) -> str:
        """Return it, read at this moment; from now on it is kept out of what is written or shown.

        Raises:
            LookupError: it is not where it comes from; says what to do.
        """
        value = self._read()
        remember(value)
        return value

    def _read(self) -> str:
        if self._value is not None:
            return self._value
        if (name := self.variable) is not None:
            if not (value := os.environ.get(name, "").strip()):
                raise LookupError(f"the environment variable {name} is not set; set it to the key")
            return value
        place = self.source.removeprefix("file ")
        try:
            value = Path(place).expanduser().read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError, RuntimeError) as fault:  # no home for `~`
            said = getattr(fault, "strerror", None) or "it is not a text"
            raise LookupError(f"the key file {place!r} cannot be read: {said}") from fault
        if not value:
            raise LookupError(f"the key file {place!r} is empty; write the key into it")
        return value

    def __repr__(self) -> str:
        return f"Secret({self.source})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return (self.source, self._value) == (other.source, other._value)

    def __hash__(self) -> int:
        return hash(self.source)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a secret cannot be changed: {name}")

    def __copy__(self) -> "Secret":
        return self

    def __deepcopy__(self, _: object) -> "Secret":
        return self

    def __reduce__(self) -> tuple[type["Secret"], tuple[str]]:
        self.written()  # else it was given, and would not be the same without its text
        return Secret, (self.source,)


def secrets_in(value: Any, name: str = "") -> Iterator[tuple[str, Secret]]:
    """Yield every secret in the fields of an attrs object, in its tables and lists too.

    Each comes with the way to it, such as `headers.Authorization`.
    """
    if isinstance(value, Secret):
        yield name, value
        return
    parts: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, Mapping):
        parts = value.items()
    elif isinstance(value, list | tuple):
        parts = enumerate(value)
    elif attrs.has(type(value)):
        names = [each.name for each in attrs.fields(type(value))]
        parts = ((each, getattr(value, each, None)) for each in names)
    for key, part in parts:
        yield from secrets_in(part, f"{name}.{key}" if name else str(key))


def missing_secrets(value: Any) -> list[tuple[str, str]]:
    """Return the secrets in the fields of an attrs object that cannot be revealed now.

    Each comes with the way to it, and with what is to be done.
    """
    missing = []
    for name, secret in secrets_in(value):
        try:
            secret.reveal()
        except LookupError as fault:
            missing.append((name, str(fault.args[0])))
    return missing
