"""The end of the process: what was written is out, and no thread holds it back."""

import gc
import os
import sys
import threading
from time import monotonic
from typing import Final, NoReturn

from rmg_core.cli.exits import CUT_SHORT
from rmg_core.cli.screen import counted, give_up, tell

PATIENCE: Final = 5.0
"""So many seconds a thread of a grader may take to end."""

PATIENCE_CUT_SHORT: Final = 0.2
"""The same when the run was cut short: idle threads end within that, if not a busy one."""


def leave(code: int) -> NoReturn:
    """Exit, also where a grader has left a thread behind, which Python would wait for."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            try:
                stream.flush()
            except (OSError, ValueError):
                give_up(stream)
    until = monotonic() + (PATIENCE_CUT_SHORT if code == CUT_SHORT else PATIENCE)
    for thread in _others():
        thread.join(max(0.0, until - monotonic()))
    if left := _others():
        names = ", ".join(sorted({repr(thread.name) for thread in left}))
        tell(f"left behind: {counted(len(left), 'thread')} that did not end ({names})")
        gc.collect()  # so that what has a temporary file removes it: nothing runs at this exit
        os._exit(code)
    sys.exit(code)


def _others() -> list[threading.Thread]:
    here = threading.current_thread()
    return [each for each in threading.enumerate() if each is not here and not each.daemon]
