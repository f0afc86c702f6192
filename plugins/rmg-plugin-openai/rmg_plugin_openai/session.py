"""How aiohttp is set up: no cookies, no deadline, no limit, no link-local host, and proxies."""

import ssl
from socket import AF_UNSPEC, AddressFamily
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from aiohttp.abc import ResolveResult

from rmg_plugin_openai.addresses import is_link_local, is_loopback

_LONGEST_FIELD = 16_384  # bytes, of one header


class Response(aiohttp.ClientResponse):
    """A response whose connection is gone at once when its call is cancelled.

    aiohttp closes it in order, which waits for a provider that does not read the request.
    """

    async def start(self, connection: Any) -> aiohttp.ClientResponse:
        try:
            return await super().start(connection)
        except BaseException:
            if connection.transport is not None:
                connection.transport.abort()
            raise


class Resolver(aiohttp.ThreadedResolver):
    """A resolver for which link-local addresses, where machines keep credentials, are not there."""

    async def resolve(
        self, host: str, port: int = 0, family: AddressFamily = AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await super().resolve(host, port, family)
        allowed = [each for each in found if not is_link_local(each["host"])]
        if not allowed:
            raise OSError(None, "the name leads to a link-local address")
        return allowed


def new_session(url: str, ca_file: str | None) -> aiohttp.ClientSession:
    """Return a session for one URL.

    Raises:
        OSError: the file of certificates cannot be used, or the proxy is of a kind that is not.
    """
    connector = aiohttp.TCPConnector(limit=0, ssl=_tls(ca_file), resolver=Resolver())
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
        proxy=proxy_of(url),
        auto_decompress=False,
        response_class=Response,
        max_line_size=_LONGEST_FIELD,
        max_field_size=_LONGEST_FIELD,
    )


def proxy_of(url: str) -> str | None:
    """Return the proxy that the environment names for a URL, but never for this machine.

    aiohttp's own `trust_env` asks in a thread at every call, and sends the passwords of ~/.netrc.

    Raises:
        ConnectionRefusedError: it is no HTTP proxy.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if is_loopback(host) or proxy_bypass(host):
        return None
    proxy = getproxies().get(parts.scheme)
    if proxy and not proxy.startswith(("http://", "https://")):
        raise ConnectionRefusedError(
            None, f"the environment names no HTTP proxy for {parts.scheme}"
        )
    return proxy or None


def _tls(ca_file: str | None) -> ssl.SSLContext | bool:
    if ca_file is None:
        return True
    context = ssl.create_default_context()
    try:
        context.load_verify_locations(ca_file)
    except OSError as fault:
        raise ssl.SSLError(None, f"the ca_file {ca_file!r} cannot be used: {fault}") from None
    return context
