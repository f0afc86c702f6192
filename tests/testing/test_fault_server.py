"""The fault server: what it tells of its calls, and what each case does on the wire."""

import gzip
import json
import socket
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlsplit

import pytest

from rmg_core.testing import CASES, FaultServer

CHAT = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}
EMBEDDINGS = {"model": "m", "input": ["a", "b"]}
HEADERS = {"authorization": "Bearer sk-canary"}
ENDLESS = {"hang", "slow_head", "slow_body", "endless_chunks"}
BROKEN = {"reset", "reset_head", "reset_body", "closed", "garbage", "too_few_bytes", "huge_header"}
HUGE = {"huge", "huge_chunks", "huge_error"}


@pytest.fixture
def server():
    with FaultServer() as made:
        yield made


@contextmanager
def connected(server: FaultServer) -> Iterator[HTTPConnection]:
    connection = HTTPConnection(urlsplit(server.url).netloc, timeout=10)
    try:
        yield connection
    finally:
        connection.close()


def ask(connection: HTTPConnection, body: object = None, path: str = "") -> HTTPResponse:
    asked = CHAT if body is None else body
    where = path or ("/v1/embeddings" if "input" in asked else "/v1/chat/completions")
    connection.request("POST", where, json.dumps(asked), HEADERS)
    return connection.getresponse()


def answered(server: FaultServer, case: str, body: object = None) -> tuple[HTTPResponse, bytes]:
    server.play(case)
    with connected(server) as connection:
        response = ask(connection, body)
        return response, response.read()


def message(server: FaultServer, case: str = "ok") -> dict:
    return json.loads(answered(server, case)[1])["choices"][0]["message"]


@contextmanager
def raw(server: FaultServer) -> Iterator[socket.socket]:
    """Send a request over a socket, and give that."""
    place = urlsplit(server.url)
    body = json.dumps(CHAT).encode()
    with socket.create_connection((place.hostname, place.port), timeout=10) as wire:
        head = f"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: {len(body)}\r\n\r\n"
        wire.sendall(head.encode() + body)
        yield wire


def read_to_the_end(wire: socket.socket) -> tuple[bytes, str]:
    """Return what came, and how it ended."""
    came = b""
    try:
        while piece := wire.recv(65536):
            came += piece
    except ConnectionResetError:
        return came, "reset"
    return came, "closed"


# What it tells, and how it is told what to do.


def test_the_last_message_comes_back(server):
    assert message(server)["content"] == "hello"


def test_an_answer_makes_the_text_of_good_replies(server):
    server.answer = lambda body: body["model"].upper()
    assert message(server)["content"] == "M"


def test_an_answer_may_be_a_whole_message(server):
    server.answer = lambda _: {"role": "assistant", "content": None, "refusal": "no"}
    assert message(server)["refusal"] == "no"


def test_what_an_answer_raises_is_raised_at_the_end():
    def fail(_: object) -> str:
        raise LookupError("no such answer")

    with (
        pytest.raises(LookupError, match="no such answer"),
        FaultServer(answer=fail) as server,
        raw(server) as wire,
    ):
        assert read_to_the_end(wire) == (b"", "closed")


def test_cases_are_played_in_order_and_the_last_for_ever(server):
    server.play("500", "401", "ok")
    with connected(server) as connection:
        statuses = []
        for _ in range(4):
            response = ask(connection)
            statuses.append(response.status)
            response.read()
    assert statuses == [500, 401, 200, 200]
    assert [call.case for call in server.calls] == ["500", "401", "ok", "ok"]


def test_a_new_play_replaces_the_one_before(server):
    server.play("500", "500")
    with connected(server) as connection:
        ask(connection).read()
        server.play("401", "ok")
        assert ask(connection).status == 401


def test_a_call_tells_what_arrived(server):
    before = time.monotonic()
    answered(server, "ok")
    [call] = server.calls
    assert (call.number, call.path, call.body) == (1, "/v1/chat/completions", CHAT)
    assert call.headers["authorization"] == "Bearer sk-canary"
    assert before <= call.at <= time.monotonic()


def test_a_body_that_is_no_json_is_given_as_it_is(server):
    with connected(server) as connection:
        connection.request("POST", "/v1/chat/completions", b"\xff{")
        connection.getresponse().read()
    assert server.calls[0].body == b"\xff{"


def test_connections_are_kept_alive(server):
    with connected(server) as connection:
        ask(connection).read()
        first = connection.sock
        ask(connection).read()
        assert connection.sock is first
        assert server.open_connections == 1
    server.wait_until(lambda it: not it.open_connections)


