"""What the runs of one runner share within one event loop: its limits and its open graders."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import anyio
from anyio import to_thread
from attrs import define, field

from rmg_core.errors import RunFailed
from rmg_core.limits import Limits
from rmg_core.plan.values import Plan
from rmg_core.runner.guard import current_task, is_our_cancellation
from rmg_core.runner.settling import pass_interrupt, said_by
from rmg_core.runner.threads import Threads
from rmg_core.runner.workers import Workers


@define(eq=False)
class Session:
    """The limits, and the graders that are open for as long as a run uses them."""

    plan: Plan
    limits: Limits
    workers: Mapping[str, Workers] = field(init=False)
    threads: Threads = field(factory=Threads)
    _users: int = 0
    _lock: anyio.Lock = field(factory=anyio.Lock)
    _opened: AsyncExitStack = field(factory=AsyncExitStack)

    @classmethod
    def of(cls, plan: Plan) -> "Session":
        per_grader = {each.name: each.most for each in plan.graders}
        return cls(plan, Limits.of(plan.max_concurrency, per_grader))

    def __attrs_post_init__(self) -> None:
        self.workers = {
            each.name: Workers(each.name, each.recipe, each.timeout, each.grader.needs_loop)
            for each in self.plan.graders
            if each.recipe is not None
        }

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
        except BaseException as failure:
            try:
                await self._leave()
            except RunFailed as another:
                if isinstance(failure, anyio.get_cancelled_exc_class()):
                    raise
                failure.add_note(str(another))
            raise
        else:
            await self._leave()

    async def _leave(self) -> None:
        with anyio.CancelScope(shield=True):
            async with self._lock:
                self._users -= 1
                if not self._users:
                    self.threads.close()
                    await self._opened.aclose()

    async def _open_all(self) -> None:
        opened = AsyncExitStack()
        try:
            for model in self.plan.models:
                live = model.live()
                await _bracket(live.enter, f"model {model.name!r} cannot be opened")
                said = f"model {model.name!r} cannot be closed"
                opened.push_async_callback(_bracket, live.leave, said)
            for planned in self.plan.graders:
                if (workers := self.workers.get(planned.name)) is not None:
                    opened.push_async_callback(to_thread.run_sync, workers.close)
                    await to_thread.run_sync(workers.open, _backend(), abandon_on_cancel=True)
                    continue
                await _bracket(planned.grader.aopen, f"grader {planned.name!r} cannot be opened")
                said = f"grader {planned.name!r} cannot be closed"
                opened.push_async_callback(_bracket, planned.grader.aclose, said)
        except BaseException:
            with anyio.CancelScope(shield=True), suppress(RunFailed):
                await opened.aclose()
            raise
        self._opened = opened


def _backend() -> str:
    """Name the event loop that runs, as `anyio.run` takes it."""
    return "asyncio" if anyio.get_cancelled_exc_class() is asyncio.CancelledError else "trio"


async def _bracket(hook: Callable[[], Awaitable[None]], said: str) -> None:
    """Open or close a model or a grader; what it raises ends the run, and is `said`."""
    task = current_task()
    requests = task.cancelling() if task is not None else 0
    try:
        await hook()
    except BaseException as fault:
        pass_interrupt(fault)
        is_asked = task is not None and task.cancelling() > requests
        if isinstance(fault, anyio.get_cancelled_exc_class()) and (
            is_asked or is_our_cancellation()
        ):
            raise
        raise RunFailed(f"{said}: {said_by(fault)}") from fault
