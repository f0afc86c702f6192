"""Asking a model behind the fault server, by a clock whose waits pass at once."""

import time
from typing import Any

import attrs
from attrs import define, field, frozen

from rmg_core import ModelFailed, ModelStopped, Secret, connect
from rmg_core.connections import Connection
from rmg_core.limits import Clock
from rmg_core.models import Embeddings, Reply
from rmg_core.testing import CASES

KEY = "sk-canary-7f3b91d2"
PACKS = ("openai", "litellm")
TEXTS = ["one", "two", "three"]


@define
class Waits:
    """A clock on which nothing takes time but the waits, which are noted: `slept`, in seconds."""

    slept: list[float] = field(factory=list)

    def clock(self) -> Clock:
        return Clock(
            now=lambda: sum(self.slept), wall=time.time, sleep=self._sleep, random=lambda: 0.5
        )

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@frozen
class Came:
    """What came of asking: the reply or the failure, and the waits before each further call."""

    end: Reply | Embeddings | ModelFailed | ModelStopped
    waits: tuple[float, ...]

    @property
    def word(self) -> str:
        match self.end:
            case ModelFailed(kind=kind):
                return kind
            case ModelStopped():
                return "stopped"
            case _:
                return "ok"


def connected(
    pack: str, url: str, waits: Waits, *, of: str = "chat", attempts: int = 4, **options: Any
) -> Connection:
    """Connect a model of a pack; `of` is what its client makes, as a case tells it."""
    place = {"openai": "base_url", "litellm": "api_base"}[pack]
    model = {"openai": "m", "litellm": "openai/m"}[pack]
    timeout = options.pop("timeout", 30.0)
    made = connect(
        f"{pack}/{'chat' if of == 'chat' else 'embedding'}",
        {"model": model, place: url, "api_key": Secret.of(KEY), **options},
        timeout=timeout,
        attempts=attempts,
    )
    return attrs.evolve(made, clock=waits.clock())


async def asked(connection: Connection, waits: Waits) -> Came:
    """Ask once; the client stays open."""
    try:
        if hasattr(connection.client, "chat"):
            end: Any = await connection.ask("hello")
        else:
            end = await connection.embed(TEXTS)
    except (ModelFailed, ModelStopped) as fault:
        end = fault
    return Came(end, tuple(round(each, 3) for each in waits.slept))


async def came_of(pack: str, url: str, case: str, **options: Any) -> Came:
    """Ask for what a case is made for, and close the client."""
    waits = Waits()
    connection = connected(pack, url, waits, of=CASES[case].of, **options)
    async with connection.opened():
        return await asked(connection, waits)
