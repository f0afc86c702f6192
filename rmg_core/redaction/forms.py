"""Texts that look like the keys of a service, whoever wrote them."""

import re
from collections.abc import Iterator
from typing import Final

from attrs import field, frozen

HIDDEN: Final = "***"


def _at_edge(start: str, rest: str) -> str:
    r"""Write the pattern of a key that begins with `start`, and does not go on a word.

    What stands before it may be the end of an escape: `\n`, `%20`. It is looked at from behind the
    start, of a fixed width: a search for what begins with letters takes a tenth of the time.
    """
    before = (rf"(?<!\w{start})", rf"(?<=\\[nrt]{start})", rf"(?<=%[0-9A-Fa-f]{{2}}{start})")
    return f"{start}(?:{'|'.join(before)}){rest}"


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


@frozen
class Form:
    """What the keys of one kind look like; a text without any of `markers` holds none.

    What of a key is matched by the group `shown` stays.
    """

    name: str
    markers: tuple[str, ...]
    pattern: re.Pattern[str] = field(converter=_compiled)

    def is_possible_in(self, text: str) -> bool:
        return any(marker in text for marker in self.markers)

    def hide_in(self, text: str) -> str:
        return self.pattern.sub(_hidden, text) if self.is_possible_in(text) else text


def _hidden(found: re.Match[str]) -> str:
    return found.groupdict().get("shown", "") + HIDDEN


# A prefix alone is also an ordinary word (`sk-learn`), so that what follows must look random:
# long, and with a digit or without a break. The forms are those that the providers document.
FORMS: Final = (
    Form("sk-…", ("sk-",), _at_edge("sk-", r"(?<!-sk-)(?=[\w-]*\d|[\w-]*[A-Za-z]{16})[\w-]{12,}")),
    Form(
        "ghp_…",
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"),
        _at_edge("gh[pousr]_", r"[A-Za-z0-9]{16,}"),
    ),
    Form("github_pat_…", ("github_pat_",), _at_edge("github_pat_", r"\w{20,}")),
    Form("AKIA…", ("AKIA", "ASIA"), _at_edge("A[KS]IA", r"[A-Z0-9]{12,}")),
    Form(
        "AWS secret key",
        ("ecret_access_key", "ECRET_ACCESS_KEY", "ecretAccessKey"),
        r"(?P<shown>(?i:secret_?access_?key)[\\\"'\s:=]{1,8})[A-Za-z0-9/+]{40}",
    ),
    Form("AIza…", ("AIza",), _at_edge("AIza", r"[\w-]{20,}")),
    Form("ya29.…", ("ya29.",), _at_edge(r"ya29\.", r"[\w-]{20,}")),
    Form("GOCSPX-…", ("GOCSPX-",), _at_edge("GOCSPX-", r"[\w-]{16,}")),
    Form("hf_…", ("hf_",), _at_edge("hf_", r"[A-Za-z0-9]{16,}")),
    Form(
        "xox…",
        ("xox", "xapp-"),
        _at_edge("(?:xox[a-z]|xapp)-", r"(?<!-....-)(?=[\w-]*\d)[\w-]{10,}"),
    ),
    Form("Slack hook", ("://hooks.slack.com/",), r"(?P<shown>hooks\.slack\.com/\w+/)[\w/]{12,}"),
    Form("JWT", ("eyJ",), _at_edge("eyJ", r"[\w-]{8,}\.eyJ[\w-]{4,}(?:\.[\w-]*)?")),
    Form(
        "Bearer …",
        ("earer",),
        _at_edge("[Bb]earer", r"[ \t]+(?=[\w.~+/=-]*\d)[\w.~+/=-]{12,}"),
    ),
    Form(
        "PEM",
        ("-----BEGIN",),
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?:[^-]*(?:-----END [A-Z ]*PRIVATE KEY-----)?)",
    ),
    # Not `user:${PASSWORD}@host`, nor what stands for a password in a manual: `user:<password>@`.
    Form(
        "user:password@host",
        ("://",),
        r"(?P<shown>://[^\s/?#:@\"'\\<>{}$]*:)[^\s/?#@\"'\\<>{}$]+(?=@)",
    ),
)


def credentials_in(text: str) -> Iterator[tuple[int, str]]:
    """Yield where in `text` something looks like a key, and the form that it has."""
    yield from sorted(
        (found.start(), form.name)
        for form in FORMS
        if form.is_possible_in(text)
        for found in form.pattern.finditer(text)
    )


def without_credentials(text: str) -> str:
    """Return `text` with what looks like a key left out."""
    for form in FORMS:
        text = form.hide_in(text)
    return text
