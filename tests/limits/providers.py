"""A stand-in for a provider: answers as it is told, and notes when it was asked."""

from collections.abc import Callable, Iterable
from typing import Any

import anyio
from attrs import define, field

from rmg_core.errors import ProviderError
from rmg_core.limits import Answered, Clock, Door, answered
from rmg_core.models import Reply, Usage

STEP = 1e-6
"""Seconds, by which tasks come in order also in a loop that shuffles them."""

GOOD = Reply("good", usage=Usage(5, 5))


def status(code: int, said: str = "", word: str = "", **headers: str) -> ProviderError:
    """Return what a client raises; `retry_after` stands for `retry-after`."""
    written = {name.replace("_", "-"): text for name, text in headers.items()}
    return ProviderError("status", said, status=code, headers=written, code=word)


@define
class Provider:
    """Gives `answers` one after the other, the last one again and again."""

    clock: Clock
    answers: list[Any] = field(converter=list)
    seconds: float = 1.0
    asked: list[float] = field(factory=list)

    async def __call__(self) -> Any:
        self.asked.append(self.clock.now())
        answer = self.answers[min(len(self.asked), len(self.answers)) - 1]
        await anyio.sleep(self.seconds)
        if isinstance(answer, BaseException):
            raise answer
        return answer


async def ask(door: Door, provider: Callable[[], Any], **other: Any) -> Answered:
    arguments: dict[str, Any] = {"tokens": 10, "usd": None, "timeout": 60.0}
    return await answered(door, provider, **arguments | other)


async def outcome(door: Door, provider: Callable[[], Any], **other: Any) -> Any:
    """Return what comes of a call, a failure too."""
    try:
        return await ask(door, provider, **other)
    except Exception as fault:
        return fault


async def outcomes(door: Door, providers: Iterable[Callable[[], Any]], **other: Any) -> list[Any]:
    """Ask them one just after the other; returns what comes of each."""
    made: dict[int, Any] = {}

    async def one(place: int, provider: Callable[[], Any]) -> None:
        made[place] = await outcome(door, provider, **other)

    async with anyio.create_task_group() as group:
        for place, provider in enumerate(providers):
            group.start_soon(one, place, provider)
            await anyio.sleep(STEP)
    return [made[place] for place in sorted(made)]
