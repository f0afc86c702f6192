"""Graders for processes of their own."""

import os
import sys
import time
from collections.abc import Mapping
from typing import Any

import anyio
import anyio.lowlevel
from attrs import define, field, frozen

from rmg_core import GraderScore, grader


def good(number: int) -> GraderScore:
    """A hundredth of the number."""
    return GraderScore(number / 100, f"number {number}", {"pair": (number, None)})


def crashes_at(number: int, *, numbers: tuple[int, ...] = (3,)) -> GraderScore:
    """As `good`, but for the `numbers` that end the process."""
    if number in numbers:
        print("last words", file=sys.stderr)  # noqa: T201
        os._exit(7)
    return good(number)


def hangs_at_two(number: int) -> GraderScore:
    """As `good`, but for two."""
    if number == 2:
        time.sleep(1000)
    return good(number)


def given(value: object) -> GraderScore:
    """1; the reason is the value."""
    return GraderScore(1.0, repr(value))


def lengths(value: Mapping[str, Any]) -> float:
    """A tenth of the number of keys."""
    return len(value) / 10


@grader(runs_in="process", scale=(0, 10))
def declared(number: int) -> int:
    """The number."""
    return number


async def waits(number: int) -> GraderScore:
    """As `good`, after a while."""
    await anyio.lowlevel.checkpoint()
    return good(number)


@frozen
class Opened:
    """1 where it was opened in the process that grades, and its option is there."""

    greeting: str = "hello"
    state: dict[str, int] = field(init=False, factory=dict, eq=False)

    async def aopen(self) -> None:
        await anyio.lowlevel.checkpoint()
        self.state["opened in"] = os.getpid()

    async def aclose(self) -> None:
        with open("closed", "a", encoding="utf-8") as file:  # noqa: ASYNC230, PTH123
            file.write(f"{self.greeting}\n")

    def grade(self, number: int) -> GraderScore:
        is_here = self.state.get("opened in") == os.getpid()
        return GraderScore(float(is_here), f"{self.greeting} {number}")


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