def test_a_connection_is_closed_where_the_client_wants_it(server):
    with connected(server) as connection:
        headers = {"connection": "close"}
        connection.request("POST", "/v1/chat/completions", json.dumps(CHAT), headers)
        connection.getresponse().read()
        server.wait_until(lambda it: not it.open_connections)


def test_a_hanging_call_ends_with_its_client(server):
    server.play("hang")
    with raw(server):
        server.wait_until(lambda it: it.calls and it.open_connections == 1)
    server.wait_until(lambda it: it.open_connections == 0)


@pytest.mark.parametrize("case", sorted(ENDLESS))
def test_the_server_ends_with_calls_that_never_do(case):
    with FaultServer() as server:
        server.play(case)
        wires = [raw(server) for _ in range(3)]
        for each in wires:
            each.__enter__()
        server.wait_until(lambda it: len(it.calls) == 3)
    for each in wires:
        each.__exit__(None, None, None)
    assert "fault server" not in [thread.name for thread in threading.enumerate()]


def test_the_latency_goes_before_the_reply(server):
    server.latency = 0.05
    before = time.monotonic()
    answered(server, "ok")
    assert time.monotonic() - before >= 0.05


def test_waiting_in_vain_says_what_there_is(server):
    with pytest.raises(TimeoutError, match="after 0 s there are 0 calls and 0 open connections"):
        server.wait_until(lambda it: bool(it.calls), seconds=0)


def test_a_mix_has_faults_at_its_rate_by_its_seed():
    def mixed(seed: int) -> list[str]:
        with FaultServer() as server, connected(server) as connection:
            server.mix(rate=0.3, cases=["500", "429"], seed=seed)
            for _ in range(200):
                ask(connection).read()
            return [call.case for call in server.calls]

    cases = mixed(1)
    assert set(cases) == {"ok", "500", "429"}
    assert 40 <= 200 - cases.count("ok") <= 80
    assert cases == mixed(1)
    assert cases != mixed(2)


def test_an_unknown_case_is_refused_with_the_near_miss(server):
    with pytest.raises(ValueError, match="there is no case '429_second'; did you mean '429_se"):
        server.play("429_second")


def test_no_case_is_refused(server):
    with pytest.raises(ValueError, match="name at least one case, such as 'ok'"):
        server.play()


def test_nothing_is_at_other_paths(server):
    with connected(server) as connection:
        assert ask(connection, path="/v1/models").status == 404
    assert server.calls[0].case == ""


def test_nobody_listens_at_the_refused_url(server):
    place = urlsplit(server.refused_url())
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((place.hostname, place.port), timeout=10)


def test_a_server_has_no_url_before_its_block():
    with pytest.raises(RuntimeError, match="inside of its `with` block"):
        FaultServer().url  # noqa: B018 - the look is the point


# The cases.


def test_every_row_of_the_catalogue_has_a_case():
    # P24 is a mix of the others.
    assert {f"P{number}" for number in range(1, 24)} <= {case.fault for case in CASES.values()}
    assert len(CASES) >= 65


@pytest.mark.parametrize("case", sorted({*CASES} - ENDLESS - BROKEN - HUGE))
def test_a_case_whose_connection_holds_is_a_response_of_http(server, case):
    kind = EMBEDDINGS if CASES[case].of == "embeddings" else CHAT
    response, body = answered(server, case, kind)
    assert response.status == int(case[:3]) if case[:3].isdigit() else response.status in (200, 307)
    assert int(response.headers["content-length"]) == len(body)


RETRY_AFTER = {
    "429": None,
    "429_seconds": "2",
    "429_decimals": "1.5",
    "429_ms": None,
    "429_duration": "1m30s",
    "429_reset": None,
    "429_garbage": "soon",
    "429_negative": "-5",
    "429_day": "86400",
    "429_quota": None,
    "503": None,
    "503_seconds": "2",
}


@pytest.mark.parametrize("case", RETRY_AFTER)
def test_a_case_says_when_to_come_again(server, case):
    response, _ = answered(server, case)
    assert response.headers["retry-after"] == RETRY_AFTER[case]


def test_other_headers_say_when_to_come_again(server):
    assert answered(server, "429_ms")[0].headers["retry-after-ms"] == "1500"
    assert answered(server, "429_reset")[0].headers["x-ratelimit-reset-requests"] == "1m30s"


