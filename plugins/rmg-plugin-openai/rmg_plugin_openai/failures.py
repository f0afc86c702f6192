"""What a provider says when it does not answer, and how our keys are kept out of that."""

from collections.abc import Collection, Mapping
from typing import Any, Final

import orjson
from attrs import evolve

from rmg_core import ProviderError
from rmg_plugin_openai.transport import Answer

LONGEST_SAID: Final = 500
_LOOKED_AT: Final = 4_000  # characters that are searched for keys, before they are cut
_SHORTEST_KEY: Final = 8  # what is shorter, such as "EMPTY", is no secret and may be any word
_TOLD_HEADERS: Final = ("retry-after", "date", "x-request-id", "x-ratelimit-", "ratelimit")


def status_failure(answer: Answer) -> ProviderError:
    """Return what an answer tells whose status is no success."""
    said, code = _told(answer.body)
    return ProviderError("status", said, answer.status, answer.headers, code)


def failure_within(made: Mapping[str, Any], answer: Answer) -> ProviderError:
    """Return the failure that a reply with the status 200 tells instead of a reply."""
    said, code = _told_by(made)
    error = made["error"]
    status = _status(error.get("code") if isinstance(error, Mapping) else None)
    return ProviderError("status", said or text_of(answer.body), status, answer.headers, code)


def bad_response(answer: Answer) -> ProviderError:
    """Return that what came is not what the protocol says."""
    said = text_of(answer.body) or "the body is empty"
    return ProviderError("bad_response", said, answer.status, answer.headers)


def hidden(error: ProviderError, keys: Collection[str]) -> ProviderError:
    """Return a failure without our keys, which providers echo, and as short as is told."""

    def without(text: str) -> str:
        for key in keys:
            if len(key) >= _SHORTEST_KEY:
                text = text.replace(key, "***")
        return text

    return evolve(
        error,
        said=without(error.said[:_LOOKED_AT])[:LONGEST_SAID],
        code=without(error.code)[:LONGEST_SAID],
        headers={
            name.lower(): without(value)
            for name, value in error.headers.items()
            if name.lower().startswith(_TOLD_HEADERS)
        },
    )


def text_of(body: bytes | bytearray) -> str:
    return body[:_LOOKED_AT].decode("utf-8", "replace")


def _told(body: bytes | bytearray) -> tuple[str, str]:
    """Return the message and the code of a body, which need be no JSON."""
    try:
        made = orjson.loads(body)
    except orjson.JSONDecodeError:
        return text_of(body), ""
    if isinstance(made, list) and len(made) == 1:  # so does Gemini
        made = made[0]
    if not isinstance(made, dict):
        return text_of(body), ""
    said, code = _told_by(made)
    return said or text_of(body), code


def _told_by(made: Mapping[str, Any]) -> tuple[str, str]:
    """Return the message and the code of `{"error": {…}}`, `{"error": "…"}` or `{"message": …}`."""
    error = made.get("error") or made
    if isinstance(error, str):
        return error, _code(made)
    if not isinstance(error, Mapping):
        return "", ""
    texts = (error.get(name) for name in ("message", "detail"))
    return next((each for each in texts if isinstance(each, str)), ""), _code(error)


def _code(error: Mapping[str, Any]) -> str:
    words = (error.get(name) for name in ("code", "type", "status"))
    return next((word for word in words if isinstance(word, str) and not word.isdigit()), "")


def _status(code: Any) -> int:
    number = int(code) if isinstance(code, str) and code.isdecimal() and len(code) == 3 else code
    is_failure = isinstance(number, int) and 400 <= number < 600
    return number if is_failure else 500
