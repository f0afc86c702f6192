"""The end of the process: what was written is out, and no thread holds it back."""

import gc
import os
import sys
import threading
from contextlib import suppress
from time import monotonic
from typing import Final, NoReturn

from rmg_core.cli.exits import CUT_SHORT, FAILED
from rmg_core.cli.screen import counted, flush, tell

PATIENCE: Final = 5.0
"""So many seconds a thread of a grader may take to end."""

PATIENCE_CUT_SHORT: Final = 0.2
"""The same when the run was cut short: idle threads end within that, if not a busy one."""

LISTING: Final = "rmg_core.cli.catalogue"
GRADING: Final = "rmg_core.runner.execution"
"""The modules that are imported where something is listed, and where it is graded."""


def leave(code: int) -> NoReturn:
    """Exit, also where a grader has left a thread behind, which Python would wait for."""
    try:
        flush()
    except OSError as fault:
        tell(f"{fault.filename}: {fault.strerror}")
        code = code or FAILED
    if threading.active_count() > 1 and (left := _left(code)):
        tell(said_of(left))
        gc.collect()  # so that what has a temporary file removes it: nothing runs at this exit
        os._exit(code)
    if LISTING in sys.modules and GRADING not in sys.modules:
        # Else Python looks at every object once more, which is an eighth of `rmg graders`; after a
        # list none of them has anything to do but to go.
        gc.freeze()
    sys.exit(code)


def _left(code: int) -> list[threading.Thread]:
    """Wait for the threads of graders; return those that did not end."""
    until = monotonic() + (PATIENCE_CUT_SHORT if code == CUT_SHORT else PATIENCE)
    with suppress(KeyboardInterrupt):  # whoever does not want to wait
        for thread in _others():
            thread.join(max(0.0, until - monotonic()))
    return _others()


def said_of(left: list[threading.Thread]) -> str:
    """Say of threads that did not end what they are to whoever runs rmg."""
    from rmg_core.runner.threads import NAME

    calls = sum(thread.name == NAME for thread in left)
    names = sorted(thread.name for thread in left if thread.name != NAME)
    said = [counted(calls, "call") + f" of {'a grader' if calls == 1 else 'graders'}"]
    said = said if calls else []
    if names:
        shown = ", ".join(map(repr, dict.fromkeys(names)))
        said.append(f"{counted(len(names), 'thread')} of the graders' own ({shown})")
    them = "it" if len(left) == 1 else "them"
    return f"{' and '.join(said)} did not end; leaving without {them}"


def _others() -> list[threading.Thread]:
    """List the threads that Python would wait for, and those that graders are called in."""
    from rmg_core.runner.threads import NAME

    here = threading.current_thread()
    return [
        each
        for each in threading.enumerate()
        if each is not here and (each.name == NAME or not each.daemon)
    ]
