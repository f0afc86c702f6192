"""What a whole run may spend: US dollars, calls and tokens, of all its models together."""

from collections.abc import Callable

from attrs import define, field, frozen

from rmg_core.errors import ModelStopped


@frozen
class Reservation:
    """What is held for a call while nobody knows yet what it costs."""

    tokens: int
    usd: float


@define(eq=False)
class Budget:
    """The limits of a run, None for any, what was spent, and what is held for calls under way.

    It belongs to one event loop. `report` is told what a user should know, each thing once.
    """

    usd: float | None = None
    calls: int | None = None
    tokens: int | None = None
    report: Callable[[str], None] = field(default=lambda _: None)
    spent_usd: float = field(default=0.0, init=False)
    spent_calls: int = field(default=0, init=False)
    spent_tokens: int = field(default=0, init=False)
    _held_usd: float = field(default=0.0, init=False)
    _held_calls: int = field(default=0, init=False)
    _held_tokens: int = field(default=0, init=False)
    _waiting: dict[str, Callable[[], None]] = field(factory=dict, init=False)
    _told: set[str] = field(factory=set, init=False)

    def may_wait(self, tokens: int, usd: float | None) -> bool:
        """Say whether a call must wait: there is no room for it, but what is held may be freed."""
        return self._held_calls > 0 and self._lacking(tokens, usd or 0.0) is not None

    def _lacking(self, tokens: int, usd: float) -> str | None:
        """Return the limit that leaves no room for a call, in words."""
        if self.calls is not None and self.spent_calls + self._held_calls >= self.calls:
            return _told(self.calls, "call")
        used = self.spent_tokens + self._held_tokens + tokens
        if self.tokens is not None and used > self.tokens:
            return _told(self.tokens, "token")
        # Sums of prices are off by rounding errors, which are no money.
        if self.usd is not None and self.spent_usd + self._held_usd + usd > self.usd + 1e-9:
            return f"{self.usd:g} usd"
        return None

    def reserve(self, model: str, tokens: int, usd: float | None) -> Reservation:
        """Hold what a call of `model` may cost; `usd` is None where its price is not known.

        Raises:
            ModelStopped: there is no room for it; names the limit, and what was spent.
        """
        if (limit := self._lacking(tokens, usd or 0.0)) is not None:
            raise ModelStopped(model, self._spent(limit, tokens, usd))
        if usd is None and self.usd is not None:
            self._tell(
                "price",
                f"the budget of {self.usd:g} usd does not count the calls of model {model!r}, "
                f"whose price is not known; write it as price in [models.{model}], "
                "or limit calls or tokens in [budget]",
            )
        self._held_usd += usd or 0.0
        self._held_calls += 1
        self._held_tokens += tokens
        return Reservation(tokens, usd or 0.0)

    def settle(self, held: Reservation, tokens: int | None, usd: float | None) -> None:
        """Count what a call has cost; None where only the estimate is known."""
        self._free(held)
        self.spent_calls += 1
        self.spent_tokens += held.tokens if tokens is None else tokens
        self.spent_usd += held.usd if usd is None else usd
        self._wake()

    def give_back(self, held: Reservation) -> None:
        """Free what was held for a call that was not made."""
        self._free(held)
        self._wake()

    def _free(self, held: Reservation) -> None:
        self._held_calls -= 1
        self._held_tokens -= held.tokens
        self._held_usd = self._held_usd - held.usd if self._held_calls else 0.0

    def wake(self, model: str, ring: Callable[[], None]) -> None:
        """Call `ring` once when something that was held is free."""
        self._waiting[model] = ring

    def _wake(self) -> None:
        if self._waiting:
            waiting, self._waiting = self._waiting, {}
            for ring in waiting.values():
                ring()

    def _spent(self, limit: str, tokens: int, usd: float | None) -> str:
        cost = "" if usd is None else f" and {usd:.2g} usd"
        said = (
            f"the budget of {limit} has no room for another call, of up to "
            f"{_told(tokens, 'token')}{cost}: "
            f"{self.spent_usd:.4g} usd, {_told(self.spent_calls, 'call')} and "
            f"{_told(self.spent_tokens, 'token')} are spent"
        )
        self._tell(limit, said)
        return f"{said}; raise [budget] and run again to go on"

    def _tell(self, what: str, sentence: str) -> None:
        if what not in self._told:
            self._told.add(what)
            self.report(sentence)


def _told(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
