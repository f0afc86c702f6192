"""Inputs that are too long, cut: texts, lists of passages, conversations."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

Keep: TypeAlias = Literal["head", "tail", "middle"]


def length_of(value: Any) -> int:
    """Return the characters of a text, or of all texts in a list, or of what its messages say."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Sequence):
        return sum(map(length_of, value))
    if isinstance(value, Mapping):
        return length_of(value.get("content", ""))
    return 0


def shortened(value: Any, characters: int, keep: Keep) -> Any:
    """Return a value with at most so many characters: of its head, of its tail, or of both.

    A list loses elements, and the one at the cut a part of its text. Of both ends the middle is
    left out, which is marked.
    """
    if length_of(value) <= characters:
        return value
    if isinstance(value, str):
        return _text(value, characters, keep)
    if isinstance(value, Sequence):
        return _elements(value, characters, keep)
    if isinstance(value, Mapping):
        return {**value, "content": shortened(value["content"], characters, keep)}
    return value


def _text(text: str, characters: int, keep: Keep) -> str:
    if keep == "head":
        return text[:characters]
    if keep == "tail":
        return text[len(text) - characters :]
    half = characters // 2
    return f"{text[: characters - half]}\n[…]\n{text[len(text) - half :]}"


def _elements(values: Sequence[Any], characters: int, keep: Keep) -> list[Any]:
    if keep == "head":
        return _first(values, characters, "head")
    if keep == "tail":
        return _first(values[::-1], characters, "tail")[::-1]
    half = characters // 2
    tail = _first(values[::-1], half, "tail")[::-1]
    gap: Any = {"role": "…", "content": "[…]"} if isinstance(values[0], Mapping) else "[…]"
    return [*_first(values, characters - half, "head"), gap, *tail]


def _first(values: Sequence[Any], characters: int, keep: Keep) -> list[Any]:
    """Return elements as long as there is room, and a part of the next one."""
    kept: list[Any] = []
    for each in values:
        room = characters - length_of(kept)
        if room <= 0:
            break
        kept.append(shortened(each, room, keep))
    return kept
