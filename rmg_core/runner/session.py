"""What the runs of one runner share within one event loop: its limits and its open graders."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import anyio
from attrs import define, field

from rmg_core.errors import RunFailed
from rmg_core.limits import Limits
from rmg_core.plan.values import Plan, PlannedGrader


@define(eq=False)
class Session:
    """The limits, and the graders that are open for as long as a run uses them."""

    plan: Plan
    limits: Limits
    _users: int = 0
    _lock: anyio.Lock = field(factory=anyio.Lock)
    _opened: AsyncExitStack = field(factory=AsyncExitStack)

    @classmethod
    def of(cls, plan: Plan) -> "Session":
        per_grader = {each.name: each.max_concurrency for each in plan.graders}
        return cls(plan, Limits.of(plan.max_concurrency, per_grader))

    @asynccontextmanager
    async def graders_open(self) -> AsyncIterator[None]:
        """Keep the graders open; the first run opens them, the last one closes them.

        Raises:
            RunFailed: a grader cannot be opened or closed.
        """
        async with self._lock:
            if not self._users:
                await self._open_all()
            self._users += 1
        try:
            yield
        finally:
            with anyio.CancelScope(shield=True):
                async with self._lock:
                    self._users -= 1
                    if not self._users:
                        await self._opened.aclose()

    async def _open_all(self) -> None:
        async with AsyncExitStack() as opened:
            for planned in self.plan.graders:
                try:
                    await planned.grader.aopen()
                except Exception as fault:
                    raise RunFailed(f"grader {planned.name!r} cannot be opened: {fault}") from fault
                opened.push_async_callback(_close, planned)
            self._opened = opened.pop_all()


async def _close(planned: PlannedGrader) -> None:
    try:
        await planned.grader.aclose()
    except Exception as fault:
        raise RunFailed(f"grader {planned.name!r} cannot be closed: {fault}") from fault
