"""No call of a model begins but through its door."""

from typing import Any

import anyio
import pytest
from anyio import wait_all_tasks_blocked

from rmg_core.errors import ModelStopped, ProviderError
from rmg_core.limits import Budget, Door
from rmg_core.limits.policy import verdict_on
from rmg_core.limits.virtual import EPOCH, virtual_clock

from .providers import status


def verdict(error: ProviderError):
    return verdict_on(error, EPOCH)


def test_a_free_door_is_entered_without_the_loop():
    door = Door.of("judge")
    entering = door.enter(10, None)
    with pytest.raises(StopIteration) as caught:
        entering.send(None)
    door.leave(caught.value.value, 10, None, None)


def test_calls_enter_in_the_order_in_which_they_come(in_time):
    async def run() -> list[int]:
        door = Door.of("judge", max_concurrency=2, clock=virtual_clock())
        entered: list[int] = []

        async def call(number: int) -> None:
            ticket = await door.enter(1, None)
            entered.append(number)
            await anyio.sleep(1 + number % 3)
            door.leave(ticket, 1, None, None)

        async with anyio.create_task_group() as group:
            for number in range(20):
                group.start_soon(call, number)
                await wait_all_tasks_blocked()
        return entered

    assert in_time(run) == [*range(20)]


def test_a_small_call_does_not_overtake_a_large_one(in_time):
    async def run() -> list[str]:
        door = Door.of("judge", tpm=100, clock=virtual_clock())
        door.leave(await door.enter(50, None), 50, None, None)
        entered: list[str] = []

        async def call(name: str, tokens: int) -> None:
            ticket = await door.enter(tokens, None)
            entered.append(name)
            door.leave(ticket, tokens, None, None)

        async with anyio.create_task_group() as group:
            for name, tokens in (("large", 60), ("small", 10)):
                group.start_soon(call, name, tokens)
                await wait_all_tasks_blocked()
        return entered

    assert in_time(run) == ["large", "small"]


def test_no_call_begins_before_the_provider_wants_it(in_time):
    async def run() -> float:
        door = Door.of("judge", clock=virtual_clock())
        before = await door.enter(1, None)
        door.leave(before, 0, None, verdict(status(429, retry_after="30")))
        await door.enter(1, None)
        return door.clock.now()

    assert in_time(run) == pytest.approx(30, abs=1e-5)


def test_a_shorter_wait_does_not_end_a_longer_one(in_time):
    async def run() -> float:
        door = Door.of("judge", clock=virtual_clock())
        tickets = [await door.enter(1, None) for _ in range(2)]
        for ticket, asked in zip(tickets, ("30", "2"), strict=True):
            door.leave(ticket, 0, None, verdict(status(429, retry_after=asked)))
        await door.enter(1, None)
        return door.clock.now()

    assert in_time(run) == pytest.approx(30, abs=1e-5)


def test_a_call_that_waits_for_the_minute_enters_when_tokens_are_freed(in_time):
    async def run() -> float:
        door = Door.of("judge", tpm=100, clock=virtual_clock())
        first = await door.enter(100, None)

        async def leave() -> None:
            await anyio.sleep(5)
            door.leave(first, 10, None, None)

        async with anyio.create_task_group() as group:
            group.start_soon(leave)
            await door.enter(50, None)
        return door.clock.now()

    assert in_time(run) == 5


def test_a_long_wait_is_told_once():
    told: list[str] = []
    door = Door.of("judge", report=told.append)
    tickets = [door.enter_nowait(1, None) for _ in range(2)]
    for ticket in tickets:
        assert ticket is not None
        door.leave(ticket, 0, None, verdict(status(429, retry_after="120")))
    assert told == ["model 'judge' waits for 120 s: its provider asks for it"]


def test_a_wait_that_is_too_long_is_told_as_the_end_of_the_model_only():
    told: list[str] = []
    door = Door.of("judge", report=told.append)
    ticket = door.enter_nowait(1, None)
    assert ticket is not None
    door.leave(ticket, 0, None, verdict(status(429, retry_after="7200")))
    assert told == [f"model 'judge' is not asked any more in this run: {door.circuit.broken}"]


def test_a_broken_door_lets_nobody_in_who_waits_already(in_time):
    async def run() -> list[str]:
        door = Door.of("judge", max_concurrency=1, clock=virtual_clock())
        ticket = await door.enter(1, None)
        refused: list[str] = []

        async def call() -> None:
            try:
                await door.enter(1, None)
            except ModelStopped as fault:
                refused.append(str(fault))

        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(call)
            await wait_all_tasks_blocked()
            door.leave(ticket, 0, None, verdict(status(404, "no such model")))
        assert door.clock.now() == 0
        return refused

    said = (
        "model 'judge' is not asked any more: status 404: no such model; "
        "check the name of the model and its address"
    )
    assert in_time(run) == [said, said, said]


