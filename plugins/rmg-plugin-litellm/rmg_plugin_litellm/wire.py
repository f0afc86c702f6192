"""How the requests that litellm makes for us go over the wire: once, guarded, and noted."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from functools import cache, partial
from http import HTTPStatus
from importlib import import_module
from typing import Any, Final
from urllib.request import getproxies, proxy_bypass

import aiohttp
import anyio.lowlevel
import httpx
from attrs import define, field
from yarl import URL

from rmg_core import Cause, ProviderError
from rmg_plugin_litellm.bodies import mended, parsed
from rmg_plugin_litellm.causes import cause_of
from rmg_plugin_litellm.options import is_link_local

LARGEST: Final = 4_000_000
"""Bytes; no reply is longer, and what is gets refused."""

_SHORTEST_KEY: Final = 8  # what is shorter, such as "EMPTY", is no secret and may be any word
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_FRAMING: Final = frozenset({"content-length", "transfer-encoding", "content-encoding"})


class Stopped(Exception):
    """Ends what litellm does with a request; why stands in the exchange."""


@define(eq=False)
class Exchange:
    """What went over the wire in one attempt.

    `status`, `headers`, `body` and `made`, its JSON, are those of the last response, and `fault`
    is what the guard found. `secrets` are what the requests carried and nobody may read.
    `on_wire` is called when litellm has prepared a request.
    """

    session: aiohttp.ClientSession
    on_wire: Callable[[], None]
    secrets: set[str] = field(factory=set, repr=False)
    status: int | None = None
    headers: Mapping[str, str] = field(factory=dict)
    body: bytes = b""
    made: Any = None
    fault: ProviderError | None = None
    _sent: set[tuple[str, str]] = field(init=False, factory=set, repr=False)

    async def send(self, request: httpx.Request) -> httpx.Response:
        """Send a request of litellm and read the whole response.

        Raises:
            Stopped: it was not sent, or what came is no response that is let through.
        """
        self.on_wire()
        await anyio.lowlevel.checkpoint_if_cancelled()
        self._leave(request)
        content = await request.aread()
        try:
            response = await self.session.request(
                request.method,
                URL(str(request.url), encoded=True),
                headers={k: v for k, v in request.headers.items() if k != "host"},
                data=content or None,
                allow_redirects=False,
                proxy=_proxy_for(request.url.scheme, request.url.host),
                server_hostname=request.extensions.get("sni_hostname"),
            )
            await self._read(response)
        except (aiohttp.ClientError, OSError, ValueError) as fault:
            self.fault = ProviderError(cause_of(fault), _said(fault))
        if self.fault is not None:
            raise Stopped
        return self._response(request)

    def send_from_thread(
        self, request: httpx.Request, handle: Callable[[httpx.Request], httpx.Response]
    ) -> httpx.Response:
        """Do the same for what litellm sends from a thread, where nothing can be cancelled."""
        self._leave(request)
        try:
            response = handle(request)
            try:
                self._take_head(response.status_code, response.headers)
                self._take_body(b"".join(self._limited(response.iter_raw())))
            finally:
                response.close()
        except (httpx.HTTPError, OSError, ValueError) as fault:
            self.fault = ProviderError(cause_of(fault), _said(fault))
        if self.fault is not None:
            raise Stopped
        return self._response(request)

    def _leave(self, request: httpx.Request) -> None:
        """Note a request that is to be sent."""
        url = request.url
        sent = (request.method, str(url))
        if sent in self._sent and request.method != "GET":
            # Somebody in litellm tries again: after a lost connection, or without a parameter.
            raise Stopped
        self._sent.add(sent)
        self.secrets |= _secrets_of(request)
        # What litellm asks beside may fail, such as for what a model can.
        self.fault = self.status = None
        if is_link_local(url.host):
            self.stop("refused", f"{url.host} is link-local, where machines keep credentials")
        request.headers["accept-encoding"] = "identity"

    def stop(self, cause: Cause, said: str) -> None:
        """Note a fault, and end what litellm does."""
        self.fault = ProviderError(cause, said, self.status, self.headers)
        raise Stopped

    async def _read(self, response: aiohttp.ClientResponse) -> None:
        is_whole = False
        try:
            self._take_head(response.status, response.headers)
            body = bytearray()
            async for piece in response.content.iter_any():
                body += piece
                self._check_size(len(body))
            is_whole = True
            self._take_body(bytes(body))
        except aiohttp.ClientError:
            if response.status < HTTPStatus.BAD_REQUEST:
                raise  # of a failure the status is what counts
        finally:
            if not is_whole:
                _abort(response)

    def _limited(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        size = 0
        for piece in pieces:
            size += len(piece)
            self._check_size(size)
            yield piece

    def _take_head(self, status: int, headers: Mapping[str, str]) -> None:
        """Take the start of a response, which may be the end of it."""
        self.status, self.body, self.made = status, b"", None
        self.headers = {name.lower(): value for name, value in headers.items()}
        if status in _REDIRECTS:
            where = httpx.URL(self.headers.get("location", "")).host
            self.stop("redirect", f"to {where or 'another path'}, where rmg does not follow")
        encoding = self.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in {"", "identity"}:
            self._refuse("bad_response", f"the body is encoded as {encoding!r}, unasked")
        length = self.headers.get("content-length", "0")
        self._check_size(int(length) if length.isdecimal() else 0)

    def _take_body(self, body: bytes) -> None:
        self.body, self.made = body, parsed(body)

    def _check_size(self, size: int) -> None:
        if size > LARGEST:
            self._refuse("too_large", f"the body is longer than {LARGEST:,} bytes")

    def _refuse(self, cause: Cause, said: str) -> None:
        """Refuse a body; of a failure the status is what counts."""
        self.stop("status" if (self.status or 0) >= HTTPStatus.BAD_REQUEST else cause, said)

    def _response(self, request: httpx.Request) -> httpx.Response:
        content = mended(self.made) or self.body
        headers = {k: v for k, v in self.headers.items() if k not in _FRAMING}
        return httpx.Response(self.status or 0, headers=headers, content=content, request=request)


CURRENT: Final[ContextVar[Exchange | None]] = ContextVar("rmg_exchange", default=None)
"""The exchange of the attempt that runs here; requests of others in the process pass by."""


def install() -> None:
    """Let the requests of our attempts leave through their exchanges, whatever client makes them.

    litellm takes clients of its own kind here and of the SDK of OpenAI there, ignores them
    elsewhere, and makes new ones when it tries again. All of them end at one of these transports.
    """
    place = import_module("litellm.llms.custom_httpx.aiohttp_transport")
    asynchronous: tuple[Any, ...] = (place.LiteLLMAiohttpTransport, httpx.AsyncHTTPTransport)
    for transport in asynchronous:
        transport.handle_async_request = _guarded(transport.handle_async_request)
    blocking: Any = httpx.HTTPTransport
    blocking.handle_request = _guarded_in_thread(blocking.handle_request)


def _guarded(original: Callable[[Any, httpx.Request], Awaitable[httpx.Response]]) -> Any:
    async def handle_async_request(self: Any, request: httpx.Request) -> httpx.Response:
        exchange = CURRENT.get()
        if exchange is None:
            return await original(self, request)
        return await exchange.send(request)

    return handle_async_request


def _guarded_in_thread(original: Callable[[Any, httpx.Request], httpx.Response]) -> Any:
    def handle_request(self: Any, request: httpx.Request) -> httpx.Response:
        exchange = CURRENT.get()
        if exchange is None:
            return original(self, request)
        return exchange.send_from_thread(request, partial(original, self))

    return handle_request


@cache
def _proxy_for(scheme: str, host: str) -> str | None:
    """Return the proxy that the environment names; asked once a host, aiohttp asks in a thread."""
    proxies = getproxies()
    found = None if proxy_bypass(host) else proxies.get(scheme) or proxies.get("all")
    return f"http://{found}" if found and "://" not in found else found


def _secrets_of(request: httpx.Request) -> set[str]:
    """Return what of a request is, by the name of its header or parameter, a secret."""
    pairs = [*request.headers.items(), *request.url.params.multi_items()]
    marks = ("auth", "key", "token", "secret", "signature", "cookie")
    found = {value for name, value in pairs if any(mark in name.lower() for mark in marks)}
    found |= {value.partition(" ")[2] for value in found}
    return {value for value in found if len(value) >= _SHORTEST_KEY}


def _said(fault: BaseException) -> str:
    if isinstance(fault, aiohttp.InvalidURL):
        return "the URL is none"
    if isinstance(fault, aiohttp.ClientResponseError):
        return fault.message
    return str(fault) or type(fault).__name__


def _abort(response: aiohttp.ClientResponse) -> None:
    """Close a connection without waiting until what is still to be sent is sent."""
    if response.connection is not None and response.connection.transport is not None:
        response.connection.transport.abort()
    response.close()
