"""How much of the waiting is hidden, and does a thousand at once cost more? Rows R6 and R7.

    python docs/benchmarks/waiting.py                   5,000 cells of 50 ms, 100 at once
    python docs/benchmarks/waiting.py --rows 500 --rounds 1

Wall time over ideal, which is that of a place that takes the next call at the moment at which its
last one ends. The floors are bare anyio workers that pull from one
iterator, and bare threads. R7 sets the CPU of a cell with 1,000 places against that with 100.
"""

import argparse
import heapq
import random
import threading
import time
from collections.abc import Callable
from itertools import count
from math import log

import anyio
from measuring import cost, figure, least, median, tell

from rmg_core import GradingRunner, grader

LATENCY = 0.05
PLACES = 100


@grader
async def waits(seconds: float) -> float:
    """1, after some seconds."""
    await anyio.sleep(seconds)
    return 1.0


@grader
def blocks(seconds: float) -> float:
    """1, after some seconds in which the thread is blocked."""
    time.sleep(seconds)
    return 1.0


def latencies(rows: int, *, are_equal: bool) -> list[float]:
    """Return the seconds of each call, 50 ms in the mean."""
    if are_equal:
        return [LATENCY] * rows
    dice = random.Random(7)  # noqa: S311 - the same latencies in every run
    return [dice.lognormvariate(log(LATENCY) - 0.5, 1.0) for _ in range(rows)]


def ideal(seconds: list[float]) -> float:
    """Return when the last call ends, if each begins as soon as a place is free."""
    free = [0.0] * PLACES
    for each in seconds:
        heapq.heapreplace(free, free[0] + each)
    return max(free)


def over_ideal(work: Callable[[], object], seconds: list[float]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) / ideal(seconds)


async def bare_workers(seconds: list[float], places: int) -> None:
    left = iter(seconds)

    async def worker() -> None:
        for each in left:
            await anyio.sleep(each)

    async with anyio.create_task_group() as tasks:
        for _ in range(places):
            tasks.start_soon(worker)


def bare_threads(seconds: list[float]) -> None:
    numbers = count()

    def worker() -> None:
        while (number := next(numbers)) < len(seconds):
            time.sleep(seconds[number])

    threads = [threading.Thread(target=worker) for _ in range(PLACES)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()


def hidden(seconds: list[float], rounds: int, *, is_blocking: bool = False) -> dict[str, float]:
    """Measure wall over ideal of one kind of grader."""
    kind = blocks if is_blocking else waits
    runner = GradingRunner({"waits": kind}, max_concurrency=PLACES)
    rows = [{"seconds": each} for each in seconds]

    def bare() -> None:
        if is_blocking:
            bare_threads(seconds)
        else:
            anyio.run(bare_workers, seconds, PLACES)

    found = median(
        rounds,
        floor=lambda: over_ideal(bare, seconds),
        ours=lambda: over_ideal(lambda: runner.run(rows), seconds),
    )
    return figure(found["ours"], found["floor"])


def at_concurrency(rows: int, rounds: int) -> dict[str, float]:
    """Measure the CPU of a cell with 1,000 places, and with 100."""
    seconds = [LATENCY] * rows
    cells = [{"seconds": each} for each in seconds]
    few = GradingRunner({"waits": waits}, max_concurrency=100)
    many = GradingRunner({"waits": waits}, max_concurrency=1000)
    found = least(
        rounds,
        few=lambda: cost(lambda: few.run(cells), rows),
        many=lambda: cost(lambda: many.run(cells), rows),
        bare_few=lambda: cost(lambda: anyio.run(bare_workers, seconds, 100), rows),
        bare_many=lambda: cost(lambda: anyio.run(bare_workers, seconds, 1000), rows),
    )
    return figure(found["many"] / found["few"], found["bare_many"] / found["bare_few"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    rows, rounds = chosen.rows, chosen.rounds
    tell(
        {
            "R6": hidden(latencies(rows, are_equal=True), rounds),
            "R6 log-normal": hidden(latencies(rows, are_equal=False), rounds),
            "R6 blocking": hidden(latencies(rows, are_equal=True), rounds, is_blocking=True),
            "R7": at_concurrency(2 * rows, rounds),
        },
        rows=rows,
        at_once=PLACES,
    )


if __name__ == "__main__":
    main()
