"""How often a model is asked: requests and tokens in any minute."""

from collections import deque
from typing import Final

from attrs import define, field

WINDOW: Final = 60.0
SOON: Final = 0.001
"""Seconds."""


@define(eq=False)
class Entry:
    """A request in the window: when it began, and the tokens that are held for it.

    `requests` is 0 for one that was dropped; `is_out` says that the window has left it behind.
    """

    moment: float
    tokens: int
    requests: int = 1
    is_out: bool = False


@define(eq=False)
class Rates:
    """The requests of the last 60 seconds; `rpm` and `tpm` are the most there may be, None for any.

    The window slides: it is not a bucket that may be emptied twice within a minute.
    """

    rpm: int | None = None
    tpm: int | None = None
    _entries: deque[Entry] = field(factory=deque, init=False)
    _requests: int = field(default=0, init=False)
    _tokens: int = field(default=0, init=False)

    def wait(self, tokens: int, now: float) -> float:
        """Return the seconds until a request of so many tokens may begin; 0 for now.

        One that is larger than the limit itself may begin when no other is in the window.
        """
        self._forget(now)
        requests, held, gone = self._requests, self._tokens, now - WINDOW
        for entry in self._entries:
            if self._is_room(requests, held, tokens):
                break
            requests -= entry.requests
            held -= entry.tokens
            gone = entry.moment
        return max(0.0, gone + WINDOW - now)

    def _is_room(self, requests: int, held: int, tokens: int) -> bool:
        if self.rpm is not None and requests >= self.rpm:
            return False
        return self.tpm is None or held + tokens <= self.tpm or held <= 0

    def take(self, tokens: int, now: float) -> Entry | None:
        """Note a request that begins now; None where nothing is limited."""
        if self.rpm is None and self.tpm is None:
            return None
        entry = Entry(now, tokens)
        self._note(entry)
        return entry

    def settle(self, entry: Entry, tokens: int) -> None:
        """Put what was used in place of what was held; the request keeps its moment."""
        if not entry.is_out:
            self._tokens += tokens - entry.tokens
        entry.tokens = tokens

    def begin_later(self, entry: Entry, now: float) -> Entry:
        """Note that a request begins now, and not when its place was taken."""
        if now - entry.moment < SOON:
            return entry
        later = Entry(now, entry.tokens)
        self._note(later)
        self.drop(entry)
        return later

    def drop(self, entry: Entry) -> None:
        """Forget a request that was not made."""
        if not entry.is_out:
            self._requests -= entry.requests
            self._tokens -= entry.tokens
        entry.requests = entry.tokens = 0

    def _note(self, entry: Entry) -> None:
        self._entries.append(entry)
        self._requests += entry.requests
        self._tokens += entry.tokens

    def _forget(self, now: float) -> None:
        while self._entries and self._entries[0].moment + WINDOW <= now:
            entry = self._entries.popleft()
            entry.is_out = True
            self._requests -= entry.requests
            self._tokens -= entry.tokens
