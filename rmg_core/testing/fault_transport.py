"""Cases of the fault server that break, stall or overfill the connection."""

import zlib
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from rmg_core.testing.fault_wire import Case, Wire, as_json, chunk, head

HUGE: Final = 60_000_000
"""Bytes of the huge bodies."""

INFLATED: Final = 200_000_000
"""Bytes that the gzip bomb becomes."""

_PIECE: Final = b"x" * 1_000_000
_GZIP_HEAD: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_OPEN: Final = b'{"choices": [{"index": 0, "finish_reason": "stop", "message": {"content": "'
_SHUT: Final = b'"}}]}'


async def _reset(wire: Wire) -> None:
    await wire.reset()


async def _reset_head(wire: Wire) -> None:
    await wire.reset(head(200, 1000)[:40])


async def _reset_body(wire: Wire) -> None:
    body = as_json(wire.good)
    await wire.reset(head(200, len(body)) + body[: len(body) // 2])


async def _closed(wire: Wire) -> None:
    wire.close()


async def _closed_after(wire: Wire) -> None:
    await wire.respond(wire.good)
    wire.close()


async def _garbage(wire: Wire) -> None:
    await wire.send(b"SSH-2.0-OpenSSH_9.6\r\n\x00\x01\x02\r\n\r\n")
    wire.close()


async def _too_few_bytes(wire: Wire) -> None:
    body = as_json(wire.good)
    await wire.send(head(200, len(body) + 1000) + body)
    wire.close()


async def _too_many_bytes(wire: Wire) -> None:
    body = as_json(wire.good)
    await wire.send(head(200, len(body) - 20) + body)


async def _hang(wire: Wire) -> None:
    await wire.hang()


async def _slow_head(wire: Wire) -> None:
    await wire.trickle(b"HTTP/1.1 200 OK\r\nx-slow: ", b"z")


async def _slow_body(wire: Wire) -> None:
    await wire.trickle(head(200, 1_000_000), b" ")


async def _endless_chunks(wire: Wire) -> None:
    await wire.trickle(head(200, None), chunk(b" " * 16))


async def _huge(wire: Wire) -> None:
    wire.is_kept = False
    length = len(_OPEN) + HUGE + len(_SHUT)
    await wire.send(head(200, length) + _OPEN, *[_PIECE] * (HUGE // len(_PIECE)), _SHUT)


async def _huge_chunks(wire: Wire) -> None:
    wire.is_kept = False
    await wire.respond_in_chunks([_OPEN, *[_PIECE] * (HUGE // len(_PIECE)), _SHUT])


async def _huge_error(wire: Wire) -> None:
    wire.is_kept = False
    await wire.send(head(500, HUGE), *[_PIECE] * (HUGE // len(_PIECE)))


async def _gzip(wire: Wire) -> None:
    body = zlib.compress(as_json(wire.good), wbits=31)
    await wire.respond(body, headers={"content-encoding": "gzip"})


async def _gzip_bomb(wire: Wire) -> None:
    await wire.respond(bomb(), headers={"content-encoding": "gzip"})


@cache
def bomb() -> bytes:
    """Return a gzip body, of 200 KB, that becomes 200 MB: a good reply with a long content.

    One piece is compressed once and stands there 200 times: a whole compression takes seconds.
    """

    def flushed(data: bytes) -> bytes:
        deflate = zlib.compressobj(wbits=-15)
        return deflate.compress(data) + deflate.flush(zlib.Z_FULL_FLUSH)

    times = INFLATED // len(_PIECE)
    checksum = zlib.crc32(_OPEN)
    for _ in range(times):
        checksum = zlib.crc32(_PIECE, checksum)
    checksum = zlib.crc32(_SHUT, checksum)
    last = zlib.compressobj(wbits=-15)
    size = len(_OPEN) + times * len(_PIECE) + len(_SHUT)
    tail = last.compress(_SHUT) + last.flush()
    ends = checksum.to_bytes(4, "little") + size.to_bytes(4, "little")
    return _GZIP_HEAD + flushed(_OPEN) + flushed(_PIECE) * times + tail + ends


async def _huge_header(wire: Wire) -> None:
    wire.is_kept = False
    await wire.respond(wire.good, headers={"x-filler": "a" * 2_000_000})


async def _redirect(wire: Wire) -> None:
    await wire.respond(b"", 307, headers={"location": wire.elsewhere + wire.call.path})


TRANSPORT: Final[Mapping[str, Case]] = MappingProxyType(
    {
        "reset": Case("P10", "the connection is reset before a byte", _reset),
        "reset_head": Case("P10", "it is reset in the middle of the headers", _reset_head),
        "reset_body": Case("P10", "it is reset in the middle of the body", _reset_body),
        "closed": Case("P10", "it is closed in order without a byte", _closed),
        "closed_after": Case(
            "P10",
            "a good reply, then the connection is closed; the next call may not arrive",
            _closed_after,
        ),
        "garbage": Case("P10", "what comes is not HTTP", _garbage),
        "too_few_bytes": Case("P10", "content-length is more than what comes", _too_few_bytes),
        "too_many_bytes": Case("P10", "content-length is less than what comes", _too_many_bytes),
        "hang": Case("P11", "the request is taken, and never answered", _hang),
        "slow_head": Case("P11", "a byte of the headers every 20 ms, for ever", _slow_head),
        "slow_body": Case("P11", "a byte of the body every 20 ms, of a million", _slow_body),
        "endless_chunks": Case("P11", "16 bytes every 20 ms, for ever", _endless_chunks),
        "huge": Case("P19", "a good reply of 60 MB, with its length", _huge),
        "huge_chunks": Case("P19", "a good reply of 60 MB, in chunks", _huge_chunks),
        "huge_error": Case("P19", "a 500 with a body of 60 MB", _huge_error),
        "gzip": Case("P19", "a good reply, though compressed", _gzip),
        "gzip_bomb": Case("P19", "200 KB that become 200 MB", _gzip_bomb),
        "huge_header": Case("P20", "a header of 2 MB", _huge_header),
        "redirect": Case("P21", "307 to another origin", _redirect),
    }
)
