"""A program that tries to get out: run inside, it tells which of its attempts came through.

It is read as text, and nothing of it is called outside of the sandbox.
"""

import os
import socket
from collections.abc import Callable


def came_through(canary: str, folder: str, parent: int) -> list[str]:
    """Return the names of the attempts that nothing stopped."""
    attempts: dict[str, Callable[[], object]] = {
        "read a file of the user": lambda: read(canary),
        "read /etc/passwd": lambda: read("/etc/passwd"),
        "read the environment of another process": lambda: read(f"/proc/{parent}/environ"),
        "write a file": lambda: write(f"{folder}/written"),
        "open a TCP socket": lambda: socket.socket(socket.AF_INET),
        "open a UDP socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
        "open a unix socket": lambda: socket.socket(socket.AF_UNIX),
        "start a process": start,
        "send a signal": lambda: os.kill(parent, 0),
        "become another program": lambda: os.execv("/bin/true", ["true"]),  # noqa: S606 - it shall fail
    }
    return [name for name, attempt in attempts.items() if succeeds(attempt)]


def succeeds(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except OSError:
        return False
    return True


def read(path: str) -> None:
    os.read(os.open(path, os.O_RDONLY), 1)


def write(path: str) -> None:
    os.open(path, os.O_WRONLY | os.O_CREAT)


def start() -> None:
    if os.fork() == 0:
        os._exit(0)
