"""What aiohttp raises, told as the facts that rmg goes by."""

import ssl
from typing import Final

import aiohttp
from aiohttp.http_exceptions import LineTooLong

from rmg_core.errors import Cause, ProviderError

# The first class that fits counts. Messages are not looked at: they change.
_CAUSES: Final[tuple[tuple[type[Exception], Cause], ...]] = (
    (aiohttp.ClientConnectorDNSError, "name"),
    (aiohttp.InvalidURL, "name"),
    (aiohttp.ClientSSLError, "tls"),
    (ssl.SSLError, "tls"),
    (ConnectionRefusedError, "refused"),
    (aiohttp.ClientHttpProxyError, "refused"),
    (aiohttp.ClientConnectorError, "refused"),
    (aiohttp.ClientResponseError, "bad_response"),  # what came is not HTTP
)


def told(fault: Exception) -> ProviderError:
    """Return what a call that ended without a whole response failed of."""
    cause: Cause = next((cause for kind, cause in _CAUSES if isinstance(fault, kind)), "reset")
    origin = fault.os_error if isinstance(fault, aiohttp.ClientConnectorError) else None
    if cause == "refused" and isinstance(origin, ConnectionError):
        cause = "refused" if isinstance(origin, ConnectionRefusedError) else "reset"
    if cause == "bad_response" and _is_of_length(fault):
        cause = "too_large"
    return ProviderError(cause, f"{type(fault).__name__}: {fault}")


def _is_of_length(fault: BaseException | None) -> bool:
    """Whether a header was too long: the parser's own exception is behind aiohttp's."""
    while fault is not None:
        if isinstance(fault, LineTooLong):
            return True
        fault = fault.__cause__
    return False
