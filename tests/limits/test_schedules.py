"""Over a thousand random schedules no limit is broken, nobody starves, and little time is lost."""

import heapq
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from random import Random

import anyio
import pytest
from attrs import define, field, frozen

from rmg_core.errors import ProviderError
from rmg_core.limits import Door, answered
from rmg_core.limits.virtual import run_virtually, virtual_clock
from rmg_core.models import Reply, Usage

WINDOW = 60.0
ROUNDING = 1e-4
SEEDS = 1000


@frozen
class Call:
    """What is asked: when, how long it takes, the tokens that are estimated and those used."""

    comes: float
    seconds: float
    estimate: int
    used: int


@frozen
class Schedule:
    rpm: int | None
    tpm: int | None
    concurrency: int
    faults: float
    pause: float
    """The most seconds that a call waits for something else, after it has waited at the door."""

    calls: Sequence[Call]

    @classmethod
    def of(cls, seed: int) -> "Schedule":
        chance = Random(seed)  # noqa: S311 - a schedule is no secret
        tpm = chance.choice([None, 1_000, 20_000])
        largest = (tpm or 1_000) // chance.choice([4, 20, 100])
        calls, now = [], 0.0
        pace = chance.choice([0.0, 0.0, 0.5, 3.0])
        longest = chance.choice([0.2, 2.0, 20.0, 90.0])
        for _ in range(chance.randint(20, 80)):
            now += pace * chance.random()
            estimate = chance.randint(1, largest)
            used = int(estimate * chance.choice([0.3, 0.8, 1.0]))
            calls.append(Call(now, chance.uniform(0.1, 1.0) * longest, estimate, used))
        return cls(
            rpm=chance.choice([None, 5, 17, 60]),
            tpm=tpm,
            concurrency=chance.choice([1, 3, 10, 100]),
            faults=chance.choice([0.0, 0.0, 0.1]),
            pause=chance.choice([0.0, 0.0, 0.0, 0.1, 10.0]),
            calls=calls,
        )


@define
class Began:
    """An attempt of a call."""

    number: int
    moment: float
    ended: float = float("inf")
    tokens: int = 0


@define
class Log:
    begun: list[Began] = field(factory=list)
    asked_until: list[tuple[float, float]] = field(factory=list)
    """When a provider asked to wait, and until when."""


async def run(schedule: Schedule, seed: int) -> Log:
    clock, log = virtual_clock(seed), Log()
    chance = Random(-seed)  # noqa: S311 - a schedule is no secret
    door = Door.of(
        "judge",
        max_concurrency=schedule.concurrency,
        rpm=schedule.rpm,
        tpm=schedule.tpm,
        clock=clock,
    )
    start = clock.now()

    @asynccontextmanager
    async def pause() -> AsyncIterator[None]:
        yield
        if schedule.pause:
            await clock.sleep(schedule.pause * chance.random())

    async def one(number: int, call: Call) -> None:
        async def attempt() -> Reply:
            began = Began(number, clock.now() - start, tokens=call.estimate)
            log.begun.append(began)
            is_refused = chance.random() < schedule.faults
            await clock.sleep(0.05 if is_refused else call.seconds)
            began.ended = clock.now() - start
            began.tokens = 0 if is_refused else call.used
            if is_refused:
                asked = chance.choice([0.0, 1.0, 12.0, 70.0])
                log.asked_until.append((began.ended, began.ended + asked))
                headers = {"retry-after": str(asked)} if asked else {}
                raise ProviderError("status", "", status=429, headers=headers)
            return Reply("a", usage=Usage(call.used, 0))

        await answered(
            door, attempt, tokens=call.estimate, usd=None, timeout=None, attempts=1000, pause=pause
        )

    async with anyio.create_task_group() as group:
        for number, call in enumerate(schedule.calls):
            group.start_soon(one, number, call)
            # In this order, also where a loop shuffles its tasks.
            await clock.sleep(max(call.comes - (clock.now() - start), 1e-6))
    return log


def broken_limits(schedule: Schedule, log: Log) -> list[str]:
    """Say which windows had more in them than they may, as far as it could be known."""
    found = []
    begun = sorted(log.begun, key=lambda each: each.moment)
    for place, each in enumerate(begun):
        inside = [
            before
            for before in begun[: place + 1]
            if before.moment > each.moment - WINDOW + ROUNDING
        ]
        if schedule.rpm is not None and len(inside) > schedule.rpm:
            found.append(f"{len(inside)} requests at {each.moment}")
        tokens = sum(before.tokens for before in inside)
        if schedule.tpm is not None and tokens > schedule.tpm:
            found.append(f"{tokens} tokens at {each.moment}")
        at_once = sum(before.ended > each.moment + ROUNDING for before in inside)
        if at_once > schedule.concurrency:
            found.append(f"{at_once} at once at {each.moment}")
        if any(at < each.moment < until - ROUNDING for at, until in log.asked_until):
            found.append(f"asked at {each.moment}, which is too early")
    return found


def ideal(schedule: Schedule) -> float:
    """Return when the last call ends where each begins as soon as the limits allow, in order."""
    places = [0.0] * schedule.concurrency
    begun: list[Began] = []
    now = 0.0
    for number, call in enumerate(schedule.calls):
        now = max(now, call.comes, heapq.heappop(places))
        while not _may_begin(schedule, begun, call, now):
            # The next moment at which anything changes.
            now = min(
                moment
                for each in begun
                for moment in (each.moment + WINDOW, each.ended)
                if moment > now
            )
        begun.append(Began(number, now, now + call.seconds, call.used))
        heapq.heappush(places, now + call.seconds)
    return max(each.ended for each in begun)


def _may_begin(schedule: Schedule, begun: list[Began], call: Call, now: float) -> bool:
    inside = [each for each in begun if each.moment + WINDOW > now]
    if schedule.rpm is not None and len(inside) >= schedule.rpm:
        return False
    held = sum(
        each.tokens if each.ended <= now else schedule.calls[each.number].estimate
        for each in inside
    )
    return schedule.tpm is None or held + call.estimate <= schedule.tpm or not held


@pytest.mark.parametrize(
    ("backend", "seeds"), [("asyncio", range(SEEDS)), ("trio", range(SEEDS, SEEDS + 20))]
)
def test_limits_hold_in_every_window_and_nobody_starves(backend, seeds):
    for seed in seeds:
        schedule = Schedule.of(seed)
        log = run_virtually(run, schedule, seed, backend=backend)
        assert broken_limits(schedule, log) == [], f"seed {seed}"
        firsts: dict[int, float] = {}
        for each in log.begun:
            firsts.setdefault(each.number, each.moment)
        assert len(firsts) == len(schedule.calls), f"seed {seed}"
        if schedule.pause:
            continue
        # Nobody is overtaken: first attempts begin in the order in which the calls came.
        assert list(firsts) == sorted(firsts), f"seed {seed}"
        if not schedule.faults:
            ended = max(each.ended for each in log.begun)
            assert ended <= ideal(schedule) / 0.95 + 1e-3, f"seed {seed}"
