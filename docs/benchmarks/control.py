"""What do the limits of a model cost a call, and how much of them do they let through? Row J4.

    python docs/benchmarks/control.py                20,000 calls
    python docs/benchmarks/control.py --calls 1000 --rounds 1

A call enters and leaves the door of a model with limits of requests, tokens and money: once where
nothing stands in its way, and once where each has to queue for the one place there is. The share
of what rpm and tpm allow is counted over ten minutes of a clock that is set, not waited for.
"""

import argparse

import anyio
from attrs import evolve
from measuring import cost, figure, least, loop_us, tell

from rmg_core.limits import SYSTEM, Budget, Door

MINUTES = 10


def free(calls: int) -> None:
    """Enter and leave where nothing stands in the way."""
    door = Door.of("m", max_concurrency=64, rpm=10**9, tpm=10**12)
    door.begin(Budget(usd=1e9), lambda _: None)
    for _ in range(calls):
        ticket = door.enter_nowait(100, 0.001)
        if ticket is not None:
            door.leave(ticket, 90, 0.0009, None)


async def crowd(calls: int, *, is_bare: bool, callers: int = 64) -> None:
    """Let callers queue for a few places, each of which is held for one turn of the loop."""
    door = Door.of("m", max_concurrency=4, rpm=10**9, tpm=10**12)
    door.begin(Budget(usd=1e9), lambda _: None)
    bare = anyio.CapacityLimiter(4)
    left = iter(range(calls))

    async def caller() -> None:
        for _ in left:
            if is_bare:
                async with bare:
                    await anyio.lowlevel.checkpoint()
            else:
                ticket = await door.enter(100, 0.001)
                await anyio.lowlevel.checkpoint()
                door.leave(ticket, 90, 0.0009, None)

    async with anyio.create_task_group() as tasks:
        for _ in range(callers):
            tasks.start_soon(caller)


async def let_through(rpm: int | None, tpm: int | None) -> float:
    """Return the share of what is allowed that gets through in ten minutes."""
    passed = 0.0

    async def sleep(seconds: float) -> None:
        nonlocal passed
        passed += seconds

    door = Door.of("m", rpm=rpm, tpm=tpm, clock=evolve(SYSTEM, now=lambda: passed, sleep=sleep))
    calls = 0
    while True:
        ticket = await door.enter(100, None)
        if passed >= 60 * MINUTES:
            break
        calls += 1
        door.leave(ticket, 90, None, None)
        passed += 0.001
    allowed = [rpm] if rpm else []
    allowed += [tpm / 90] if tpm else []
    return calls / (MINUTES * min(allowed))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    calls = given.calls
    used = least(
        given.rounds,
        free=lambda: cost(lambda: free(calls), calls),
        queued=lambda: cost(lambda: anyio.run(lambda: crowd(calls, is_bare=False)), calls),
        bare=lambda: cost(lambda: anyio.run(lambda: crowd(calls, is_bare=True)), calls),
    )
    shares = [
        anyio.run(let_through, *each) for each in ((600, None), (None, 60_000), (600, 60_000))
    ]
    tell(
        {
            "J4": figure(used["free"]),
            "J4 queued": figure(used["queued"], used["bare"]),
            "J4 throughput": figure(100 * min(shares)),
        },
        calls=calls,
        loop_us=loop_us(),
    )


if __name__ == "__main__":
    main()
