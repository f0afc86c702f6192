"""What a piece of code asks of the network, heard by an audit hook."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

# https://docs.python.org/3/library/audit_events.html: those that lead out of the process, and where
# among their arguments stands whereto. A pair of sockets, as every event loop has one, is neither.
_WHERETO: Final = {
    "socket.bind": slice(1, 2),
    "socket.connect": slice(1, 2),
    "socket.getaddrinfo": slice(0, 2),
    "socket.gethostbyaddr": slice(0, 1),
    "socket.gethostbyname": slice(0, 1),
    "socket.sendmsg": slice(1, 2),
    "socket.sendto": slice(1, 2),
}

_listeners: list[list[str]] = []


@cache
def _install() -> None:
    """Install the hook, once and for good: Python takes none back."""
    sys.addaudithook(_hear)


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if _listeners and event in _WHERETO:
        whereto = arguments[_WHERETO[event]]
        if whereto != (None,):  # such as a message over a pair of sockets
            said = f"{event} {whereto[0] if len(whereto) == 1 else whereto!r}"
            for heard in _listeners:
                heard.append(said)


@contextmanager
def sockets_heard() -> Iterator[list[str]]:
    """Note what any thread of this process asks of the network meanwhile, and let it happen."""
    _install()
    heard: list[str] = []
    _listeners.append(heard)
    try:
        yield heard
    finally:
        # By identity: another list that has heard the same is equal.
        _listeners[:] = [each for each in _listeners if each is not heard]
