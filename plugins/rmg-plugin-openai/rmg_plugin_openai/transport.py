"""The connections of a client: one request, and what came back, with guards against the rest."""

from collections.abc import Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Final

from attrs import define, field, frozen

from rmg_core import ProviderError

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession

MEGABYTE: Final = 1_000_000
_MOST_OF_AN_ERROR: Final = 16_000  # bytes; 500 characters of them are told
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


@frozen
class Answer:
    """What came back, whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes | bytearray


@define(eq=False)
class Line:
    """The connections to one URL, of one event loop; `most` bytes is the longest body read.

    It has no deadline of its own. When a call is cancelled, its connection is closed at once.
    """

    url: str
    most: int
    ca_file: str | None
    _session: "ClientSession | None" = field(init=False, default=None, repr=False)

    async def post(self, headers: Mapping[str, str], body: bytes) -> Answer | ProviderError:
        """Send a request once. A failure is returned: raised, it would drag the key along."""
        try:
            if self._session is None:
                from rmg_plugin_openai.session import new_session

                self._session = new_session(self.url, self.ca_file)
            response = await self._session.post(
                self.url, data=_data(body), headers=headers, allow_redirects=False
            )
            is_whole = False
            try:
                answer = await _answer(response, self.most)
                is_whole = response.connection is None
            finally:
                if not is_whole:
                    _abort(response)
        except _faults() as fault:  # which is looked up only where something is raised
            from rmg_plugin_openai.faults import told

            return told(fault)
        return answer

    async def aclose(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()


def _faults() -> tuple[type[Exception], ...]:
    from aiohttp import ClientError

    return ClientError, OSError


def _data(body: bytes) -> bytes | BytesIO:
    """Return a body as aiohttp wants it: it warns of long bytes, and writes a stream in pieces."""
    return BytesIO(body) if len(body) > MEGABYTE else body


async def _answer(response: "ClientResponse", most: int) -> Answer | ProviderError:
    headers = response.headers
    if response.status in _REDIRECTS:
        where = headers.get("location", "")
        return ProviderError("redirect", f"to {where}", response.status, headers)
    is_success = 200 <= response.status < 300
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"", "identity"}:
        if is_success:
            said = f"the body is encoded as {encoding!r}, which was not asked for"
            return ProviderError("bad_response", said, response.status, headers)
        return Answer(response.status, headers, b"")
    if not is_success:
        return Answer(response.status, headers, await _start_of(response))
    if (response.content_length or 0) <= most:
        body = await _read(response, most)
        if len(body) <= most:
            return Answer(response.status, headers, body)
    said = f"the body is longer than {most:,} bytes"
    return ProviderError("too_large", said, response.status, headers)


async def _start_of(response: "ClientResponse") -> bytes | bytearray:
    """Read the body of a failure, of which the status is what counts."""
    from aiohttp import ClientError

    try:
        return await _read(response, _MOST_OF_AN_ERROR)
    except ClientError:
        return b""


async def _read(response: "ClientResponse", most: int) -> bytearray:
    """Read a body to its end, or a little further than `most` bytes."""
    body = bytearray()
    while len(body) <= most and (chunk := await response.content.readany()):
        body += chunk
    return body


def _abort(response: "ClientResponse") -> None:
    """Close a connection without waiting until what is still to be sent is sent."""
    if response.connection is not None and response.connection.transport is not None:
        response.connection.transport.abort()
    response.close()
