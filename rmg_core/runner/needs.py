"""What a run needs of each model: calls, tokens, money, and time."""

import math
from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

from attrs import define, frozen

from rmg_core.connections import Connection
from rmg_core.connections.estimates import Estimator, expected_cost, limit_of
from rmg_core.limits.rates import WINDOW
from rmg_core.models import AnyRequest, Request
from rmg_core.outcomes import NOTHING
from rmg_core.runner.foresight import Look
from rmg_core.store import CallTotals

Sense: TypeAlias = Literal[
    "exact", "at least", "at most", "about", "at least about", "at most about"
]
"""What a number of calls is."""


@frozen
class Need:
    """What a run needs of a model.

    `calls` are to be made, and are so many in the sense of `calls_are`; `stored` replies are used.
    `read` and `written` are the tokens of the calls, and `usd` what these cost, or None where the
    price is not known: estimates. With the rpm and tpm of the model they take `seconds` at least;
    0 where it is not known that all are made.
    """

    name: str
    calls: int = 0
    calls_are: Sense = "exact"
    stored: int = 0
    read: int = 0
    written: int = 0
    usd: float | None = 0.0
    seconds: float = 0.0


def needs_of(looks: Sequence[Look], totals: Mapping[str, CallTotals] = NOTHING) -> list[Need]:
    """Add up what graders ask of each model.

    `totals` are sums over the calls that were made before, by the identity of the model: where
    there are some, the tokens of a call are their mean.
    """
    sums: dict[str, _Sum] = {}
    for look in looks:
        of_identity: dict[str, _Sum] = {}
        share = look.share
        for model in look.planned.models:
            made = sums.setdefault(model.name, _Sum(model, totals.get(model.identity)))
            made.add_look(look)
            of_identity.setdefault(model.identity, made)
        for identity in look.questions.stored:
            if identity in of_identity:
                of_identity[identity].stored += share
        for missing in look.questions.wanted:
            if missing.model in sums:
                sums[missing.model].add(missing.request, share)
    return [each.need() for each in sums.values()]


@define(eq=False)
class _Sum:
    model: Connection
    before: CallTotals | None
    calls: float = 0.0
    stored: float = 0.0
    read: float = 0.0
    written: float = 0.0
    is_at_least: bool = False
    is_at_most: bool = False
    is_about: bool = False

    def add_look(self, look: Look) -> None:
        self.is_at_least |= look.is_at_least
        self.is_at_most |= look.picked.waiting > 0
        self.is_about |= look.share > 1

    def add(self, request: AnyRequest, times: float) -> None:
        read, written = self._tokens(request)
        self.calls += times
        self.read += times * read
        self.written += times * written

    def _tokens(self, request: AnyRequest) -> tuple[float, float]:
        """Estimate the tokens that a call reads and writes."""
        most = limit_of(request, self.model.client)
        read, written = map(float, Estimator().tokens_of(request, most))
        before = self.before
        if before is not None and before.input_tokens:
            read = before.input_tokens / before.calls
        if before is not None and before.output_tokens and isinstance(request, Request):
            mean = before.output_tokens / before.calls
            written = mean if most is None else min(most, mean)
        return read, written

    def need(self) -> Need:
        model = self.model
        calls, read, written = round(self.calls), round(self.read), round(self.written)
        return Need(
            name=model.name,
            calls=calls,
            calls_are=self._sense(),
            stored=round(self.stored),
            read=read,
            written=written,
            usd=expected_cost(model.known_price, read, written) if calls else 0.0,
            seconds=0.0 if self.is_at_most else self._least(calls, read + written),
        )

    def _sense(self) -> Sense:
        if self.is_at_least and self.is_at_most:
            return "about"
        if self.is_at_least:
            return "at least about" if self.is_about else "at least"
        if self.is_at_most:
            return "at most about" if self.is_about else "at most"
        return "about" if self.is_about else "exact"

    def _least(self, calls: int, tokens: int) -> float:
        """Return the seconds from the first call to the last, each minute of which bears some."""
        limits = ((calls, self.model.rpm), (tokens, self.model.tpm))
        minutes = [math.ceil(count / limit) - 1 for count, limit in limits if limit is not None]
        return WINDOW * max([0, *minutes])
