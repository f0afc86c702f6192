"""The call of an async grader: its deadline, and an end to one that will not be cancelled."""

import asyncio
import ctypes
import functools
import math
import types
from collections.abc import Callable, Coroutine, Generator, Iterator
from time import perf_counter
from typing import Any, Final, TypeAlias

import anyio
from anyio.lowlevel import checkpoint
from attrs import define, field

from rmg_core.connections.errands import ERRAND
from rmg_core.outcomes import GraderError, Outcome
from rmg_core.runner import copies
from rmg_core.runner.guard import current_task, is_our_cancellation
from rmg_core.runner.settling import error_of, pass_interrupt

Inputs: TypeAlias = tuple[Any, ...] | list[Any]

Answer: TypeAlias = Outcome | Coroutine[Any, Any, Outcome]
"""An outcome, or what has to be awaited for it."""

GRACE: Final = 1.0
"""So many seconds a cancelled call may take to tidy up."""

_PLAIN: Final = asyncio.Future


@define(eq=False)
class Refusals:
    """How many calls of a grader would not be cancelled, and were given up.

    `turns` counts how often a call has waited, while the event loop took its turn. `spoilt` are
    the tasks that one has left in a scope of its own, and that can do no more.
    After the first, the others get no time to tidy up: a swallowed cancellation comes again at
    every turn of the loop, which keeps it busy for as long.
    """

    count: int = 0
    turns: int = 0
    spoilt: set[int] = field(factory=set)

    @property
    def grace(self) -> float:
        return 0.0 if self.count else GRACE

    @property
    def has_spoilt(self) -> bool:
        """The task that runs can do no more."""
        return bool(self.spoilt) and anyio.get_current_task().id in self.spoilt

    def give_up(self, call: Coroutine[Any, Any, Any]) -> None:
        """Close a call, whatever it says to that."""
        self.count += 1
        waiting = list(_chain(call))
        try:
            call.close()
        except BaseException as fault:  # noqa: BLE001 - a foreign grader
            pass_interrupt(fault)
            self.spoilt.add(anyio.get_current_task().id)
            for each in waiting:
                # It would be closed once more when it is collected, at the latest when Python
                # ends. With no loop left to wait in, one that catches all then turns for ever.
                if each.cr_frame is not None:
                    ctypes.pythonapi.Py_IncRef(ctypes.py_object(each))


def _chain(call: Any) -> "Iterator[types.CoroutineType[Any, Any, Any]]":
    """Yield a coroutine, and those that it waits for."""
    while isinstance(call, types.CoroutineType):
        yield call
        call = call.cr_await


@define(eq=False)
class _Limit:
    """When a call is given up: after a cancellation that it swallowed, or `is_over`.

    `forks` tells the process that it belongs to from a copy.
    """

    refusals: Refusals
    forks: int
    is_over: bool = False
    _cancelled_at: float | None = None

    def is_reached(self, fault: BaseException) -> bool:
        """Tell whether this cancellation is one too many."""
        if self.is_over:
            return True
        if not isinstance(fault, anyio.get_cancelled_exc_class()) or not is_our_cancellation():
            return False
        if self._cancelled_at is None:
            self._cancelled_at = perf_counter()
            return False
        return perf_counter() > self._cancelled_at + self.refusals.grace

    def look_again(self) -> None:
        """Forget a cancellation that is over: it was that of a scope which the call has left."""
        if self._cancelled_at is not None and not is_our_cancellation():
            self._cancelled_at = None

    def end(self, task: "asyncio.Task[Any]") -> None:
        """End a call that hangs where no scope reaches it: in a shielded one."""
        self.is_over = True
        task.cancel()


@types.coroutine
def _held(
    call: Coroutine[Any, Any, Any], limit: _Limit, waits_for: Any
) -> Generator[Any, Any, Any]:
    """Await a call that has begun to wait, with a hand on it: it can be given up."""
    while True:
        if copies.forks != limit.forks:
            copies.end()
        resume: Callable[[Any], Any] = call.send
        value: Any = None
        fault: BaseException | None
        limit.refusals.turns += 1
        # A task that waits for another, or for several, hears of its cancellation when they do.
        passes_on = type(waits_for) is not _PLAIN and isinstance(waits_for, asyncio.Future)
        try:
            if passes_on:
                yield from _done(waits_for, limit)
            else:
                value = yield waits_for
        except GeneratorExit:
            call.close()
            raise
        except BaseException as raised:  # noqa: BLE001 - it is for the call to take
            resume, value, fault = call.throw, raised, raised
        else:
            fault = getattr(value, "error", None)  # trio sends what is to be raised
        if fault is not None and limit.is_reached(fault):
            limit.refusals.give_up(call)
            raise fault
        try:
            waits_for = resume(value)
        except StopIteration as ended:
            return ended.value
        limit.look_again()


def _done(other: "asyncio.Future[Any]", limit: _Limit) -> Generator[Any, Any, None]:
    """Wait until a future is done, to which a cancellation is passed on until the limit."""
    other._asyncio_future_blocking = False  # noqa: SLF001 - by the protocol: its await is over
    while True:
        mine = other.get_loop().create_future()

        def wake(_: Any, mine: "asyncio.Future[None]" = mine) -> None:
            if not mine.done():
                mine.set_result(None)

        other.add_done_callback(wake)
        try:
            yield from mine
        except asyncio.CancelledError as fault:
            if limit.is_reached(fault):
                raise
            if other.done():
                if other.cancelled() or other.exception() is not None:
                    return  # it has heard of it
                raise
            other.cancel(*fault.args)
        else:
            return
        finally:
            other.remove_done_callback(wake)


