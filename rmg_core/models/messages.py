"""What is said to a model: messages, of texts, images and the results of tools."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias, get_args

from attrs import field, frozen, validators

Role: TypeAlias = Literal["system", "user", "assistant", "tool"]
ROLES: Final = get_args(Role)


@frozen
class Text:
    """A text among the parts of a message."""

    text: str


@frozen
class Image:
    """An image among the parts of a message.

    `url` is `https://…`, or the image itself as `data:image/png;base64,…`. `detail` is "low",
    "high" or "auto" for providers that ask, and empty for the provider's own choice.
    """

    url: str
    detail: str = ""


Part: TypeAlias = Text | Image


@frozen
class ToolCall:
    """A call of a tool that a model wants; `arguments` is JSON as the model wrote it."""

    id: str
    name: str
    arguments: str


@frozen
class Message:
    """One message of a conversation.

    `tool_calls` are those that an assistant's message asks for; `tool_call_id` says which of them
    a tool's message answers.
    """

    role: Role = field(validator=validators.in_(ROLES))
    content: str | tuple[Part, ...] = ""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""


Prompt: TypeAlias = str | Sequence[Message | Mapping[str, Any]]
"""What a grader may write for messages: a text is one message of the user."""


def as_messages(prompt: Prompt) -> tuple[Message, ...]:
    """Return the messages that a prompt stands for.

    Raises:
        TypeError: it is neither a text nor messages.
        ValueError: a message has a role or a part that there is not.
    """
    if isinstance(prompt, str):
        return (Message("user", prompt),)
    if isinstance(prompt, Mapping) or not isinstance(prompt, Sequence) or not prompt:
        raise TypeError(
            "a prompt is a text, or messages such as "
            f'[{{"role": "user", "content": "…"}}], and not {prompt!r:.200}'
        )
    return tuple(map(_message, prompt))


def _message(written: Any) -> Message:
    """Return a message; a mapping has the form of the OpenAI protocol."""
    if isinstance(written, Message):
        return written
    if not isinstance(written, Mapping) or "role" not in written:
        raise TypeError(f'a message is {{"role": …, "content": …}}, and not {written!r:.200}')
    unknown = set(written) - {"role", "content", "tool_calls", "tool_call_id", "name"}
    if unknown:
        raise ValueError(f"a message has no {min(unknown)!r}")
    content = written.get("content")
    return Message(
        role=written["role"],
        content=_content(content) if content is not None else "",
        tool_calls=tuple(map(_tool_call, written.get("tool_calls") or ())),
        tool_call_id=written.get("tool_call_id", ""),
    )


def _content(content: Any) -> str | tuple[Part, ...]:
    if isinstance(content, str):
        return content
    if not isinstance(content, Sequence):
        raise TypeError(f"the content of a message is a text or parts, and not {content!r:.200}")
    return tuple(map(_part, content))


def _part(written: Any) -> Part:
    match written:
        case Text() | Image():
            return written
        case str():
            return Text(written)
        case {"type": "text", "text": str(text)}:
            return Text(text)
        case {"type": "image_url", "image_url": {"url": str(url), **rest}}:
            return Image(url, str(rest.get("detail", "")))
        case {"type": "image_url", "image_url": str(url)}:
            return Image(url)
        case _:
            raise ValueError(f"a part of a message is a text or an image, and not {written!r:.200}")


def _tool_call(written: Any) -> ToolCall:
    match written:
        case ToolCall():
            return written
        case {"id": str(key), "function": {"name": str(name), "arguments": str(arguments)}}:
            return ToolCall(key, name, arguments)
        case _:
            raise ValueError(f"this is no call of a tool: {written!r:.200}")


def message_json(message: Message) -> dict[str, Any]:
    """Return a message as the OpenAI protocol writes it."""
    made: dict[str, Any] = {"role": message.role}
    if isinstance(message.content, str):
        made["content"] = message.content
    else:
        made["content"] = [_part_json(part) for part in message.content]
    if message.tool_calls:
        made["tool_calls"] = [
            {
                "id": each.id,
                "type": "function",
                "function": {"name": each.name, "arguments": each.arguments},
            }
            for each in message.tool_calls
        ]
    if message.tool_call_id:
        made["tool_call_id"] = message.tool_call_id
    return made


def _part_json(part: Part) -> dict[str, Any]:
    if isinstance(part, Text):
        return {"type": "text", "text": part.text}
    detail = {"detail": part.detail} if part.detail else {}
    return {"type": "image_url", "image_url": {"url": part.url, **detail}}
