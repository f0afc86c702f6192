"""What an outcome says of a program: how it ended, and values that may be long."""

import signal
from typing import Any

from rmg_plugin_code.sandbox import Limits, Ran

_LONGEST = 80


def shortened(value: Any, *, quote: bool = True) -> str:
    """Write a value as Python does, or a text as it is, and no more than a line's worth of it."""
    text = repr(value) if quote else str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def how_it_ended(ran: Ran, limits: Limits) -> str:
    """Say how a program ended that did not end well."""
    at_limit = {
        "cpu": f"took more than {limits.cpu_seconds:g} s of processor",
        "wall": f"took more than {limits.wall_seconds:g} s by the clock",
        "output": f"wrote more than {limits.output >> 10} KB",
        "files": f"made more than {limits.files} files",
        "threads": f"had more than {limits.threads} threads",
    }
    if ran.ended in at_limit:
        return at_limit[ran.ended]
    if ran.ended == "signal":
        return f"was ended by {_signal(ran.code)}{_last_words(ran)}"
    return f"ended with exit code {ran.code}{_last_words(ran)}"


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _last_words(ran: Ran) -> str:
    said = ran.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
    return f": {shortened(said, quote=False)}" if said else ""
