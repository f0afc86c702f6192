"""A connection to the fault server, as its requests come in."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple


class Arrived(NamedTuple):
    """What a request says; `body` is the parsed JSON, or the bytes of what is none."""

    path: str
    headers: Mapping[str, str]
    body: Any


class Connection(asyncio.Protocol):
    """A connection, whose task ends with it: a case that waits need not look at its client.

    `answer` is awaited with each request, and says whether another may come. `note` is called when
    the connection is open and when it has ended; `fault` is what `answer` raised.
    """

    transport: asyncio.Transport

    def __init__(
        self,
        answer: "Callable[[Arrived, Connection], Awaitable[bool]]",
        note: "Callable[[Connection], None]",
    ) -> None:
        self.answer, self.note = answer, note
        self.is_open = False
        self.fault: BaseException | None = None
        self.writable = asyncio.Event()
        self.writable.set()
        self.reader = asyncio.StreamReader()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - for the type checker
        self.transport = transport
        self.is_open = True
        self.note(self)
        self.task = asyncio.get_running_loop().create_task(self._serve())
        self.task.add_done_callback(self._end)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio names it
        self.task.cancel()
        self.is_open = False
        self.note(self)

    def data_received(self, data: bytes) -> None:
        self.reader.feed_data(data)

    def pause_writing(self) -> None:
        self.writable.clear()

    def resume_writing(self) -> None:
        self.writable.set()

    async def _serve(self) -> None:
        is_kept = True
        while is_kept:
            head = await self.reader.readuntil(b"\r\n\r\n")
            line, *lines = head.decode("latin-1").strip().split("\r\n")
            pairs = (each.partition(":") for each in lines)
            headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
            body = await self.reader.readexactly(int(headers.get("content-length", "0")))
            arrived = Arrived(line.split(" ")[1], headers, _parsed(body))
            is_kept = await self.answer(arrived, self)
            is_kept = is_kept and headers.get("connection", "").lower() != "close"

    def _end(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled():
            self.fault = task.exception()
        self.transport.close()


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body
