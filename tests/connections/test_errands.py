"""While a cell waits for a model its deadline stands still, and its place is another's."""

from typing import Any

import anyio
import pytest
from anyio import CapacityLimiter
from attrs import define, field

from rmg_core.connections.errands import ERRAND, PLACE, Errand
from rmg_core.connections.ledger import Ledger
from rmg_core.errors import ModelStopped
from rmg_core.runner.workplace import Place

from .clients import Client, InMemory, connection


@define
class Lent:
    """Counts the places that are lent."""

    now: int = 0
    most: int = 0

    def __call__(self, change: int) -> None:
        self.now += change
        self.most = max(self.most, self.now)


@define
class Watch:
    """A deadline that notes whether it stands still."""

    said: list[str] = field(factory=list)

    def stand_still(self) -> None:
        self.said.append("stands")

    def go_on(self) -> None:
        self.said.append("goes")


async def place_of(cells: CapacityLimiter, lent: Lent) -> Place:
    place = Place(cells, lent)
    await place.take()
    return place


def test_a_place_is_lent_once_for_several_waits_and_taken_back_after_the_last(in_loop):
    async def run() -> None:
        cells, lent = CapacityLimiter(1), Lent()
        place, gates = await place_of(cells, lent), [anyio.Event(), anyio.Event()]

        async def wait(gate: anyio.Event) -> None:
            async with place.lent():
                await gate.wait()

        async with anyio.create_task_group() as tasks:
            for gate in gates:
                tasks.start_soon(wait, gate)
            await anyio.wait_all_tasks_blocked()
            assert (cells.borrowed_tokens, lent.now, lent.most) == (0, 1, 1)
            gates[0].set()
            await anyio.wait_all_tasks_blocked()
            assert (cells.borrowed_tokens, lent.now) == (0, 1)
            gates[1].set()
        assert (cells.borrowed_tokens, lent.now) == (1, 0)
        place.leave()
        assert (cells.borrowed_tokens, lent.now) == (0, 0)

    in_loop(run)


@pytest.mark.parametrize("ends", ["cancelled", "raises"])
def test_a_wait_that_does_not_come_to_its_end_gives_the_place_back_too(in_loop, ends):
    async def run() -> None:
        cells, lent = CapacityLimiter(1), Lent()
        place, other = await place_of(cells, lent), Place(cells, lent)
        done: list[str] = []

        async def cell() -> None:
            with anyio.CancelScope() as scope:
                try:
                    async with place.lent():
                        await other.take()
                        if ends == "raises":
                            raise LookupError
                        scope.cancel()
                        await anyio.sleep_forever()
                except LookupError:
                    pass
            done.append("the cell goes on")

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(cell)
            await anyio.wait_all_tasks_blocked()
            assert not done
            other.leave()
        assert done
        assert (cells.borrowed_tokens, lent.now) == (1, 0)

    in_loop(run)


def test_a_wait_that_outlasts_its_cell_takes_no_place(in_loop):
    async def run() -> None:
        cells, lent = CapacityLimiter(1), Lent()
        place, gate = await place_of(cells, lent), anyio.Event()

        async def left_behind() -> None:
            async with place.lent():
                await gate.wait()
            async with place.lent():
                pass

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(left_behind)
            await anyio.wait_all_tasks_blocked()
            place.leave()
            another = await place_of(cells, lent)
            gate.set()
        assert (cells.borrowed_tokens, lent.now) == (1, 0)
        another.leave()
        assert cells.borrowed_tokens == 0

    in_loop(run)


def test_a_cell_that_ends_while_it_takes_its_place_back_leaves_it(in_loop):
    async def run() -> None:
        cells, lent = CapacityLimiter(1), Lent()
        place, other = await place_of(cells, lent), Place(cells, lent)

        async def left_behind() -> None:
            async with place.lent():
                await other.take()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(left_behind)
            await anyio.wait_all_tasks_blocked()
            place.leave()
            other.leave()
        assert (cells.borrowed_tokens, lent.now) == (0, 0)

    in_loop(run)


def test_a_deadline_stands_still_from_the_first_wait_to_the_last(in_loop):
    async def run() -> None:
        errand, gates = Errand(Ledger(), deadline=Watch()), [anyio.Event(), anyio.Event()]

        async def wait(gate: anyio.Event) -> None:
            async with errand.waiting("judge"):
                await gate.wait()

        async with anyio.create_task_group() as tasks:
            for gate in gates:
                tasks.start_soon(wait, gate)
            await anyio.wait_all_tasks_blocked()
            gates[1].set()
            await anyio.wait_all_tasks_blocked()
            assert errand.deadline.said == ["stands"]
            gates[0].set()
        assert errand.deadline.said == ["stands", "goes"]
        assert errand.waited > 0

    in_loop(run)


def test_a_deadline_stands_still_while_a_reply_is_kept(in_loop):
    async def run() -> None:
        replies = InMemory(gate=anyio.Event(), keeping=anyio.Event())
        errand = Errand(Ledger(replies), deadline=Watch())
        ERRAND.set(errand)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(connection(Client()).ask, "q")
            await replies.keeping.wait()
            assert errand.deadline.said == ["stands"]
            replies.gate.set()
        assert errand.deadline.said == ["stands", "goes"]

    in_loop(run)


def test_whoever_waits_is_told_of_the_end_of_the_run_and_has_its_place_again(in_loop):
    async def run() -> None:
        cells, lent, told = CapacityLimiter(2), Lent(), []
        ledger = Ledger()

        async def cell() -> None:
            place = await place_of(cells, lent)
            PLACE.set(place)
            errand: Any = Errand(ledger)
            try:
                async with errand.waiting("judge"):
                    await anyio.sleep_forever()
            except ModelStopped as stopped:
                told.append((stopped.reason, cells.borrowed_tokens <= 2))
            place.leave()

        async with anyio.create_task_group() as tasks:
            for _ in range(5):
                tasks.start_soon(cell)
            await anyio.wait_all_tasks_blocked()
            assert (cells.borrowed_tokens, lent.now) == (0, 5)
            ledger.end("it is over")
            ledger.end("it is over again")
        assert told == [("it is over", True)] * 5
        assert (cells.borrowed_tokens, lent.now) == (0, 0)

    in_loop(run)


def test_a_wait_in_a_coroutine_that_is_closed_ends_at_once():
    async def run() -> None:
        cells, lent = CapacityLimiter(1), Lent()
        place = await place_of(cells, lent)

        async def wait() -> None:
            async with place.lent():
                await anyio.sleep_forever()

        waiting = wait()
        waiting.send(None)
        waiting.close()
        place.leave()
        assert (cells.borrowed_tokens, lent.now) == (0, 0)

    anyio.run(run, backend="asyncio")
