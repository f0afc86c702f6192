"""The models of one run: what they used, where their replies are kept, and what stops them."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, Protocol

import anyio
from attrs import define, field, frozen

from rmg_core.errors import ModelStopped
from rmg_core.limits import Budget
from rmg_core.models import AnyRequest, Call, Usage

LOG: Final = logging.getLogger("rmg_core")

MISSING_SHOWN: Final = 20


class Replies(Protocol):
    """Where replies are kept, and found again by what was asked.

    `salt` is a text that nobody outside can guess, the same in each run that finds these replies.
    """

    @property
    def salt(self) -> str: ...

    def find(self, key: str) -> Call | None:
        """Return the call that was answered under a key."""
        ...

    async def keep(self, call: Call) -> None:
        """Keep a call: it is safe when this returns."""
        ...

    def written(self, model: str) -> float | None:
        """Return the tokens that a kept reply of a model has on average, if there are any."""
        ...

    def learned(self, model: str) -> Mapping[str, str]:
        """Return what was learned of a model: words, each with its reason."""
        ...

    async def learn(self, model: str, words: Mapping[str, str]) -> None:
        """Keep what was learned of a model beside what was known of it."""
        ...

    def note(self, fingerprint: str, keys: Sequence[str]) -> None:
        """Note the calls that a cell was given, in the order in which it asked."""
        ...


@frozen
class Missing:
    """A reply that is not kept: what the cell `label` asked of a model."""

    label: str
    model: str
    key: str
    request: AnyRequest

    def __str__(self) -> str:
        return f"{self.label}: model {self.model!r} has no stored reply to it"


@define
class Tally:
    """What a model has used in a run.

    `calls` are attempts; `retries` of them were made again, and `failed` requests came to nothing.
    `replies` of them brought one, be it to go by or not, and `unpriced` are those whose price is
    not known; `usd` is without these. `hits` were answered by kept replies. `queued` are seconds
    before a call and between its attempts, `served` those of the calls themselves.
    """

    name: str
    calls: int = 0
    retries: int = 0
    failed: int = 0
    hits: int = 0
    replies: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    suspect: int = 0
    usd: float = 0.0
    unpriced: int = 0
    queued: float = 0.0
    served: float = 0.0

    def add(self, usage: Usage, usd: float | None) -> None:
        """Add what a reply has used."""
        self.replies += 1
        self.input_tokens += usage.input_tokens or 0
        self.output_tokens += usage.output_tokens or 0
        self.suspect += usage.is_suspect
        if usd is None:
            self.unpriced += 1
        else:
            self.usd += usd

    def count(self, attempt: int, seconds: float) -> None:
        """Count an attempt, the first or a later one, that took so long."""
        self.calls += 1
        self.retries += attempt > 1
        self.served += seconds


@define(eq=False)
class Ledger:
    """What the calls of one run are booked in.

    Without `replies` nothing is kept. `on_kept` is called with the key and the request of what a
    kept reply answers. With `is_offline` nothing is asked: `missing` says what is not kept, and
    `on_missing` is called with each. `stopped` are the models that cannot be asked
    any more, each with the reason. `on_stop` is called with the name of each. `pending` counts
    the cells for which a model could not be asked, and `scored_anyway` those of each grader that
    have a score although a model gave them no answer.
    """

    replies: Replies | None = None
    is_offline: bool = False
    budget: Budget = field(factory=Budget)
    report: Callable[[str], None] = LOG.warning
    on_stop: Callable[[str], None] = lambda _: None
    on_missing: Callable[[Missing], None] = lambda _: None
    on_kept: Callable[[str, AnyRequest], None] = lambda _key, _request: None
    tallies: dict[str, Tally] = field(factory=dict)
    stopped: dict[str, str] = field(factory=dict)
    missing: list[str] = field(factory=list)
    missing_count: int = 0
    pending: int = 0
    scored_anyway: Counter[str] = field(factory=Counter)
    _waiting: set[anyio.CancelScope] = field(factory=set)
    _ended: str = ""

    def tally(self, name: str) -> Tally:
        """Return what a model has used."""
        found = self.tallies.get(name)
        if found is None:
            found = self.tallies[name] = Tally(name)
        return found

    def note_stopped(self, stopped: ModelStopped) -> None:
        """Note that a model cannot be asked any more."""
        if self._ended:
            return
        if stopped.model not in self.stopped:
            self.stopped[stopped.model] = stopped.reason
            self.on_stop(stopped.model)

    def told(self) -> Iterator[str]:
        """Yield what is to be told of graders when the run is over."""
        for name, count in self.scored_anyway.items():
            cells = "1 cell" if count == 1 else f"{count:,} cells"
            yield (
                f"{cells} of grader {name!r} came to a score although a model gave no answer; "
                "a grader lets ModelFailed pass, unless it asks another model then"
            )

    def note_missing(self, missing: Missing) -> None:
        """Note a reply that is not kept, offline."""
        self.missing_count += 1
        if len(self.missing) < MISSING_SHOWN:
            self.missing.append(str(missing))
        self.on_missing(missing)

    def end(self, reason: str) -> None:
        """Begin no call any more: whoever waits for one is told so at once."""
        self._ended = self._ended or reason
        for scope in self._waiting:
            scope.cancel()

    def check(self, model: str) -> None:
        """Say that a model may not be asked.

        Raises:
            ModelStopped: the run is at its end, or the model was stopped.
        """
        if self._ended:
            raise ModelStopped(model, self._ended)
        if (reason := self.stopped.get(model)) is not None:
            raise ModelStopped(model, reason)

    def wait_in(self, scope: anyio.CancelScope) -> None:
        """Let `end` cancel a scope, in which nothing but waiting happens."""
        self._waiting.add(scope)
        if self._ended:
            scope.cancel()

    def wait_no_more(self, scope: anyio.CancelScope) -> None:
        self._waiting.discard(scope)
