"""What asking a model costs, beside other clients in the same run: rows J1 to J4.

    python docs/benchmarks/models.py               2,000 calls of 50 ms, 64 at once
    python docs/benchmarks/models.py --calls 100 --rounds 1

Prints one JSON object. The provider is a server on loopback in a process of its own, whose CPU is
not counted; CPU is user + system of this process, by call. `wall / ideal` is against calls that
take no time but the latency. A client whose packages are not installed is left out.
"""

import argparse
import asyncio
import importlib.util
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import Any

import anyio
import orjson

from rmg_core import connect
from rmg_core.limits import Budget, Door

Ask = Callable[[str], Awaitable[Any]]
Client = Callable[[str], AbstractAsyncContextManager[Ask]]

AT_ONCE = 64
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # else litellm fetches prices when imported
os.environ["OPENAI_API_KEY"] = "none"  # else the SDK beneath litellm refuses to begin
PROMPT = "Is this polite? Answer yes or no.\n\nThank you, that was most kind of you. "

# It answers by hand what one request after the other asks of a connection: the less it does, the
# less it stands in the way of who is measured on the other core.
SERVER = """
import asyncio, sys

BODY = (b'{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,'
    b'"message":{"role":"assistant","content":"yes"},"finish_reason":"stop"}],'
    b'"usage":{"prompt_tokens":30,"completion_tokens":1,"total_tokens":31}}')
REPLY = (b"HTTP/1.1 200 OK\\r\\ncontent-type: application/json\\r\\ncontent-length: %d\\r\\n\\r\\n"
    % len(BODY)) + BODY

async def serve(reader, writer):
    try:
        while True:
            head = await reader.readuntil(b"\\r\\n\\r\\n")
            size = int(head.lower().partition(b"content-length:")[2].split(b"\\r", 1)[0])
            await reader.readexactly(size)
            await asyncio.sleep(LATENCY)
            writer.write(REPLY)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()

async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

LATENCY = float(sys.argv[1])
asyncio.run(main())
"""

GRADER = '''
from rmg_core import Model, grader


@grader
async def polite(response: str, *, model: Model) -> float:
    """1 when the model says yes."""
    reply = await model.ask(f"Is this polite? Answer yes or no.\\n\\n{response}")
    return float(reply.text == "yes")
'''


@contextmanager
def serving(latency: float) -> Iterator[str]:
    """Serve the protocol in a process of its own; yields the address."""
    command = [sys.executable, "-c", SERVER, str(latency)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            port = server.stdout.readline() if server.stdout else ""
            yield f"http://127.0.0.1:{int(port)}/v1"
        finally:
            server.kill()


def cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


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
    "raw aiohttp + orjson": ("aiohttp", aiohttp_and_orjson),
    "J1 openai/chat": ("rmg_plugin_openai", ours("openai/chat", "m", "base_url")),
    "openai SDK": ("openai", openai_sdk),
    "litellm.acompletion": ("litellm", litellm_alone),
    "J3 litellm/chat": ("rmg_plugin_litellm", ours("litellm/chat", "openai/m", "api_base")),
}


async def timed(client: Client, url: str, calls: int, latency: float) -> tuple[float, float]:
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
            for _ in range(AT_ONCE):
                tasks.start_soon(worker)
        ideal = latency * -(-calls // AT_ONCE)
        used = 1e3 * (cpu_seconds() - cpu) / calls
        return used, (perf_counter() - began) / ideal


def clients(calls: int, rounds: int) -> dict[str, Any]:
    latency = 0.05
    installed = {
        name: client
        for name, (package, client) in CLIENTS.items()
        if importlib.util.find_spec(package)
    }
    figures: dict[str, list[tuple[float, float]]] = {name: [] for name in installed}
    with serving(latency) as url:
        for _ in range(rounds):
            for name, client in installed.items():  # in turn: a slow moment is everyone's
                figures[name].append(asyncio.run(timed(client, url, calls, latency)))
    made = {}
    for name, each in figures.items():
        cpu = statistics.median(used for used, _ in each)
        floor = statistics.median(used for used, _ in figures["raw aiohttp + orjson"])
        made[name] = {
            "CPU ms a call": round(cpu, 3),
            "times the floor": round(cpu / floor, 2),
            "wall / ideal": round(statistics.median(wall for _, wall in each), 2),
        }
    return made


def cells(calls: int, rounds: int) -> dict[str, Any]:
    """Measure J2: cells of a run from a file into a store, 256 at once."""
    figures = []
    with serving(0.05) as url, tempfile.TemporaryDirectory() as folder:
        Path(folder, "asking.py").write_text(GRADER)
        for many in (1, calls):
            with Path(folder, f"rows{many}.jsonl").open("w") as rows:
                rows.writelines(
                    json.dumps({"response": f"Good day {i}"}) + "\n" for i in range(many)
                )
            Path(folder, f"run{many}.toml").write_text(
                f'max_concurrency = 256\n[dataset]\npath = "rows{many}.jsonl"\n'
                f'[models.m]\nuse = "openai/chat"\nmax_concurrency = 256\n'
                f'options = {{ model = "m", base_url = "{url}" }}\n'
                '[graders.polite]\nuse = "./asking.py:polite"\noptions = { model = "m" }\n'
            )
        for _ in range(rounds):
            bare, _ = cpu_of_run(folder, "run1.toml")
            used, peak = cpu_of_run(folder, f"run{calls}.toml")
            figures.append((1e3 * (used - bare) / (calls - 1), peak))
    cpu = statistics.median(each for each, _ in figures)
    return {
        "J2 CPU ms a cell": round(cpu, 3),
        "verdicts a second of CPU": round(1e3 / cpu),
        "peak RSS MB": round(max(peak for _, peak in figures), 1),
    }


def cpu_of_run(folder: str, config: str) -> tuple[float, float]:
    """Return the CPU seconds and the peak of the memory, in MB, of one `rmg run`."""
    script = (
        "import re, resource, sys\n"
        "from rmg_core.cli import rmg\n"
        f"rmg.main(['run', {config!r}, '--quiet', '--fresh', '--json'], standalone_mode=False)\n"
        "used = resource.getrusage(resource.RUSAGE_SELF)\n"
        # What `ru_maxrss` says is never less than the parent had when it forked.
        "peak = re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())\n"
        "print(used.ru_utime + used.ru_stime, int(peak[1]) / 1024, file=sys.stderr)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    ended = subprocess.run(
        [sys.executable, "-c", script],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
        env=environment,
    )
    if json.loads(ended.stdout)["columns"]["polite"]["mean"] != 1.0:
        raise RuntimeError(ended.stdout)
    used, peak = ended.stderr.splitlines()[-1].split()
    return float(used), float(peak)


def control(calls: int, rounds: int) -> dict[str, Any]:
    """Measure J4: a call that goes through the door of a model whose limits are far away."""
    figures = []
    for _ in range(rounds):
        door = Door.of("m", max_concurrency=AT_ONCE, rpm=10**9, tpm=10**12)
        door.begin(Budget(usd=1e9), lambda _: None)
        began = cpu_seconds()
        for _ in range(calls):
            if (ticket := door.enter_nowait(100, 0.001)) is not None:
                door.leave(ticket, 90, 0.0009, None)
        figures.append(1e6 * (cpu_seconds() - began) / calls)
    return {"J4 CPU µs a call": round(statistics.median(figures), 2)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    report = {
        "python": platform.python_version(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "calls": given.calls,
        "clients": clients(given.calls, given.rounds),
        "cells": cells(max(given.calls, 2), given.rounds),
        "control": control(10 * given.calls, given.rounds),
    }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