def answering(
    call: Callable[..., Coroutine[Any, Any, Any]],
    settle: Callable[[Any], Outcome],
    timeout: float | None = None,
    refusals: Refusals | None = None,
) -> Callable[[Inputs], Answer]:
    """Return what calls an async grader with its inputs, and settles what comes of it.

    It is begun at once: the outcome of one that does not wait is there without a coroutine of
    ours, which costs a microsecond; else what is returned is to be awaited.
    """
    seen, here = Refusals() if refusals is None else refusals, copies.forks
    if timeout is not None:
        return _answering_in_time(call, settle, timeout, seen)

    def answer(inputs: Inputs) -> Answer:
        try:
            made = call(*inputs)
            try:
                waits_for = made.send(None)
            except StopIteration as ended:
                return settle(ended.value)
        except BaseException as fault:  # noqa: BLE001 - a foreign grader
            return _error_of_call(fault)
        finally:
            if copies.forks != here:
                copies.end()
        return go_on(made, waits_for)

    async def go_on(made: Coroutine[Any, Any, Any], waits_for: Any) -> Outcome:
        try:
            return settle(await _held(made, _Limit(seen, here), waits_for))
        except BaseException as fault:  # noqa: BLE001 - a foreign grader
            return await _error_of_call(fault)
        finally:
            if copies.forks != here:
                copies.end()

    return answer


def _answering_in_time(
    call: Callable[..., Coroutine[Any, Any, Any]],
    settle: Callable[[Any], Outcome],
    timeout: float,
    refusals: Refusals,
) -> Callable[[Inputs], Coroutine[Any, Any, Outcome]]:
    here = copies.forks

    async def answer(inputs: Inputs) -> Outcome:
        try:
            return settle(await _within(timeout, call(*inputs), _Limit(refusals, here)))
        except BaseException as fault:  # noqa: BLE001 - a foreign grader
            return await _error_of_call(fault)
        finally:
            if copies.forks != here:
                copies.end()

    return answer


def asking(
    call: Callable[..., Coroutine[Any, Any, Any]],
    settle: Callable[[Any], Outcome],
    timeout: float | None = None,
    refusals: Refusals | None = None,
) -> Callable[[Inputs], Coroutine[Any, Any, Outcome]]:
    """Return the same for one who awaits it whatever it is."""
    answer = answering(call, settle, timeout, refusals)

    async def ask(inputs: Inputs) -> Outcome:
        made: Any = answer(inputs)
        outcome: Outcome = await made if type(made) is types.CoroutineType else made
        return outcome

    return ask


@define(eq=False)
class _Deadline:
    """When a call has to be done: so many seconds after it began, without its waits for models.

    `end` cuts a call off that hangs where no scope reaches it, a moment later.
    """

    seconds: float
    scope: anyio.CancelScope
    end: Callable[[], None] | None
    _began: float = field(factory=perf_counter)
    _stood: float = 0.0
    _since: float | None = None
    _is_over: bool = False
    _ending: "asyncio.TimerHandle | None" = None

    def __attrs_post_init__(self) -> None:
        self._set(self.seconds)

    @property
    def is_met(self) -> bool:
        return self._left >= 0

    @property
    def _left(self) -> float:
        now = perf_counter() if self._since is None else self._since
        return self.seconds - (now - self._began - self._stood)

    def stand_still(self) -> None:
        self._since = perf_counter()
        self.scope.deadline = math.inf
        self._clear()

    def go_on(self) -> None:
        if self._since is not None:
            self._stood += perf_counter() - self._since
            self._since = None
        # A call that the cell has left behind may go on when the cell is over.
        if not self._is_over:
            self._set(self._left)

    def close(self) -> None:
        self._is_over = True
        self._clear()

    def _clear(self) -> None:
        if self._ending is not None:
            self._ending.cancel()

    def _set(self, left: float) -> None:
        self.scope.deadline = anyio.current_time() + left
        if self.end is not None:
            self._ending = asyncio.get_running_loop().call_later(left + GRACE, self.end)


async def _within(seconds: float, call: Coroutine[Any, Any, Any], limit: _Limit) -> Any:
    """Give a call a deadline; past it, return the error that says so."""
    task = current_task()
    scope = anyio.CancelScope()
    end = None if task is None else functools.partial(limit.end, task)
    deadline = _Deadline(seconds, scope, end)
    if (errand := ERRAND.get()) is not None:
        errand.deadline = deadline
    try:
        with scope:
            try:
                made = await _held(call, limit, call.send(None))
            except StopIteration as ended:
                made = ended.value
        # One that blocked the loop, or would not be cancelled, has its answer too late.
        if deadline.is_met:
            return made
    except BaseException as fault:
        # Many a library makes an error of its own of the cancellation.
        pass_interrupt(fault)
        is_late = scope.cancel_called or limit.is_over
        if not is_late or (is_our_cancellation() and not limit.refusals.has_spoilt):
            raise
    finally:
        deadline.close()
    return GraderError("timeout", f"no answer within {seconds:g} s")


async def _error_of_call(fault: BaseException) -> GraderError:
    """Return what an async grader raised as an error; let our own cancellation pass."""
    is_cancellation = isinstance(fault, anyio.get_cancelled_exc_class())
    if is_our_cancellation():
        if is_cancellation:
            raise fault
        pass_interrupt(fault)
        # What comes of a call that we cancelled says nothing about the grader.
        await checkpoint()
    return error_of(fault, "cancelled" if is_cancellation else "grader_error")
