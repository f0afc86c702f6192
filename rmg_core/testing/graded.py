"""What shows only when a grader grades: its samples with known grades, in every way."""

import asyncio
import copy
import sys
import types
from collections.abc import Callable, Coroutine, Generator, Iterator, Sequence
from itertools import groupby
from time import perf_counter
from typing import Any, Final

import anyio
import orjson
from attrs import define, field

from rmg_core.config import OptionsError, structure_options
from rmg_core.errors import ConfigError, RunFailed
from rmg_core.graders import Grader, GraderSpec
from rmg_core.grading import GradingRunner
from rmg_core.outcomes import GraderError, Outcome, from_json, to_json
from rmg_core.plan import plan_of_objects
from rmg_core.testing.golden import Golden, said
from rmg_core.testing.subject import GraderCheck, GraderLook, Subject

AT_ONCE: Final = 8
DEADLINE_SECONDS: Final = 0.5
AWAITS: Final = 5
"""So many times a grader is cancelled: at its first await, at its second, …"""

_ALWAYS_AT_FAULT: Final = {"bad_return", "out_of_scale"}


def _of(subject: Subject, name: str) -> Sequence[Golden]:
    return subject.golden.get(name, ())


def _graded(
    subject: Subject,
    name: str,
    *,
    backend: str = "asyncio",
    times: int = 1,
    isolate: bool = False,
) -> list[tuple[Golden, list[Outcome]]]:
    """Grade the golden samples of a grader, each so many times."""
    found = []
    for _, group in groupby(_of(subject, name), lambda each: repr(dict(each.options))):
        samples = list(group)
        entry = {
            "grader": f"{subject.name}/{name}",
            "options": dict(samples[0].options),
            "isolate": isolate,
        }
        plan = plan_of_objects({"it": entry}, max_concurrency=AT_ONCE, registry=subject.registry)
        rows = [dict(each.inputs) for each in samples for _ in range(times)]
        results = anyio.run(GradingRunner.from_plan(plan).arun, rows, backend=backend)
        column = results["it"]
        found += [
            (each, column[number * times : (number + 1) * times])
            for number, each in enumerate(samples)
        ]
    return found


def _shown(golden: Golden) -> str:
    text = repr(dict(golden.inputs))
    options = f" with options {dict(golden.options)!r}" if golden.options else ""
    return (text if len(text) < 100 else f"{text[:99]}…") + options


def _where_it_runs(look: GraderLook) -> GraderLook:
    """Let a check be silent of a grader that cannot run, which the golden samples tell."""

    def looking(subject: Subject, name: str, spec: GraderSpec) -> Iterator[str]:
        try:
            yield from look(subject, name, spec)
        except (ConfigError, RunFailed):
            return

    return looking


def _golden(subject: Subject, name: str, spec: GraderSpec) -> Iterator[str]:
    try:
        yield from _golden_graded(subject, name, spec)
    except (ConfigError, RunFailed) as fault:
        yield f"it cannot run: {fault}"


def _golden_graded(subject: Subject, name: str, spec: GraderSpec) -> Iterator[str]:
    if not _of(subject, name):
        inputs = ", ".join(f'"{each.name}": …' for each in spec.inputs if each.required)
        yield (
            f"it has no golden sample; add one whose grade you know: golden={{"
            f'"{name}": [Golden({{{inputs}}}, SCORE)]}}'
        )
        return
    for golden, (outcome,) in _graded(subject, name):
        if not golden.is_met_by(outcome):
            yield f"{_shown(golden)} comes to {said(outcome)}, and not to {golden.expected!r}"


def _outcomes(subject: Subject, name: str, _: GraderSpec) -> Iterator[str]:
    for golden, (outcome,) in _graded(subject, name):
        if getattr(outcome, "kind", "") in _ALWAYS_AT_FAULT:
            yield f"{_shown(golden)} comes to {said(outcome)}"
        if from_json(orjson.loads(orjson.dumps(to_json(outcome)))) != outcome:
            yield f"what {_shown(golden)} comes to is another outcome after a trip through JSON"


