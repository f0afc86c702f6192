"""The end of a run whose event loop does not turn, and so does not hear of signals."""

import os
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Final, NoReturn

from rmg_core.cli.exits import CUT_SHORT
from rmg_core.cli.screen import tell

DRAIN_SECONDS: Final = 10.0
"""So long what is in flight may take to finish when a run is stopped."""

MARGIN_SECONDS: Final = 3.0
"""So much longer a loop may take to end by itself, after that or after the second signal."""


@contextmanager
def cutting(signals: Sequence[int]) -> Iterator[None]:
    """Leave the process some time after a signal, if the loop in here has not ended by then.

    Whoever listens in the loop does so beside this: the loop's own handlers do nothing but wake
    it up, which these do too.
    """
    timers: list[threading.Timer] = []

    def heard(number: int, _: FrameType | None) -> None:
        is_cut = bool(timers) and number in (signal.SIGINT, signal.SIGTERM)
        patience = MARGIN_SECONDS + (0.0 if is_cut else DRAIN_SECONDS)
        timer = threading.Timer(patience, _leave)
        timer.daemon = True
        timer.start()
        timers.append(timer)

    before = {number: signal.signal(number, heard) for number in signals}
    try:
        yield
    finally:
        for timer in timers:
            timer.cancel()
        for number, handler in before.items():
            signal.signal(number, handler)


def _leave() -> NoReturn:
    tell("the run does not end: a grader blocks its event loop, or a sink does not return; leaving")
    os._exit(CUT_SHORT)
