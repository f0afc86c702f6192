"""What came between a request and its reply, told from exceptions."""

import errno
import socket
import ssl
from collections.abc import Iterator
from typing import Final

import aiohttp
import httpx
from aiohttp import http_exceptions

from rmg_core import Cause

_TYPES: Final[tuple[tuple[type[BaseException], Cause], ...]] = (
    (ssl.SSLError, "tls"),
    (aiohttp.ClientSSLError, "tls"),
    (socket.gaierror, "name"),
    (aiohttp.ClientConnectorDNSError, "name"),
    (ConnectionRefusedError, "refused"),
    (TimeoutError, "timeout"),
    (httpx.TimeoutException, "timeout"),
    (ConnectionError, "reset"),
    (aiohttp.ClientConnectorError, "refused"),
    (httpx.ConnectError, "refused"),
    (http_exceptions.LineTooLong, "too_large"),
    (http_exceptions.TransferEncodingError, "reset"),
    (http_exceptions.ContentLengthError, "reset"),
    (http_exceptions.HttpProcessingError, "bad_response"),
    (aiohttp.ClientResponseError, "bad_response"),
    (aiohttp.ClientPayloadError, "reset"),
    (aiohttp.ClientConnectionError, "reset"),
    (httpx.NetworkError, "reset"),
    (httpx.RemoteProtocolError, "reset"),
)
"""What says most comes first: the outer exceptions of a chain say little."""

_UNREACHABLE: Final = {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EADDRNOTAVAIL}


def cause_of(fault: BaseException) -> Cause:
    """Return what the exceptions of a chain tell; "bad_response" where they tell nothing."""
    return known_cause_of(fault) or "bad_response"


def known_cause_of(fault: BaseException) -> Cause | None:
    chain = list(chained(fault))
    if any(isinstance(each, OSError) and each.errno in _UNREACHABLE for each in chain):
        return "refused"
    for kind, cause in _TYPES:
        if any(isinstance(each, kind) for each in chain):
            return cause
    return None


def chained(fault: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception and those that led to it."""
    seen: set[int] = set()
    while fault is not None and id(fault) not in seen:
        seen.add(id(fault))
        yield fault
        inner = getattr(fault, "os_error", None)  # aiohttp keeps it here
        if isinstance(inner, BaseException):
            yield inner
        fault = fault.__cause__ or fault.__context__