@pytest.mark.parametrize(("case", "ahead"), [("429_http_date", 0), ("429_http_date_ahead", 3600)])
def test_a_date_of_http_is_two_seconds_after_the_servers_own(server, case, ahead):
    headers = answered(server, case)[0].headers
    [date] = headers.get_all("date")
    told, until = map(parsedate_to_datetime, (date, headers["retry-after"]))
    assert (until - told).total_seconds() == 2
    assert abs(told.timestamp() - time.time() - ahead) < 60


CODES = {
    "429": "rate_limit_exceeded",
    "429_quota": "insufficient_quota",
    "401": "invalid_api_key",
    "404_model": "model_not_found",
    "400_context": "context_length_exceeded",
    "400_context_words": None,
    "400_filter": "content_filter",
    "400_other": None,
    "500": None,
}


@pytest.mark.parametrize("case", CODES)
def test_an_error_has_the_code_of_the_protocol(server, case):
    assert json.loads(answered(server, case)[1])["error"]["code"] == CODES[case]


def test_the_key_is_echoed(server):
    assert b"sk-canary" in answered(server, "401_echo")[1]
    assert b"sk-canary" not in answered(server, "401")[1]


@pytest.mark.parametrize("case", ["502_html", "413", "html"])
def test_a_page_is_html(server, case):
    response, body = answered(server, case)
    assert response.headers["content-type"] == "text/html"
    assert body.startswith(b"<html>")


@pytest.mark.parametrize("case", ["truncated", "two_documents", "empty", "204", "html"])
def test_a_broken_body_is_no_json(server, case):
    with pytest.raises(ValueError):
        json.loads(answered(server, case)[1])


def test_invalid_utf8_is_none(server):
    with pytest.raises(UnicodeDecodeError):
        answered(server, "invalid_utf8")[1].decode()


@pytest.mark.parametrize(("case", "body"), [("list", b"[]"), ("null", b"null"), ("number", b"42")])
def test_a_body_may_be_no_object(server, case, body):
    assert answered(server, case)[1] == body


def test_errors_come_with_200(server):
    errors = {}
    for case in ("error", "error_code", "error_text"):
        response, body = answered(server, case)
        assert response.status == 200
        errors[case] = json.loads(body)["error"]
    assert "code" not in errors["error"]
    assert errors["error_code"]["code"] == 429
    assert errors["error_text"] == "overloaded"


def test_choices_are_missing(server):
    assert json.loads(answered(server, "no_choice")[1])["choices"] == []
    assert "choices" not in json.loads(answered(server, "no_choices")[1])


def test_contents_are_odd(server):
    cases = ("content_null", "content_empty", "content_list", "content_number")
    contents = [message(server, case)["content"] for case in cases]
    assert contents == [None, "", [{"type": "text", "text": "4"}], 4]


def test_a_refusal_has_no_content(server):
    made = message(server, "refusal")
    assert made["content"] is None
    assert made["refusal"].startswith("I'm sorry")


def test_reasons_to_finish_are_odd(server):
    cases = ("finish_filter", "finish_length", "finish_unknown", "finish_missing")
    choices = [json.loads(answered(server, case)[1])["choices"][0] for case in cases]
    reasons = [each.get("finish_reason") for each in choices]
    assert reasons == ["content_filter", "length", "eos", None]
    assert "finish_reason" not in choices[3]


def test_usages_are_odd(server):
    names = ("null", "missing", "negative", "absurd", "text")
    bodies = [json.loads(answered(server, f"usage_{name}")[1]) for name in names]
    counts = [(each.get("usage") or {}).get("prompt_tokens") for each in bodies]
    assert counts == [None, None, -5, 10**15, "12"]
    assert "usage" in bodies[0]
    assert "usage" not in bodies[1]


def test_contents_are_hostile(server):
    contents = [message(server, case)["content"] for case in ("surrogate", "control", "escapes")]
    assert "\ud800" in contents[0]
    assert "\x00" in contents[1]
    assert "\x1b[31m" in contents[2]
    assert "\x1b]8;;" in contents[2]


def test_the_nested_reply_is_100_000_deep(server):
    body = answered(server, "nested")[1]
    assert b"[" * 100_000 + b"]" * 100_000 in body
    assert json.loads(body.replace(b"[" * 99_999, b"").replace(b"]" * 99_999, b""))["choices"]


def test_good_replies_may_call_tools_and_tell_logprobs(server):
    [called] = message(server, "tool_calls")["tool_calls"]
    assert called["function"] == {"name": "verdict", "arguments": '{"score": 4}'}
    choice = json.loads(answered(server, "logprobs")[1])["choices"][0]
    assert [each["token"] for each in choice["logprobs"]["content"][0]["top_logprobs"]] == [
        "4",
        "5",
    ]


