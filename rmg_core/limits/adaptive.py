"""How many calls of a model may run at once: as many as its provider bears."""

from typing import Final, Literal

from attrs import define, field

FIRST: Final = 4
STEEP: Final = 256
"""Up to here the cap doubles, as long as nothing went wrong."""

CUT: Final = 0.8


@define(eq=False)
class Adaptive:
    """The cap on calls that run at once, which follows what becomes of them.

    With a number it begins there and never exceeds it; with "auto" it begins at 4 and has no end.
    It grows by a window of successes: as many as the cap, of calls that made use of at least half
    of it.
    """

    limit: int | Literal["auto"]
    cap: int = field(init=False)
    running: int = field(default=0, init=False)
    _begun: int = field(default=0, init=False)
    _cut_at: int = field(default=0, init=False)
    _is_steep: bool = field(init=False)
    _is_held: bool = field(default=False, init=False)
    _successes: int = field(default=0, init=False)

    def __attrs_post_init__(self) -> None:
        self._is_steep = self.limit == "auto"
        self.cap = FIRST if self.limit == "auto" else self.limit

    @property
    def is_full(self) -> bool:
        return self.running >= self.cap

    def begin(self) -> int:
        """Take a place; returns the number of the call."""
        self.running += 1
        self._begun += 1
        return self._begun

    def end(self) -> None:
        self.running -= 1

    def succeed(self) -> None:
        """Count a success, before its call ends."""
        if self.running * 2 < self.cap:
            return
        self._successes += 1
        if self._successes < self.cap:
            return
        self._successes = 0
        if self._is_held:
            self._is_held = False
        elif self._is_steep:
            self.cap = min(2 * self.cap, STEEP)
            self._is_steep = self.cap < STEEP
        elif self.limit == "auto" or self.cap < self.limit:
            self.cap += 1

    def hold(self) -> None:
        """Grow no more before the next window of successes."""
        self._successes = 0
        self._is_held = True

    def cut(self, call: int) -> bool:
        """Cut the cap, unless `call` began before the last cut, which was for it too.

        Returns whether there was a cut.
        """
        if call <= self._cut_at:
            return False
        self._cut_at = self._begun
        self._is_steep = False
        self._successes = 0
        self.cap = max(1, int(self.cap * CUT))
        return True
