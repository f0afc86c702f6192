"""What went wrong with an attempt, as a `ProviderError` with the facts."""

from http import HTTPStatus
from typing import Final

from rmg_core import ProviderError
from rmg_plugin_litellm.bodies import failure_in, status_within, words_of
from rmg_plugin_litellm.causes import chained, known_cause_of
from rmg_plugin_litellm.replies import cleaned
from rmg_plugin_litellm.wire import Exchange

_LONGEST: Final = 500
_LOOKED_AT: Final = 4_000  # characters that are searched for keys, before they are cut
# Of what litellm says before anything is sent: no other request of the model will fare better.
_MEANT: Final = (
    (
        ("missing credentials", "api_key client option must be set", "api key is required"),
        401,
        "no_key",
    ),
    (("llm provider not provided",), 404, "no_provider"),
)
_TOLD: Final = ("retry-after", "date", "ratelimit", "rate-limit", "request-id")


def fault_of(exchange: Exchange, raised: Exception) -> ProviderError:
    """Return what is to be raised for what litellm raised.

    litellm writes 500 where nobody took the connection, and of a reply that it cannot read says
    that the server failed. So what the exchange saw comes first.
    """
    found = exchange.fault
    if found is None and exchange.status is not None:
        found = _failure_in(exchange) or _bad_response(exchange, "")
    return _without_secrets(found or _of_litellm(raised), exchange.secrets)


def fault_without_reply(exchange: Exchange, why: str) -> ProviderError:
    """Return what is to be raised where litellm raised nothing, and gave no reply."""
    found = _failure_in(exchange) or _bad_response(exchange, why)
    return _without_secrets(found, exchange.secrets)


def _failure_in(exchange: Exchange) -> ProviderError | None:
    """Return the failure that a response is: by its status, or by what its body says."""
    failure, status = failure_in(exchange.made), exchange.status or 0
    if status < HTTPStatus.BAD_REQUEST:
        if failure is None:
            return None
        status = status_within(failure)
    said, code = words_of(failure) if failure is not None else (_text(exchange.body), "")
    return ProviderError("status", said, status, exchange.headers, code)


def _bad_response(exchange: Exchange, why: str) -> ProviderError:
    said = why or _text(exchange.body) or "the body is empty"
    return ProviderError("bad_response", said, exchange.status, exchange.headers)


def _of_litellm(raised: Exception) -> ProviderError:
    """Return why litellm sent nothing: a key or a package is missing, or a parameter is none.

    It likes to write 500 then; but another attempt would come to the same.
    """
    said = str(raised).partition("\nTraceback")[0]
    if cause := known_cause_of(raised):
        return ProviderError(cause, said)
    status = getattr(raised, "status_code", None)
    known = status if isinstance(status, int) and 400 <= status < 500 else 400
    for words, meant, code in _MEANT:
        if any(each in said.lower() for each in words):
            return ProviderError("status", said, meant, code=code)
    return ProviderError("status", said, known, _headers_of(raised))


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
    return body[:_LOOKED_AT].decode("utf-8", "replace").strip()


def _without_secrets(found: ProviderError, secrets: set[str]) -> ProviderError:
    """Return it without the keys that the request had: a 401 may repeat them."""
    headers = {
        name: _hidden(value, secrets)
        for name, value in found.headers.items()
        if any(mark in name for mark in _TOLD)
    }
    said = cleaned(_hidden(found.said[:_LOOKED_AT], secrets))[:_LONGEST]
    code = cleaned(_hidden(found.code, secrets))[:_LONGEST]
    return ProviderError(found.cause, said, found.status, headers, code)


def _hidden(text: str, secrets: set[str]) -> str:
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "***")
    return text
