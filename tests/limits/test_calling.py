"""A call is tried again exactly as the policy says: so often, and after such a time."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import anyio
import pytest
from attrs import evolve

from rmg_core.errors import ModelFailed, ModelStopped, ProviderError
from rmg_core.limits import Answered, Budget, Door, fault_in
from rmg_core.limits.policy import verdict_on
from rmg_core.limits.virtual import run_virtually, virtual_clock
from rmg_core.models import Reply, Usage

from .providers import GOOD, Provider, ask, outcome, outcomes, status

BUSY = status(503, "busy")


async def tried(answers: list[Any], **other: Any) -> tuple[Any, list[float]]:
    """Ask once; returns what comes of it, and the seconds at which the provider was asked."""
    clock = evolve(virtual_clock(), random=lambda: 0.5)
    provider = Provider(clock, answers)
    door = Door.of("judge", clock=clock)
    made = await outcome(door, provider, **other)
    return made, [round(each, 4) for each in provider.asked]


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        # Each attempt takes a second, and chance makes each back-off half of what it may be.
        ([GOOD], [0]),
        ([status(429), GOOD], [0, 1.5]),
        ([status(429), status(429), GOOD], [0, 1.5, 3.5]),
        ([status(429, retry_after="7"), GOOD], [0, 8]),
        ([status(429, retry_after="1m30s"), GOOD], [0, 91]),
        ([status(429, retry_after_ms="1500"), GOOD], [0, 2.5]),
        ([status(429, retry_after="-7"), GOOD], [0, 1.5]),
        ([status(429, "try again in 2.5s"), GOOD], [0, 3.5]),
        ([status(503, retry_after="7"), GOOD], [0, 8]),
        ([BUSY, BUSY, BUSY, GOOD], [0, 1.5, 3.5, 6.5]),
        ([status(408), status(409), status(500), status(502), status(529), GOOD],
         [0, 1.5, 3.5, 6.5, 11.5, 20.5]),
        ([status(200, "oops"), GOOD], [0, 1.5]),
        ([ProviderError("refused", ""), ProviderError("reset", ""), GOOD], [0, 1.5, 3.5]),
        ([ProviderError("timeout", ""), GOOD], [0, 1.5]),
        ([ProviderError("bad_response", ""), Reply(""), GOOD], [0, 1.5, 3.5]),
    ],
)  # fmt: skip
def test_what_may_pass_by_itself_is_tried_again(in_time, answers, asked):
    made, times = in_time(tried, answers)
    assert made.reply is GOOD
    assert (made.attempts, times) == (len(asked), asked)


@pytest.mark.parametrize(
    ("answer", "kind", "attempts"),
    [
        (status(429), "rate_limit", 6),
        (BUSY, "provider", 6),
        (ProviderError("refused", ""), "provider", 6),
        (ProviderError("reset", ""), "provider", 6),
        (ProviderError("timeout", ""), "timeout", 6),
        (ProviderError("bad_response", "<html>"), "bad_response", 3),
        (Reply(""), "empty", 3),
        (status(400), "bad_request", 1),
        (status(400, "", "context_length_exceeded"), "context_overflow", 1),
        (status(413), "context_overflow", 1),
        (status(400, "", "content_filter"), "content_filtered", 1),
        (ProviderError("too_large", ""), "bad_response", 1),
        (ProviderError("redirect", ""), "provider", 1),
    ],
)
def test_what_does_not_pass_fails_after_its_number_of_attempts(in_time, answer, kind, attempts):
    made, times = in_time(tried, [answer])
    assert isinstance(made, ModelFailed)
    assert (made.kind, len(times)) == (kind, attempts)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply("", refusal="no"), "refusal"),
        (Reply("a", finish="content_filter"), "content_filtered"),
        (Reply("a", finish="length"), "truncated"),
    ],
)
def test_a_reply_that_is_none_to_go_by_is_given_back_and_told(in_time, reply, kind):
    made, times = in_time(tried, [reply])
    assert isinstance(made, Answered)
    fault = fault_in(made.reply)
    assert fault is not None
    assert (fault.kind, len(times)) == (kind, 1)


@pytest.mark.parametrize(
    "answer",
    [
        status(401),
        status(402),
        status(403),
        status(404),
        status(429, "", "insufficient_quota"),
        status(429, retry_after="86400"),
        ProviderError("tls", "certificate has expired"),
    ],
)
def test_what_no_attempt_can_mend_stops_the_model_at_once(in_time, answer):
    made, times = in_time(tried, [answer])
    assert isinstance(made, ModelStopped)
    assert times == [0]


def test_an_address_where_nobody_is_stops_the_model_after_10_attempts(in_time):
    async def run() -> tuple[list[type], int]:
        clock = virtual_clock()
        provider = Provider(clock, [ProviderError("refused", "nobody on port 9")])
        door = Door.of("judge", clock=clock)
        made = [await outcome(door, provider) for _ in range(3)]
        return [type(each) for each in made], len(provider.asked)

    assert in_time(run) == ([ModelFailed, ModelStopped, ModelStopped], 10)


def test_replies_that_are_none_are_tried_twice_more_among_other_failures(in_time):
    made, times = in_time(tried, [Reply(""), BUSY, Reply(""), BUSY, Reply("")])
    assert (made.kind, len(times)) == ("empty", 5)


def test_the_number_of_attempts_can_be_set(in_time):
    made, times = in_time(partial(tried, [BUSY], attempts=1))
    assert len(times) == 1
    assert str(made) == ("model 'judge' gave no answer to go by in 1 attempt: status 503: busy")


def test_a_failure_says_how_often_it_was_tried_what_was_said_and_what_to_do(in_time):
    made, _ = in_time(tried, [status(429, "slow down", "rate_limit_exceeded")])
    assert str(made) == (
        "model 'judge' gave no answer to go by in 6 attempts: "
        "status 429 (rate_limit_exceeded): slow down; set a lower rpm, tpm or max_concurrency"
    )


def test_an_attempt_without_an_end_is_cut_at_its_deadline(in_time):
    async def run() -> tuple[Any, float]:
        door = Door.of("judge", clock=evolve(virtual_clock(), random=lambda: 0.0))
        return await outcome(door, anyio.sleep_forever, timeout=5.0, attempts=2), door.clock.now()

    made, now = in_time(run)
    assert (made.kind, now) == ("timeout", 10)
    assert made.reason == (
        "model 'judge' gave no answer to go by in 2 attempts: "
        "timeout: no reply within 5 s; a longer timeout of the model may help"
    )


def test_a_client_that_takes_the_deadline_for_a_cut_connection_is_understood(in_time):
    async def attempt() -> Reply:
        try:
            await anyio.sleep_forever()
        finally:
            raise ProviderError("reset", "cancelled")

    async def run() -> Any:
        door = Door.of("judge", clock=virtual_clock())
        return await outcome(door, attempt, timeout=5.0, attempts=1)

    assert in_time(run).kind == "timeout"


def test_a_time_out_of_the_clients_own_is_no_deadline_of_ours(in_time):
    made, _ = in_time(tried, [TimeoutError("mine")])
    assert isinstance(made, TimeoutError)


@pytest.mark.parametrize(
    ("answer", "raised"), [(KeyError("bug"), KeyError), (None, AttributeError)]
)
def test_what_a_client_should_not_do_passes_on_and_leaves_the_door(in_time, answer, raised):
    async def run() -> tuple[type, int, int]:
        door = Door.of("judge", clock=virtual_clock())
        provider = Provider(door.clock, [answer])
        made = await outcome(door, provider)
        return type(made), len(provider.asked), door.adaptive.running

    assert in_time(run) == (raised, 1, 0)


def test_a_call_that_is_cancelled_leaves_the_door(in_time):
    async def run() -> int:
        door = Door.of("judge", clock=virtual_clock())
        with anyio.move_on_after(1):
            await ask(door, anyio.sleep_forever)
        return door.adaptive.running

    assert in_time(run) == 0


def test_a_call_that_is_cancelled_between_attempts_leaves_nothing(in_time):
    async def run() -> tuple[int, int]:
        door = Door.of("judge", clock=evolve(virtual_clock(), random=lambda: 1.0))
        provider = Provider(door.clock, [BUSY])
        with anyio.move_on_after(1.5):
            await ask(door, provider)
        return door.adaptive.running, len(provider.asked)

    assert in_time(run) == (0, 1)


def test_the_place_at_the_door_is_free_between_attempts(in_time):
    async def run() -> list[float]:
        clock = evolve(virtual_clock(), random=lambda: 1.0)
        door = Door.of("judge", max_concurrency=1, clock=clock)
        slow, quick = Provider(clock, [status(500), GOOD]), Provider(clock, [GOOD], seconds=0.5)
        await outcomes(door, [slow, quick])
        return [*slow.asked, *quick.asked]

    assert in_time(run) == pytest.approx([0, 2, 1], abs=1e-5)


def test_a_broken_model_ends_the_waits_between_attempts(in_time):
    async def run() -> tuple[list[type], float]:
        clock = evolve(virtual_clock(), random=lambda: 1.0)
        door = Door.of("judge", clock=clock)
        wrong = Provider(clock, [status(401)], seconds=3.0)
        resting = Provider(clock, [status(503, retry_after="600")])
        made = await outcomes(door, [resting, wrong])
        return [type(each) for each in made], round(clock.now(), 3)

    assert in_time(run) == ([ModelStopped, ModelStopped], 3)


def test_a_rate_limit_without_a_time_keeps_the_others_back_until_the_first_comes_again(in_time):
    async def run() -> list[float]:
        clock = evolve(virtual_clock(), random=lambda: 0.5)
        door = Door.of("judge", max_concurrency=1, clock=clock)
        refused, other = Provider(clock, [status(429), GOOD]), Provider(clock, [GOOD])
        await outcomes(door, [refused, other])
        return other.asked

    assert in_time(run) == pytest.approx([1.5], abs=1e-5)


class Pauses:
    def __init__(self) -> None:
        self.entered = 0
        self.inside = 0

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[None]:
        self.entered += 1
        self.inside += 1
        try:
            yield
        finally:
            self.inside -= 1


def test_a_call_that_does_not_wait_is_not_paused(in_time):
    async def run() -> int:
        pauses = Pauses()
        door = Door.of("judge", clock=virtual_clock())
        await ask(door, Provider(door.clock, [GOOD]), pause=pauses)
        return pauses.entered

    assert in_time(run) == 0


def test_waits_between_attempts_and_at_the_door_are_paused_and_attempts_are_not(in_time):
    async def run() -> tuple[int, list[int], float, float]:
        clock = evolve(virtual_clock(), random=lambda: 0.5)
        pauses, inside = Pauses(), []
        door = Door.of("judge", max_concurrency=1, clock=clock)
        provider = Provider(clock, [BUSY, GOOD])

        async def attempt() -> Any:
            inside.append(pauses.inside)
            return await provider()

        ticket = await door.enter(1, None)
        async with anyio.create_task_group() as group:

            async def leave() -> None:
                await anyio.sleep(4)
                door.leave(ticket, 1, None, None)

            group.start_soon(leave)
            made = await ask(door, attempt, pause=pauses)
        return pauses.entered, inside, round(made.queued, 4), made.served

    assert in_time(run) == (2, [0, 0], 4.5, 2.0)


def test_a_call_whose_pause_ends_when_the_door_has_closed_waits_again(in_time):
    async def run() -> list[float]:
        clock = virtual_clock()
        door = Door.of("judge", max_concurrency=2, clock=clock)
        tickets = [await door.enter(1, None) for _ in range(2)]
        provider = Provider(clock, [GOOD])
        limited = status(429, retry_after="30")

        @asynccontextmanager
        async def slow() -> AsyncIterator[None]:
            yield
            await anyio.sleep(5)

        async def leave() -> None:
            await anyio.sleep(1)
            door.leave(tickets[0], 1, None, None)
            await anyio.sleep(1)
            door.leave(tickets[1], 0, None, verdict_on(limited, clock.wall()))

        async with anyio.create_task_group() as group:
            group.start_soon(leave)
            await ask(door, provider, pause=slow)
        return provider.asked

    [asked] = in_time(run)
    assert asked >= 32


def test_a_call_that_is_cancelled_while_its_pause_ends_gives_its_place_back(in_time):
    async def run() -> tuple[int, int]:
        door = Door.of("judge", max_concurrency=1, clock=virtual_clock())
        ticket = await door.enter(1, None)
        provider = Provider(door.clock, [GOOD])

        @asynccontextmanager
        async def endless() -> AsyncIterator[None]:
            yield
            await anyio.sleep_forever()

        async def leave() -> None:
            await anyio.sleep(1)
            door.leave(ticket, 1, None, None)

        async with anyio.create_task_group() as group:
            group.start_soon(leave)
            with anyio.move_on_after(5):
                await ask(door, provider, pause=endless)
        return door.adaptive.running, len(provider.asked)

    assert in_time(run) == (0, 0)


@pytest.mark.parametrize(("answer", "is_parked"), [(status(429), False), (status(500), True)])
def test_calls_that_come_again_for_a_rate_limit_do_not_park_the_model(answer, is_parked):
    async def run() -> list[str]:
        told: list[str] = []
        clock = evolve(virtual_clock(), random=lambda: 0.0)
        door = Door.of("judge", clock=clock, report=told.append)
        for _ in range(40):
            await ask(door, Provider(clock, [answer, GOOD], seconds=0.1))
        return told

    assert any("parked" in each for each in run_virtually(run)) == is_parked


def test_what_a_reply_used_and_cost_is_settled(in_time):
    async def run() -> Budget:
        budget = Budget()
        door = Door.of("judge", budget=budget, clock=virtual_clock())
        reply = Reply("a", usage=Usage(3, 4))
        await ask(
            door,
            Provider(door.clock, [BUSY, reply]),
            tokens=100,
            usd=1.0,
            cost=lambda reply: reply.usage.tokens / 100,
        )
        return budget

    budget = in_time(run)
    assert (budget.spent_calls, budget.spent_tokens, budget.spent_usd) == (2, 7, 0.07)


@pytest.mark.parametrize("cause", ["timeout", "reset", "bad_response", "too_large"])
def test_an_attempt_that_the_provider_may_bill_costs_its_estimate(in_time, cause):
    async def run() -> float:
        budget = Budget()
        door = Door.of("judge", budget=budget, clock=virtual_clock())
        await outcome(door, Provider(door.clock, [ProviderError(cause, "")]), usd=1.0, attempts=1)
        return budget.spent_usd

    assert in_time(run) == 1.0


def test_a_reply_without_usage_costs_its_estimate(in_time):
    async def run() -> int:
        budget = Budget()
        door = Door.of("judge", budget=budget, clock=virtual_clock())
        await ask(door, Provider(door.clock, [Reply("a")]), tokens=100)
        return budget.spent_tokens

    assert in_time(run) == 100
