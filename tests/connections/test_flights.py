"""Equal requests that are asked at once are one call, whatever becomes of who made it."""

from contextlib import asynccontextmanager
from typing import Any

import anyio

from rmg_core.connections.errands import ERRAND, PLACE, Errand
from rmg_core.connections.ledger import Ledger
from rmg_core.errors import ModelFailed, ModelStopped

from .clients import Client, InMemory, connection, forbidden, refused


async def ask(model: Any, ledger: Ledger, into: list[Any], text: str = "q") -> None:
    """Ask as a cell does; notes the text of the reply, or what was raised."""
    ERRAND.set(Errand(ledger))
    try:
        into.append((await model.ask(text)).text)
    except (ModelFailed, ModelStopped) as fault:
        into.append(fault)


def test_equal_requests_under_way_are_one_call(in_loop):
    async def run() -> None:
        client, made = Client(), []
        model, ledger = connection(client), Ledger()
        async with anyio.create_task_group() as tasks:
            for _ in range(5):
                tasks.start_soon(ask, model, ledger, made)
        assert (made, client.asked) == (["q"] * 5, ["q"])
        assert (ledger.tally("judge").calls, ledger.tally("judge").hits) == (1, 4)

    in_loop(run)


def test_one_that_lends_its_place_until_the_call_is_over_has_its_reply(in_loop):
    class Slow:
        """A place that takes as long to lend as the call takes."""

        @asynccontextmanager
        async def lent(self):
            await anyio.wait_all_tasks_blocked()
            yield

    async def run() -> None:
        client, made = Client(), []
        model, ledger = connection(client), Ledger()
        PLACE.set(Slow())
        async with anyio.create_task_group() as tasks:
            for _ in range(2):
                tasks.start_soon(ask, model, ledger, made)
        assert (made, client.asked) == (["q"] * 2, ["q"])

    in_loop(run)


def test_the_failure_of_one_is_that_of_all(in_loop):
    async def run() -> None:
        client, made = Client({"q": refused()}), []
        model, ledger = connection(client), Ledger()
        async with anyio.create_task_group() as tasks:
            for _ in range(3):
                tasks.start_soon(ask, model, ledger, made)
        assert [each.kind for each in made] == ["bad_request"] * 3
        assert client.asked == ["q"]

    in_loop(run)


def test_one_that_was_stopped_stops_those_that_wait(in_loop):
    async def run() -> None:
        client, made = Client({"q": forbidden()}), []
        model, ledger = connection(client), Ledger()
        async with anyio.create_task_group() as tasks:
            for _ in range(3):
                tasks.start_soon(ask, model, ledger, made)
        assert [type(each) for each in made] == [ModelStopped] * 3
        assert client.asked == ["q"]

    in_loop(run)


def test_one_that_waits_calls_when_the_caller_was_cancelled(in_loop):
    async def run() -> None:
        client, made = Client({"q": [anyio.Event(), "a"]}, began={"q": anyio.Event()}), []
        model, ledger, first = connection(client), Ledger(), anyio.CancelScope()

        async def cancelled() -> None:
            with first:
                await ask(model, ledger, made)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(cancelled)
            await client.began["q"].wait()
            for _ in range(2):
                tasks.start_soon(ask, model, ledger, made)
            await anyio.wait_all_tasks_blocked()
            first.cancel()
        assert (made, client.asked) == (["a", "a"], ["q", "q"])

    in_loop(run)


def test_one_that_waits_and_is_cancelled_leaves_the_call_to_the_others(in_loop):
    async def run() -> None:
        gate, made = anyio.Event(), []
        client = Client({"q": gate}, began={"q": anyio.Event()})
        model, ledger = connection(client), Ledger()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ask, model, ledger, made)
            await client.began["q"].wait()
            with anyio.move_on_after(0.01):
                await ask(model, ledger, made)
            gate.set()
        assert (made, client.asked) == (["q"], ["q"])

    in_loop(run)


def test_a_reply_whose_caller_was_cancelled_while_it_was_kept_is_not_asked_for_again(in_loop):
    async def run() -> None:
        client, made, first = Client(), [], anyio.CancelScope()
        replies = InMemory(gate=anyio.Event(), keeping=anyio.Event())
        model, ledger = connection(client), Ledger(replies)

        async def cancelled() -> None:
            with first:
                await ask(model, ledger, made)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(cancelled)
            await replies.keeping.wait()
            tasks.start_soon(ask, model, ledger, made)
            await anyio.wait_all_tasks_blocked()
            first.cancel()
            await anyio.wait_all_tasks_blocked()
            replies.gate.set()
        assert (made, client.asked) == (["q"], ["q"])
        assert len(replies.kept) == 1

    in_loop(run)


def test_runs_with_stores_of_their_own_share_a_call_and_each_keeps_it(in_loop):
    async def run() -> None:
        gate, made = anyio.Event(), []
        client, stores = Client({"q": gate}), [InMemory(), InMemory()]
        model = connection(client)
        async with anyio.create_task_group() as tasks:
            for store in stores:
                tasks.start_soon(ask, model, Ledger(store), made)
            await anyio.wait_all_tasks_blocked()
            gate.set()
        assert (made, client.asked) == (["q", "q"], ["q"])
        assert [len(store.kept) for store in stores] == [1, 1]

    in_loop(run)


def test_the_end_of_a_run_ends_its_waits_and_those_of_no_other(in_loop):
    async def run() -> None:
        gate, made, other = anyio.Event(), [], []
        model, ended = connection(Client({"q": gate})), Ledger()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ask, model, Ledger(), other)
            await anyio.wait_all_tasks_blocked()
            tasks.start_soon(ask, model, ended, made)
            tasks.start_soon(ask, model, Ledger(), other)
            await anyio.wait_all_tasks_blocked()
            ended.end("it is over")
            await anyio.wait_all_tasks_blocked()
            assert [str(each) for each in made] == [
                "model 'judge' is not asked any more: it is over"
            ]
            gate.set()
        assert other == ["q", "q"]

    in_loop(run)


def test_who_waited_at_the_door_and_got_a_place_at_the_end_of_the_run_calls_no_more(in_loop):
    async def run() -> None:
        gate, made = anyio.Event(), []
        client = Client({"first": gate})
        model, ledger = connection(client, max_concurrency=1), Ledger()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ask, model, ledger, made, "first")
            await anyio.wait_all_tasks_blocked()
            tasks.start_soon(ask, model, ledger, made, "second")
            await anyio.wait_all_tasks_blocked()
            gate.set()
            ledger.end("it is over")
        assert client.asked == ["first"]
        assert model.live().door.adaptive.running == 0

    in_loop(run)
