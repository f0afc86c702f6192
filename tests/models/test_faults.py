"""What comes of every fault of a provider, through both packs: the end, the calls, the waits."""

import asyncio
import subprocess
import sys
import time
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

from rmg_core.testing import CASES, FaultServer

from .fault_asking import KEY, PACKS, Waits, asked, came_of, connected

pytest.importorskip("rmg_plugin_openai", reason="rmg-plugin-openai is not installed")
pytest.importorskip("rmg_plugin_litellm", reason="rmg-plugin-litellm is not installed")

# litellm warns of the types of its own providers at the first call.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydantic")

BACK_OFF = (0.5, 1.0, 2.0)
"""Seconds: half of 1, 2 and 4, since the chance of these tests is 0.5."""

OK = ("ok", 1, ())
STOPPED = ("stopped", 1, ())
RETRIED = ("provider", 4, BACK_OFF)
LIMITED = ("rate_limit", 4, BACK_OFF)
BAD = ("bad_response", 3, BACK_OFF[:2])
EMPTY = ("empty", 3, BACK_OFF[:2])


def failed(kind):
    return (kind, 1, ())


def limited(*waits):
    return ("rate_limit", 4, waits)


ENDS = {
    "ok": OK,
    "tool_calls": OK,
    "logprobs": OK,
    "embeddings_out_of_order": OK,
    # P1 to P4: too many.
    "429": LIMITED,
    "429_seconds": limited(2.0, 2.0, 2.0),
    "429_decimals": limited(1.5, 1.5, 2.0),
    "429_http_date": limited(2.0, 2.0, 2.0),
    "429_http_date_ahead": limited(2.0, 2.0, 2.0),
    "429_ms": limited(1.5, 1.5, 2.0),
    "429_duration": limited(90.0, 90.0, 90.0),
    "429_iso": limited(90.0, 90.0, 90.0),
    "429_reset": limited(90.0, 90.0, 90.0),
    "429_garbage": LIMITED,
    "429_negative": LIMITED,
    "429_day": STOPPED,
    # P5: no money. P7: no key, no model. P23: the key comes back.
    "429_quota": STOPPED,
    "401": STOPPED,
    "401_echo": STOPPED,
    "402": STOPPED,
    "403": STOPPED,
    "404_model": STOPPED,
    # P6: the provider is not well.
    "500": RETRIED,
    "502_html": RETRIED,
    "503": RETRIED,
    "503_seconds": ("provider", 4, (2.0, 2.0, 2.0)),
    "504": RETRIED,
    "529": RETRIED,
    "408": RETRIED,
    "409": RETRIED,
    # P8, P9: what is asked is refused.
    "400_context": failed("context_overflow"),
    "400_context_words": failed("context_overflow"),
    "413": failed("context_overflow"),
    "400_filter": failed("content_filtered"),
    "400_other": failed("bad_request"),
    "422": failed("bad_request"),
    # P10: the connection.
    "reset": RETRIED,
    "reset_head": RETRIED,
    "reset_body": RETRIED,
    "closed": RETRIED,
    "closed_after": OK,
    "too_few_bytes": RETRIED,
    "too_many_bytes": BAD,
    "garbage": BAD,
    # P12: no reply of the protocol.
    "truncated": BAD,
    "two_documents": BAD,
    "empty": BAD,
    "204": BAD,
    "html": BAD,
    "invalid_utf8": BAD,
    "list": BAD,
    "null": BAD,
    "number": BAD,
    # P13: an error with the status 200.
    "error": RETRIED,
    "error_code": LIMITED,
    "error_text": RETRIED,
    # P14, P15: nothing in it, or something else.
    "no_choice": EMPTY,
    "no_choices": BAD,
    "content_null": EMPTY,
    "content_empty": EMPTY,
    "content_list": OK,
    "content_number": BAD,
    "embeddings_missing": BAD,
    "embeddings_unequal": BAD,
    "embeddings_repeated": BAD,
    "embeddings_text": BAD,
    # P16, P17: a reply that is none to go by.
    "refusal": failed("refusal"),
    "finish_filter": failed("content_filtered"),
    "finish_length": failed("truncated"),
    "finish_unknown": OK,
    "finish_missing": OK,
    # P18: a usage that cannot be. P22: odd characters.
    "usage_null": OK,
    "usage_missing": OK,
    "usage_negative": OK,
    "usage_absurd": OK,
    "usage_text": OK,
    "surrogate": OK,
    "control": OK,
    "escapes": OK,
    # P19, P20: too much. P21: elsewhere.
    "huge": failed("bad_response"),
    "huge_chunks": failed("bad_response"),
    "huge_error": RETRIED,
    "gzip": BAD,
    "gzip_bomb": BAD,
    "huge_header": failed("bad_response"),
    "nested": BAD,
    "redirect": failed("provider"),
}
"""By case: `ok`, `stopped` or the kind of the failure; the calls; the waits between them."""

WITH_A_REPLY = ("ok", "empty", "refusal", "content_filtered", "truncated")

