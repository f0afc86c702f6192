"""The names that a config gives: they become columns, and files of a run directory."""

import re
from typing import Final

NAME_PATTERN: Final = r"^[A-Za-z0-9]([A-Za-z0-9._-]{0,98}[A-Za-z0-9_-])?$"
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file: with any suffix, and in any case
_WINDOWS_DEVICES: Final = frozenset(
    ("con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10)))
)


def name_fault(name: str) -> str | None:
    """Say why `name` cannot be one; None when it can."""
    if not re.fullmatch(NAME_PATTERN, name):
        return (
            "a name has 1 to 100 of the characters A-Z a-z 0-9 . _ -, begins with a letter or "
            "digit, and does not end with a dot"
        )
    if name.partition(".")[0].lower() in _WINDOWS_DEVICES:
        return "Windows keeps this name for a device, so that no file can have it"
    return None
