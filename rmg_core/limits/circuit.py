"""Whether a model may be asked at all: open, parked for a while, or broken for this run."""

import math
from collections.abc import Callable
from typing import Final

from attrs import define, field

from rmg_core.limits.policy import Verdict

SPAN: Final = 60
"""Seconds that calls and retries are counted over."""

FEWEST: Final = 50
SHARE: Final = 0.2
"""From so many calls on, a larger share of retries is more than a model that works asks for."""

PARKED: Final = 15.0
LONGEST: Final = 900.0
PATIENCE: Final = 3600.0
STRANGERS: Final = 10
"""So many calls in a row that reach nobody, where nobody was ever reached, are a wrong address."""


@define(eq=False)
class Circuit:
    """The state of one model; `report` is told each change of it once."""

    model: str
    report: Callable[[str], None]
    broken: str | None = field(default=None, init=False)
    _until: float | None = field(default=None, init=False)
    _parked: float = field(default=0.0, init=False)
    _reopened: float = field(default=-math.inf, init=False)
    _is_probed: bool = field(default=False, init=False)
    _counts: list[list[int]] = field(factory=lambda: [[-1, 0, 0] for _ in range(SPAN)], init=False)
    _failing_since: float | None = field(default=None, init=False)
    _unreached: int = field(default=0, init=False)
    _has_answered: bool = field(default=False, init=False)

    def wait(self, now: float) -> float:
        """Return the seconds until a call may begin: infinity while a probe is out."""
        if self._until is None:
            return 0.0
        return math.inf if self._is_probed else max(0.0, self._until - now)

    def begin(self, now: float, is_retry: bool) -> bool:
        """Count a call; returns whether it is the probe of a parked model."""
        if self._until is not None:
            self._is_probed = True
            return True
        second = int(now)
        count = self._counts[second % SPAN]
        if count[0] != second:
            count[:] = second, 0, 0
        count[1] += 1
        if is_retry:
            count[2] += 1
            self._weigh(now)
        return False

    def _weigh(self, now: float) -> None:
        """Park a model of which too many calls are retries."""
        counts = [each for each in self._counts if each[0] > now - SPAN]
        calls, retries = sum(each[1] for each in counts), sum(each[2] for each in counts)
        if calls >= FEWEST and retries > SHARE * calls:
            is_again = now - self._reopened < SPAN
            self._park(now, is_again, f"{retries} of its last {calls} calls were retries")

    def _park(self, now: float, is_again: bool, why: str) -> None:
        self._parked = min(2 * self._parked, LONGEST) if is_again else PARKED
        self._until = now + self._parked
        self.report(f"model {self.model!r} is parked for {self._parked:g} s: {why}")

    def drop_probe(self) -> None:
        """Let another call be the probe: this one has shown nothing."""
        self._is_probed = False

    def end(self, now: float, verdict: Verdict | None, is_probe: bool) -> None:
        """Take what became of a call: None for a good answer."""
        if is_probe:
            self._is_probed = False
        if verdict is None or verdict.action == "fail":
            self._answer(is_probe, now)
            return
        if self._failing_since is None:
            self._failing_since = now
        self._unreached = self._unreached + 1 if verdict.is_unreached else 0
        if verdict.action == "stop":
            self._break(verdict.reason)
        elif self._unreached >= STRANGERS and not self._has_answered:
            self._break(f"{verdict.reason}; {STRANGERS} calls in a row reached nobody")
        elif now - self._failing_since >= PATIENCE:
            self._break(f"no good answer for an hour; the last one: {verdict.reason}")
        elif is_probe and not verdict.is_rate_limit:
            self._park(now, True, f"it does not answer yet: {verdict.reason}")

    def _answer(self, is_probe: bool, now: float) -> None:
        self._has_answered = True
        self._failing_since = None
        self._unreached = 0
        if is_probe and self._until is not None:
            self._until = None
            self._reopened = now
            for count in self._counts:
                count[:] = -1, 0, 0
            self.report(f"model {self.model!r} answers again")

    def _break(self, reason: str) -> None:
        if self.broken is None:
            self.broken = reason
            self.report(f"model {self.model!r} is not asked any more in this run: {reason}")