def _at_once(subject: Subject, name: str, _: GraderSpec) -> Iterator[str]:
    alone, together = _graded(subject, name), _graded(subject, name, times=AT_ONCE)
    for (golden, first), (*_same, others) in zip(alone, together, strict=True):
        different = {_without_place(each) for each in (*first, *others)}
        if len(different) > 1:
            yield (
                f"{_shown(golden)}, graded alone and {AT_ONCE} times at once, comes to "
                f"{' and '.join(sorted(different))}; keep nothing between calls, and seed "
                "what is random from the inputs"
            )


def _without_place(outcome: Outcome) -> str:
    """Say what came of a sample, but not which sample it was."""
    return outcome.kind if isinstance(outcome, GraderError) else said(outcome)


def _mutation(subject: Subject, name: str, spec: GraderSpec) -> Iterator[str]:
    for golden in _of(subject, name):
        grader = _made(spec, golden)
        if grader is None:
            continue
        given = copy.deepcopy(dict(golden.inputs))
        inputs = _positional(spec, given)

        async def call(grader: Grader = grader, inputs: Sequence[Any] = inputs) -> None:
            await grader.aopen()
            made = grader.call(*inputs)
            if isinstance(made, Coroutine):
                await made
            await grader.aclose()

        _quietly(call)
        if given != golden.inputs:
            yield f"it changes its inputs: {_shown(golden)}; change a copy"


def _made(spec: GraderSpec, golden: Golden) -> Grader | None:
    try:
        options = structure_options(spec.options, golden.options, owner=spec.name)
    except OptionsError:
        return None
    return Grader(spec, options, spec.bind(options))


def _positional(spec: GraderSpec, given: dict[str, Any]) -> list[Any]:
    return [given.get(each.name, each.default) for each in spec.inputs]


