"""What went wrong with an attempt, as a `ProviderError` with the facts."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from rmg_core.errors import ProviderError
from rmg_plugin_litellm.causes import chained, known_cause_of
from rmg_plugin_litellm.replies import cleaned
from rmg_plugin_litellm.wire import Exchange, Stopped, parsed

_LONGEST: Final = 500
_TOLD: Final = ("retry-after", "date", "ratelimit", "rate-limit", "request-id", "should-retry")


def fault_of(exchange: Exchange, raised: Exception) -> ProviderError:
    """Return what is to be raised for what litellm raised.

    litellm writes 500 where nobody took the connection, and of a reply that it cannot read says
    that the server failed. So what the exchange saw comes first.
    """
    if exchange.fault is not None:
        found = exchange.fault
    elif exchange.status is not None:
        found = fault_in(exchange) or _unread(exchange)
    else:
        found = _of_litellm(raised)
    return _without_secrets(found, exchange.secrets)


def fault_in(exchange: Exchange) -> ProviderError | None:
    """Return the error that a response is: by its status, or by what its body says."""
    status = exchange.status or 0
    body = parsed(exchange.body) if exchange.body else None
    failure = _failure(body)
    if status < HTTPStatus.BAD_REQUEST and failure is None:
        return None
    said, code = _told(failure) if failure is not None else (_text(exchange.body), "")
    return ProviderError("status", said, status, exchange.headers, code)


def bad_response(exchange: Exchange, why: str) -> ProviderError:
    found = ProviderError("bad_response", why, exchange.status, exchange.headers)
    return _without_secrets(found, exchange.secrets)


def _unread(exchange: Exchange) -> ProviderError:
    said = _text(exchange.body) or "the body is empty"
    return ProviderError("bad_response", said, exchange.status, exchange.headers)


def _failure(body: Any) -> Any:
    """Return the part of a body that tells of a failure, or None."""
    match body:
        case [{"error": found}, *_] | {"error": found} if found:
            return found
        case {"detail": found} | {"message": str(found)} if "choices" not in body:
            return found
        case _:
            return None


def _told(failure: Any) -> tuple[str, str]:
    """Return the words of a failure, and the provider's own word for it."""
    if not isinstance(failure, Mapping):
        return str(failure), ""
    said = failure.get("message") or failure
    names = ("code", "status", "type")  # Gemini has its word in `status`, Anthropic in `type`
    codes = [failure.get(name) for name in names if isinstance(failure.get(name), str)]
    if not codes and isinstance(failure.get("code"), int):
        codes = [str(failure["code"])]
    return str(said), str(codes[0]) if codes else ""


def _of_litellm(raised: Exception) -> ProviderError:
    """Return what is known of an attempt that no guard saw: litellm refused it, or sent it so."""
    if cause := known_cause_of(raised):
        return ProviderError(cause, str(raised))
    status = getattr(raised, "status_code", None)
    known = status if isinstance(status, int) and not isinstance(raised, Stopped) else None
    return ProviderError("status", str(raised), known or 400, _headers_of(raised))


def _headers_of(raised: Exception) -> dict[str, str]:
    for each in chained(raised):
        response = getattr(each, "response", None)
        for found in (
            getattr(each, "litellm_response_headers", None),
            getattr(response, "headers", None),
        ):
            if found:
                return {str(name).lower(): str(value) for name, value in found.items()}
    return {}


def _text(body: bytes) -> str:
    return body[: 4 * _LONGEST].decode("utf-8", "replace").strip()


def _without_secrets(found: ProviderError, secrets: set[str]) -> ProviderError:
    """Return it without the keys that the request had: a 401 may repeat them."""
    headers = {
        name: _hidden(value, secrets)
        for name, value in found.headers.items()
        if any(mark in name for mark in _TOLD)
    }
    said = cleaned(_hidden(found.said, secrets))[:_LONGEST]
    code = cleaned(_hidden(found.code, secrets))[:100]
    return ProviderError(found.cause, said, found.status, headers, code)


def _hidden(text: str, secrets: set[str]) -> str:
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "***")
    return text
