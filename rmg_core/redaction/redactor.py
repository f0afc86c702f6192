"""The redactor: it takes out of a text what is known to be secret, or looks like it."""

import base64
import json
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from logging import LogRecord
from pathlib import Path
from threading import Lock
from typing import Any, Final, TypeAlias
from urllib.parse import quote, quote_plus

from attrs import frozen

from rmg_core.redaction.forms import FORMS, HIDDEN, without_credentials

SHORTEST: Final = 8
"""What has fewer characters is no secret: it would be found in any text."""

_NAME: Final = re.compile(
    r"(?:^|_)(?:API_?KEY|KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS)$", re.IGNORECASE
)

# The rarest first; what is not here, such as small letters, is in nearly every text.
_RARITY: Final = {
    letter: place
    for place, letter in enumerate("@~^`|QXZJ+$KVYq%zU=HGW{}jx#_FLOPNRDMBECS/IA9876-4:35201T")
}

_Guards: TypeAlias = tuple[tuple[str, tuple[str, ...]], ...]


@frozen
class _Known:
    """What is secret in this process; `forms` are the ways to write it, the longest first.

    A text holds one only where it holds a guard, which is a rare letter, and one of the texts
    behind it. One letter is found in 20 to 40 ns, and a text in 2,000 characters takes 1 µs.
    """

    values: frozenset[str] = frozenset()
    forms: tuple[str, ...] = ()
    guards: _Guards = ()

    @classmethod
    def of(cls, values: Iterable[str]) -> "_Known":
        kept = frozenset(each for each in map(str.strip, values) if len(each) >= SHORTEST)
        forms = sorted({form for each in kept for form in _written(each)}, key=len, reverse=True)
        return cls(kept, tuple(forms), _guards(forms))


def redacted(text: str) -> str:
    """Return `text` with `***` in the place of every secret; itself where it holds none.

    Secret are the values of every `Secret` that was revealed in this process and of environment
    variables that are named like one, also in base64, URLs and JSON, and what looks like a key.
    """
    if len(text) < SHORTEST:
        return text
    known = _known or _read()
    # Every form has one of these. Written out it takes 0.1 µs, and twice that in a loop.
    if (
        "-" in text
        or "_" in text
        or "/" in text
        or "A" in text
        or "J" in text
        or "ya29." in text
        or "earer" in text
    ) and _holds(text, _OF_FORMS):
        return _hidden(text, known)
    return _hidden(text, known) if _holds(text, known.guards) else text


def _holds(text: str, guards: _Guards) -> bool:
    for guard, literals in guards:
        if guard in text:
            for literal in literals:
                if literal in text:
                    return True
    return False


def _hidden(text: str, known: _Known) -> str:
    made = text
    for form in known.forms:
        made = made.replace(form, HIDDEN)
    made = without_credentials(made)
    return text if made == text else made


def redacted_values(value: Any) -> Any:
    """Return a value of JSON with every text in it redacted, also the keys of tables."""
    match value:
        case str():
            return redacted(value)
        case Mapping():
            return {redacted_values(key): redacted_values(each) for key, each in value.items()}
        case list() | tuple():
            return [redacted_values(each) for each in value]
        case _:
            return value


def redact_record(record: LogRecord) -> bool:
    """Take the secrets out of what is logged; a filter that lets every record pass."""
    record.msg, record.args = redacted(record.getMessage()), ()
    return True


def is_name_of_secret(name: str) -> bool:
    """Tell whether an environment variable is named as one that holds a secret is."""
    return _NAME.search(name) is not None


def remember(value: str) -> None:
    """Take a text for a secret from now on; one of fewer than 8 characters is not taken."""
    value = value.strip()
    if len(value) >= SHORTEST and value not in (_known or _read()).values:
        _read(value)


def forget() -> None:
    """Know no secret any more; the environment is read anew when it is needed."""
    global _known  # noqa: PLW0603 - a fact about the process
    with _lock:
        _known = None


def _read(*new: str) -> _Known:
    """Read the environment, and add to what is known."""
    global _known  # noqa: PLW0603 - a fact about the process
    with _lock:
        before = () if _known is None else _known.values
        _known = _Known.of((*before, *_of_environment(), *new))
        return _known


def _of_environment() -> Iterator[str]:
    for name, value in os.environ.items():
        # Many a variable ..._KEY names the file of a key, which messages must be able to name.
        if is_name_of_secret(name) and not _is_file(value):
            yield value


def _is_file(value: str) -> bool:
    try:
        return os.sep in value and Path(value).exists()
    except (OSError, ValueError):  # too long for a path
        return False


def _written(value: str) -> Iterator[str]:
    """Yield the ways in which a secret may be written."""
    yield from (quote(value, safe=""), quote(value), quote_plus(value))
    texts = {value}
    for _ in range(2):  # as JSON or by `repr`, and that once more: JSON in the text of an error
        yield from texts
        texts = {each for text in texts for each in _escaped(text)}
    yield from texts
    content = value.encode("utf-8", "surrogateescape")
    for before in range(3):
        # Of three bytes come four letters; those that the neighbours have a part in are left out.
        text = base64.b64encode(bytes(before) + content).decode()
        inner = text[(0, 2, 3)[before] : (before + len(content)) * 8 // 6]
        yield from (inner, inner.replace("+", "-").replace("/", "_"))


def _escaped(text: str) -> Iterator[str]:
    for made in (json.dumps(text), json.dumps(text, ensure_ascii=False), repr(text)):
        yield made[1:-1]


def _guards(literals: Iterable[str]) -> _Guards:
    """Set the rarest letter of each text before it; of few letters, so that there are few."""
    guarded: dict[str, list[str]] = defaultdict(list)
    for literal in literals:
        guarded[min(literal, key=lambda letter: _RARITY.get(letter, len(_RARITY)))].append(literal)
    return tuple((guard, tuple(behind)) for guard, behind in guarded.items())


_OF_FORMS: Final = _guards(marker for form in FORMS for marker in form.markers)
_known: _Known | None = None
_lock: Final = Lock()
