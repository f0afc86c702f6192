"""The guards of the wire: what is huge, TLS, proxies, and providers that do not read."""

import asyncio
import os
import socket
import ssl
import subprocess
import sys
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from rmg_core.models import Request, as_messages
from rmg_core.testing import FaultServer
from rmg_plugin_openai.session import Resolver, proxy_of

from .clients import chat, end_of, ended, run

LOOPBACK = Path(__file__).with_name("loopback.pem")  # for 127.0.0.1 alone; its key is no secret
GROWTH = """
import asyncio, resource, sys
from rmg_core.errors import ProviderError
from rmg_core.models import Request, as_messages
from rmg_plugin_openai.chat import Chat

async def ask(case):
    client = Chat(model="m", base_url=sys.argv[1])
    try:
        await client.chat(Request(as_messages(case)))
    except ProviderError:
        pass
    await client.aclose()

def peak():
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit

asyncio.run(ask("warm up"))
before = peak()
asyncio.run(ask("measure"))
print(peak() - before)
"""


@pytest.mark.parametrize("case", ["huge", "huge_chunks", "huge_error", "gzip_bomb", "huge_header"])
def test_what_is_huge_takes_little_memory(case):
    code = f"import sys; sys.path[:0] = {sys.path!r}\n{GROWTH}"
    with FaultServer() as server:
        server.play("ok", case)
        asked = subprocess.run(
            [sys.executable, "-c", code, server.url],
            capture_output=True,
            text=True,
            check=True,
        )
    assert [call.case for call in server.calls] == ["ok", case]
    assert int(asked.stdout) < 20_000_000


@asynccontextmanager
async def listening(serve, tls=None):
    """Listen on 127.0.0.1 while the block lasts; yield the port."""
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def answer_well(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    body = b'{"choices": [{"message": {"content": "over TLS"}}]}'
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body))
    await writer.drain()
    await reader.read()
    writer.close()


@pytest.mark.parametrize("ca_file", [None, str(LOOPBACK), "no/such/file.pem"])
def test_a_host_must_prove_who_it_is(ca_file):
    async def asked():
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(LOOPBACK)
        async with listening(answer_well, tls) as port:
            client = chat(f"https://127.0.0.1:{port}/v1", ca_file=ca_file)
            end = await end_of(client)
            await client.aclose()
            return end

    end = run(asked)
    if ca_file == str(LOOPBACK):
        assert end.text == "over TLS"
    else:
        assert end.cause == "tls"


def test_a_host_without_tls_cannot_prove_who_it_is():
    async def answer_plainly(reader, writer):
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 This is no TLS\r\n\r\n")
        writer.close()

    async def asked():
        async with listening(answer_plainly) as port:
            client = chat(f"https://127.0.0.1:{port}/v1")
            end = await end_of(client)
            await client.aclose()
            return end

    assert run(asked).cause == "tls"


def connected_to(port):
    """Count the sockets that the running loop watches whose other end is a port."""
    count = 0
    for descriptor in asyncio.get_running_loop()._selector.get_map():
        with socket.socket(fileno=os.dup(descriptor)) as copy, suppress(OSError):
            count += copy.family == socket.AF_INET and copy.getpeername()[1] == port
    return count


async def until_stuck(client):
    """Wait until a request cannot be written any further, since nobody reads it."""

    def unsent():
        transports = [each.transport for each in client._line._session.connector._acquired]
        return any(each.get_write_buffer_size() for each in transports if each is not None)

    while not unsent():  # noqa: ASYNC110 - nothing tells of it
        await asyncio.sleep(0)


def test_a_cancelled_call_does_not_wait_for_a_provider_that_does_not_read():
    prompt = Request(as_messages("x" * 30_000_000))

    async def cancelled():
        arrived, end = asyncio.Event(), asyncio.Event()

        async def never_read(_, writer):
            arrived.set()
            await end.wait()
            writer.transport.abort()

        async with listening(never_read) as port:
            client = chat(f"http://127.0.0.1:{port}/v1")
            call = asyncio.create_task(client.chat(prompt))
            await arrived.wait()
            await until_stuck(client)
            assert connected_to(port) == 1
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            await asyncio.sleep(0)  # the loop closes what was aborted in its next turn
            left = connected_to(port)
            end.set()
            await client.aclose()
        return left

    assert run(cancelled) == 0


def test_a_name_that_leads_to_a_link_local_address_leads_nowhere(monkeypatch):
    async def found(*_, **__):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("169.254.169.254", 80))]

    async def resolved():
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", found)
        with pytest.raises(OSError, match="link-local"):
            await Resolver().resolve("metadata.example.org", 80)

    run(resolved)


def test_the_proxy_of_the_environment_is_asked(monkeypatch):
    with FaultServer() as server:
        monkeypatch.setenv("http_proxy", server.url.removesuffix("/v1"))
        monkeypatch.setenv("no_proxy", "")
        reply = ended(chat("http://provider.example.org/v1"))
    assert reply.text == "hello"
    assert server.calls[0].path == "http://provider.example.org/v1/chat/completions"


def test_no_proxy_is_asked_for_this_machine_and_for_exceptions(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "inside.example.org")
    assert proxy_of("http://127.0.0.1:8000/v1") is None
    assert proxy_of("http://localhost:8000/v1") is None
    assert proxy_of("http://inside.example.org/v1") is None
    assert proxy_of("http://provider.example.org/v1") == "http://127.0.0.1:9"


def test_a_proxy_that_is_none_is_told(monkeypatch):
    monkeypatch.setenv("http_proxy", "socks5://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    error = ended(chat("http://provider.example.org/v1"))
    assert error.cause == "refused"
    assert "the environment names no HTTP proxy for http" in error.said


def test_the_passwords_of_netrc_are_not_sent(monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login ada password secret", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    with FaultServer() as server:
        ended(chat(server.url))
    assert server.calls[0].headers["authorization"].startswith("Bearer ")


def test_a_connection_that_went_stale_is_reset_and_the_call_not_sent_again():
    async def asked():
        calls = []

        async def answer_once(reader, writer):
            await reader.readuntil(b"\r\n\r\n")
            calls.append("answered")
            body = b'{"choices": [{"message": {"content": "4"}}]}'
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body))
            await reader.readuntil(b"POST ")
            await reader.readuntil(b"\r\n\r\n")
            calls.append("dropped")
            writer.transport.abort()

        async with listening(answer_once) as port:
            client = chat(f"http://127.0.0.1:{port}/v1")
            ends = [await end_of(client), await end_of(client)]
            await client.aclose()
        return ends, calls

    (first, second), calls = run(asked)
    assert first.text == "4"
    assert second.cause == "reset"
    assert calls == ["answered", "dropped"]