def test_embeddings_are_good_or_odd(server):
    def data(case: str) -> list[dict]:
        return json.loads(answered(server, case, EMBEDDINGS)[1])["data"]

    good = data("ok")
    assert [len(each["embedding"]) for each in good] == [4, 4]
    assert data("embeddings_out_of_order") == good[::-1]
    assert data("embeddings_missing") == good[:1]
    assert [len(each["embedding"]) for each in data("embeddings_unequal")] == [3, 4]
    assert [each["index"] for each in data("embeddings_repeated")] == [0, 0]
    assert data("embeddings_text")[0]["embedding"] == ["a", "b"]


def test_a_compressed_reply_is_a_good_one(server):
    response, body = answered(server, "gzip")
    assert response.headers["content-encoding"] == "gzip"
    assert json.loads(gzip.decompress(body))["choices"][0]["message"]["content"] == "hello"


def test_the_bomb_is_small_and_becomes_200_mb(server):
    body = answered(server, "gzip_bomb")[1]
    assert len(body) < 1_000_000
    inflating = zlib.decompressobj(wbits=31)
    size, left = 0, body
    while left:
        size += len(inflating.decompress(left, 1_000_000))
        left = inflating.unconsumed_tail
    assert inflating.eof  # its checksum is right
    assert size > 200_000_000


def test_a_redirect_leads_to_another_origin(server):
    response, _ = answered(server, "redirect")
    target = urlsplit(response.headers["location"])
    assert response.status == 307
    assert target.port != urlsplit(server.url).port
    assert server.redirected == []
    connection = HTTPConnection(target.netloc, timeout=10)
    ask(connection, path=target.path).read()
    connection.close()
    assert [call.body for call in server.redirected] == [CHAT]


@pytest.mark.parametrize(
    ("case", "start", "end"),
    [
        ("reset", b"", "reset"),
        ("reset_head", b"HTTP/1.1 200 ", "reset"),
        ("reset_body", b"HTTP/1.1 200 ", "reset"),
        ("closed", b"", "closed"),
        ("closed_after", b"HTTP/1.1 200 ", "closed"),
        ("garbage", b"SSH-2.0-", "closed"),
        ("too_few_bytes", b"HTTP/1.1 200 ", "closed"),
        ("huge_header", b"HTTP/1.1 200 ", "closed"),
    ],
)
def test_a_connection_ends_as_its_case_says(server, case, start, end):
    server.play(case)
    with raw(server) as wire:
        came, ended = read_to_the_end(wire)
    assert came.startswith(start)
    assert bool(came) is bool(start)
    assert ended == end


def test_a_reset_comes_in_the_middle(server):
    parts = {}
    for case in ("reset_head", "reset_body", "too_few_bytes"):
        server.play(case)
        with raw(server) as wire:
            came, _ = read_to_the_end(wire)
        parts[case] = came.partition(b"\r\n\r\n")
    assert parts["reset_head"][1] == b""
    for case in ("reset_body", "too_few_bytes"):
        head, _, body = parts[case]
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        assert 0 < len(body) < length


def test_more_comes_than_was_told(server):
    server.play("too_many_bytes")
    with raw(server) as wire:
        came = b""
        while not came.endswith(b"}}"):
            came += wire.recv(65536)
    head, _, body = came.partition(b"\r\n\r\n")
    assert f"content-length: {len(body) - 20}".encode() in head


@pytest.mark.parametrize("case", sorted(ENDLESS))
def test_an_endless_case_goes_on(server, case):
    server.play(case)
    with raw(server) as wire:
        server.wait_until(lambda it: bool(it.calls))
        if case == "hang":
            wire.setblocking(False)
            with pytest.raises(BlockingIOError):
                wire.recv(1)
            return
        came = b""
        for _ in range(5):
            came += wire.recv(65536)
    assert (b"\r\n\r\n" in came) == (case != "slow_head")
    assert (b"chunked" in came) == (case == "endless_chunks")


@pytest.mark.parametrize("case", sorted(HUGE))
def test_a_huge_body_has_60_mb(server, case):
    server.play(case)
    size = 0
    with connected(server) as connection:
        response = ask(connection)
        while piece := response.read(1_000_000):
            size += len(piece)
    assert 60_000_000 <= size < 60_001_000


def test_a_huge_header_has_2_mb(server):
    server.play("huge_header")
    with raw(server) as wire:
        head = read_to_the_end(wire)[0].partition(b"\r\n\r\n")[0]
    assert 2_000_000 < len(head) < 2_001_000
