"""What litellm makes of the reply of a provider, turned into ours."""

from collections.abc import Mapping
from typing import Any, Final

from attrs import evolve

from rmg_core.models import Embeddings, Finish, Logprob, Reply, ToolCall, Usage

_PROTOCOL: Final = frozenset({"stop"})
_ENDS: Final = frozenset({"stop", "stop_sequence", "end_turn", "complete", "eos_token", "eos"})
"""The words of Anthropic, Cohere, Gemini and others for a reply that is whole."""

_BROKEN_OFF: Final = frozenset({"abort", "error", "network_error"})
_FINISHES: Final[Mapping[str, Finish]] = {
    "length": "length",
    "content_filter": "content_filter",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
}


class NoReply(ValueError):
    """What litellm gave is nothing that a reply can be made of."""


def cleaned(text: str) -> str:
    """Return a text that is Unicode: what is half a surrogate pair becomes U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def reply_of(response: Any, body: Any) -> Reply:
    """Return the reply in a `ModelResponse` of litellm; `body` is the JSON that it was made of.

    Raises:
        NoReply: there is none in it.
    """
    usage, model = _usage(response, body), _text(_get(response, "model"))
    if not (choices := _get(response, "choices")):
        return Reply("", finish="other", usage=usage, model=model)
    choice = choices[0]
    message = _get(choice, "message")
    details = _get(message, "provider_specific_fields") or {}
    return Reply(
        text=_content(_get(message, "content")),
        finish=_finish(choice, body),
        refusal=_text(_get(message, "refusal") or details.get("refusal")),
        tool_calls=tuple(map(_tool_call, _get(message, "tool_calls") or ())),
        logprobs=_logprobs(_get(_get(choice, "logprobs"), "content")),
        reasoning=_text(_get(message, "reasoning_content")),
        usage=usage,
        model=model,
    )


def embeddings_of(response: Any, body: Any, count: int) -> Embeddings:
    """Return the embeddings in an `EmbeddingResponse` of litellm, in the order of the texts.

    Raises:
        NoReply: they are not `count` vectors of numbers, of one length.
    """
    data = list(_get(response, "data") or ())
    places = [_get(each, "index") for each in data]
    if len(data) != count:
        raise NoReply(f"there are {len(data)} embeddings for {count} texts")
    if all(isinstance(place, int) for place in places):
        if sorted(places) != list(range(count)):
            raise NoReply("the embeddings say twice that they are of the same text")
        data = [each for _, each in sorted(zip(places, data, strict=True), key=lambda one: one[0])]
    vectors = tuple(_vector(_get(each, "embedding")) for each in data)
    if len(set(map(len, vectors))) > 1:
        raise NoReply("the embeddings are not of one length")
    # litellm writes 0 for the output, which there is none of.
    usage = evolve(_usage(response, body), output_tokens=None)
    return Embeddings(vectors, usage, _text(_get(response, "model")))


def _vector(numbers: Any) -> tuple[float, ...]:
    if not isinstance(numbers, list | tuple) or not numbers:
        raise NoReply("an embedding is no list of numbers")
    if not all(isinstance(each, int | float) for each in numbers):
        raise NoReply("an embedding has what is no number")
    return tuple(map(float, numbers))


def _get(thing: Any, name: str) -> Any:
    """Return a field of what litellm gives as an object here and as a dict there."""
    return thing.get(name) if isinstance(thing, Mapping) else getattr(thing, name, None)


def _text(given: Any) -> str:
    return cleaned(given) if isinstance(given, str) else ""


def _content(given: Any) -> str:
    if isinstance(given, list):
        return "".join(_text(_get(part, "text")) for part in given)
    if given is not None and not isinstance(given, str):
        raise NoReply("the content is no text")
    return _text(given)


def _finish(choice: Any, body: Any) -> Finish:
    """Return why a reply ends; litellm writes "stop" for every word that it does not know.

    Raises:
        NoReply: it was broken off.
    """
    given = _get(choice, "finish_reason")
    details = _get(choice, "provider_specific_fields") or {}
    native, ends = details.get("native_finish_reason", given), _ENDS
    match body:
        case {"choices": [{**first}, *_]}:
            native, ends = first.get("finish_reason"), _PROTOCOL
    word = native.lower() if isinstance(native, str) else ""
    if word in _BROKEN_OFF:
        raise NoReply(f"the reply was broken off: {word}")
    if known := _FINISHES.get(given):
        return known
    return "stop" if word in ends else "other"


def _tool_call(given: Any) -> ToolCall:
    function = _get(given, "function")
    return ToolCall(
        id=_text(_get(given, "id")),
        name=_text(_get(function, "name")),
        arguments=_text(_get(function, "arguments")),
    )


def _logprobs(given: Any) -> tuple[Logprob, ...]:
    if not isinstance(given, list):
        return ()
    return tuple(_logprob(each) for each in given)


def _logprob(given: Any) -> Logprob:
    value = _get(given, "logprob")
    if not isinstance(value, int | float):
        raise NoReply("a token has no probability")
    return Logprob(
        _text(_get(given, "token")), float(value), _logprobs(_get(given, "top_logprobs"))
    )


def _usage(response: Any, body: Any) -> Usage:
    """Return the usage; litellm writes 0 where a provider says nothing."""
    usage = _get(response, "usage")
    if isinstance(body, Mapping) and "choices" in body:
        usage = body.get("usage")
        if not isinstance(usage, Mapping):
            return Usage.of(usage, None)
    given, said = _get(usage, "prompt_tokens"), _get(usage, "completion_tokens")
    if given == 0 and not said:
        return Usage()
    cached = _get(_get(usage, "prompt_tokens_details"), "cached_tokens")
    reasoning = _get(_get(usage, "completion_tokens_details"), "reasoning_tokens")
    return Usage.of(given, said, cached, reasoning)
