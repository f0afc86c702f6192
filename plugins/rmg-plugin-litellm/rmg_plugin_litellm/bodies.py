"""The bodies of responses: read as JSON, told as failures, and mended where litellm stumbles."""

import json
from collections.abc import Mapping
from typing import Any, Final

COUNTS: Final = ("prompt_tokens", "completion_tokens", "total_tokens")


def parsed(body: bytes) -> Any:
    """Return the JSON of a body, or None where it is none."""
    try:
        return json.loads(body) if body else None
    except (ValueError, RecursionError):
        return None


def mended(made: Any) -> bytes | None:
    """Return a body in place of one that litellm would lose a good reply of, else None.

    It fails on counts of tokens that are no numbers, and on a content in parts.
    """
    match made:
        case {"choices": [{"message": {**message}}, *_]}:
            pass
        case _:
            return None
    usage, content = made.get("usage"), message.get("content")
    is_odd = usage is not None and not _is_usage(usage)
    text = _joined(content)
    if not is_odd and text is None:
        return None
    changed = {**made, "usage": None} if is_odd else dict(made)
    if text is not None:
        first = {**made["choices"][0], "message": {**message, "content": text}}
        changed["choices"] = [first, *made["choices"][1:]]
    return json.dumps(changed).encode()


def _is_usage(usage: Any) -> bool:
    if not isinstance(usage, Mapping):
        return False
    return all(usage.get(name) is None or isinstance(usage[name], int) for name in COUNTS)


def _joined(content: Any) -> str | None:
    """Return the text of a content in parts, if they all are texts."""
    if not isinstance(content, list) or not content:
        return None
    texts = []
    for part in content:
        match part:
            case {"type": "text", "text": str(text)}:
                texts.append(text)
            case _:
                return None
    return "".join(texts)


def failure_in(made: Any) -> Any:
    """Return the part of a body that tells of a failure, or None."""
    match made:
        case [{"error": found}, *_] | {"error": found} if found:
            return found
        case {"detail": found} | {"message": str(found)} if "choices" not in made:
            return found
        case _:
            return None


def words_of(failure: Any) -> tuple[str, str]:
    """Return what a failure says, and the provider's own word for it."""
    if not isinstance(failure, Mapping):
        return str(failure), ""
    said = next((failure[name] for name in ("message", "detail") if failure.get(name)), failure)
    words = (failure.get(name) for name in ("code", "type", "status"))
    code = next((word for word in words if isinstance(word, str) and not word.isdigit()), "")
    return str(said), code


def status_within(failure: Any) -> int:
    """Return the status that a failure in a response of status 200 means."""
    code = failure.get("code") if isinstance(failure, Mapping) else None
    number = int(code) if isinstance(code, str) and code.isdecimal() and len(code) == 3 else code
    return number if isinstance(number, int) and 400 <= number < 600 else 500
