"""The door of a model: no call of it begins but through here."""

import math
from collections import deque
from collections.abc import Callable
from typing import Final, Literal

from attrs import define, field

from rmg_core.errors import ModelStopped
from rmg_core.limits.adaptive import Adaptive
from rmg_core.limits.budget import Budget, Reservation
from rmg_core.limits.circuit import Circuit
from rmg_core.limits.clock import SYSTEM, Bell, Clock
from rmg_core.limits.policy import Verdict
from rmg_core.limits.rates import Entry, Rates

LONG: Final = 60.0
"""Seconds that a provider asks to wait, from which on a user is told."""


@define(eq=False)
class Ticket:
    """The place of one call at the door of its model."""

    number: int
    entry: Entry | None
    budget: Budget
    held: Reservation
    is_probe: bool


@define(eq=False)
class _Waiter:
    tokens: int
    usd: float | None
    budget: Budget
    bell: Bell


@define(eq=False)
class Door:
    """What one model bears, in one event loop; calls enter in the order in which they come.

    `budget` counts for calls that bring none of their own: several runs may be under way at once.
    `report` is told each change of its state once, in a sentence.
    """

    model: str
    rates: Rates
    adaptive: Adaptive
    circuit: Circuit
    budget: Budget
    clock: Clock
    report: Callable[[str], None]
    _opens: float = field(default=-math.inf, init=False)
    _queue: deque[_Waiter] = field(factory=deque, init=False)
    _resting: set[Bell] = field(factory=set, init=False)

    @classmethod
    def of(
        cls,
        model: str,
        *,
        max_concurrency: int | Literal["auto"] = "auto",
        rpm: int | None = None,
        tpm: int | None = None,
        budget: Budget | None = None,
        clock: Clock = SYSTEM,
        report: Callable[[str], None] = lambda _: None,
    ) -> "Door":
        """Build one from what a config says of a model."""
        return cls(
            model=model,
            rates=Rates(rpm, tpm),
            adaptive=Adaptive(max_concurrency),
            circuit=Circuit(model, report),
            budget=budget or Budget(),
            clock=clock,
            report=report,
        )

    def begin(self, budget: Budget, report: Callable[[str], None]) -> None:
        """Begin a run: its budget counts, and what stopped the run before is forgotten."""
        self.budget, self.report = budget, report
        self.circuit = Circuit(self.model, report)

    def enter_nowait(
        self,
        tokens: int,
        usd: float | None,
        *,
        is_retry: bool = False,
        budget: Budget | None = None,
    ) -> Ticket | None:
        """Enter if nothing stands in the way; None where one has to wait.

        Raises:
            ModelStopped: as of `enter`.
        """
        self._check()
        now, budget = self.clock.now(), budget or self.budget
        if self._queue or self._wait(tokens, usd, budget, now) > 0:
            return None
        return self._take(tokens, usd, budget, now, is_retry)

    async def enter(
        self,
        tokens: int,
        usd: float | None,
        *,
        is_retry: bool = False,
        budget: Budget | None = None,
    ) -> Ticket:
        """Wait for a place, behind those who wait already.

        Args:
            tokens: an estimate of what the call uses.
            usd: and of what it costs; None where the price is not known.
            is_retry: that it follows an attempt which failed, other than at a rate limit.
            budget: of the run; without it that of the door counts.

        Raises:
            ModelStopped: the model is broken, or the budget of the run is spent.
        """
        budget = budget or self.budget
        if ticket := self.enter_nowait(tokens, usd, is_retry=is_retry, budget=budget):
            return ticket
        waiter = _Waiter(tokens, usd, budget, Bell(self.clock))
        self._queue.append(waiter)
        try:
            while (wait := self._turn(waiter)) > 0:
                await waiter.bell.wait(wait)
                self._check()
            return self._take(tokens, usd, budget, self.clock.now(), is_retry)
        finally:
            self._queue.remove(waiter)
            self._ring()

    def _check(self) -> None:
        if self.circuit.broken is not None:
            raise ModelStopped(self.model, self.circuit.broken)

    def _turn(self, waiter: _Waiter) -> float:
        """Return how long one who waits has to: until rung, if others are before it."""
        if self._queue[0] is not waiter:
            return math.inf
        return self._wait(waiter.tokens, waiter.usd, waiter.budget, self.clock.now())

    def _wait(self, tokens: int, usd: float | None, budget: Budget, now: float) -> float:
        """Return the seconds until the next call may begin, infinity where another must end."""
        if self._opens > now:
            return self._opens - now
        if (parked := self.circuit.wait(now)) > 0:
            return parked
        if self.adaptive.is_full:
            return math.inf
        if (wait := self.rates.wait(tokens, now)) > 0:
            return wait
        if budget.may_wait(tokens, usd):
            budget.wake(self.model, self._ring)
            return math.inf
        return 0.0

    def _take(
        self, tokens: int, usd: float | None, budget: Budget, now: float, is_retry: bool
    ) -> Ticket:
        held = budget.reserve(self.model, tokens, usd)
        return Ticket(
            number=self.adaptive.begin(),
            entry=self.rates.take(tokens, now),
            budget=budget,
            held=held,
            is_probe=self.circuit.begin(now, is_retry),
        )

    def _ring(self) -> None:
        """Wake the first who waits, if it may enter sooner than it wakes by itself."""
        if self._queue and not self.adaptive.is_full:
            first, now = self._queue[0], self.clock.now()
            if now + self._wait(first.tokens, first.usd, first.budget, now) < first.bell.until:
                first.bell.ring()

    def confirm(self, ticket: Ticket) -> bool:
        """Let the call of a ticket begin now, some time after it was given out.

        False where the door has closed in the meantime; the ticket is given back then.
        """
        now = self.clock.now()
        is_closed = self._opens > now or (not ticket.is_probe and self.circuit.wait(now) > 0)
        if is_closed or self.circuit.broken is not None:
            self.give_back(ticket)
            return False
        if ticket.entry is not None:
            ticket.entry = self.rates.begin_later(ticket.entry, now)
        return True

    def give_back(self, ticket: Ticket) -> None:
        """Leave without having called."""
        if ticket.entry is not None:
            self.rates.drop(ticket.entry)
        ticket.budget.give_back(ticket.held)
        self._free(ticket)

    def abandon(self, ticket: Ticket) -> None:
        """Leave with a call cut off, of which nothing is known but that it may cost."""
        ticket.budget.settle(ticket.held, None, None)
        self._free(ticket)

    def _free(self, ticket: Ticket) -> None:
        self.adaptive.end()
        if ticket.is_probe:
            self.circuit.drop_probe()
        self._ring()

    def leave(
        self,
        ticket: Ticket,
        tokens: int | None,
        usd: float | None,
        verdict: Verdict | None,
        back: float = 0.0,
    ) -> None:
        """Say what became of a call.

        Args:
            ticket: of the call.
            tokens: what it used; None where only the estimate is known.
            usd: what it cost; None where only the estimate is known.
            verdict: on its failure; None where it did not fail.
            back: seconds until it is tried again.
        """
        now = self.clock.now()
        ticket.budget.settle(ticket.held, tokens, usd)
        if ticket.entry is not None and tokens is not None:
            self.rates.settle(ticket.entry, tokens)
        if verdict is None:
            self.adaptive.succeed()
        else:
            self._obey(ticket, verdict, now, back)
        self.adaptive.end()
        self.circuit.end(now, verdict, ticket.is_probe)
        if self.circuit.broken is None:
            self._ring()
        else:
            for waiter in self._queue:
                waiter.bell.ring()
            for bell in self._resting:
                bell.ring()

    def _obey(self, ticket: Ticket, verdict: Verdict, now: float, back: float) -> None:
        """Ask less of the provider, and let no call begin for as long as it asks.

        Where it refuses calls and does not say for how long, the first of them decides for all.
        """
        if verdict.action == "stop":
            return
        wait = verdict.wait
        if verdict.is_overload:
            self.adaptive.hold()
        if verdict.is_rate_limit and self.adaptive.cut(ticket.number):
            wait = wait or back
        if wait >= LONG and self._opens <= now:
            self.report(f"model {self.model!r} waits for {wait:g} s: its provider asks for it")
        self._opens = max(self._opens, now + wait)

    async def rest(self, seconds: float) -> None:
        """Wait before the next attempt; ends early when the model is broken."""
        if self.circuit.broken is not None:
            return
        bell = Bell(self.clock)
        self._resting.add(bell)
        try:
            await bell.wait(seconds)
        finally:
            self._resting.discard(bell)
