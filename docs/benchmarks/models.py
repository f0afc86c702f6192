"""What does a call of a model cost, beside other clients in the same run? Rows J1 and J3.

    python docs/benchmarks/models.py               2,000 calls of 50 ms, 64 at once
    python docs/benchmarks/models.py --calls 100 --rounds 1

The provider is a server on loopback in a process of its own, whose CPU is not counted. Wall is
against calls that take no time but the latency. A client whose packages are not installed is left
out; one that takes milliseconds gets a quarter of the calls. The floor of J1 is aiohttp with
orjson, that of J3 litellm by itself.
"""

import argparse
import asyncio
import importlib.util
import os
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from itertools import count
from statistics import median
from time import perf_counter
from typing import Any

import anyio
import orjson
from measuring import NO_NETWORK, cpu_seconds, figure, serving, tell

from rmg_core import connect

Ask = Callable[[str], Awaitable[Any]]
Client = Callable[[str], AbstractAsyncContextManager[Ask]]

AT_ONCE = 64
LATENCY = 0.05
os.environ.update(NO_NETWORK)
PROMPT = "VERDICT-0 Is this polite? Answer yes or no.\n\nThank you, that was most kind of you. "


@asynccontextmanager
async def aiohttp_and_orjson(url: str) -> Any:
    """The floor: a request and a reply, and nothing looked at but the text."""
    import aiohttp

    address = f"{url}/chat/completions"
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def ask(prompt: str) -> str:
            body = {"model": "m", "messages": [{"role": "user", "content": prompt}]}
            headers = {"content-type": "application/json"}
            async with session.post(address, data=orjson.dumps(body), headers=headers) as got:
                made = orjson.loads(await got.read())
            return str(made["choices"][0]["message"]["content"])

        yield ask


@asynccontextmanager
async def openai_sdk(url: str) -> Any:
    import openai

    async with openai.AsyncOpenAI(base_url=url, api_key="none", max_retries=0) as client:

        async def ask(prompt: str) -> Any:
            message = {"role": "user", "content": prompt}
            return await client.chat.completions.create(model="m", messages=[message])

        yield ask


@asynccontextmanager
async def litellm_alone(url: str) -> Any:
    import litellm

    async def ask(prompt: str) -> Any:
        return await litellm.acompletion(
            model="openai/m",
            messages=[{"role": "user", "content": prompt}],
            api_base=url,
            api_key="none",
            max_retries=0,
        )

    yield ask


def ours(use: str, model: str, address: str) -> Client:
    @asynccontextmanager
    async def client(url: str) -> Any:
        made = connect(use, {"model": model, address: url}, max_concurrency=AT_ONCE)
        async with made.opened():
            yield made.ask

    return client


CLIENTS: dict[str, tuple[str, Client]] = {
    "aiohttp+orjson": ("aiohttp", aiohttp_and_orjson),
    "openai/chat": ("rmg_plugin_openai", ours("openai/chat", "m", "base_url")),
    "openai SDK": ("openai", openai_sdk),
    "litellm.acompletion": ("litellm", litellm_alone),
    "litellm/chat": ("rmg_plugin_litellm", ours("litellm/chat", "openai/m", "api_base")),
}
SLOW = ("openai SDK", "litellm.acompletion", "litellm/chat")
ROWS = (
    ("J1", "openai/chat", "aiohttp+orjson"),
    ("J3", "litellm/chat", "litellm.acompletion"),
)


async def timed(
    client: Client, url: str, calls: int, at_once: int = AT_ONCE
) -> tuple[float, float]:
    """Return CPU ms a call, and wall over ideal."""
    async with client(url) as ask:
        for warm in range(8):
            await ask(f"{PROMPT}{warm}")
        numbers = count()

        async def worker() -> None:
            while (number := next(numbers)) < calls:
                await ask(f"{PROMPT}{number}.")

        began, cpu = perf_counter(), cpu_seconds()
        async with anyio.create_task_group() as tasks:
            for _ in range(at_once):
                tasks.start_soon(worker)
        ideal = LATENCY * -(-calls // at_once)
        used = 1e3 * (cpu_seconds() - cpu) / calls
        return used, (perf_counter() - began) / ideal


def clients(names: list[str], calls: int, rounds: int) -> dict[str, dict[str, float]]:
    installed = {
        name: CLIENTS[name][1] for name in names if importlib.util.find_spec(CLIENTS[name][0])
    }
    figures: dict[str, list[tuple[float, float]]] = {name: [] for name in installed}
    with serving("yes", LATENCY) as url:
        for _ in range(rounds):
            for name, client in installed.items():  # in turn: a slow moment is everyone's
                some = max(calls // 4, 8) if name in SLOW else calls
                figures[name].append(asyncio.run(timed(client, url, some)))
    return {
        name: {
            "cpu_ms_a_call": round(min(used for used, _ in each), 3),
            "wall_over_ideal": round(median(wall for _, wall in each), 3),
        }
        for name, each in figures.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", nargs="+", choices=CLIENTS, default=list(CLIENTS))
    given = parser.parse_args()
    found = clients(given.clients, given.calls, given.rounds)
    targets = {}
    for row, name, floor in ROWS:
        if name in found and floor in found:
            for suffix, figures in (("", "cpu_ms_a_call"), (" wall", "wall_over_ideal")):
                targets[row + suffix] = figure(found[name][figures], found[floor][figures])
    targets.pop("J3 wall", None)
    tell(targets, calls=given.calls, at_once=AT_ONCE, clients=found)


if __name__ == "__main__":
    main()
