"""The one place where a call is tried again."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any, Final, TypeAlias

import anyio
from attrs import define, field, frozen

from rmg_core.errors import ModelFailed, ModelStopped, ProviderError
from rmg_core.limits.budget import Budget
from rmg_core.limits.door import Door, Ticket
from rmg_core.limits.policy import FEW, Verdict, back_off, fault_in, verdict_on
from rmg_core.models import AnyReply

ATTEMPTS: Final = 6

MAY_COST: Final = frozenset({"timeout", "reset", "too_large", "bad_response"})
"""Causes after which the provider may have made a reply, and may bill it."""

Attempt: TypeAlias = Callable[[], Awaitable[AnyReply]]
Pause: TypeAlias = Callable[[], AbstractAsyncContextManager[Any]]
Cost: TypeAlias = Callable[[AnyReply], float | None]


@frozen
class Answered:
    """A reply to go by, and what it took.

    `queued` is the seconds of waiting for a place and between attempts, `served` those of the
    attempts themselves.
    """

    reply: AnyReply
    attempts: int
    queued: float
    served: float


async def answered(
    door: Door,
    attempt: Attempt,
    *,
    tokens: int,
    usd: float | None,
    timeout: float | None,  # noqa: ASYNC109 - it is for each attempt, and not for all
    attempts: int = ATTEMPTS,
    pause: Pause = nullcontext,
    cost: Cost | None = None,
    budget: Budget | None = None,
) -> Answered:
    """Ask a model until it answers, or until it is clear that it does not.

    A refusal, or a reply that is filtered or cut short, is returned too, so that it can be kept;
    `fault_in` says that it is none to go by.

    Args:
        door: of the model; a place at it is held for each attempt, and not between them.
        attempt: makes one attempt.
        tokens: an estimate of what one attempt uses.
        usd: and of what it costs; None where the price is not known.
        timeout: seconds for each attempt.
        attempts: the most of them.
        pause: makes what is entered round every wait that there really is.
        cost: returns the US dollars of a reply; without it the estimate stands.
        budget: of the run; without it that of the door counts.

    Raises:
        ModelFailed: there is no answer to go by.
        ModelStopped: the model cannot be asked any more in this run.
    """
    call = _Call(door, attempt, tokens, usd, timeout, pause, cost, budget or door.budget)
    while True:
        ticket = await call.place()
        verdict = await call.once(ticket)
        if verdict is None or (verdict.action == "fail" and call.reply is not None):
            return Answered(call.reply, call.made, call.queued, call.served)
        if verdict.action == "stop":
            raise ModelStopped(door.model, verdict.reason)
        if not call.may_go_on(verdict, attempts):
            raise ModelFailed(call.told(verdict), verdict.kind, call.reply)


@define(eq=False)
class _Call:
    door: Door
    attempt: Attempt
    tokens: int
    usd: float | None
    timeout: float | None
    pause: Pause
    cost: Cost | None
    budget: Budget
    reply: Any = field(default=None, init=False)
    made: int = field(default=0, init=False)
    few: int = field(default=0, init=False)
    back: float = field(default=0.0, init=False)
    is_retry: bool = field(default=False, init=False)
    queued: float = field(default=0.0, init=False)
    served: float = field(default=0.0, init=False)

    async def place(self) -> Ticket:
        """Wait as long as has to be waited, and take a place at the door."""
        door = self.door
        while True:
            if not self.back:
                ticket = door.enter_nowait(
                    self.tokens, self.usd, is_retry=self.is_retry, budget=self.budget
                )
                if ticket is not None:
                    return ticket
            began = door.clock.now()
            ticket = await self._wait()
            self.queued += door.clock.now() - began
            # What `pause` gave away it may have waited for: the door may have closed again.
            if door.confirm(ticket):
                return ticket

    async def _wait(self) -> Ticket:
        ticket, is_done = None, False
        try:
            async with self.pause():
                if self.back:
                    await self.door.rest(self.back)
                    self.back = 0.0
                ticket = await self.door.enter(
                    self.tokens, self.usd, is_retry=self.is_retry, budget=self.budget
                )
            is_done = True
        finally:
            if ticket is not None and not is_done:
                self.door.give_back(ticket)
        return ticket

    async def once(self, ticket: Ticket) -> Verdict | None:
        """Make one attempt, and judge it."""
        clock = self.door.clock
        self.made += 1
        self.reply = None
        began = clock.now()
        is_whole = False
        try:
            error = await self._try()
            self.served += clock.now() - began
            verdict = fault_in(self.reply) if error is None else verdict_on(error, clock.wall())
            tokens, usd = self._used(error)
            is_whole = True
        finally:
            if not is_whole:
                self.door.abandon(ticket)
        self.back = 0.0 if verdict is None else back_off(self.made, verdict, clock.random())
        # A reply that is not to go by is a good sign all the same: the provider works.
        self.door.leave(ticket, tokens, usd, None if error is None else verdict, self.back)
        return verdict

    async def _try(self) -> ProviderError | None:
        with anyio.move_on_after(self.timeout) as scope:
            try:
                self.reply = await self.attempt()
            except ProviderError as error:
                # A client may take our cancellation for a connection that was cut.
                if not scope.cancel_called:
                    return error
            else:
                return None
        return ProviderError("timeout", f"no reply within {self.timeout:g} s")

    def _used(self, error: ProviderError | None) -> tuple[int | None, float | None]:
        """Return the tokens and the US dollars of an attempt, None for what nobody knows."""
        if error is not None:
            return (None, None) if error.cause in MAY_COST else (0, 0.0)
        used = self.reply.usage
        if used.input_tokens is None and used.output_tokens is None:
            return None, None
        return used.tokens, None if self.cost is None else self.cost(self.reply)

    def may_go_on(self, verdict: Verdict, attempts: int) -> bool:
        self.is_retry = not verdict.is_rate_limit
        self.few += verdict.action == "retry_few"
        return verdict.action != "fail" and self.made < attempts and self.few <= FEW

    def told(self, verdict: Verdict) -> str:
        times = "1 attempt" if self.made == 1 else f"{self.made} attempts"
        return f"model {self.door.model!r} gave no answer to go by in {times}: {verdict.reason}"
