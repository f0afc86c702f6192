"""A key goes to the host that it was meant for, and comes back in no word of ours."""

import traceback

import pytest

from rmg_core.errors import ProviderError
from rmg_core.redaction import Secret
from rmg_core.testing import CASES, FaultServer
from rmg_plugin_openai.calls import Keys
from rmg_plugin_openai.chat import Chat
from rmg_plugin_openai.embedding import Embedding
from rmg_plugin_openai.failures import hidden

from .clients import HELLO, KEY, end_of, ended, run

HANGING = {"hang", "slow_head", "slow_body", "endless_chunks"}


def test_no_failure_has_a_key_in_it_nor_in_its_traceback(monkeypatch):
    canaries = [f"{KEY}-{number}" for number in range(3)]
    monkeypatch.setenv("CANARY", canaries[0])

    async def told():
        client = Chat(
            model="m",
            base_url=server.url,
            api_key=Secret.from_env("CANARY"),
            headers={"x-key": Secret.of(canaries[1]), "x-other": Secret.of(canaries[2])},
        )
        texts = [repr(client), repr(client._line)]
        for case in CASES:
            if case in HANGING or CASES[case].of != "chat":
                continue
            server.play(case)
            end = await end_of(client)
            if isinstance(end, ProviderError):
                shown = traceback.TracebackException.from_exception(end, capture_locals=True)
                texts += [repr(end), str(end), str(end.headers), *shown.format()]
        await client.aclose()
        return "".join(texts)

    with FaultServer() as server:
        text = run(told)
    assert text.count("ProviderError") > 50
    assert [canary for canary in canaries if canary in text] == []


def test_a_key_is_cut_out_before_the_message_is_cut():
    error = ProviderError("status", "x" * 495 + KEY, 401, {"X-Request-Id": KEY}, KEY)
    clean = hidden(error, [KEY])
    assert (clean.said, clean.code) == ("x" * 495 + "***", "***")
    assert clean.headers == {"x-request-id": "***"}


def test_only_the_headers_that_matter_are_told():
    error = ProviderError("status", "", 429, {"Retry-After": "2", "Set-Cookie": "a", "Via": "b"})
    assert hidden(error, []).headers == {"retry-after": "2"}


@pytest.mark.parametrize(
    "url",
    [
        "http://api.openai.com/v1",
        "https://api.openai.com:8443/v1",
        "https://api.openai.com.example.org/v1",
        "http://127.0.0.1:8000/v1",
    ],
)
def test_the_key_of_openai_goes_to_nobody_else(monkeypatch, url):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert Keys.to(url, None, {}).api_key is None


def test_the_key_of_openai_goes_to_openai(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    headers, _ = Keys.to("https://api.openai.com/v1", None, {}).reveal()
    assert headers["Authorization"] == f"Bearer {KEY}"


def test_without_a_key_none_is_sent(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with FaultServer() as server:
        ended(Chat(model="m", base_url=server.url))
    assert "authorization" not in server.calls[0].headers


def test_a_key_that_is_not_there_is_told_without_a_call(monkeypatch):
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)
    with FaultServer() as server:
        client = Embedding(model="m", base_url=server.url, api_key=Secret.from_env("NO_SUCH_KEY"))
        error = ended(client)
    assert server.calls == []
    assert str(error) == (
        "status 401 (no_key): the environment variable NO_SUCH_KEY is not set; set it to the key"
    )


def test_a_key_that_is_more_than_a_line_is_told_without_its_text(monkeypatch):
    monkeypatch.setenv("ODD_KEY", f"{KEY}\r\nx: y")
    error = ended(Chat(model="m", api_key=Secret.from_env("ODD_KEY")))
    assert error.said == "the key from $ODD_KEY is not one line of plain ASCII"


def test_a_key_is_read_anew_for_each_call(tmp_path):
    file = tmp_path / "key"

    async def both():
        client = Chat(model="m", base_url=server.url, api_key=Secret.from_file(file))
        for key in ("first", "second\n"):
            file.write_text(key, encoding="utf-8")
            await client.chat(HELLO)
        await client.aclose()

    with FaultServer() as server:
        run(both)
    assert [call.headers["authorization"] for call in server.calls] == [
        "Bearer first",
        "Bearer second",
    ]
