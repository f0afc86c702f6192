"""A provider on this computer that answers as badly as it is told to."""

import asyncio
import random
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType, TracebackType
from typing import Any, Final, Self, TypeAlias

from attrs import define, field

from rmg_core.hints import suggestion
from rmg_core.testing.fault_connection import Arrived, Connection
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


@define(eq=False, repr=False)
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
    _connections: set[Connection] = field(init=False, factory=set)
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

    def __enter__(self) -> Self:
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
        servers = []
        answers = (self._answer, self._answer_elsewhere)
        for each, answer in zip(self._sockets[:2], answers, strict=True):
            connect = partial(Connection, answer, self._note)
            servers.append(await loop.create_server(connect, sock=each, backlog=1024))
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

    async def _answer(self, arrived: Arrived, connection: Connection) -> bool:
        """Answer a call, and return whether another may come on its connection."""
        since, choose = self._choose
        is_served = arrived.path.partition("?")[0].endswith(_SERVED)
        case = choose(len(self.calls) + 1 - since) if is_served else ""
        call = self._take(self.calls, arrived, case)
        if self.latency:
            await asyncio.sleep(self.latency)
        wire = self._wire(call, connection)
        if case:
            await CASES[case].act(wire)
        else:
            await wire.respond({"error": {"message": f"nothing is at {call.path}"}}, 404)
        return wire.is_kept

    async def _answer_elsewhere(self, arrived: Arrived, connection: Connection) -> bool:
        wire = self._wire(self._take(self.redirected, arrived, _OK), connection)
        await wire.respond(wire.good)
        return True

    def _take(self, calls: list[Call], arrived: Arrived, case: str) -> Call:
        path, headers, body = arrived
        call = Call(len(calls) + 1, time.monotonic(), path, headers, body, case)
        with self._changed:
            calls.append(call)
            self._changed.notify_all()
        return call

    def _wire(self, call: Call, connection: Connection) -> Wire:
        if "/embeddings" in call.path:
            good = embeddings_reply(call.body)
        else:
            good = chat_reply(call.body, self.answer(call.body))
        return Wire(call, good, self._origin(1), connection.transport, connection.writable)

    def _note(self, connection: Connection) -> None:
        """Take note of a connection that is new, or has ended."""
        with self._changed:
            if connection.is_open:
                self._connections.add(connection)
            else:
                self._connections.discard(connection)
            self._changed.notify_all()
        if connection.fault:
            self._faults.append(connection.fault)


def _check(cases: Sequence[str]) -> None:
    if not cases:
        raise ValueError("name at least one case, such as 'ok'")
    for name in cases:
        if name not in CASES:
            raise ValueError(f"there is no case {name!r}; {suggestion(name, CASES, 'cases')}")
