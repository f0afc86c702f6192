"""The end of a run whose event loop does not turn, and so does not hear of signals."""

import os
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final, NoReturn

from rmg_core.cli.exits import CUT_SHORT
from rmg_core.cli.screen import tell

DRAIN_SECONDS: Final = 10.0
"""So long what is in flight may take to finish when a run is stopped."""

MARGIN_SECONDS: Final = 3.0
"""So much longer a loop may take to end by itself, after that or after the second signal."""

_END: Final = b"\0"
"""What stands for no signal, and ends the hearing of them."""


@contextmanager
def cutting(signals: Sequence[int]) -> Iterator[None]:
    """Leave the process some time after a signal, if the loop in here has not ended by then.

    Python's own handlers wait for the main thread, which a grader may hold in a long sleep. What
    Python writes to its wake-up descriptor comes at once: a thread reads it here, and hands it on
    to the loop, whose descriptor it was.
    """
    ours, theirs = os.pipe()
    os.set_blocking(theirs, False)
    of_loop = signal.set_wakeup_fd(theirs, warn_on_full_buffer=False)
    timers: list[threading.Timer] = []
    hearing = threading.Thread(target=_hear, args=(ours, of_loop, signals, timers), daemon=True)
    hearing.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(of_loop)
        # A copy of this process that a grader has forked may hold the pipe open.
        os.write(theirs, _END)
        os.close(theirs)
        hearing.join()
        os.close(ours)
        for timer in timers:
            timer.cancel()


def _hear(ours: int, of_loop: int, signals: Sequence[int], timers: list[threading.Timer]) -> None:
    while _END not in (heard := os.read(ours, 64)):
        if of_loop >= 0:
            os.write(of_loop, heard)
        for number in heard:
            if number in signals:
                is_cut = bool(timers) and number in (signal.SIGINT, signal.SIGTERM)
                patience = MARGIN_SECONDS + (0.0 if is_cut else DRAIN_SECONDS)
                timer = threading.Timer(patience, _leave)
                timer.daemon = True
                timer.start()
                timers.append(timer)


def _leave() -> NoReturn:
    tell("the run does not end: a grader blocks its event loop, or a sink does not return; leaving")
    os._exit(CUT_SHORT)
