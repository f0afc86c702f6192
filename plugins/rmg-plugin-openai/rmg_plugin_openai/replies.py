"""What a chat completion of the protocol becomes: strict where the protocol is."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from rmg_core import ProviderError
from rmg_core.models import Finish, Logprob, Reply, ToolCall, Usage

_FINISHES: Final[Mapping[str, Finish]] = MappingProxyType(
    {
        "stop": "stop",
        "length": "length",
        "content_filter": "content_filter",
        "tool_calls": "tool_calls",
        "function_call": "tool_calls",
    }
)
_BROKEN_OFF: Final = frozenset({"abort", "error"})  # vLLM, and gateways, under load


def reply_of(made: Mapping[str, Any]) -> Reply | ProviderError:
    """Return the reply that a completion holds; one without choices is an empty reply.

    Raises:
        ValueError: it is not what the protocol says.
    """
    match made.get("choices"):
        case []:
            return Reply("", "other", usage=usage_of(made), model=model_of(made))
        case [{"message": dict() as message} as choice, *_]:
            pass
        case _:
            raise ValueError("there is no choice with a message")
    word = choice.get("finish_reason")
    if isinstance(word, str) and word in _BROKEN_OFF:
        return ProviderError("status", f"the reply was broken off: {word}", 503, code=word)
    return Reply(
        text=_content(message.get("content")),
        finish=_FINISHES.get(word, "other") if isinstance(word, str) else "other",
        refusal=_text(message.get("refusal")),
        tool_calls=tuple(map(_tool_call, _list(message.get("tool_calls")))),
        logprobs=_logprobs(choice.get("logprobs")),
        reasoning=_reasoning(message),
        usage=usage_of(made),
        model=model_of(made),
    )


def usage_of(made: Mapping[str, Any]) -> Usage:
    """Return what a reply says of its tokens, whatever that is."""
    usage = made.get("usage")
    if not isinstance(usage, dict):
        return Usage.of(usage, None)
    return Usage.of(
        usage.get("prompt_tokens"),
        usage.get("completion_tokens"),
        _detail(usage.get("prompt_tokens_details"), "cached_tokens"),
        _detail(usage.get("completion_tokens_details"), "reasoning_tokens"),
    )


def model_of(made: Mapping[str, Any]) -> str:
    model = made.get("model")
    return model if isinstance(model, str) else ""


def _detail(details: Any, name: str) -> Any:
    return details.get(name) if isinstance(details, dict) else None


def _text(given: Any) -> str:
    match given:
        case None:
            return ""
        case str():
            return given
        case _:
            raise ValueError("it is no text")


def _list(given: Any) -> list[Any]:
    match given:
        case None:
            return []
        case list():
            return given
        case _:
            raise ValueError("it is no list")


def _content(content: Any) -> str:
    if not isinstance(content, list):
        return _text(content)
    texts = []
    for part in content:
        match part:
            case {"type": "text", "text": str(text)}:
                texts.append(text)
            case _:
                raise ValueError("a part of the content is no text")
    return "".join(texts)


def _reasoning(message: Mapping[str, Any]) -> str:
    """Return the thoughts, for which the protocol has no field: vLLM and others name it so."""
    given = (message.get("reasoning_content"), message.get("reasoning"))
    return next((each for each in given if isinstance(each, str) and each), "")


def _tool_call(made: Any) -> ToolCall:
    match made:
        case {"id": str(key), "function": {"name": str(name), "arguments": str(arguments)}}:
            return ToolCall(key, name, arguments)
        case _:
            raise ValueError("it is no call of a tool")


def _logprobs(made: Any) -> tuple[Logprob, ...]:
    match made:
        case None:
            return ()
        case dict():
            return tuple(map(_logprob, _list(made.get("content"))))
        case _:
            raise ValueError("it is no logprobs")


def _logprob(made: Any) -> Logprob:
    match made:
        case {"token": str(token), "logprob": float() | int() as logprob}:
            others = tuple(map(_logprob, _list(made.get("top_logprobs"))))
            return Logprob(token, float(logprob), others)
        case _:
            raise ValueError("it is no token with its logprob")
