"""What shows only when a grader grades: its samples with known grades, in every way."""

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from itertools import groupby
from typing import Any, Final, TypeAlias

import anyio
import orjson
from attrs import define, evolve

from rmg_core.errors import CannotGrade, ConfigError, DefinitionError, RunFailed
from rmg_core.graders import GraderSpec, trials_of
from rmg_core.grading import GradingRunner
from rmg_core.hints import suggestion
from rmg_core.outcomes import OUTCOMES, GraderError, Outcome, from_json, to_json
from rmg_core.plan import Plan, PlannedGrader, plan_of_objects
from rmg_core.runner.settling import shown
from rmg_core.testing.cancelling import fault_when_cancelled
from rmg_core.testing.golden import Golden, said
from rmg_core.testing.sockets import sockets_heard
from rmg_core.testing.subject import GraderCheck, GraderLook, Subject

AT_ONCE: Final = 8
LONGEST_SECONDS: Final = 30.0
"""So long a sample may take: a grader that hangs must not keep its author's tests for ever."""

_ALWAYS_AT_FAULT: Final = {"bad_return", "out_of_scale"}


def _of(subject: Subject, name: str) -> Sequence[Golden]:
    return subject.golden_of(name)


Graded: TypeAlias = list[tuple[Golden, list[Outcome]]]


def _alone(subject: Subject, name: str, backend: str = "asyncio") -> Graded:
    """Return what the golden samples of a grader come to, graded once for all checks."""
    if (name, backend) not in subject.runs:
        subject.runs[name, backend] = _graded(subject, name, backend=backend)
    graded: Graded = subject.runs[name, backend]
    return graded


def _graded(
    subject: Subject,
    name: str,
    *,
    backend: str = "asyncio",
    times: int = 1,
    isolate: bool = False,
) -> Graded:
    """Grade the golden samples of a grader, each so many times."""
    found = []
    for _, group in groupby(_of(subject, name), lambda each: repr(dict(each.options))):
        samples = list(group)
        plan = _plan(subject, name, samples[0].options, isolate=isolate)
        # Copies of one sample stand between those of others, which it must not be mixed up with.
        rows = [copy.deepcopy(dict(each.inputs)) for _ in range(times) for each in samples]
        column = anyio.run(GradingRunner.from_plan(plan).arun, rows, backend=backend)[name]
        found += [(each, column[place :: len(samples)]) for place, each in enumerate(samples)]
    return found


def _plan(
    subject: Subject,
    name: str,
    options: Mapping[str, Any],
    *,
    isolate: bool = False,
    mapper: object = None,
) -> Plan:
    entry = {
        "grader": f"{subject.name}/{name}",
        "options": dict(options),
        "isolate": isolate,
        "timeout": LONGEST_SECONDS,
    }
    if mapper is not None:
        entry["mapper"] = mapper
    return plan_of_objects({name: entry}, max_concurrency=AT_ONCE, registry=subject.registry)


def _shown(golden: Golden) -> str:
    options = f" with options {dict(golden.options)!r}" if golden.options else ""
    return _cut(repr(dict(golden.inputs))) + options


def _cut(text: str) -> str:
    return text if len(text) < 100 else f"{text[:99]}…"


def is_gradable(subject: Subject, name: str) -> bool:
    """Tell whether a grader has golden samples, and runs to the end."""
    try:
        return bool(_alone(subject, name)) and not _hangs(subject, name)
    except (ConfigError, RunFailed):
        return False


def _hangs(subject: Subject, name: str) -> bool:
    """Tell whether a grader has kept a sample waiting for as long as one may."""
    return any(
        getattr(outcome, "kind", "") == "timeout" and not golden.is_met_by(outcome)
        for golden, (outcome,) in _alone(subject, name)
    )


def _trials(subject: Subject, name: str, _: GraderSpec) -> Iterator[str]:
    """Let a grader that tells what it is tried on grade that, with its first golden options."""
    if not (samples := _of(subject, name)):
        return  # which `golden` tells
    plan = _plan(subject, name, samples[0].options)
    [planned] = plan.graders
    try:
        trials = trials_of(planned.grader.options, name)
    except DefinitionError as fault:
        yield str(fault)
        return
    if trials is None:
        return
    for noun in ("example", "pair"):
        if all(each.noun != noun for each in trials):
            yield f"it tells trials, and none is {'an' if noun == 'example' else 'a'} {noun}"
    rows = [copy.deepcopy(dict(each)) for trial in trials for each in trial.asked]
    column = iter(anyio.run(GradingRunner.from_plan(plan).arun, rows)[name])
    for trial in trials:
        outcomes = [next(column) for _ in trial.asked]
        if not trial.is_met_by(outcomes):
            came = " and ".join(map(said, outcomes))
            asked = " and ".join(_cut(repr(dict(each))) for each in trial.asked)
            yield f"{trial.noun} {asked} comes to {came}, and not to {trial.wanted}"