def _quietly(call: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Call a grader for what it does to its inputs; what comes of it is for other checks."""
    try:
        anyio.run(call)
    except Exception:  # noqa: BLE001 - a foreign grader
        return


def _backend(backend: str) -> Callable[[Subject, str, GraderSpec], Iterator[str]]:
    def look(subject: Subject, name: str, _: GraderSpec) -> Iterator[str]:
        try:
            graded = _graded(subject, name, backend=backend)
        except ModuleNotFoundError as fault:
            yield f"{fault.name} is not installed; run `pip install 'rmg-core[testing]'`"
            return
        for golden, (outcome,) in graded:
            if not golden.is_met_by(outcome):
                yield (
                    f"under {backend} {_shown(golden)} comes to {said(outcome)}, and not to "
                    f"{golden.expected!r}; wait by anyio, or exempt it: "
                    f'exempt={{("{name}", "{backend}"): "why"}}'
                )

    return look


def _process(subject: Subject, name: str, spec: GraderSpec) -> Iterator[str]:
    if spec.declared.runs_in != "process":
        return
    for golden, (outcome,) in _graded(subject, name, isolate=True):
        if not golden.is_met_by(outcome):
            yield f"in a process of its own {_shown(golden)} comes to {said(outcome)}"


@define
class _Listener:
    """Hears which sockets are used, while somebody listens."""

    heard: list[str] = field(factory=list)
    is_listening: bool = False
    is_installed: bool = False

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.is_listening and event in _SOCKET_EVENTS:
            place = arguments[1] if event != "socket.getaddrinfo" else arguments[:2]
            self.heard.append(f"{event} {place!r}")

    def install(self) -> None:
        if not self.is_installed:
            sys.addaudithook(self.hear)  # there is no way to take it out again
            self.is_installed = True


_SOCKET_EVENTS: Final = {
    "socket.bind",
    "socket.connect",
    "socket.getaddrinfo",
    "socket.sendmsg",
    "socket.sendto",
}
_listener: Final = _Listener()


def _sockets(subject: Subject, name: str, _: GraderSpec) -> Iterator[str]:
    _listener.install()
    _listener.heard.clear()
    _listener.is_listening = True
    try:
        _graded(subject, name)
    finally:
        _listener.is_listening = False
    if _listener.heard:
        yield (
            f"it uses the network ({_listener.heard[0]}); grade from the inputs alone, or exempt "
            f'it: exempt={{("{name}", "sockets"): "why"}}'
        )


@define
class _Cancelled:
    """A call that is cancelled at one of its awaits, and how it ended."""

    at: int
    awaits: int = 0
    seconds: float = 0.0
    ended: str = ""


def _deadline(subject: Subject, name: str, spec: GraderSpec) -> Iterator[str]:
    if not spec.is_async:
        return
    for golden in _of(subject, name)[:1]:
        grader = _made(spec, golden)
        if grader is None:
            continue
        for at in range(1, AWAITS + 1):
            call = _Cancelled(at)
            anyio.run(_cancel, call, grader, _positional(spec, dict(golden.inputs)))
            if call.awaits < at:
                return
            if call.ended:
                yield f"cancelled at its await number {at}, it {call.ended}"
                return


async def _cancel(call: _Cancelled, grader: Grader, inputs: Sequence[Any]) -> None:
    await grader.aopen()
    task = asyncio.current_task()
    loop = asyncio.get_running_loop()
    with anyio.CancelScope() as scope:
        # Also where no scope reaches: in a shielded one.
        end = loop.call_later(2 * DEADLINE_SECONDS, task.cancel) if task is not None else None
        try:
            await _driven(grader.call(*inputs), call, scope)
            if call.awaits >= call.at and not call.ended:
                call.ended = "returns all the same; let the cancellation pass: catch Exception only"
        except anyio.get_cancelled_exc_class():
            pass
        except Exception as fault:  # noqa: BLE001 - a foreign grader
            if call.awaits >= call.at:
                call.ended = f"raises {type(fault).__name__} instead; re-raise what it catches"
        finally:
            if end is not None:
                end.cancel()
    while task is not None and task.cancelling():
        task.uncancel()
    await grader.aclose()


@types.coroutine
def _driven(
    made: Coroutine[Any, Any, Any], call: _Cancelled, scope: anyio.CancelScope
) -> Generator[Any, Any, Any]:
    """Await a coroutine, and cancel it when it awaits for the n-th time."""
    resume: Callable[[Any], Any] = made.send
    value: Any = None
    began = 0.0
    while True:
        try:
            waits_for = resume(value)
        except StopIteration as ended:
            return ended.value
        call.awaits += 1
        if call.awaits == call.at:
            began = perf_counter()
            scope.cancel()
        try:
            value = yield waits_for
            resume = made.send
        except BaseException as fault:  # noqa: BLE001 - it is for the call to take
            if began and perf_counter() > began + DEADLINE_SECONDS:
                call.ended = (
                    f"goes on for more than {DEADLINE_SECONDS:g} s; let the cancellation pass, "
                    "and do not shield what may take long"
                )
                _close(made)
                return None
            resume, value = made.throw, fault


def _close(made: Coroutine[Any, Any, Any]) -> None:
    try:
        made.close()
    except RuntimeError:
        return  # it will not be closed either


GRADER_CHECKS: Final = (
    GraderCheck("golden", "it does what its author says", _golden),
    GraderCheck("outcomes", "its scores can be stored and compared", _where_it_runs(_outcomes)),
    GraderCheck(
        "at once", "its grades do not depend on what runs beside it", _where_it_runs(_at_once)
    ),
    GraderCheck("inputs unchanged", "graders beside it see the same sample", _mutation),
    GraderCheck("asyncio", "it runs where most runs are", _where_it_runs(_backend("asyncio"))),
    GraderCheck("trio", "it runs in programs that use trio", _where_it_runs(_backend("trio"))),
    GraderCheck("deadline", "a time-out ends it, and Ctrl-C does", _deadline),
    GraderCheck(
        "sockets", "grading is offline, unless it is said that it is not", _where_it_runs(_sockets)
    ),
    GraderCheck("process", "it can be isolated as it asks to be", _where_it_runs(_process)),
)
