"""A provider on this computer that answers as badly as it is told to."""

import asyncio
import json
import random
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType, TracebackType
from typing import Any, Final, TypeAlias

from attrs import define, field

from rmg_core.hints import suggestion
from rmg_core.testing.fault_replies import REPLIES
from rmg_core.testing.fault_statuses import STATUSES
from rmg_core.testing.fault_transport import TRANSPORT
from rmg_core.testing.fault_wire import (
    Call,
    Case,
    Wire,
    chat_reply,
    embeddings_reply,
    last_message,
)

CASES: Final[Mapping[str, Case]] = MappingProxyType({**REPLIES, **STATUSES, **TRANSPORT})
"""Everything that the server can do to a call, by name; "ok" is a good reply."""

Answer: TypeAlias = Callable[[Any], str | Mapping[str, Any]]
_HOST: Final = "127.0.0.1"
_SERVED: Final = ("/chat/completions", "/embeddings")
_OK: Final = "ok"


@define(eq=False)
class FaultServer:
    """Speaks the OpenAI protocol on 127.0.0.1 while its block lasts, from a thread of its own.

    with FaultServer() as server:
        server.play("429_seconds", "reset", "ok")
        ask(server.url)
    assert [call.case for call in server.calls] == ["429_seconds", "reset", "ok"]

    `answer` gives the text, or the whole message, of a good reply to the body of a request; else
    the last message comes back. Before each reply it waits `latency` seconds. `calls` are the
    requests that arrived, in their order; `redirected` those that followed a redirect to another
    origin. What `answer` raises is raised at the end of the block.
    """

    answer: Answer = last_message
    latency: float = 0.0
    calls: list[Call] = field(init=False, factory=list)
    redirected: list[Call] = field(init=False, factory=list)
    _choose: tuple[int, Callable[[int], str]] = field(init=False, default=(0, lambda _: _OK))
    _sockets: list[socket.socket] = field(init=False, factory=list)
    _connections: "set[_Connection]" = field(init=False, factory=set)
    _changed: threading.Condition = field(init=False, factory=threading.Condition)
    _faults: list[BaseException] = field(init=False, factory=list)
    _end: Callable[[], object] = field(init=False, default=lambda: None)
    _thread: threading.Thread | None = field(init=False, default=None)

    @property
    def url(self) -> str:
        """The base URL for clients; it ends in /v1."""
        return f"{self._origin(0)}/v1"

    @property
    def open_connections(self) -> int:
        return len(self._connections)

    def refused_url(self) -> str:
        """Return the base URL of a port where nobody listens."""
        return f"{self._origin(2)}/v1"

    def play(self, *cases: str) -> None:
        """Answer the next calls with these cases, one each, and all after them with the last.

        Raises:
            ValueError: there is no such case.
        """
        _check(cases)
        self._set(lambda number: cases[min(number, len(cases)) - 1])

    def mix(self, *, rate: float = 0.2, cases: Sequence[str], seed: int = 7) -> None:
        """Answer with one of these cases at this rate (0..1), and well otherwise.

        Which call gets what depends on `seed` and on its number from now on.

        Raises:
            ValueError: there is no such case.
        """
        _check(cases)

        def choose(number: int) -> str:
            chance = random.Random(f"{seed} {number}")  # noqa: S311 - it shall be repeatable
            return chance.choice(cases) if chance.random() < rate else _OK

        self._set(choose)

    def wait_until(self, condition: "Callable[[FaultServer], bool]", seconds: float = 10.0) -> None:
        """Block until what has arrived, or is connected, fulfils a condition.

        Raises:
            TimeoutError: it did not within so many seconds.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: condition(self), seconds):
                raise TimeoutError(
                    f"after {seconds:g} s there are {len(self.calls)} calls and "
                    f"{self.open_connections} open connections"
                )

    def __enter__(self) -> "FaultServer":
        self._sockets = [socket.socket() for _ in range(3)]
        for each in self._sockets:
            each.bind((_HOST, 0))
        for each in self._sockets[:2]:  # nobody listens at the third, which keeps its port free
            each.listen(1024)
        started = threading.Event()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(started)), name="fault server", daemon=True
        )
        self._thread.start()
        started.wait()
        return self

    def __exit__(
        self,
        _: type[BaseException] | None,
        raised: BaseException | None,
        __: TracebackType | None,
    ) -> None:
        assert self._thread is not None  # noqa: S101 - for the type checker: it was entered
        self._end()
        self._thread.join()
        for each in self._sockets:
            each.close()
        if self._faults and raised is None:
            raise self._faults[0]

    async def _serve(self, started: threading.Event) -> None:
        loop = asyncio.get_running_loop()
        end = asyncio.Event()
        self._end = lambda: loop.call_soon_threadsafe(end.set)
        main, elsewhere, _ = self._sockets
        servers = [
            await loop.create_server(lambda: _Connection(self), sock=main, backlog=1024),
            await loop.create_server(
                lambda: _Connection(self, is_elsewhere=True), sock=elsewhere, backlog=1024
            ),
        ]
        started.set()
        await end.wait()
        for server in servers:
            server.close()
        for connection in tuple(self._connections):
            connection.transport.abort()

    def _origin(self, place: int) -> str:
        if not self._sockets:
            raise RuntimeError("a FaultServer has a URL inside of its `with` block")
        return f"http://{_HOST}:{self._sockets[place].getsockname()[1]}"

    def _set(self, choose: Callable[[int], str]) -> None:
        self._choose = (len(self.calls), choose)

    def _take(self, path: str, headers: Mapping[str, str], body: Any, is_elsewhere: bool) -> Call:
        """Note a request, and say what it is answered with."""
        arrived = self.redirected if is_elsewhere else self.calls
        since, choose = self._choose
        case = ""
        if path.partition("?")[0].endswith(_SERVED):
            case = _OK if is_elsewhere else choose(len(arrived) + 1 - since)
        call = Call(len(arrived) + 1, time.monotonic(), path, headers, body, case)
        with self._changed:
            arrived.append(call)
            self._changed.notify_all()
        return call

    def _good(self, call: Call) -> Any:
        if call.path.endswith("/embeddings"):
            return embeddings_reply(call.body)
        return chat_reply(call.body, self.answer(call.body))

    async def _answer(self, call: Call, connection: "_Connection") -> bool:
        """Answer a call, and return whether another may come on its connection."""
        if self.latency:
            await asyncio.sleep(self.latency)
        good = self._good(call)
        wire = Wire(call, good, self._origin(1), connection.transport, connection.writable)
        if call.case:
            await CASES[call.case].act(wire)
        else:
            await wire.respond({"error": {"message": f"nothing is at {call.path}"}}, 404)
        return wire.is_kept

    def _connect(self, connection: "_Connection") -> None:
        with self._changed:
            self._connections.add(connection)
            self._changed.notify_all()

    def _disconnect(self, connection: "_Connection") -> None:
        with self._changed:
            self._connections.discard(connection)
            self._changed.notify_all()

    def _ended(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and (fault := task.exception()):
            self._faults.append(fault)


class _Connection(asyncio.Protocol):
    """A connection, whose task ends with it: a case that waits needs no look at its client."""

    def __init__(self, server: FaultServer, *, is_elsewhere: bool = False) -> None:
        self.server = server
        self.is_elsewhere = is_elsewhere
        self.writable = asyncio.Event()
        self.writable.set()
        self.reader = asyncio.StreamReader()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - for the type checker
        self.transport = transport
        self.server._connect(self)  # noqa: SLF001 - the other half of the server
        self.task = asyncio.get_running_loop().create_task(self._serve())
        self.task.add_done_callback(self._ended)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - its name is asyncio's
        self.task.cancel()
        self.server._disconnect(self)  # noqa: SLF001 - the other half of the server

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
            call = self.server._take(  # noqa: SLF001 - the other half of the server
                line.split(" ")[1], headers, _parsed(body), self.is_elsewhere
            )
            is_kept = await self.server._answer(call, self)  # noqa: SLF001 - the same
            is_kept = is_kept and headers.get("connection", "").lower() != "close"
        self.transport.close()

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self.server._ended(task)  # noqa: SLF001 - the other half of the server
        self.transport.close()


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body


def _check(cases: Sequence[str]) -> None:
    if not cases:
        raise ValueError("name at least one case, such as 'ok'")
    for name in cases:
        if name not in CASES:
            raise ValueError(f"there is no case {name!r}; {suggestion(name, CASES, 'cases')}")
