"""Graders that give what they were told to give."""

import inspect
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any, TypeAlias

from anyio.lowlevel import checkpoint
from attrs import define, field

from rmg_core.errors import CannotGrade
from rmg_core.runner.settling import shown

Script: TypeAlias = Sequence[Any] | Mapping[Any, Any]


@define(eq=False)
class ScriptedGrader:
    """Gives the outcomes of a script one after the other, and then the last one for ever.

    A mapping gives each response its outcome, in whatever order they come. An exception in the
    script is raised. `calls` holds the responses that it was given. Its scale is 0..1.
    """

    script: Script
    calls: list[Any] = field(init=False, factory=list)
    _lock: Any = field(init=False, factory=Lock, repr=False)

    def grade(self, response: Any) -> Any:
        with self._lock:
            self.calls.append(response)
            return _given(self.script, len(self.calls), response)


@define(eq=False)
class ScriptedAsyncGrader:
    """The same as a coroutine, which waits for a turn of the event loop."""

    script: Script
    calls: list[Any] = field(init=False, factory=list)

    async def grade(self, response: Any) -> Any:
        self.calls.append(response)
        number = len(self.calls)
        await checkpoint()
        return _given(self.script, number, response)


def _given(script: Script, number: int, response: Any) -> Any:
    """Return what the script has for a call, counted from 1; raise what is an exception."""
    if isinstance(script, Mapping):
        if response not in script:
            raise CannotGrade(f"the script has nothing for {shown(response)}")
        made = script[response]
    else:
        made = script[min(number, len(script)) - 1]
    if isinstance(made, BaseException):
        raise made.with_traceback(None)
    if inspect.isclass(made) and issubclass(made, BaseException):
        raise made
    return made
