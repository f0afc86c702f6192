"""What every fault of the fault server becomes: one request each, and the facts."""

import asyncio
import ssl
from pathlib import Path

import anyio
import pytest

from rmg_core import ProviderError
from rmg_core.models import Embeddings, Reply
from rmg_core.testing import CASES, FaultServer

from .clients import HELLO, chat, embedding, end_of, ended, run

# Modules of providers that litellm imports at the first call warn of their types.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydantic")

LOOPBACK = Path(__file__).with_name("loopback.pem")  # for 127.0.0.1 alone; its key is no secret
HANGING = {"hang", "slow_head", "slow_body", "endless_chunks"}

REPLIES = {
    "ok": "stop",
    "tool_calls": "tool_calls",
    "logprobs": "stop",
    "no_choice": "other",
    "content_null": "stop",
    "content_empty": "stop",
    "content_list": "stop",
    "refusal": "stop",
    "finish_filter": "content_filter",
    "finish_length": "length",
    "finish_unknown": "other",
    "finish_missing": "other",
    "usage_null": "stop",
    "usage_missing": "stop",
    "usage_negative": "stop",
    "usage_absurd": "stop",
    "usage_text": "stop",
    "surrogate": "stop",
    "control": "stop",
    "escapes": "stop",
    "closed_after": "stop",
}
"""How the reply ends of each case that gives one."""

BAD = {"truncated", "two_documents", "empty", "204", "html", "invalid_utf8", "list", "null"}
BAD |= {"number", "no_choices", "content_number", "nested", "garbage", "too_many_bytes"}
BAD |= {"gzip", "gzip_bomb", "embeddings_missing", "embeddings_unequal", "embeddings_repeated"}
BAD |= {"embeddings_text"}

CAUSES = {
    **dict.fromkeys(BAD, "bad_response"),
    **dict.fromkeys(("reset", "reset_head", "reset_body", "closed", "too_few_bytes"), "reset"),
    **dict.fromkeys(("huge", "huge_chunks", "huge_header"), "too_large"),
    "redirect": "redirect",
}

STATUSES = {"error": 500, "error_code": 429, "error_text": 500, "huge_error": 500}


def client_of(case, url):
    return chat(url) if CASES[case].of == "chat" else embedding(url)


@pytest.mark.parametrize("case", [case for case in CASES if case not in HANGING])
def test_each_fault_is_one_request_and_is_told_by_its_facts(case):
    with FaultServer() as server:
        server.play(case)
        end = ended(client_of(case, server.url))
    assert (len(server.calls), server.redirected) == (1, [])
    if case in REPLIES:
        assert isinstance(end, Reply), end
        assert end.finish == REPLIES[case]
    elif case == "embeddings_out_of_order":
        assert isinstance(end, Embeddings)
    else:
        assert isinstance(end, ProviderError), end
        status = STATUSES.get(case) or (int(case[:3]) if case[:3].isdigit() else None)
        assert end.cause == CAUSES.get(case, "status")
        assert end.cause != "status" or end.status == status
        assert end.said
        assert len(end.said) <= 500


@pytest.mark.parametrize("case", sorted(HANGING))
@pytest.mark.parametrize("model", ["openai/m", "hosted_vllm/m"])
def test_a_call_that_is_cancelled_leaves_no_connection_and_no_task(case, model):
    async def cancelled():
        client = chat(server.url, model)
        await client.aopen()
        async with anyio.create_task_group() as group:
            group.start_soon(client.chat, HELLO)
            await anyio.to_thread.run_sync(server.wait_until, lambda each: each.calls)
            group.cancel_scope.cancel()
        await anyio.to_thread.run_sync(server.wait_until, lambda each: not each.open_connections)
        # What litellm starts to note how long a call took ends by itself at once.
        await anyio.wait_all_tasks_blocked()
        left = anyio.get_running_tasks()
        await client.aclose()
        return left

    with FaultServer() as server:
        server.play(case)
        assert len(run(cancelled)) == 1
    assert len(server.calls) == 1


def test_a_call_may_be_cancelled_at_any_moment():
    async def cancelled():
        client = chat(server.url)
        await client.aopen()
        ends = []
        for number in range(60):
            with anyio.move_on_after(number / 4000):
                ends.append(await end_of(client))
        await client.aclose()
        return ends

    with FaultServer(latency=0.005) as server:
        ends = run(cancelled)
    assert 0 < len(ends) < 60
    assert all(isinstance(end, Reply) for end in ends)


@pytest.mark.parametrize("model", ["openai/m", "hosted_vllm/m", "anthropic/m"])
def test_a_connection_that_nobody_takes_is_refused(model):
    with FaultServer() as server:
        end = ended(chat(server.refused_url(), model))
    assert (end.cause, end.status) == ("refused", None)


def test_a_name_that_leads_nowhere_is_told():
    assert ended(chat("http://rmg.invalid/v1")).cause == "name"


def test_a_host_that_cannot_prove_who_it_is_is_told():
    async def asked():
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(LOOPBACK)
        server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0, ssl=tls)
        async with server:
            client = chat(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1")
            end = await end_of(client)
            await client.aclose()
        return end

    assert run(asked).cause == "tls"


@pytest.mark.parametrize("model", ["hosted_vllm/m", "azure/m", "mistral/m", "groq/m"])
@pytest.mark.parametrize("case", ["429_seconds", "500", "reset", "redirect", "gzip", "422", "html"])
def test_other_ways_of_litellm_are_guarded_alike(model, case):
    with FaultServer() as server:
        server.play(case)
        version = {"api_version": "2024-06-01"} if model.startswith("azure") else {}
        end = ended(chat(server.url, model, **version))
        server.play(case)
        same = ended(chat(server.url))
    assert (end.cause, end.status, end.said) == (same.cause, same.status, same.said)
    assert (len(server.calls), server.redirected) == (2, [])


@pytest.mark.parametrize(
    "model",
    [
        *("anthropic/m", "gemini/m", "cohere_chat/m", "openrouter/m"),
        *("together_ai/m", "text-completion-openai/m", "databricks/m"),
        *("openai/responses/m", "deepseek/m", "xai/m", "azure_ai/m", "litellm_proxy/m"),
    ],
)
def test_requests_of_every_provider_pass_the_guard(model):
    with FaultServer() as server:
        server.play("500")
        end = ended(chat(server.url, model))
    assert isinstance(end, ProviderError), end
    assert end.status in {404, 500}, end
    sent = [call for call in server.calls if not call.path.endswith("/show")]
    assert [call.headers["accept-encoding"] for call in sent] == ["identity"]


def test_the_headers_that_say_when_are_told_and_no_others():
    with FaultServer() as server:
        server.play("429_reset")
        end = ended(chat(server.url))
    assert end.code == "rate_limit_exceeded"
    assert end.headers["x-ratelimit-reset-requests"] == "1m30s"
    assert "content-type" not in end.headers


def test_a_quota_that_is_spent_is_told_by_its_code():
    with FaultServer() as server:
        server.play("429_quota")
        assert ended(chat(server.url)).code == "insufficient_quota"
