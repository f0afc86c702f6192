"""Thousands of calls of a provider that fails in every way: all answered, or of the right kind."""

from collections import Counter
from random import Random
from typing import Any

import anyio
import pytest

from rmg_core.errors import ModelFailed, ModelStopped, ProviderError
from rmg_core.limits import Budget, Door, fault_in
from rmg_core.limits.virtual import run_virtually, virtual_clock
from rmg_core.models import Reply

from .providers import GOOD, outcome, status

HANG = "hang"
FAULTS: list[tuple[Any, str]] = [
    (status(429), "rate_limit"),
    (status(429, retry_after="2"), "rate_limit"),
    (status(429, "try again in 1.5s"), "rate_limit"),
    (status(500), "provider"),
    (status(502, "<html>"), "provider"),
    (status(503, retry_after="1"), "provider"),
    (status(529), "provider"),
    (status(408), "provider"),
    (status(200, "an error"), "provider"),
    (ProviderError("reset", ""), "provider"),
    (HANG, "timeout"),
    (ProviderError("bad_response", ""), "bad_response"),
    (Reply(""), "empty"),
    (status(400), "bad_request"),
    (status(400, "", "context_length_exceeded"), "context_overflow"),
    (status(400, "", "content_filter"), "content_filtered"),
    (ProviderError("too_large", ""), "bad_response"),
    (Reply("", refusal="no"), "refusal"),
    (Reply("a", finish="length"), "truncated"),
]


async def storm(calls: int, share: float, tasks: int) -> tuple[list[tuple[Any, str]], int, Door]:
    """Ask from many tasks; returns what came of each call beside what had to, and the attempts."""
    chance = Random(7)  # noqa: S311 - faults are no secret
    door = Door.of("judge", clock=virtual_clock())
    made: list[tuple[Any, str]] = []
    attempts = 0
    left = iter(range(calls))

    async def one() -> None:
        last = ""

        async def attempt() -> Any:
            nonlocal attempts, last
            attempts += 1
            await anyio.sleep(0.1 + chance.random())
            answer, last = chance.choice(FAULTS) if chance.random() < share else (GOOD, "")
            if answer is HANG:
                await anyio.sleep_forever()
            if isinstance(answer, ProviderError):
                raise answer
            return answer

        for _ in left:
            found = await outcome(door, attempt, timeout=5.0)
            made.append((found, last))

    async with anyio.create_task_group() as group:
        for _ in range(tasks):
            group.start_soon(one)
    return made, attempts, door


def test_of_10_000_calls_with_a_fifth_of_faults_none_is_lost_or_of_a_wrong_kind():
    made, attempts, door = run_virtually(storm, 10_000, 0.2, 200)
    assert len(made) == 10_000
    wrong = Counter((type(found).__name__, last) for found, last in made if kind_of(found) != last)
    assert wrong == {}
    assert attempts <= 13_500
    assert door.adaptive.running == 0


def kind_of(found: Any) -> str:
    """Return the kind of what came of a call, empty for an answer to go by."""
    if isinstance(found, ModelFailed):
        return found.kind
    fault = fault_in(found.reply)
    return "" if fault is None else fault.kind


@pytest.mark.parametrize("word", [401, 404])
def test_a_wrong_key_costs_no_more_calls_than_are_under_way(word: int):
    async def run() -> tuple[int, Counter[str], float]:
        attempts = 0
        door = Door.of("judge", max_concurrency=32, budget=Budget(), clock=virtual_clock())

        async def attempt() -> Reply:
            nonlocal attempts
            attempts += 1
            await anyio.sleep(1)
            raise status(word)

        found: Counter[str] = Counter()

        async def one() -> None:
            found[type(await outcome(door, attempt)).__name__] += 1

        async with anyio.create_task_group() as group:
            for _ in range(2_000):
                group.start_soon(one)
        return attempts, found, door.clock.now()

    attempts, found, now = run_virtually(run)
    assert attempts <= 32
    assert found == {ModelStopped.__name__: 2_000}
    assert now == 1


def test_a_provider_that_is_down_for_good_is_given_up_after_an_hour():
    async def run() -> tuple[int, list[str]]:
        told: list[str] = []
        door = Door.of("judge", clock=virtual_clock(), report=told.append, max_concurrency=64)
        attempts = 0

        async def attempt() -> Reply:
            nonlocal attempts
            attempts += 1
            await anyio.sleep(0.2)
            raise status(503)

        left = iter(range(100_000))

        async def one() -> None:
            for _ in left:
                if isinstance(await outcome(door, attempt), ModelStopped):
                    return

        async with anyio.create_task_group() as group:
            for _ in range(200):
                group.start_soon(one)
        return attempts, told

    attempts, told = run_virtually(run)
    assert attempts < 500
    assert told[-1].startswith(
        "model 'judge' is not asked any more in this run: no good answer for an hour"
    )


@pytest.mark.parametrize(("rpm", "tpm"), [(600, None), (None, 60_000), (90, 10_000)])
def test_limits_that_are_all_that_holds_calls_back_are_used_to_95_percent(rpm, tpm):
    minutes = 10
    most = min(rpm or 10**9, (tpm or 10**9) / 100)

    async def run() -> int:
        door = Door.of("judge", rpm=rpm, tpm=tpm, max_concurrency=200, clock=virtual_clock())
        chance = Random(3)  # noqa: S311 - latencies are no secret
        begun = 0

        async def attempt() -> Reply:
            nonlocal begun
            begun += 1
            await anyio.sleep(chance.uniform(0.5, 8))
            return Reply("a")

        async def one() -> None:
            while True:
                await outcome(door, attempt, tokens=chance.randint(50, 150))

        with anyio.move_on_after(60 * minutes - 1):
            async with anyio.create_task_group() as group:
                for _ in range(250):
                    group.start_soon(one)
        return begun

    assert run_virtually(run) >= 0.95 * most * minutes
