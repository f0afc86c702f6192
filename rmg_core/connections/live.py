"""A connection in one event loop: its limits, its open client, and the calls under way."""

import asyncio
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Any, TypeVar

import anyio
from anyio.lowlevel import current_token
from attrs import define, evolve, field

from rmg_core.connections.errands import ERRAND, Errand
from rmg_core.connections.estimates import Estimator, cost_of, expected_cost, limit_of
from rmg_core.connections.keys import key_of
from rmg_core.connections.ledger import Ledger, Missing, Tally
from rmg_core.errors import ModelFailed, ModelStopped, ProviderError
from rmg_core.limits import SYSTEM, Answered, Door, answered, fault_in
from rmg_core.models import (
    AnyReply,
    AnyRequest,
    Call,
    EmbeddingRequest,
    Embeddings,
    Price,
    Reply,
    Request,
    redacted_reply,
)

Made = TypeVar("Made", Reply, Embeddings)


@define(eq=False)
class Live:
    """What of a connection belongs to one event loop.

    `client` is its copy of the client. `_flights` are the requests under way by their keys.
    """

    connection: Any
    client: Any
    door: Door = field(init=False)
    estimator: Estimator = field(factory=Estimator)
    _flights: "dict[str, _Flight]" = field(factory=dict)
    _users: int = 0
    _is_open: bool = False
    _lock: anyio.Lock = field(factory=anyio.Lock)
    _alone: Ledger = field(factory=Ledger)
    _price: Price | None = field(init=False)

    def __attrs_post_init__(self) -> None:
        connection = self.connection
        self.door = Door.of(
            connection.name,
            max_concurrency=connection.max_concurrency,
            rpm=connection.rpm,
            tpm=connection.tpm,
            clock=connection.clock or SYSTEM,
        )
        self._price = connection.known_price

    def serve(self, ledger: Ledger) -> None:
        """Begin a run: what was spent and what went wrong before is not held against it.

        What is kept says how long its replies are.
        """
        if ledger.replies and (written := ledger.replies.written(self.connection.identity)):
            self.estimator.output = written
        self.door.begin(ledger.budget, ledger.report)

    def _cost(self, reply: AnyReply) -> float | None:
        return cost_of(self._price, reply)

    async def enter(self) -> None:
        """Open the client for one more user."""
        self._users += 1
        try:
            await self._opened()
        except BaseException:
            self._users -= 1
            raise

    async def leave(self) -> None:
        """Close the client, if this was the last user."""
        with anyio.CancelScope(shield=True):
            async with self._lock:
                self._users -= 1
                if not self._users and self._is_open:
                    self._is_open = False
                    if close := getattr(self.client, "aclose", None):
                        await close()

    async def _opened(self) -> None:
        if self._is_open:
            return
        async with self._lock:
            if not self._is_open:
                if opening := getattr(self.client, "aopen", None):
                    await opening()
                self._is_open = True

    async def chat(self, request: Request) -> Reply:
        """Answer a request, from what is kept or by a call.

        A reply that ends at its limit of tokens is asked for once more, with twice as many.
        """
        reply = await self._answer(request, self.client.chat, Reply)
        if reply.finish == "length" and (limit := limit_of(request, self.client)) is not None:
            wider = {**request.parameters, "max_tokens": 2 * limit}
            reply = await self._answer(evolve(request, parameters=wider), self.client.chat, Reply)
        if (verdict := fault_in(reply)) is not None:
            raise ModelFailed(verdict.reason, verdict.kind, reply)
        return reply

    async def embed(self, request: EmbeddingRequest) -> Embeddings:
        """Answer a request for embeddings."""
        return await self._answer(request, self.client.embed, Embeddings)

    async def _answer(
        self, request: AnyRequest, call: Callable[[Any], Awaitable[Any]], kind: type[Made]
    ) -> Made:
        errand = ERRAND.get() or Errand(self._alone)
        key = key_of(self.connection.identity, request, errand.repeat)
        number = errand.next_number()
        try:
            while (found := self._kept(key, request, errand, number)) is None:
                flight = self._flights.get(key)
                if flight is None:
                    # What is read back is what a later run finds, whatever the client gave.
                    found = await self._fly(key, request, call, errand, number)
                    break
                async with errand.waiting(self.connection.name):
                    await flight.landed()
                if flight.failed is not None:
                    raise evolve(flight.failed)
                if (found := await self._shared(flight, errand, number)) is not None:
                    break
            return kind.from_json(found.reply)
        except ModelStopped as stopped:
            errand.stop(stopped)
            raise

    def _kept(self, key: str, request: AnyRequest, errand: Errand, number: int) -> Call | None:
        """Return the call that is kept, if there is one.

        Raises:
            ModelStopped: nothing may be asked.
        """
        ledger, name = errand.ledger, self.connection.name
        kept = None if ledger.replies is None else ledger.replies.find(key)
        if kept is not None:
            ledger.tally(name).hits += 1
            errand.keys[number] = key
            ledger.on_kept(key, request)
            return kept
        if ledger.is_offline:
            ledger.note_missing(Missing(errand.label, name, key, request))
            raise ModelStopped(name, "no reply is stored for it, and none is asked for offline")
        ledger.check(name)
        return None

    async def _shared(self, flight: "_Flight", errand: Errand, number: int) -> Call | None:
        """Return the call of a flight that has landed, if it is kept nowhere for this cell."""
        made, replies = flight.made, errand.ledger.replies
        if made is None or (replies is not None and replies.find(made.key) is not None):
            return None
        await self._keep(made, errand, number)
        errand.ledger.tally(self.connection.name).hits += 1
        return made

    async def _keep(self, made: Call, errand: Errand, number: int) -> None:
        if errand.ledger.replies is not None:
            with errand.standing_still():
                await errand.ledger.replies.keep(made)
            errand.keys[number] = made.key

    async def _fly(
        self,
        key: str,
        request: AnyRequest,
        call: Callable[[Any], Awaitable[Any]],
        errand: Errand,
        number: int,
    ) -> Call:
        """Make a call that others with the same request wait for."""
        flight = self._flights[key] = _Flight()
        try:
            flight.made = await self._call(key, request, call, errand)
            await self._keep(flight.made, errand, number)
        except ModelFailed as failed:
            flight.failed = failed
            raise
        else:
            return flight.made
        finally:
            del self._flights[key]
            flight.land()

    async def _call(
        self,
        key: str,
        request: AnyRequest,
        call: Callable[[Any], Awaitable[Any]],
        errand: Errand,
    ) -> Call:
        connection, ledger = self.connection, errand.ledger
        if not self._is_open:
            await self._opened()
        read, written = self.estimator.tokens_of(request, limit_of(request, self.client))
        tally = ledger.tally(connection.name)
        try:
            got: Answered = await answered(
                self.door,
                _counted(call, request, tally, self._cost),
                tokens=read + written,
                usd=expected_cost(self._price, read, written),
                cost=self._cost,
                timeout=connection.timeout,
                attempts=connection.attempts,
                pause=lambda: errand.waiting(connection.name),
                budget=None if ledger is self._alone else ledger.budget,
            )
        except ModelStopped as stopped:
            ledger.note_stopped(stopped)
            raise
        except ModelFailed:
            tally.failed += 1
            errand.failures += 1
            raise
        tally.queued += got.queued
        usage = got.reply.usage
        self.estimator.learn(request, usage)
        return Call(
            key=key,
            model=connection.identity,
            reply=redacted_reply(got.reply).to_json(),
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            usd=self._cost(got.reply),
            queued=got.queued,
            served=got.served,
            attempts=got.attempts,
        )


