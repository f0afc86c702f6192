"""What the tests of the runner share: both event loops, and graders that meet one another."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

import anyio
import pytest
from anyio.lowlevel import checkpoint
from attrs import define, evolve, field, frozen

from rmg_core import GradingRunner
from rmg_core.outcomes import Cell
from rmg_core.plan import NamedPart, Plan

GIVE_UP = 20.0
"""Seconds after which a test that waits for what never happens fails instead of hanging."""


@pytest.fixture(params=["asyncio", "trio"])
def in_loop(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """Run a coroutine function to its end under each backend."""

    def run(function: Callable[..., Any], *arguments: Any) -> Any:
        async def in_time() -> Any:
            with anyio.fail_after(GIVE_UP):
                return await function(*arguments)

        return anyio.run(in_time, backend=request.param)

    return run


@define
class Crowd:
    """Counts who is in it, and lets nobody out before `size` were in it at once."""

    size: int
    inside: int = 0
    most: int = 0
    _condition: threading.Condition = field(factory=threading.Condition)
    _event: anyio.Event | None = None

    def meet(self) -> float:
        """Meet the others, from a thread."""
        with self._condition:
            self._enter()
            self._condition.notify_all()
            is_met = self._condition.wait_for(lambda: self.most >= self.size, timeout=GIVE_UP)
            self.inside -= 1
        return float(is_met)

    async def ameet(self) -> float:
        """Meet the others, from a task."""
        if self._event is None:
            self._event = anyio.Event()
        self._enter()
        if self.most >= self.size:
            self._event.set()
        await self._event.wait()
        await checkpoint()
        self.inside -= 1
        return 1.0

    def _enter(self) -> None:
        self.inside += 1
        self.most = max(self.most, self.inside)


@pytest.fixture
def crowd_of() -> type[Crowd]:
    return Crowd


@frozen
class Kept:
    """A sink that keeps cells in memory."""

    cells: list[Cell] = field(factory=list)

    def open(self, plan: Plan) -> None:
        pass

    def write(self, cells: Sequence[Cell]) -> None:
        self.cells.extend(cells)

    def close(self) -> None:
        pass


@pytest.fixture
def kept() -> Callable[[GradingRunner], tuple[GradingRunner, list[Cell]]]:
    """Return the runner again with a sink, and the cells that the sink will have."""

    def keep(runner: GradingRunner) -> tuple[GradingRunner, list[Cell]]:
        sink = Kept()
        plan = evolve(runner.plan, sinks=(NamedPart("kept", sink),))
        return GradingRunner.from_plan(plan), sink.cells

    return keep
