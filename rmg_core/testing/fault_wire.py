"""One call of the fault server, and what a case may put on its wire."""

import asyncio
import email.utils
import hashlib
import json
import socket
import struct
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias

from attrs import define, field, frozen

JSON: Final = "application/json"
DIMENSIONS: Final = 4
"""So many numbers have the vectors of good embeddings."""

Headers: TypeAlias = Mapping[str, str]


@frozen
class Call:
    """A request that arrived: `number` counts from 1, `at` is in seconds of `time.monotonic`.

    `headers` have names in lower case; `body` is the parsed JSON, or the bytes of what is none.
    `case` is the name of what it was answered with, empty for a path that is not served.
    """

    number: int
    at: float
    path: str
    headers: Headers
    body: Any
    case: str = ""


@frozen
class Case:
    """What may become of a call.

    `fault` is the row of the catalogue of faults, P1 to P24, and empty for a good reply. `says`
    tells what happens on the wire. `of` is what kind of call it is made for.
    """

    fault: str
    says: str
    act: Callable[["Wire"], Awaitable[None]] = field(repr=False, eq=False)
    of: Literal["chat", "embeddings"] = "chat"


@define(eq=False)
class Wire:
    """The connection of a call that waits for its reply.

    `good` is the body of a good reply to it, `elsewhere` the address of another origin.
    """

    call: Call
    good: Any
    elsewhere: str
    transport: asyncio.Transport = field(repr=False)
    writable: asyncio.Event = field(repr=False)
    is_kept: bool = True

    async def send(self, *pieces: bytes) -> None:
        """Write pieces one after the other, as fast as they are taken."""
        for piece in pieces:
            if self.transport.is_closing():
                await self.hang()  # the client has gone: the task ends with the connection
            self.transport.write(piece)
            await self.writable.wait()

    async def respond(
        self,
        body: Any,
        status: int = 200,
        *,
        headers: Headers | None = None,
        content_type: str = JSON,
    ) -> None:
        """Send a whole response; what is no bytes is written as JSON."""
        sent = body if isinstance(body, bytes) else as_json(body)
        await self.send(head(status, len(sent), headers, content_type) + sent)

    async def respond_in_chunks(self, pieces: Sequence[bytes]) -> None:
        """Send a response whose length is not told."""
        await self.send(head(200, None))
        for piece in pieces:
            await self.send(chunk(piece))
        await self.send(b"0\r\n\r\n")

    async def trickle(self, start: bytes, piece: bytes, every: float = 0.02) -> None:
        """Send `start`, and then `piece` for ever, every so many seconds."""
        self.is_kept = False
        await self.send(start)
        while True:
            await self.send(piece)
            await asyncio.sleep(every)

    async def hang(self) -> None:
        """Wait until the client goes away."""
        await asyncio.Event().wait()

    def close(self) -> None:
        """End the connection in order."""
        self.is_kept = False
        self.transport.close()

    async def reset(self, *pieces: bytes) -> None:
        """Send pieces, and break the connection off."""
        self.is_kept = False
        if pieces:
            await self.send(*pieces)
            # A reset takes with it what was not read yet: let the client read.
            await asyncio.sleep(0.02)
        wire = self.transport.get_extra_info("socket")
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()


def as_json(body: Any) -> bytes:
    """Write JSON; a lone surrogate becomes an escape, as a provider may send one."""
    return json.dumps(body).encode()


def chunk(piece: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(piece), piece)


def head(
    status: int, length: int | None, headers: Headers | None = None, content_type: str = JSON
) -> bytes:
    """Return the head of a response; without a length its body comes in chunks."""
    framing = {"transfer-encoding": "chunked"} if length is None else {"content-length": length}
    fields = {
        "date": http_date(time.time()),
        "content-type": content_type,
        **framing,
        **(headers or {}),
    }
    lines = [f"HTTP/1.1 {status} Said", *(f"{name}: {value}" for name, value in fields.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def http_date(at: float) -> str:
    return email.utils.formatdate(at, usegmt=True)


def chat_reply(body: Any, answer: str | Mapping[str, Any]) -> dict[str, Any]:
    """Return a good reply: `answer` is its text or its whole message."""
    message = {"role": "assistant", "content": answer} if isinstance(answer, str) else dict(answer)
    asked = len(str(body)) // 4
    said = max(1, len(str(message.get("content") or "")) // 4)
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": _model(body),
        "choices": [
            {
                "index": 0,
                "message": message,
                "finish_reason": "tool_calls" if message.get("tool_calls") else "stop",
            }
        ],
        "usage": {
            "prompt_tokens": asked,
            "completion_tokens": said,
            "total_tokens": asked + said,
        },
    }


def embeddings_reply(body: Any) -> dict[str, Any]:
    """Return good embeddings: the same vector for the same text."""
    given = body.get("input", "") if isinstance(body, Mapping) else ""
    texts = [given] if isinstance(given, str) else given
    used = len(str(texts)) // 4
    return {
        "object": "list",
        "model": _model(body),
        "data": [
            {"object": "embedding", "index": index, "embedding": vector_of(text)}
            for index, text in enumerate(texts)
        ],
        "usage": {"prompt_tokens": used, "total_tokens": used},
    }


def vector_of(text: Any) -> list[float]:
    """Return the vector that the server gives a text: four numbers of 0..1."""
    digest = hashlib.sha256(as_json(text)).digest()
    return [digest[place] / 255 for place in range(DIMENSIONS)]


def last_message(body: Any) -> str:
    """Return the text of the last message of a request, and "" where there is none."""
    match body:
        case {"messages": [*_, {"content": str(text)}]}:
            return text
        case {"messages": [*_, {"content": [*parts]}]}:
            return "".join(str(part.get("text", "")) for part in parts)
        case _:
            return ""


def _model(body: Any) -> str:
    return str(body.get("model", "model")) if isinstance(body, Mapping) else "model"
