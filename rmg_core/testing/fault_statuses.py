"""Cases of the fault server that answer with a status which is no success."""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

from rmg_core.testing.fault_wire import Case, Headers, Wire, http_date

RETRY_AFTER: Final = 2
"""Seconds that the cases which tell a plain time ask for."""

LONGER: Final = 90
"""Seconds that `1m30s` and the ISO time ask for."""

_HTML: Final = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"


def _error(message: str, kind: str, code: str | None = None) -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def _limited(fault: str, says: str, headers: Callable[[], Headers] = dict) -> Case:
    """Return a 429 with the headers that are made at the moment of the call."""

    async def act(wire: Wire) -> None:
        body = _error("Rate limit reached for requests", "requests", "rate_limit_exceeded")
        await wire.respond(body, 429, headers=headers())

    return Case(fault, f"429 with {says}", act)


def _waits(fault: str, says: str, value: str) -> Case:
    return _limited(fault, says, lambda: {"retry-after": value})


def _refused(fault: str, status: int, message: str, kind: str, code: str | None = None) -> Case:
    """Return a status with an error of the protocol."""

    async def act(wire: Wire) -> None:
        await wire.respond(_error(message, kind, code), status)

    return Case(fault, f"{status}: {message}", act)


async def _bad_gateway(wire: Wire) -> None:
    await wire.respond(_HTML, 502, content_type="text/html")


async def _slow_down(wire: Wire) -> None:
    body = _error("Slow down", "service_unavailable")
    await wire.respond(body, 503, headers={"retry-after": f"{RETRY_AFTER}"})


async def _echoed_key(wire: Wire) -> None:
    key = wire.call.headers.get("authorization", "").removeprefix("Bearer ")
    message = f"Incorrect API key provided: {key}. You can find your API key in your account."
    await wire.respond(_error(message, "invalid_request_error", "invalid_api_key"), 401)


async def _too_large(wire: Wire) -> None:
    page = b"<html><head><title>413 Request Entity Too Large</title></head></html>"
    await wire.respond(page, 413, content_type="text/html")


def _by_date(ahead: float) -> Headers:
    """Return a date in the words of a server whose clock is so many seconds ahead."""
    now = int(time.time()) + ahead
    return {"date": http_date(now), "retry-after": http_date(now + RETRY_AFTER)}


def _by_iso() -> Headers:
    now = int(time.time())
    until = datetime.fromtimestamp(now + LONGER, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"date": http_date(now), "retry-after": until}


def _by_reset() -> Headers:
    return {
        "x-ratelimit-limit-requests": "60",
        "x-ratelimit-remaining-requests": "0",
        "x-ratelimit-reset-requests": "1m30s",
        "x-ratelimit-limit-tokens": "150000",
        "x-ratelimit-remaining-tokens": "149000",
        "x-ratelimit-reset-tokens": "6ms",
    }


_CONTEXT: Final = (
    "This model's maximum context length is 8192 tokens. However, your messages resulted in "
    "9001 tokens. Please reduce the length of the messages."
)
_FILTERED: Final = (
    "The response was filtered due to the prompt triggering the content management policy."
)
_REJECTED: Final = "Invalid parameter: 'response_format' of type 'json_schema' is not supported"
_QUOTA: Final = "You exceeded your current quota, please check your plan and billing details."

STATUSES: Final[Mapping[str, Case]] = MappingProxyType(
    {
        "429": _limited("P1", "no header that says when"),
        "429_seconds": _waits("P2", f"Retry-After: {RETRY_AFTER}", f"{RETRY_AFTER}"),
        "429_decimals": _waits("P2", "Retry-After: 1.5", "1.5"),
        "429_http_date": _limited("P3", "Retry-After as a date of HTTP", lambda: _by_date(0)),
        "429_http_date_ahead": _limited(
            "P3", "Retry-After as a date, by a clock that is an hour ahead", lambda: _by_date(3600)
        ),
        "429_ms": _limited("P3", "retry-after-ms: 1500", lambda: {"retry-after-ms": "1500"}),
        "429_duration": _waits("P3", "Retry-After: 1m30s", "1m30s"),
        "429_iso": _limited("P3", "Retry-After as an ISO time, 90 s from now", _by_iso),
        "429_reset": _limited("P3", "x-ratelimit-reset-requests: 1m30s", _by_reset),
        "429_garbage": _waits("P4", "Retry-After: soon", "soon"),
        "429_negative": _waits("P4", "Retry-After: -5", "-5"),
        "429_day": _waits("P4", "Retry-After: 86400", "86400"),
        "429_quota": _refused("P5", 429, _QUOTA, "insufficient_quota", "insufficient_quota"),
        "500": _refused("P6", 500, "The server had an error", "server_error"),
        "502_html": Case("P6", "502 with a page of HTML", _bad_gateway),
        "503": _refused("P6", 503, "The engine is overloaded", "service_unavailable"),
        "503_seconds": Case("P6", f"503 with Retry-After: {RETRY_AFTER}", _slow_down),
        "504": _refused("P6", 504, "Upstream request timeout", "server_error"),
        "529": _refused("P6", 529, "Overloaded", "overloaded_error"),
        "408": _refused("P6", 408, "Request timeout", "timeout"),
        "409": _refused("P6", 409, "Conflict", "conflict"),
        "401": _refused(
            "P7", 401, "Incorrect API key provided", "invalid_request_error", "invalid_api_key"
        ),
        "401_echo": Case("P23", "401 whose message has the key that the call had", _echoed_key),
        "402": _refused("P7", 402, "Insufficient balance", "payment_required"),
        "403": _refused("P7", 403, "Your project has no access", "permission_error"),
        "404_model": _refused(
            "P7", 404, "The model does not exist", "invalid_request_error", "model_not_found"
        ),
        "400_context": _refused(
            "P8", 400, _CONTEXT, "invalid_request_error", "context_length_exceeded"
        ),
        "400_context_words": _refused("P8", 400, _CONTEXT, "invalid_request_error"),
        "413": Case("P8", "413 with a page of HTML", _too_large),
        "400_filter": _refused("P9", 400, _FILTERED, "invalid_request_error", "content_filter"),
        "400_other": _refused("P9", 400, _REJECTED, "invalid_request_error"),
        "422": _refused("P9", 422, "Input should be a valid list", "invalid_request_error"),
    }
)