def _where_it_runs(look: GraderLook) -> GraderLook:
    """Let a check be silent of a grader that cannot run or hangs, as the golden samples tell."""

    def looking(subject: Subject, name: str, spec: GraderSpec) -> Iterator[str]:
        try:
            if not _hangs(subject, name):
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
    known = [each.name for each in spec.inputs]
    for golden in _of(subject, name):
        for unknown in golden.inputs.keys() - known:
            hint = suggestion(unknown, known, "inputs")
            yield f"{_shown(golden)}: it takes no input {unknown!r}; {hint}"
    for golden, (outcome,) in _alone(subject, name):
        if not golden.is_met_by(outcome):
            yield (
                f"{_shown(golden)} comes to {golden.told(outcome)}, and not to "
                f"{golden.expected!r}; correct the grader, or the sample"
            )


def _outcomes(subject: Subject, name: str, spec: GraderSpec) -> Iterator[str]:
    for golden, (outcome,) in _alone(subject, name):
        if getattr(outcome, "kind", "") in _ALWAYS_AT_FAULT:
            yield f"{_shown(golden)} comes to {said(outcome)}"
    for each in _watched(subject, name, spec):
        for returned in each.returned:
            if isinstance(returned, OUTCOMES) and type(returned) is type(each.outcome):
                for lost in _lost(returned, each.outcome):
                    yield f"{_shown(each.golden)} comes to {lost}"


def _lost(returned: Any, outcome: Outcome) -> Iterator[str]:
    """Say what of an outcome is another when it is read again from JSON."""
    back = from_json(orjson.loads(orjson.dumps(to_json(outcome))))
    word = "error" if isinstance(back, GraderError) else "reason"
    if getattr(back, word) != getattr(returned, word):
        yield f"a text for {word} that cannot be kept; no lone surrogates, and at most 64 KB"
    for name, value in returned.metadata.items():
        if back.metadata[name] != _listed(value):
            yield (
                f"metadata of which JSON changes {name!r}: {shown(value)} is "
                f"{shown(back.metadata[name])} then; give texts, finite numbers, lists and tables"
            )


def _listed(value: Any) -> Any:
    """Make lists of tuples, as JSON does."""
    if isinstance(value, list | tuple):
        return [_listed(each) for each in value]
    if isinstance(value, Mapping):
        return {name: _listed(each) for name, each in value.items()}
    return value


def _at_once(subject: Subject, name: str, _: GraderSpec) -> Iterator[str]:
    alone, together = _alone(subject, name), _graded(subject, name, times=AT_ONCE)
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
    if isinstance(outcome, GraderError):
        # Of one that crashes at every call, the later calls are not made.
        return "crash" if outcome.kind == "stopped" else outcome.kind
    return said(outcome)


@define
class _Watched:
    """A sample that was graded with inputs that nobody protects; `returned` as it was returned."""

    golden: Golden
    given: dict[str, Any]
    outcome: Outcome
    returned: list[Any]


def _watched(subject: Subject, name: str, spec: GraderSpec) -> Iterator[_Watched]:
    """Grade each sample with a copy of its inputs that can be changed, in this process."""
    if spec.declared.runs_in == "process":
        return  # it may do here what it asks to do elsewhere: crash, or stay for long
    for golden in _of(subject, name):
        given, returned = copy.deepcopy(dict(golden.inputs)), list[Any]()
        plan = _plan(subject, name, golden.options, mapper=lambda _, given=given: given)
        [planned] = plan.graders
        call = _noting(planned.grader.call, returned, is_async=spec.is_async)
        noted = evolve(planned, grader=evolve(planned.grader, call=call))
        runner = GradingRunner.from_plan(evolve(plan, graders=(noted,)))
        [outcome] = anyio.run(runner.arun, [given])[name]
        yield _Watched(golden, given, outcome, returned)


