"""Graders that do harm at the response `r3`, and grade every other one as `good` does."""

import asyncio
import ctypes
import math
import os
import random
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import anyio
from anyio.lowlevel import checkpoint

from rmg_core import GraderScore

CULPRIT = "r3"
LET_GO = threading.Event()
"""What a thread hangs on: a test that shares its process with it lets it go in the end."""


class Stray(BaseException):
    pass


class Mute(Exception):
    def __str__(self) -> str:
        raise ValueError("no")

    __repr__ = __str__


def good(response: str) -> GraderScore:
    return GraderScore(float(response[1:]) / 100, f"of {response}")


async def agood(response: str) -> GraderScore:
    await checkpoint()
    return good(response)


def plain(act: Callable[[dict[str, Any]], Any]) -> Callable[..., Any]:
    def grade(response: str, parts: dict[str, Any]) -> Any:
        return act(parts) if response == CULPRIT else good(response)

    return named(grade, act.__name__)


def waiting(act: Callable[[], Awaitable[Any]]) -> Callable[..., Any]:
    async def grade(response: str, parts: dict[str, Any]) -> Any:
        return await act() if response == CULPRIT else good(response)

    return named(grade, act.__name__)


def raising(name: str, make: Callable[[], BaseException]) -> Callable[..., Any]:
    def act(_: dict[str, Any]) -> Any:
        raise make()

    return plain(named(act, name))


def returning(name: str, make: Callable[[], Any]) -> Callable[..., Any]:
    return plain(named(lambda _: make(), name))


def named(function: Any, name: str) -> Any:
    """Let a function be found in this module, as one that a `def` has made."""
    function.__name__ = function.__qualname__ = name
    return function


raises_exception = raising("raises_exception", lambda: ValueError("no"))
raises_base_exception = raising("raises_base_exception", lambda: Stray("no"))
raises_system_exit = raising("raises_system_exit", lambda: SystemExit(3))
raises_generator_exit = raising("raises_generator_exit", GeneratorExit)
raises_memory_error = raising("raises_memory_error", MemoryError)
raises_group = raising("raises_group", lambda: ExceptionGroup("g", [ValueError(), OSError()]))
raises_mute = raising("raises_mute", Mute)


@waiting
async def raises_cancelled() -> None:
    cancelled = anyio.get_cancelled_exc_class()
    raise getattr(cancelled, "_create", cancelled)()  # noqa: RSE102 - trio's is a function


@waiting
async def cancels_its_task() -> float:
    asyncio.current_task().cancel()  # type: ignore[union-attr]
    await asyncio.sleep(0)
    return 1.0


def _endless(parts: dict[str, Any]) -> Any:
    return _endless(parts)


raises_recursion_error = plain(named(_endless, "raises_recursion_error"))


def _generated() -> Any:
    yield 1.0


returns_none = returning("returns_none", lambda: None)
returns_text = returning("returns_text", lambda: "1")
returns_nan = returning("returns_nan", lambda: math.nan)
returns_infinity = returning("returns_infinity", lambda: math.inf)
returns_off_the_scale = returning("returns_off_the_scale", lambda: 1.5)
returns_generator = returning("returns_generator", _generated)
returns_long_reason = returning("returns_long_reason", lambda: GraderScore(1.0, "x" * 10**7))
returns_surrogate = returning("returns_surrogate", lambda: GraderScore(1.0, "a\ud800b"))


@plain
def mutates_the_sample(parts: dict[str, Any]) -> float:
    parts["tags"].append("b")
    return 1.0


@waiting
async def hangs_async() -> None:
    await anyio.sleep_forever()


@waiting
async def swallows_cancellation() -> None:
    while True:
        with suppress(BaseException):
            await anyio.sleep_forever()


@plain
def hangs_sync(_: dict[str, Any]) -> None:
    LET_GO.wait(1000)


@waiting
async def blocks_the_loop() -> float:
    time.sleep(1.3)  # noqa: ASYNC251 - its fault
    return 1.0


@plain
def exits(_: dict[str, Any]) -> None:
    os._exit(7)


@plain
def segfaults(_: dict[str, Any]) -> None:
    ctypes.string_at(0)


@plain
def forks(_: dict[str, Any]) -> float:
    os.fork()
    return 1.0


@plain
def leaks_a_thread(_: dict[str, Any]) -> float:
    # Else it would be a daemon where the thread that starts it is one.
    threading.Thread(target=time.sleep, args=(1000,), name="leaked", daemon=False).start()
    return 1.0


@plain
def prints_a_gigabyte(_: dict[str, Any]) -> float:
    for _line in range(1000):
        print("x" * 10**6)  # noqa: T201 - its fault
    return 1.0


@plain
def changes_the_world(_: dict[str, Any]) -> float:
    os.chdir("/")
    os.environ.clear()
    random.seed(1)
    sys.setrecursionlimit(200)
    return 1.0
