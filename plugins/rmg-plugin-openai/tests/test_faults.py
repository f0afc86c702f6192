"""What every case of the fault server comes to: one request, the facts, and nothing left open."""

import asyncio
import math

import pytest

from rmg_core.errors import ProviderError
from rmg_core.models import Embeddings, Reply, Request, ToolCall, Usage, as_messages
from rmg_core.testing import CASES, FaultServer

from .clients import HELLO, KEY, chat, embedding, end_of, ended

STATUSES = {
    "429": (429, "rate_limit_exceeded"),
    "429_quota": (429, "insufficient_quota"),
    "500": (500, "server_error"),
    "502_html": (502, ""),
    "503": (503, "service_unavailable"),
    "503_seconds": (503, "service_unavailable"),
    "504": (504, "server_error"),
    "529": (529, "overloaded_error"),
    "408": (408, "timeout"),
    "409": (409, "conflict"),
    "401": (401, "invalid_api_key"),
    "401_echo": (401, "invalid_api_key"),
    "402": (402, "payment_required"),
    "403": (403, "permission_error"),
    "404_model": (404, "model_not_found"),
    "400_context": (400, "context_length_exceeded"),
    "400_context_words": (400, "invalid_request_error"),
    "413": (413, ""),
    "400_filter": (400, "content_filter"),
    "400_other": (400, "invalid_request_error"),
    "422": (422, "invalid_request_error"),
    "error": (500, "server_error"),
    "error_code": (429, "server_error"),
    "error_text": (500, ""),
    "huge_error": (500, ""),
}
WAITS = {
    "429_seconds": {"retry-after": "2"},
    "429_decimals": {"retry-after": "1.5"},
    "429_http_date": {"retry-after", "date"},
    "429_http_date_ahead": {"retry-after", "date"},
    "429_ms": {"retry-after-ms": "1500"},
    "429_duration": {"retry-after": "1m30s"},
    "429_iso": {"retry-after", "date"},
    "429_reset": {"x-ratelimit-reset-requests": "1m30s"},
    "429_garbage": {"retry-after": "soon"},
    "429_negative": {"retry-after": "-5"},
    "429_day": {"retry-after": "86400"},
}
CAUSES = {
    "truncated": "bad_response",
    "two_documents": "bad_response",
    "empty": "bad_response",
    "204": "bad_response",
    "html": "bad_response",
    "invalid_utf8": "bad_response",
    "list": "bad_response",
    "null": "bad_response",
    "number": "bad_response",
    "no_choices": "bad_response",
    "content_number": "bad_response",
    "nested": "bad_response",
    "garbage": "bad_response",
    "too_many_bytes": "bad_response",
    "gzip": "bad_response",
    "gzip_bomb": "bad_response",
    "embeddings_missing": "bad_response",
    "embeddings_unequal": "bad_response",
    "embeddings_repeated": "bad_response",
    "embeddings_text": "bad_response",
    "reset": "reset",
    "reset_head": "reset",
    "reset_body": "reset",
    "closed": "reset",
    "too_few_bytes": "reset",
    "huge": "too_large",
    "huge_chunks": "too_large",
    "huge_header": "too_large",
    "redirect": "redirect",
}
REPLIES = {
    "ok": {"text": "hello", "finish": "stop", "model": "m"},
    "closed_after": {"text": "hello"},
    "tool_calls": {
        "text": "",
        "finish": "tool_calls",
        "tool_calls": (ToolCall("call_1", "verdict", '{"score": 4}'),),
    },
    "no_choice": {"text": "", "finish": "other"},
    "content_null": {"text": "", "finish": "stop", "refusal": ""},
    "content_empty": {"text": "", "finish": "stop"},
    "content_list": {"text": "4"},
    "refusal": {"text": "", "refusal": "I'm sorry, but I can't help with that."},
    "finish_filter": {"text": "", "finish": "content_filter"},
    "finish_length": {"finish": "length"},
    "finish_unknown": {"text": "hello", "finish": "other"},
    "finish_missing": {"text": "hello", "finish": "other"},
    "usage_null": {"usage": Usage()},
    "usage_missing": {"usage": Usage()},
    "usage_negative": {"usage": Usage(is_suspect=True)},
    "usage_absurd": {"usage": Usage(is_suspect=True)},
    "usage_text": {"usage": Usage(is_suspect=True)},
    "surrogate": {"text": "bro\ufffdken \ufffd"},
    "control": {"text": "a\x00b\x07c"},
    "escapes": {
        "text": "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x1b]8;;http://example.invalid\x07link"
    },
}
HANGING = ("hang", "slow_head", "slow_body", "endless_chunks")
ELSEWHERE = {"logprobs", "embeddings_out_of_order"}


@pytest.fixture(name="server", scope="module")
def _server():
    with FaultServer() as server:
        yield server


