"""How every script here measures: CPU, memory, the pace of the machine, a provider that is none.

Only the standard library is imported, so that the scripts of the peers can measure in the same
way in virtual environments of their own.
"""

import gc
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# Where nothing is compiled beforehand, a start compiles all that it loads, each time.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

HERE = Path(__file__).resolve().parent
BOTH = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
NO_NETWORK = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # else litellm fetches prices when imported
    "OPENAI_API_KEY": "none",  # else the SDK beneath litellm refuses to begin
}

# It answers by hand what one request after the other asks of a connection: the less it does, the
# less it stands in the way of who is measured on the other core.
SERVER = """
import asyncio, json, re, sys

REPLY, LATENCY = sys.argv[1], float(sys.argv[2])
HEAD = b"HTTP/1.1 200 OK\\r\\ncontent-type: application/json\\r\\ncontent-length: %d\\r\\n\\r\\n"

def whole(message, finish="stop"):
    body = json.dumps({"id": "c", "object": "chat.completion", "created": 1, "model": "m",
        "choices": [{"index": 0, "finish_reason": finish,
        "message": {"role": "assistant", "content": None, **message}}],
        "usage": {"prompt_tokens": 30, "completion_tokens": 1, "total_tokens": 31}}).encode()
    return HEAD % len(body) + body

SAME = whole({"content": REPLY})

def answer(body):
    if b'"tools"' in body:
        name = json.loads(body)["tools"][0]["function"]["name"]
        call = {"id": "t", "type": "function", "function": {"name": name, "arguments": REPLY}}
        return whole({"tool_calls": [call]}, "tool_calls")
    if "NONCE" not in REPLY:
        return SAME
    nonce = re.search(rb"VERDICT-(\\w+)", body)[1].decode()
    return whole({"content": REPLY.replace("NONCE", nonce)})

async def serve(reader, writer):
    try:
        while True:
            head = await reader.readuntil(b"\\r\\n\\r\\n")
            size = int(head.lower().partition(b"content-length:")[2].split(b"\\r", 1)[0])
            made = answer(await reader.readexactly(size))
            await asyncio.sleep(LATENCY)
            writer.write(made)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()

async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

asyncio.run(main())
"""


@contextmanager
def serving(reply: str, latency: float = 0.05) -> Iterator[str]:
    """Serve the protocol of OpenAI in a process of its own; yields the address.

    In the reply, NONCE stands for the one that the prompt asks the verdict with. Where a tool is
    offered, it is called with the reply for its arguments.
    """
    command = [sys.executable, "-c", SERVER, reply, str(latency)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            port = server.stdout.readline() if server.stdout else ""
            yield f"http://127.0.0.1:{int(port)}/v1"
        finally:
            server.kill()


def cpu_seconds(*whose: int) -> float:
    """Return the user and system seconds of this process, or of those that are named."""
    used = [resource.getrusage(who) for who in whose or (resource.RUSAGE_SELF,)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def cost(work: Callable[[], object], units: int) -> float:
    """Return CPU µs a unit; what `work` returns is kept until the clock has stopped."""
    gc.collect()
    began = cpu_seconds()
    kept = work()
    used = cpu_seconds() - began
    del kept
    return used / units * 1e6


def rss_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def rows_of(count: int) -> list[dict[str, str]]:
    return [{"response": f"answer {i % 7}", "reference": f"answer {i % 5}"} for i in range(count)]


def least(rounds: int, **work: Callable[[], float]) -> dict[str, float]:
    """Return the least of several measurements that take turns.

    For CPU: what else the machine does adds to a figure, and takes nothing off.
    """
    return {name: min(each) for name, each in in_turn(rounds, **work).items()}


def median(rounds: int, **work: Callable[[], float]) -> dict[str, float]:
    """Return the medians of several measurements that take turns. For wall time."""
    return {name: statistics.median(each) for name, each in in_turn(rounds, **work).items()}


def in_turn(rounds: int, **work: Callable[[], float]) -> dict[str, list[float]]:
    """Measure several things in turn, in an order that turns round: a slow moment is everyone's."""
    found: dict[str, list[float]] = {name: [] for name in work}
    for number in range(rounds):
        order = list(work) if number % 2 == 0 else list(reversed(work))
        for name in order:
            found[name].append(work[name]())
    return found


def noted(
    rounds: int, one_round: Callable[[Path, Callable[[str, float], None]], None]
) -> dict[str, float]:
    """Return the least of what each round notes, by its name; each has a new folder."""
    found: dict[str, list[float]] = {}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            one_round(Path(folder), lambda name, value: found.setdefault(name, []).append(value))
    return {name: min(each) for name, each in found.items()}


def percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def loop_us(rounds: int = 5) -> float:
    """Return the CPU µs that a bare loop takes to call a function and make a score object of it.

    It tells the pace of the machine at this moment: 1.0 where the targets were set. The garbage
    collector looks as often as it does by itself.
    """
    from rmg_core import GraderScore

    def same(response: str, reference: str) -> GraderScore:
        return GraderScore(1.0 if response == reference else 0.0)

    rows = rows_of(50_000)

    def loop() -> float:
        made = [same(row["response"], row["reference"]) for row in rows]
        return float(len(made))

    before = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    try:
        return round(min(cost(loop, len(rows)) for _ in range(rounds)), 3)
    finally:
        gc.set_threshold(*before)


def machine() -> dict[str, Any]:
    """Return what the figures depend on, without names of hosts."""
    processor = platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            processor = line.partition(":")[2].strip()
            break
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": f"{processor}, {os.cpu_count()} cores",
        "load": round(os.getloadavg()[0], 1),
    }


def figure(measured: float, floor: float | None = None) -> dict[str, float]:
    """Return the figure of one target, beside its floor in the same run."""
    made = {"measured": round(measured, 4)}
    if floor is not None:
        made["floor"] = round(floor, 4)
    return made


def tell(targets: dict[str, dict[str, float]], **details: Any) -> None:
    """Print the one JSON object of a script; `targets` are figures under the names of the rows."""
    print(json.dumps({**details, "targets": targets}, indent=2, ensure_ascii=False))
