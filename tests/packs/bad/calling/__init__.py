"""A grader that asks the network."""

import socket

from rmg_core import hookimpl


def resolves(response: str) -> float:
    """1 when the response is the name of a host, else 0."""
    try:
        socket.getaddrinfo(response, 80)
    except OSError:
        return 0.0
    return 1.0


@hookimpl
def rmg_graders():
    return {"resolves": resolves}
