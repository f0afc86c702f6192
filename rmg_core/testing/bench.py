"""The golden samples of a grader, graded in every way that the contract looks at."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from copy import deepcopy
from functools import cached_property, partial
from typing import Any, Final, TypeAlias

import anyio
from attrs import define, evolve, field, frozen

from rmg_core.errors import CannotGrade, ConfigError, RunFailed
from rmg_core.grading import GradingRunner
from rmg_core.outcomes import Outcome
from rmg_core.plan import Plan, plan_of_objects
from rmg_core.registry import Registry
from rmg_core.testing.cancelling import fault_when_cancelled
from rmg_core.testing.golden import Golden
from rmg_core.testing.sockets import sockets_heard

LONGEST: Final = 30.0
"""So many seconds a golden sample may take."""

AT_ONCE: Final = 8


@frozen
class Ungraded:
    """Why a golden sample could not be graded: of the config, or of the run that began."""

    said: str
    is_of_run: bool = False


Came: TypeAlias = Outcome | Ungraded
"""What a golden sample came to."""


@frozen
class Watched:
    """What a grader did with plain inputs of its own: dicts and lists that can be changed.

    `returned` is what it returned, as it is, if it did.
    """

    came: Came
    changed: tuple[str, ...]
    sockets: tuple[str, ...]
    returned: object = None


@define(eq=False)
class Bench:
    """Grades the golden samples of the grader `pack/name`, with the runner that users have.

    What a way of grading came to stands in the order of the samples. The registry is the one that
    the pack was found in.
    """

    grader: str
    goldens: Sequence[Golden]
    registry: Registry
    _column: str = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._column = self.grader.rpartition("/")[2]

    @cached_property
    def alone(self) -> list[Came]:
        """Each in a run of its own, under asyncio."""
        return anyio.run(self._each, backend="asyncio")

    @cached_property
    def on_trio(self) -> list[Came]:
        """The same under trio."""
        return anyio.run(self._each, backend="trio")

    @cached_property
    def among_eight(self) -> list[list[Came]]:
        """Eight copies of each, mixed with those of others, and eight at once."""
        return anyio.run(self._mixed)

    @cached_property
    def watched(self) -> list[Watched]:
        """Each with inputs of its own that nobody protects, and an ear on the network."""
        return anyio.run(self._each_watched)

    @cached_property
    def when_cancelled(self) -> list[str]:
        """What each does wrong when it is cancelled; "" where that is nothing."""
        return anyio.run(self._each_cancelled)

    async def _each(self) -> list[Came]:
        return [await self._graded(golden) for golden in self.goldens]

    async def _graded(self, golden: Golden) -> Came:
        return (await self._run(partial(self._plan, golden.options), [golden]))[0]

    async def _mixed(self) -> list[list[Came]]:
        came: list[list[Came]] = [[] for _ in self.goldens]
        for options, places in self._by_options():
            rows = [place for _ in range(AT_ONCE) for place in places]
            plan = partial(self._plan, options, max_concurrency=AT_ONCE)
            graded = await self._run(plan, [self.goldens[place] for place in rows])
            for place, each in zip(rows, graded, strict=True):
                came[place].append(each)
        return came

    def _by_options(self) -> list[tuple[Mapping[str, Any], list[int]]]:
        """Put the places of samples with the same options together."""
        found: list[tuple[Mapping[str, Any], list[int]]] = []
        for place, golden in enumerate(self.goldens):
            alike = (places for options, places in found if options == golden.options)
            places = next(alike, None)
            if places is None:
                found.append((golden.options, [place]))
            else:
                places.append(place)
        return found

    async def _each_watched(self) -> list[Watched]:
        return [await self._watch(golden) for golden in self.goldens]

    async def _watch(self, golden: Golden) -> Watched:
        inputs = deepcopy(dict(golden.inputs))
        returned: list[object] = []

        def planned() -> Plan:
            plan = self._plan(golden.options, mapper=lambda _: inputs)
            [each] = plan.graders
            call = _noting(each.grader.call, returned, is_async=each.grader.spec.is_async)
            heard = evolve(each, grader=evolve(each.grader, call=call))
            return evolve(plan, graders=(heard,))

        with sockets_heard() as heard:
            [came] = await self._run(planned, [golden])
        changed = [name for name, value in golden.inputs.items() if [inputs[name]] != [value]]
        return Watched(came, tuple(changed), tuple(heard), *returned)

    async def _each_cancelled(self) -> list[str]:
        return [await self._cancel(golden) for golden in self.goldens]

    async def _cancel(self, golden: Golden) -> str:
        [planned] = self._plan(golden.options).graders
        grader = planned.grader
        try:
            inputs = planned.prepare(golden.inputs)
        except CannotGrade:
            return ""  # it is never called
        await grader.aopen()
        try:
            return await fault_when_cancelled(lambda: grader.call(*deepcopy(inputs)))
        finally:
            await grader.aclose()

    def _plan(
        self, options: Mapping[str, Any], *, max_concurrency: int = 1, mapper: object = None
    ) -> Plan:
        table = {"grader": self.grader, "options": dict(options), "timeout": LONGEST}
        if mapper is not None:
            table["mapper"] = mapper
        return plan_of_objects(
            {self._column: table}, max_concurrency=max_concurrency, registry=self.registry
        )

    async def _run(self, planned: Callable[[], Plan], goldens: Sequence[Golden]) -> list[Came]:
        try:
            runner = GradingRunner.from_plan(planned())
            results = await runner.arun([deepcopy(dict(each.inputs)) for each in goldens])
        except ConfigError as fault:
            said = "; ".join(str(evolve(each, file=None)) for each in fault.problems)
            return [Ungraded(said)] * len(goldens)
        except RunFailed as fault:
            return [Ungraded(str(fault), is_of_run=True)] * len(goldens)
        return list(results[self._column])


def _noting(
    call: Callable[..., Any], returned: list[object], *, is_async: bool
) -> Callable[..., Any]:
    """Let a call note what it returns."""

    def note(*inputs: Any) -> Any:
        returned.append(call(*inputs))
        return returned[0]

    async def note_awaited(*inputs: Any) -> Any:
        waiting: Coroutine[Any, Any, Any] = call(*inputs)
        returned.append(await waiting)
        return returned[0]

    return note_awaited if is_async else note
