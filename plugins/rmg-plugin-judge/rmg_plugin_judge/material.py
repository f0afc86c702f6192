"""The data of a sample as a judge sees them: texts and images."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, cast
from unicodedata import normalize

from attrs import define, field, frozen

from rmg_core.models import Image, Message, Part, Text, message_json


@define
class Lines:
    """Lines of a message, with images between them."""

    parts: list[Part] = field(factory=list)

    def add(self, part: str | Image) -> None:
        """Add a line, or an image."""
        if isinstance(part, Image):
            self.parts.append(part)
        elif self.parts and isinstance(last := self.parts[-1], Text):
            self.parts[-1] = Text(f"{last.text}\n{part}")
        else:
            self.parts.append(Text(part))

    def content(self) -> str | tuple[Part, ...]:
        """Return it as the content of a message: one text, where there are no images."""
        match self.parts:
            case [Text(text)]:
                return text
            case _:
                return tuple(self.parts)


@frozen
class Steps:
    """The steps of an answer up to the one that is judged, which is the last."""

    texts: tuple[str, ...]


def rendered(value: Any, nonce: str) -> Iterator[Part]:
    """Yield a datum: a text as it is, a conversation role by role, images, or else JSON.

    The headings of turns and of steps hold the nonce, so that none can begin another.
    """
    if isinstance(value, str):
        yield Text(value)
    elif (part := _image(value)) is not None:
        yield part
    elif _is_conversation(value):
        for turn in map(_turn, value):
            yield Text(f"--- {turn['role']} {nonce} ---")
            yield from _said(turn)
    elif isinstance(value, Steps):
        for number, text in enumerate(value.texts, 1):
            yield Text(f"--- step {number} {nonce} ---")
            yield Text(text)
    elif _is_parts(value):
        yield from map(_part, value)
    else:
        yield Text(json_text(value))


def texts_of(value: Any) -> Iterator[str]:
    """Yield every text in a datum, and keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield str(key)
            yield from texts_of(each)
    elif isinstance(value, Steps):
        yield from value.texts
    elif isinstance(value, Message):
        yield from texts_of(message_json(value))
    elif isinstance(value, Text | Image):
        yield value.text if isinstance(value, Text) else value.url
    elif isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        for each in value:
            yield from texts_of(each)
    else:
        yield json_text(value)


def folded(text: str) -> str:
    """Return a text casefolded, each character by itself in NFKC, which takes linear time."""
    lowered = text.casefold()
    return lowered if lowered.isascii() else "".join(map(_folded, lowered))


@cache
def _folded(character: str) -> str:
    return normalize("NFKC", character).casefold()


def json_text(value: Any) -> str:
    """Return a datum as JSON; what JSON does not know is written as Python shows it."""
    return json.dumps(value, ensure_ascii=False, indent=1, default=str)


def json_line(value: Any) -> str:
    """Return the same in one line: Python's encoder in C knows no indent, and takes a fifth."""
    return json.dumps(value, ensure_ascii=False, default=str)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes) and bool(value)


def _is_conversation(value: Any) -> bool:
    return _is_list(value) and all(
        isinstance(each, Message)
        or (isinstance(each, Mapping) and isinstance(each.get("role"), str) and "content" in each)
        for each in value
    )


def _turn(turn: Any) -> Mapping[str, Any]:
    return message_json(turn) if isinstance(turn, Message) else cast("Mapping[str, Any]", turn)


def _said(turn: Mapping[str, Any]) -> Iterator[Part]:
    content = turn["content"]
    if isinstance(content, str):
        yield Text(content)
    elif _is_parts(content):
        yield from map(_part, content)
    elif content is not None:
        yield Text(json_text(content))
    rest = {key: each for key, each in turn.items() if key not in ("role", "content")}
    if rest:
        yield Text(json_text(rest))


def _is_parts(value: Any) -> bool:
    """Say whether these are parts of a message; texts without an image may be so by their type."""
    if not _is_list(value):
        return False
    if any(not _is_text(each) and _image(each) is None for each in value):
        return False
    return any(
        _image(each) is not None
        or isinstance(each, Text)
        or (isinstance(each, Mapping) and "type" in each)
        for each in value
    )


def _is_text(part: Any) -> bool:
    return isinstance(part, str | Text) or (
        isinstance(part, Mapping)
        and isinstance(part.get("text"), str)
        and part.get("type", "text") == "text"
    )


def _part(part: Any) -> Part:
    image = _image(part)
    if image is not None:
        return image
    if isinstance(part, Text):
        return part
    return Text(part if isinstance(part, str) else part["text"])


def _image(value: Any) -> Image | None:
    match value:
        case Image():
            return value
        case {"image": str(url), **rest} if not rest:
            return Image(url)
        case {"type": "image_url", "image_url": {"url": str(url), **rest}}:
            return Image(url, str(rest.get("detail", "")))
        case {"type": "image_url", "image_url": str(url)}:
            return Image(url)
        case _:
            return None
