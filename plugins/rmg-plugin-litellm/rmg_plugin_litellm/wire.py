"""How the requests that litellm makes for us go over the wire: once, guarded, and noted."""

import json
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from http import HTTPStatus
from importlib import import_module
from typing import Any, Final

import aiohttp
import anyio.lowlevel
import httpx
from attrs import define, field
from yarl import URL

from rmg_core.errors import Cause, ProviderError
from rmg_plugin_litellm.causes import cause_of
from rmg_plugin_litellm.options import is_link_local

LARGEST: Final = 4_000_000
"""Bytes; no reply is longer, and what is gets refused."""

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_NO_DEADLINE: Final = aiohttp.ClientTimeout(total=None, sock_connect=None)


class Stopped(Exception):
    """Ends what litellm does with a request; why stands in the exchange."""


@define(eq=False)
class Exchange:
    """What went over the wire in one attempt.

    `status`, `headers` and `body` are those of the last response, and `fault` is what the guard
    found. `secrets` are what the requests carried and nobody may read. `on_wire` is called when
    litellm has prepared the first request.
    """

    session: aiohttp.ClientSession
    on_wire: Callable[[], None]
    status: int | None = None
    headers: Mapping[str, str] = field(factory=dict)
    body: bytes = b""
    fault: ProviderError | None = None
    secrets: set[str] = field(factory=set, repr=False)
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
        headers = {name: value for name, value in request.headers.items() if name != "host"}
        headers["accept-encoding"] = "identity"
        try:
            response = await self.session.request(
                request.method,
                URL(str(request.url), encoded=True),
                headers=headers,
                data=content or None,
                allow_redirects=False,
                timeout=_NO_DEADLINE,
                server_hostname=request.extensions.get("sni_hostname"),
            )
            body = await self._read(response)
        except (aiohttp.ClientError, OSError, ValueError) as fault:
            self.fault = ProviderError(cause_of(fault), _said(fault))
        if self.fault is not None:
            raise Stopped
        return httpx.Response(
            self.status or 0, headers=list(response.headers.items()), content=body, request=request
        )

    def _leave(self, request: httpx.Request) -> None:
        """Note a request that is to be sent."""
        url = request.url
        self.secrets |= _secrets_of(request)
        if is_link_local(url.host):
            self.stop("refused", f"{url.host} is link-local, where machines keep credentials")
        sent = (request.method, str(url))
        if sent in self._sent and request.method != "GET":
            # Somebody in litellm tries again: after a lost connection, or without a parameter.
            raise Stopped
        self._sent.add(sent)

    def stop(self, cause: Cause, said: str) -> None:
        self.fault = ProviderError(cause, said, self.status, self.headers)
        raise Stopped

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        is_whole = False
        try:
            self.status = response.status
            self.headers = {name.lower(): value for name, value in response.headers.items()}
            self.body = b""
            self._check_head(response)
            body = bytearray()
            async for piece in response.content.iter_any():
                body += piece
                if len(body) > LARGEST:
                    self._refuse_size()
            is_whole = True
            self.body = bytes(body)
        except aiohttp.ClientError:
            if response.status < HTTPStatus.BAD_REQUEST:
                raise
            is_whole = False  # of a failure the status is what counts
        finally:
            if not is_whole:
                _abort(response)
        return self.body

    def _check_head(self, response: aiohttp.ClientResponse) -> None:
        if response.status in _REDIRECTS:
            where = URL(self.headers.get("location", "")).host
            self.stop("redirect", f"to {where or 'nowhere'}, which is not asked")
        encoding = self.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in {"", "identity"}:
            self.stop("bad_response", f"it is encoded as {encoding!r}, which was not asked for")
        if (response.content_length or 0) > LARGEST:
            self._refuse_size()

    def _refuse_size(self) -> None:
        if (self.status or 0) >= HTTPStatus.BAD_REQUEST:
            self.stop("status", f"with a body of more than {LARGEST:,} bytes")
        self.stop("too_large", f"the body is longer than {LARGEST:,} bytes")


CURRENT: Final[ContextVar[Exchange | None]] = ContextVar("rmg_exchange", default=None)
"""The exchange of the attempt that runs here; requests of others in the process pass by."""


def install() -> None:
    """Let the requests of our attempts leave through their exchanges, whatever client makes them.

    litellm takes clients of its own kind here and of the SDK of OpenAI there, ignores them
    elsewhere, and makes new ones when it tries again. All of them end at one of these transports.
    """
    place = import_module("litellm.llms.custom_httpx.aiohttp_transport")
    transports: tuple[Any, ...] = (place.LiteLLMAiohttpTransport, httpx.AsyncHTTPTransport)
    for transport in transports:
        original = transport.handle_async_request
        if not hasattr(original, "passes_rmg"):
            guarded = _guarded(original)
            guarded.passes_rmg = True  # type: ignore[attr-defined]  # a mark on a function
            transport.handle_async_request = guarded


_Handle = Callable[[Any, httpx.Request], Awaitable[httpx.Response]]


def _guarded(original: _Handle) -> _Handle:
    async def handle_async_request(self: Any, request: httpx.Request) -> httpx.Response:
        exchange = CURRENT.get()
        if exchange is None:
            return await original(self, request)
        return await exchange.send(request)

    return handle_async_request


def _secrets_of(request: httpx.Request) -> set[str]:
    """Return what of a request is, by the name of its header or parameter, a secret."""
    pairs = [*request.headers.items(), *request.url.params.multi_items()]
    marks = ("auth", "key", "token", "secret", "signature", "cookie")
    found = {value for name, value in pairs if any(mark in name.lower() for mark in marks)}
    found |= {value.partition(" ")[2] for value in found}
    return {value for value in found if len(value) >= 4}


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


def parsed(body: bytes) -> Any:
    """Return the JSON of a body, or None where it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