def test_who_gives_up_waiting_keeps_nobody_out(in_time):
    async def run() -> float:
        door = Door.of("judge", tpm=100, clock=virtual_clock())
        first = await door.enter(60, None)

        async def give_up() -> None:
            with anyio.move_on_after(5):
                await door.enter(100, None)

        async with anyio.create_task_group() as group:
            group.start_soon(give_up)
            await wait_all_tasks_blocked()
            await door.enter(40, None)
            group.cancel_scope.cancel()
        door.abandon(first)
        return door.clock.now()

    assert in_time(run) == 5


def test_a_call_that_was_cut_off_frees_its_place_and_may_have_cost(in_time):
    async def run() -> Budget:
        budget = Budget()
        door = Door.of("judge", max_concurrency=1, budget=budget, clock=virtual_clock())
        door.abandon(await door.enter(10, 0.5))
        await door.enter(10, 0.5)
        return budget

    budget = in_time(run)
    assert (budget.spent_calls, budget.spent_tokens, budget.spent_usd) == (1, 10, 0.5)


def test_a_call_that_was_not_made_leaves_no_trace(in_time):
    async def run() -> float:
        budget = Budget(calls=1)
        door = Door.of("judge", max_concurrency=1, rpm=1, budget=budget, clock=virtual_clock())
        door.give_back(await door.enter(10, 0.5))
        await door.enter(10, 0.5)
        return door.clock.now()

    assert in_time(run) == 0


def test_a_door_that_closed_since_takes_the_ticket_back(in_time):
    async def run() -> Any:
        door = Door.of("judge", max_concurrency=2, clock=virtual_clock())
        tickets = [await door.enter(1, None) for _ in range(2)]
        door.leave(tickets[0], 0, None, verdict(status(429, retry_after="30")))
        return door.confirm(tickets[1]), door.adaptive.running

    assert in_time(run) == (False, 0)


def test_the_minute_counts_from_when_a_call_really_begins(in_time):
    async def run() -> float:
        door = Door.of("judge", rpm=1, clock=virtual_clock())
        ticket = await door.enter(1, None)
        await anyio.sleep(20)
        assert door.confirm(ticket)
        await door.enter(1, None)
        return door.clock.now()

    assert in_time(run) == pytest.approx(80, abs=1e-5)


def test_models_that_share_a_budget_wait_for_one_another(in_time):
    async def run() -> tuple[float, str]:
        clock, budget = virtual_clock(), Budget(usd=1.0)
        one, other = (Door.of(name, budget=budget, clock=clock) for name in ("one", "other"))
        ticket = await one.enter(1, 0.9)

        async def leave() -> None:
            await anyio.sleep(3)
            one.leave(ticket, 1, 0.2, None)

        async with anyio.create_task_group() as group:
            group.start_soon(leave)
            second = await other.enter(1, 0.8)
        now = clock.now()
        other.leave(second, 1, 0.8, None)
        with pytest.raises(ModelStopped) as caught:
            await one.enter(1, 0.1)
        return now, caught.value.model

    assert in_time(run) == (3, "one")


def test_those_who_wait_for_a_budget_that_is_spent_are_all_told(in_time):
    async def run() -> int:
        door = Door.of("judge", budget=Budget(calls=1), clock=virtual_clock())
        ticket = await door.enter(1, None)
        stopped = 0

        async def call() -> None:
            nonlocal stopped
            try:
                await door.enter(1, None)
            except ModelStopped:
                stopped += 1

        async with anyio.create_task_group() as group:
            for _ in range(5):
                group.start_soon(call)
            await wait_all_tasks_blocked()
            door.leave(ticket, 1, None, None)
        return stopped

    assert in_time(run) == 5


def test_a_parked_model_sends_one_call_before_the_others(in_time):
    async def run() -> tuple[list[float], list[str]]:
        told: list[str] = []
        door = Door.of("judge", max_concurrency=100, clock=virtual_clock(), report=told.append)
        for each in range(60):
            ticket = await door.enter(1, None, is_retry=each >= 40)
            door.leave(ticket, 1, None, None)
            if told:
                break
        began: list[float] = []

        async def call() -> None:
            ticket = await door.enter(1, None)
            began.append(round(door.clock.now(), 3))
            await anyio.sleep(2)
            door.leave(ticket, 1, None, None)

        async with anyio.create_task_group() as group:
            for _ in range(4):
                group.start_soon(call)
        return began, told

    began, told = in_time(run)
    assert began == [15, 17, 17, 17]
    assert told == [
        "model 'judge' is parked for 15 s: 11 of its last 51 calls were retries",
        "model 'judge' answers again",
    ]
