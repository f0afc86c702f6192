"""Graders for processes of their own."""

import asyncio
import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
from attrs import define, field, frozen

from rmg_core import GraderScore, grader


def good(number: int) -> GraderScore:
    """A hundredth of the number."""
    return GraderScore(number / 100, f"number {number}", {"pair": (number, None)})


def crashes_at(
    number: int, *, numbers: tuple[int, ...] = (3,), words: int = 1, code: int = 7
) -> GraderScore:
    """As `good`, but for the `numbers` that say `words` and end the process."""
    if number in numbers:
        print("first" + " last words" * words, file=sys.stderr)  # noqa: T201
        os._exit(code)
    return good(number)


def hangs_at_two(number: int, *, pipe: str = "") -> GraderScore:
    """As `good`, but for two, of which a reader of the `pipe` hears."""
    if number == 2:
        if pipe:
            Path(pipe).write_text("begun", "utf-8")
        time.sleep(1000)
    return good(number)


def given(value: object) -> GraderScore:
    """1; the reason is the value."""
    return GraderScore(1.0, repr(value))


def depth(value: Any) -> GraderScore:
    """1; the reason is how many lists are in one another."""
    found = 0
    while value:
        found, [value] = found + 1, value
    return GraderScore(1.0, str(found))


@grader(runs_in="process", scale=(0, 10))
def declared(number: int) -> int:
    """The number."""
    return number


async def waits(number: int) -> GraderScore:
    """As `good`, after a while."""
    await anyio.lowlevel.checkpoint()
    return good(number)


async def raises_at_two(number: int) -> GraderScore:
    """As `good`, but for two."""
    await anyio.lowlevel.checkpoint()
    if number == 2:
        raise SystemExit(3)
    return good(number)


def leaves_a_child_at_two(number: int) -> GraderScore:
    """As `good`, but at two it starts a process that does not end."""
    if number == 2 and os.fork() == 0:
        time.sleep(1000)
    return good(number)


async def forks_at_two(number: int) -> GraderScore:
    """As `good`, but at two there are two of it."""
    if number == 2:
        os.fork()
    return good(number)


async def hangs_in_a_scope_at_two(number: int) -> GraderScore:
    """As `good`, but for two."""
    if number == 2:
        with anyio.CancelScope(shield=True):
            while True:
                with suppress(BaseException):
                    await anyio.sleep_forever()
    return good(number)


async def leaves_a_task_behind(number: int) -> GraderScore:
    """As `good`, with a task that nothing ends."""
    asyncio.create_task(hangs_in_a_scope_at_two(2))  # noqa: RUF006 - its fault
    await anyio.lowlevel.checkpoint()
    return good(number)


def gathers(number: int, *, folder: str, size: int) -> float:
    """1, as soon as there are `size` processes of it in the `folder`; the first call is none."""
    here = Path(folder)
    (here / str(os.getpid())).touch()
    time.sleep(0.02)  # so long that each call is a chunk
    while number and len([*here.iterdir()]) < size:
        time.sleep(0.01)
    return 1.0


@frozen
class Opened:
    """1 where it was opened in the process that grades, and its option is there."""

    greeting: str = "hello"
    state: dict[str, int] = field(init=False, factory=dict, eq=False)

    async def aopen(self) -> None:
        await anyio.lowlevel.checkpoint()
        self.state["opened in"] = os.getpid()

    async def aclose(self) -> None:
        await anyio.lowlevel.checkpoint()
        with open("closed", "a", encoding="utf-8") as file:  # noqa: ASYNC230, PTH123
            file.write(f"{self.greeting}\n")

    def grade(self, number: int) -> GraderScore:
        is_here = self.state.get("opened in") == os.getpid()
        return GraderScore(float(is_here), f"{self.greeting} {number}")


@frozen
class OpenedAsync(Opened):
    """As `Opened`, and async."""

    async def grade(self, number: int) -> GraderScore:  # type: ignore[override]
        await anyio.lowlevel.checkpoint()
        return Opened.grade(self, number)


@frozen
class CannotBeOpened:
    """Never opens."""

    async def aopen(self) -> None:
        raise OSError("no socket here")

    def grade(self, number: int) -> float:
        return float(number)


@define
class Held:
    """Holds an object that is no value of a config."""

    held: Any = None

    def grade(self, number: int) -> float:
        return float(number)


def made_inside() -> Any:
    def inner(number: int) -> float:
        return float(number)

    return inner
