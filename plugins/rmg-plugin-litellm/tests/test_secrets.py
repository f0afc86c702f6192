"""A key comes back in no word of ours."""

import logging
import traceback
import warnings

from rmg_core import ProviderError, Secret
from rmg_core.testing import CASES, FaultServer

from .clients import KEY, chat, embedding, end_of, run

HANGING = {"hang", "slow_head", "slow_body", "endless_chunks"}
CANARIES = [f"{KEY}-{number:02}" for number in range(30)]


def test_no_failure_has_a_key_in_it_nor_in_its_traceback(monkeypatch, caplog, capfd):
    monkeypatch.setenv("CANARY", CANARIES[0])
    keys = [Secret.from_env("CANARY"), *map(Secret.of, CANARIES[1:])]

    async def told():
        texts = []
        for number, case in enumerate(case for case in CASES if case not in HANGING):
            key = keys[number % len(keys)]
            server.play("401_echo" if number < len(keys) else case)
            build = chat if CASES[case].of == "chat" else embedding
            client = build(server.url, ["openai/m", "hosted_vllm/m"][number % 2], api_key=key)
            end = await end_of(client)
            texts += [repr(client), repr(end)]
            if isinstance(end, ProviderError):
                shown = traceback.TracebackException.from_exception(end, capture_locals=True)
                texts += [str(end), str(end.headers), *shown.format()]
                assert end.__context__ is None
            await client.aclose()
        return texts

    with (
        FaultServer() as server,
        caplog.at_level(logging.DEBUG),
        warnings.catch_warnings(record=True) as warned,
    ):
        warnings.simplefilter("always")
        texts = run(told)
    assert {call.headers["authorization"] for call in server.calls} == {
        f"Bearer {canary}" for canary in CANARIES
    }
    texts += [caplog.text, *map(str, warned), *capfd.readouterr()]
    assert sum("***" in text for text in texts) >= len(CANARIES)
    assert [canary for canary in CANARIES if any(canary in text for text in texts)] == []


def test_a_key_that_litellm_reads_itself_is_hidden_too(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with FaultServer() as server:
        server.play("401_echo")

        async def told():
            client = chat(server.url, api_key=None)
            end = await end_of(client)
            await client.aclose()
            return end

        end = run(told)
    assert end.said.startswith("Incorrect API key provided: ***.")