HANGING = ("hang", "slow_head", "slow_body", "endless_chunks")
"""P11: what only a deadline ends."""

TIMEOUT = 0.3
LATEST = 0.2
"""Seconds of an attempt, and those that it may go on past them."""

HUGE = ("huge", "huge_chunks", "huge_error", "gzip_bomb", "huge_header", "nested")


GROWTH = """
import asyncio, sys
sys.path[:0] = {path!r}
from pathlib import Path
from fault_asking import came_of

def most():
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024

for _ in range(20):
    asyncio.run(came_of({pack!r}, {url!r}, "ok"))
Path("/proc/self/clear_refs").write_text("5")  # from here on VmHWM is measured anew
before = most()
for case in {cases!r}:
    print(asyncio.run(came_of({pack!r}, {url!r}, case)).word)
print(most() - before)
"""


@cache
def played(pack, case):
    """Return what came of a case, and the server that has been asked for it."""
    with FaultServer() as server:
        server.play(case)
        came = asyncio.run(came_of(pack, server.url, case))
        server.wait_until(lambda server: not server.open_connections)
    return came, server


def test_the_table_has_every_case():
    assert {*ENDS, *HANGING} == set(CASES)


@pytest.mark.parametrize("case", ENDS)
@pytest.mark.parametrize("pack", PACKS)
def test_a_fault_comes_to_its_kind_after_its_calls_and_waits(pack, case):
    came, server = played(pack, case)
    assert (came.word, len(server.calls), came.waits) == ENDS[case]
    assert KEY not in str(came.end)


@pytest.mark.parametrize("case", [case for case in ENDS if ENDS[case][0] in WITH_A_REPLY])
def test_a_reply_is_the_same_through_both_packs(case):
    ends = [played(pack, case)[0].end for pack in PACKS]
    of_openai, of_litellm = (getattr(end, "reply", end) for end in ends)
    assert of_openai == of_litellm


@pytest.mark.parametrize("pack", PACKS)
def test_the_target_of_a_redirect_gets_nothing(pack):
    came, server = played(pack, "redirect")
    assert "write the address that it leads to in the config" in str(came.end)
    assert server.redirected == []


@pytest.mark.parametrize("pack", PACKS)
def test_a_reply_that_is_cut_is_asked_for_once_more_with_twice_as_many_tokens(pack):
    with FaultServer() as server:
        server.play("finish_length")
        came = asyncio.run(came_of(pack, server.url, "finish_length", max_tokens=10))
    assert came.word == "truncated"
    assert [call.body["max_tokens"] for call in server.calls] == [10, 20]


@pytest.mark.parametrize("pack", PACKS)
def test_a_model_that_nobody_answers_for_is_given_up_after_10_calls(pack):
    with FaultServer() as server:
        came = asyncio.run(came_of(pack, server.refused_url(), "ok", attempts=12))
    assert came.word == "stopped"
    assert came.waits == (*BACK_OFF, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0)
    assert "10 calls in a row reached nobody" in str(came.end)


async def cut_off(pack, server, case):
    """Return what comes of a case that hangs, and the seconds that it took."""
    await came_of(pack, server.url, "ok")  # the first call imports, and takes longer
    server.play(case)
    waits = Waits()
    connection = connected(pack, server.url, waits, timeout=TIMEOUT)
    async with connection.opened():
        began = time.monotonic()
        came = await asked(connection, waits)
        seconds = time.monotonic() - began
        # The client is still open: it is the cut calls whose connections are gone.
        await asyncio.to_thread(server.wait_until, lambda server: not server.open_connections)
    return came, seconds


@pytest.mark.parametrize("pack", PACKS)
def test_what_hangs_is_cut_off_at_its_deadline(pack):
    async def all_at_once():
        with ExitStack() as stack:
            servers = [stack.enter_context(FaultServer()) for _ in HANGING]
            pairs = zip(servers, HANGING, strict=True)
            ends = await asyncio.gather(*(cut_off(pack, *pair) for pair in pairs))
        return ends, servers

    ends, servers = asyncio.run(all_at_once())
    calls = [len(server.calls) - 1 for server in servers]
    assert calls == [4] * len(HANGING)
    assert [(came.word, came.waits) for came, _ in ends] == [("timeout", BACK_OFF)] * len(HANGING)
    late = [seconds - 4 * TIMEOUT for _, seconds in ends]
    assert max(late) <= 4 * LATEST


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="there is no /proc")
@pytest.mark.parametrize("pack", PACKS)
def test_what_is_huge_takes_at_most_20_megabytes(pack):
    path = [str(Path(__file__).parent), *sys.path]
    with FaultServer() as server:
        server.play(*["ok"] * 20, *(case for case in HUGE for _ in range(ENDS[case][1])))
        code = GROWTH.format(path=path, pack=pack, url=server.url, cases=HUGE)
        ran = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=False
        )
    assert ran.returncode == 0, ran.stderr
    *words, growth = ran.stdout.split()
    assert words == [ENDS[case][0] for case in HUGE]
    assert int(growth) <= 20_000_000
