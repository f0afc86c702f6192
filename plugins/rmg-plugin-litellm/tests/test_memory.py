"""Bodies that are huge, or become so, take no memory."""

import subprocess
import sys

from rmg_core.testing import FaultServer

GROWTH = 20
"""Megabytes."""

CODE = """
import asyncio, resource, sys
sys.path[:0] = {path!r}
from rmg_core import ProviderError
from rmg_core.models import as_request
from rmg_core import Secret
from rmg_plugin_litellm.chat import Chat

async def main():
    for model in ("openai/m", "hosted_vllm/m"):
        client = Chat(model=model, api_base={url!r}, api_key=Secret.of("sk-1234567890"))
        await client.aopen()
        for number in range(5):
            try:
                await client.chat(as_request("hello"))
                before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            except ProviderError as error:
                print(error.cause)
        await client.aclose()
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print((after - before) / (1024 if sys.platform == "linux" else 1024**2))

asyncio.run(main())
"""


def test_huge_bodies_do_not_grow_the_process():
    with FaultServer() as server:
        server.play(*("ok", "huge", "huge_chunks", "huge_error", "gzip_bomb") * 2)
        code = CODE.format(path=sys.path, url=server.url)
        ran = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
    told = ran.stdout.split()
    causes = ["too_large", "too_large", "status", "bad_response"]
    assert told[:4] == told[5:9] == causes
    assert max(float(told[4]), float(told[9])) < GROWTH
    assert len(server.calls) == 10
