"""What litellm would send again is sent once, whoever in it tries."""

import anyio
import pytest

from rmg_core.testing import FaultServer

from .clients import chat, end_of, ended, run


@pytest.mark.parametrize("case", ["429", "500", "401", "400_context", "reset", "hang"])
def test_settings_of_others_for_retries_change_nothing(case, monkeypatch):
    async def asked():
        client = chat(server.url)
        await client.aopen()
        import litellm

        monkeypatch.setattr(litellm, "num_retries", 3)
        monkeypatch.setattr(litellm, "model_fallbacks", None)
        with anyio.move_on_after(0.3):
            await end_of(client)
        await client.aclose()

    with FaultServer() as server:
        server.play(case)
        run(asked)
    assert len(server.calls) == 1


def test_requests_that_are_not_ours_pass_by_the_guard():
    async def asked():
        client = chat(server.url)
        await client.aopen()
        await client.aclose()
        import httpx

        async with httpx.AsyncClient() as other:
            got = await other.post(f"{server.url}/chat/completions", json={"messages": []})
        return got.status_code

    with FaultServer() as server:
        server.play("gzip")
        assert run(asked) == 200
        server.play("ok")
        assert ended(chat(server.url)).text == "hello"
