"""What crosses the border between two processes: JSON, and nothing that JSON would change."""

import json
import socket
from typing import Any, Final

import orjson
from attrs import define, field

_HEAD: Final = 8
_AT_ONCE: Final = 1 << 18

# White space before what orjson refuses, or would read as something else: NaN, 10**100.
_OTHERWISE: Final = b" "

_AS_IT_IS: Final = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME


class NotPlainError(Exception):
    """A value is not one that JSON can hold, or JSON would make another one of it."""


def encode(value: Any) -> bytes:
    """Write `value` as JSON from which `decode` makes an equal one; a tuple comes out as a list.

    Raises:
        NotPlainError: there is none.
    """
    try:
        content = orjson.dumps(value, option=_AS_IT_IS)
        # What JSON would change without a word is found by looking at what comes out again:
        # an enum becomes its value, NaN null.
        if orjson.loads(content) == value:
            return content
    except (TypeError, ValueError):
        pass  # an integer of more than 64 bits, a lone surrogate, or what is no value of JSON
    return _OTHERWISE + json.dumps(_plain(value)).encode()


def decode(content: bytes | bytearray) -> Any:
    """Return the value that `encode` wrote."""
    return json.loads(content) if content.startswith(_OTHERWISE) else orjson.loads(content)


def _plain(value: Any) -> Any:
    """Copy a value out of the types of JSON.

    Raises:
        NotPlainError: it has others in it, or contains itself.
    """
    kind = type(value)
    if value is None or kind in (bool, int, float, str):
        return value
    if isinstance(value, float):  # such as one of numpy
        return float(value)
    try:
        if isinstance(value, dict):
            if all(type(key) is str for key in value):
                return {key: _plain(each) for key, each in value.items()}
            raise NotPlainError("a table with keys that are not texts")
        if isinstance(value, list | tuple):
            return [_plain(each) for each in value]
    except RecursionError as fault:
        raise NotPlainError("a value that contains itself, or nests too deep") from fault
    raise NotPlainError(f"a value of type {kind.__name__}")


def framed(content: bytes) -> bytes:
    """Put the length of a message before it."""
    return len(content).to_bytes(_HEAD) + content


@define(eq=False)
class Inbox:
    """Puts messages together out of the pieces in which a socket gives them."""

    source: socket.socket
    _pieces: bytearray = field(factory=bytearray)

    def receive(self) -> bytes | None:
        """Wait for the next message; None when the other side is gone."""
        while (message := self.message()) is None:
            if not self.read():
                return None
        return message

    def read(self) -> bool:
        """Read one piece; False when the other side is gone."""
        try:
            piece = self.source.recv(_AT_ONCE)
        except ConnectionError:
            return False
        self._pieces += piece
        return bool(piece)

    def message(self) -> bytes | None:
        """Return a message that is whole, if there is one."""
        if len(self._pieces) < _HEAD:
            return None
        end = _HEAD + int.from_bytes(self._pieces[:_HEAD])
        if len(self._pieces) < end:
            return None
        message = bytes(self._pieces[_HEAD:end])
        del self._pieces[:end]
        return message