def played(server, case):
    """Return what a call comes to that is answered with a case, after looking at what is left."""
    server.play(case)
    before = len(server.calls)
    make = chat if CASES[case].of == "chat" else embedding
    end = ended(make(server.url))
    assert len(server.calls) == before + 1
    server.wait_until(lambda server: server.open_connections == 0)
    assert server.redirected == []
    if isinstance(end, ProviderError):
        assert end.__context__ is None
        assert KEY not in f"{end!r} {end} {end.headers}"
        assert len(end.said) <= 500
    return end


def test_every_case_is_looked_at():
    told = {*STATUSES, *WAITS, *CAUSES, *REPLIES, *HANGING, *ELSEWHERE}
    assert told == set(CASES)


@pytest.mark.parametrize("case", STATUSES)
def test_the_status_and_the_providers_word_are_told(server, case):
    error = played(server, case)
    assert (error.cause, error.status, error.code) == ("status", *STATUSES[case])
    assert error.said


@pytest.mark.parametrize("case", WAITS)
def test_the_headers_that_say_when_are_told(server, case):
    error = played(server, case)
    assert (error.cause, error.status) == ("status", 429)
    if isinstance(WAITS[case], dict):
        assert error.headers.items() >= WAITS[case].items()
    else:
        assert set(error.headers) >= WAITS[case]


@pytest.mark.parametrize("case", CAUSES)
def test_the_cause_is_told(server, case):
    assert played(server, case).cause == CAUSES[case]


@pytest.mark.parametrize("case", REPLIES)
def test_a_reply_is_read_as_it_is(server, case):
    reply = played(server, case)
    assert isinstance(reply, Reply)
    assert {name: getattr(reply, name) for name in REPLIES[case]} == REPLIES[case]


def test_logprobs_are_read(server):
    [first] = played(server, "logprobs").logprobs
    assert (first.token, first.logprob) == ("4", -0.105)
    assert [(each.token, each.logprob) for each in first.others] == [("4", -0.105), ("5", -2.303)]


def test_vectors_come_in_the_order_of_the_texts(server):
    server.play("ok")
    good = ended(embedding(server.url))
    assert isinstance(good, Embeddings)
    assert all(map(math.isfinite, good.vectors[0]))
    assert played(server, "embeddings_out_of_order") == good


@pytest.mark.parametrize("case", HANGING)
def test_a_cancelled_call_leaves_no_connection(server, case):
    async def cancelled():
        client = chat(server.url)
        before = len(server.calls)
        call = asyncio.create_task(client.chat(HELLO))
        await asyncio.to_thread(server.wait_until, lambda server: len(server.calls) > before)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await asyncio.to_thread(server.wait_until, lambda server: server.open_connections == 0)
        await client.aclose()
        return len(server.calls) - before

    server.play(case)
    assert asyncio.run(cancelled()) == 1


def test_what_came_is_told_of_a_bad_response(server):
    assert played(server, "html").said == "<html><body>Please sign in to the network</body></html>"


def test_a_key_that_comes_back_is_cut_out(server):
    assert "Incorrect API key provided: ***." in played(server, "401_echo").said


def test_nobody_at_the_port_is_told(server):
    error = ended(chat(server.refused_url()))
    assert (error.cause, error.status) == ("refused", None)


def test_a_name_that_leads_nowhere_is_told():
    assert ended(chat("http://nowhere.invalid/v1")).cause == "name"


def test_a_connection_is_used_again(server):
    async def twice():
        client = chat(server.url)
        await end_of(client)
        await end_of(client)
        was_open = server.open_connections
        await client.aclose()
        return was_open

    server.play("ok")
    assert asyncio.run(twice()) == 1
    server.wait_until(lambda server: server.open_connections == 0)


def test_calls_at_once_do_not_harm_each_other(server):
    """Faults of the connection must not reach the calls that use it before or after."""
    left_out = {*HANGING, "closed_after"}  # after that one, a call may not arrive
    cases = [case for case in CASES if CASES[case].of == "chat" and case not in left_out]

    async def asked():
        client = chat(server.url)
        ends = await asyncio.gather(
            *(end_of(client, Request(as_messages(f"no {number}"))) for number in range(300))
        )
        again = await end_of(client, Request(as_messages("no 300")))
        await client.aclose()
        return [*ends, again]

    before = len(server.calls)
    server.mix(rate=0.5, cases=cases, seed=11)
    ends = asyncio.run(asked())
    assert len(server.calls) - before == 301
    called = {call.body["messages"][-1]["content"]: call.case for call in server.calls[before:]}
    good = [number for number in range(301) if called[f"no {number}"] == "ok"]
    assert [ends[number].text for number in good] == [f"no {number}" for number in good]
    assert len(good) > 100
    server.wait_until(lambda server: server.open_connections == 0)
