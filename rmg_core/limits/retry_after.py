"""How long a provider asks to be left alone."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

_UNITS: Final = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001, "us": 1e-6}
_NUMBER: Final = re.compile(r"\d{1,15}(\.\d{0,15})?|\.\d{1,15}", re.ASCII)
_PART: Final = re.compile(r"(\d{1,15}(?:\.\d{0,15})?)(ms|us|d|h|m|s)", re.ASCII)
_DURATION: Final = re.compile(rf"(?:{_PART.pattern})+", re.ASCII)
_SAID: Final = re.compile(
    r"(?:try again|retry) (?:in|after) ([0-9.dhmsu]{1,40})( seconds?\b)?", re.IGNORECASE | re.ASCII
)


def seconds_asked(
    headers: Mapping[str, str], wall: float, status: int | None = None, said: str = ""
) -> float | None:
    """Return the seconds that a provider asks to wait; None where it asks for nothing.

    `headers` have names in lower case, `wall` is seconds since 1970. What makes no sense is
    ignored, and so is what is over. Only a 429 without `retry-after` is asked further: what it
    says in words, and then when its limits are reset.
    """
    millis = _number(headers.get("retry-after-ms", ""))
    if millis is not None:
        return millis / 1000
    if (asked := _seconds(headers.get("retry-after", ""), headers, wall)) is not None:
        return asked
    if status != 429:
        return None
    if found := _SAID.search(said):
        written, is_plain = found[1].rstrip("."), found[2] is not None
        asked = _number(written) if is_plain else _duration(written)
        if asked is not None:
            return asked
    resets = [
        _seconds(headers.get(f"x-ratelimit-reset-{each}", ""), headers, wall)
        for each in ("requests", "tokens")
        # Where requests are left, their reset says when all of them are back.
        if each == "tokens"
        or _number(headers.get("x-ratelimit-remaining-requests", "")) in {None, 0}
    ]
    return max((each for each in resets if each is not None), default=None)


def _number(text: str) -> float | None:
    return float(text) if _NUMBER.fullmatch(text.strip()) else None


def _seconds(text: str, headers: Mapping[str, str], wall: float) -> float | None:
    text = text.strip()
    if (number := _number(text)) is not None:
        return number
    if (duration := _duration(text)) is not None:
        return duration
    moment = _moment(text)
    if moment is None:
        return None
    # The clock of this machine may be wrong; the two of the server agree.
    from_now = moment - (_moment(headers.get("date", "")) or wall)
    return from_now if from_now >= 0 else None


def _duration(text: str) -> float | None:
    if not _DURATION.fullmatch(text):
        return None
    return sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text))


def _moment(text: str) -> float | None:
    """Return the seconds since 1970 of an HTTP date or an ISO 8601 moment."""
    for parse in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            parsed = parse(text)
        except (ValueError, IndexError, TypeError, OverflowError):
            continue
        if parsed.tzinfo is None:
            parsed = parsed.replace(tzinfo=UTC)
        seconds = parsed.timestamp()
        return seconds if math.isfinite(seconds) else None
    return None
