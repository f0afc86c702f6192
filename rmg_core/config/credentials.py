"""Texts that look like the keys of a service, which have no place in a config."""

import re
from collections.abc import Iterator
from typing import Final

HIDDEN: Final = "***"

# A prefix alone is also an ordinary word (`sk-learn`), so that what follows must look random:
# long, and with a digit or without a break. The forms are those that the providers document.
_FORMS: Final = {
    "sk-…": r"(?<![\w-])sk-(?=[\w-]*\d|[\w-]*[A-Za-z]{16})[\w-]{12,}",
    "ghp_…": r"(?<!\w)(?:gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\w{20,})",
    "AKIA…": r"(?<!\w)(?:AKIA|ASIA)[A-Z0-9]{12,}",
    "AIza…": r"(?<!\w)AIza[\w-]{20,}",
    "hf_…": r"(?<!\w)hf_[A-Za-z0-9]{16,}",
    "JWT": r"(?<!\w)eyJ[\w-]{8,}\.eyJ[\w-]{4,}(?:\.[\w-]*)?",
    "Bearer …": r"(?<!\w)(?i:bearer)[ \t]+(?=[\w.~+/=-]*\d)[\w.~+/=-]{12,}",
    "PEM": r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?:[^-]*(?:-----END [A-Z ]*PRIVATE KEY-----)?)",
}
_CREDENTIAL: Final = re.compile("|".join(f"({form})" for form in _FORMS.values()))


def credentials_in(text: str) -> Iterator[tuple[int, str]]:
    """Yield where in `text` something looks like a key, and the form that it has."""
    forms = list(_FORMS)
    for found in _CREDENTIAL.finditer(text):
        yield found.start(), forms[(found.lastindex or 1) - 1]


def without_credentials(text: str) -> str:
    """Return `text` with what looks like a key left out."""
    return _CREDENTIAL.sub(HIDDEN, text)