def running_loop() -> Any:
    """Return the event loop that runs.

    anyio looks first for the library that runs: 2 µs, and so more than the key of a request.

    Raises:
        NoEventLoopError: there is none.
    """
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return current_token().native_token


def _counted(
    call: Callable[[Any], Awaitable[Any]],
    request: AnyRequest,
    tally: Tally,
    cost: Callable[[AnyReply], float | None],
) -> Callable[[], Awaitable[Any]]:
    """Let the attempts of a call be counted, and what their replies have used, good or bad."""
    attempt = 0

    async def counted() -> Any:
        nonlocal attempt
        attempt += 1
        began = perf_counter()
        try:
            reply = await call(request)
        except ProviderError:
            raise
        except Exception as fault:
            fault.add_note(f"raised by the client of model {tally.name!r}")
            raise
        finally:
            tally.count(attempt, perf_counter() - began)
        if not isinstance(reply, Reply | Embeddings):
            said = f"the client of model {tally.name!r} returned a {type(reply).__name__}"
            raise TypeError(f"{said}, and no Reply or Embeddings of rmg_core.models")
        tally.add(reply.usage, cost(reply))
        return reply

    return counted


@define(eq=False)
class _Flight:
    """A request under way, and what came of it; neither where its caller was cancelled.

    `made` may be there and kept nowhere: its caller was cancelled just then, or has another store.
    """

    made: Call | None = None
    failed: ModelFailed | None = None
    _is_over: bool = False
    _ended: anyio.Event | None = None  # there only where somebody waits for it, which is rare

    async def landed(self) -> None:
        """Wait until it is over."""
        if self._is_over:
            return
        if self._ended is None:
            self._ended = anyio.Event()
        await self._ended.wait()

    def land(self) -> None:
        self._is_over = True
        if self._ended is not None:
            self._ended.set()
