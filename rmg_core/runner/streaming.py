"""The samples of a run as they are finished, for whoever reads them while it goes on."""

from collections import deque

import anyio
from attrs import define, field

from rmg_core.runner.ended import Ended
from rmg_core.runner.execution import Execution
from rmg_core.runner.window import GradedSample, OpenSample


@define(eq=False)
class GradedStream:
    """The samples of a run as they are finished: iterate it with `async for`.

    When the iteration is over, `ended` says how the run ended.
    """

    columns: tuple[str, ...]
    execution: Execution = field(init=False)
    ended: Ended | None = None
    _waiting: deque[OpenSample] = field(factory=deque)
    _wake: anyio.Event | None = None
    _is_over: bool = False
    _failure: Exception | None = None

    def stop(self) -> None:
        """Start nothing more; what is in flight is still finished and can be read."""
        self.execution.stop()

    async def run(self) -> None:
        """Run to the end; a failure is raised where the stream is read."""
        try:
            self.ended = await self.execution.run()
        except Exception as failure:  # noqa: BLE001 - raised again by __anext__
            self._failure = failure
        finally:
            self._is_over = True
            if self._wake is not None:
                self._wake.set()

    def put(self, graded: list[OpenSample]) -> None:
        """Take samples that the run has finished."""
        self._waiting.extend(graded)
        self.execution.unread += len(graded)
        if self._wake is not None:
            self._wake.set()

    def raise_failure(self) -> None:
        """Raise what ended the run, if anything did and nobody has met it."""
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure

    def __aiter__(self) -> "GradedStream":
        return self

    async def __anext__(self) -> GradedSample:
        while not self._waiting:
            self.raise_failure()
            if self._is_over:
                raise StopAsyncIteration
            if self._wake is None or self._wake.is_set():
                self._wake = anyio.Event()
            await self._wake.wait()
        opened = self._waiting.popleft()
        self.execution.unread -= 1
        self.execution.look_for_room()
        outcomes = dict(zip(self.columns, opened.outcomes, strict=True))
        return GradedSample(opened.index, opened.id, opened.fields, outcomes, opened.repeats or {})