def _noting(call: Callable[..., Any], returned: list[Any], *, is_async: bool) -> Callable[..., Any]:
    """Let a grader note what it returns."""

    def note(*inputs: Any) -> Any:
        returned.append(call(*inputs))
        return returned[-1]

    async def note_awaited(*inputs: Any) -> Any:
        returned.append(await call(*inputs))
        return returned[-1]

    return note_awaited if is_async else note


def _mutation(subject: Subject, name: str, spec: GraderSpec) -> Iterator[str]:
    for each in _watched(subject, name, spec):
        # In a list, so that a NaN is equal to itself.
        if [*each.given.values()] != [*each.golden.inputs.values()]:
            yield f"it changes its inputs: {_shown(each.golden)}; change a copy"


def _backend(backend: str, other: str) -> GraderLook:
    def look(subject: Subject, name: str, _: GraderSpec) -> Iterator[str]:
        if find_spec(backend) is None:
            yield f"{backend} is not installed; run `pip install 'rmg-core[testing]'`"
            return
        if find_spec(other) is None:
            return
        here, there = (_alone(subject, name, each) for each in (backend, other))
        for (golden, (outcome,)), (_golden, (elsewhere,)) in zip(here, there, strict=True):
            # What is missed under both is no matter of the backend, and `golden` tells it.
            if not golden.is_met_by(outcome) and golden.is_met_by(elsewhere):
                yield (
                    f"under {backend} {_shown(golden)} comes to {golden.told(outcome)}, and not to "
                    f"{golden.expected!r} as under {other}; wait by anyio, or exempt it: "
                    f'exempt={{("{name}", "{backend}"): "why"}}'
                )

    return look


def _process(subject: Subject, name: str, spec: GraderSpec) -> Iterator[str]:
    if spec.declared.runs_in != "process":
        return
    for golden, (outcome,) in _graded(subject, name, isolate=True):
        if not golden.is_met_by(outcome):
            yield f"in a process of its own {_shown(golden)} comes to {golden.told(outcome)}"


def _sockets(subject: Subject, name: str, _: GraderSpec) -> Iterator[str]:
    with sockets_heard() as heard:
        _graded(subject, name)
    if heard:
        yield (
            f"it uses the network ({heard[0]}); grade from the inputs alone, or exempt "
            f'it: exempt={{("{name}", "sockets"): "why"}}'
        )


def _deadline(subject: Subject, name: str, spec: GraderSpec) -> Iterator[str]:
    if not spec.is_async or spec.declared.runs_in == "process":
        return
    for golden, (outcome,) in _alone(subject, name):
        if isinstance(outcome, GraderError) and outcome.kind == "timeout":
            continue  # it waits for ever, which `golden` tells
        [planned] = _plan(subject, name, golden.options).graders
        if fault := anyio.run(_cancel, planned, golden, backend="asyncio"):
            yield f"{_shown(golden)}: {fault}"


async def _cancel(planned: PlannedGrader, golden: Golden) -> str:
    grader = planned.grader
    try:
        inputs = planned.prepare(golden.inputs)
    except CannotGrade:
        return ""  # it is never called
    await grader.aopen()
    try:
        return await fault_when_cancelled(lambda: grader.call(*copy.deepcopy(inputs)))
    finally:
        await grader.aclose()


GRADER_CHECKS: Final = (
    GraderCheck("golden", "it does what its author says", _golden),
    GraderCheck("trials", "its author's examples and pairs can be graded", _where_it_runs(_trials)),
    GraderCheck("outcomes", "its scores can be stored and compared", _where_it_runs(_outcomes)),
    GraderCheck(
        "at once", "its grades do not depend on what runs beside it", _where_it_runs(_at_once)
    ),
    GraderCheck(
        "inputs unchanged", "graders beside it see the same sample", _where_it_runs(_mutation)
    ),
    GraderCheck(
        "asyncio", "it runs where most runs are", _where_it_runs(_backend("asyncio", "trio"))
    ),
    GraderCheck(
        "trio", "it runs in programs that use trio", _where_it_runs(_backend("trio", "asyncio"))
    ),
    GraderCheck("deadline", "a time-out ends it, and Ctrl-C does", _where_it_runs(_deadline)),
    GraderCheck(
        "sockets", "grading is offline, unless it is said that it is not", _where_it_runs(_sockets)
    ),
    GraderCheck("process", "it can be isolated as it asks to be", _where_it_runs(_process)),
)
