"""A watch over the event loop, which tells what grader keeps it to itself."""

import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from time import monotonic
from types import CodeType, FrameType
from typing import Any, Final

import anyio
from attrs import define, field

from rmg_core.mappers import FieldMapper
from rmg_core.plan.values import Plan, PlannedGrader

BLOCKED: Final = 1.0
"""So many seconds the loop may take for one turn."""

_LOOK: Final = 0.2
_SHOWN: Final = 3


@define(eq=False)
class Watchdog:
    """Looks from a thread whether the loop still turns.

    `code` tells whose code it is that runs in the loop. One that holds the GIL in C holds up the
    watch as well: then it is told of afterwards, or not at all.
    """

    code: Mapping[CodeType, str]
    tell: Callable[[str], None]
    _turned_at: float = field(factory=monotonic)
    _told_at: float = -1.0
    _thread: int = field(factory=threading.get_ident)
    _is_over: threading.Event = field(factory=threading.Event)

    async def watch(self) -> None:
        """Watch the loop that this runs in, until it is cancelled."""
        watcher = threading.Thread(target=self._watch, name="rmg watchdog", daemon=True)
        watcher.start()
        try:
            while True:
                self._turned_at = monotonic()
                await anyio.sleep(_LOOK)
        finally:
            self._is_over.set()
            watcher.join()

    def _watch(self) -> None:
        while not self._is_over.wait(_LOOK):
            turned_at, now = self._turned_at, monotonic()
            if now - turned_at < BLOCKED or self._told_at == turned_at:
                continue
            frames = list(_inwards(sys._current_frames().get(self._thread)))  # noqa: SLF001 - documented
            place = next((n for n, each in enumerate(frames) if each.f_code in self.code), None)
            if place is not None:
                self._told_at = turned_at
                self.tell(self._said(frames[place:], now - turned_at))

    def _said(self, frames: list[FrameType], seconds: float) -> str:
        stack = [
            f"{Path(each.f_code.co_filename).name}:{each.f_lineno} in {each.f_code.co_name}"
            for each in frames
        ]
        shown = [*stack[:1], *stack[1:][-_SHOWN:]]
        return (
            f"{self.code[frames[0].f_code]} has blocked the event loop, and with it every other "
            f"grader, for {seconds:.1f} s ({', '.join(shown)}); await what it waits for, make it "
            "a plain function, or set isolate = true"
        )


def _inwards(frame: FrameType | None) -> Iterator[FrameType]:
    """Yield the frames of a stack, from the outermost on."""
    frames = []
    while frame is not None:
        frames.append(frame)
        frame = frame.f_back
    yield from reversed(frames)


def code_in_loop(plan: Plan) -> Mapping[CodeType, str]:
    """Find what code of a plan's graders runs in the event loop, and whose it is."""
    found: dict[CodeType, str] = {}
    for planned in plan.graders:
        if planned.grader.spec.is_async and planned.recipe is None:
            for noun, function in _functions(planned):
                code = getattr(function, "__code__", None)
                if isinstance(code, CodeType):
                    found[code] = f"{noun} {planned.name!r}"
    return found


def _functions(planned: PlannedGrader) -> Iterator[tuple[str, Any]]:
    definition = planned.grader.spec.definition
    yield "grader", getattr(definition, "grade", definition)
    if not isinstance(planned.mapper, FieldMapper):
        yield "the mapper of grader", planned.mapper
