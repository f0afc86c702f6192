"""A process that one grader has of its own: inputs come in, outcomes go out."""

import faulthandler
import functools
import io
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from time import monotonic, process_time
from typing import Any, Final, TypeAlias

import orjson

from rmg_core.graders import Grader, spec_of
from rmg_core.outcomes import GraderError, GraderScore, Outcome, to_json
from rmg_core.runner import copies
from rmg_core.runner.settling import error_of, said_by, settler
from rmg_core.runner.slate import Slate
from rmg_core.runner.wire import Inbox, decode, encode, framed

# A chunk whose cells turn out slow hands back what it has not begun.
PATIENCE: Final = 50e-3

_SCALARS: Final = frozenset({str, int, float, bool, type(None)})

Answer: TypeAlias = Callable[[list[Any]], Outcome]


is_at_work = False
"""This is a process of a grader."""


def main() -> None:
    """Work for the process that started this one, over the descriptors that it names.

    The arguments are a socket to talk over, the slate, and a pipe that ends when the other
    process does.
    """
    global is_at_work  # noqa: PLW0603 - a fact about the process
    is_at_work = True
    channel, slate, lifeline = map(int, sys.argv[1:4])
    for descriptor in (channel, slate, lifeline):
        os.set_inheritable(descriptor, False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # that is for the other process
    faulthandler.enable(all_threads=False)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(line_buffering=True, errors="backslashreplace")
    threading.Thread(target=_end_with, args=(lifeline,), daemon=True).start()
    with socket.socket(fileno=channel) as other:
        inbox = Inbox(other)
        if (message := inbox.receive()) is not None:
            _work(decode(message), inbox, Slate.of(slate))


def _end_with(lifeline: int) -> None:
    """End when the other process has ended, whatever the grader does, and what it has started."""
    os.read(lifeline, 1)
    os.killpg(0, signal.SIGKILL)


def _work(order: Mapping[str, Any], inbox: Inbox, slate: Slate) -> None:
    try:
        grader = _made(**order["recipe"])
        opened = _opened(grader, order["backend"])
        answer = opened.__enter__()
    except BaseException as fault:  # noqa: BLE001 - a foreign module, or its `aopen`
        inbox.source.sendall(framed(encode({"fault": said_by(fault)})))
        return
    inbox.source.sendall(framed(encode({})))
    _serve(answer, inbox, slate)
    opened.__exit__(None, None, None)


def _made(module: str, file: str, name: str, options: Mapping[str, Any]) -> Grader:
    """Make the grader that a recipe describes."""
    definition = functools.reduce(getattr, name.split("."), _module(module, file))
    spec = spec_of(definition)
    if options:
        from rmg_core.config import structure_options

        made = structure_options(spec.options, options, owner=spec.name)
    else:
        made = spec.options()
    return Grader(spec, made, spec.bind(made))


def _module(module: str, file: str) -> Any:
    if not file:
        from importlib import import_module

        return import_module(module)
    from rmg_core.registry import module_of_file

    return module_of_file(file)


@contextmanager
def _opened(grader: Grader, backend: str) -> Iterator[Answer]:
    """Open a grader, in an event loop of its own where it needs one."""
    settle, call = settler(grader.spec.scale), grader.call

    def answer(inputs: list[Any]) -> Outcome:
        try:
            return settle(call(*inputs))
        except KeyboardInterrupt as fault:  # nobody can interrupt this process but the grader
            return GraderError("grader_error", said_by(fault))
        except BaseException as fault:  # noqa: BLE001 - a foreign grader
            return error_of(fault, "grader_error")

    if not grader.needs_loop:
        yield answer
        return
    from anyio.from_thread import start_blocking_portal

    from rmg_core.runner.calls import asking

    with start_blocking_portal(backend) as portal:
        portal.call(grader.aopen)
        try:
            if grader.spec.is_async:
                ask = asking(call, settle)
                yield lambda inputs: portal.call(ask, inputs)
            else:
                yield answer
        finally:
            portal.call(grader.aclose)


def _serve(answer: Answer, inbox: Inbox, slate: Slate) -> None:
    here = copies.forks
    while (message := inbox.receive()) is not None:
        results: list[tuple[Any, float]] = []
        cpu_began = process_time()
        began = now = monotonic()
        for number, inputs in enumerate(decode(message)):
            slate.write(number, now)
            outcome = answer(_frozen(inputs))
            if copies.forks != here:
                copies.end()
            after = monotonic()
            results.append((written(outcome), after - now))
            now = after
            if now > began + PATIENCE:
                break
        slate.wipe()
        content = orjson.dumps([now - began, process_time() - cpu_began, results])
        inbox.source.sendall(framed(content))


def _frozen(inputs: list[Any]) -> list[Any]:
    """Make inputs read-only, as those of every other lane are."""
    if _SCALARS.issuperset(map(type, inputs)):
        return inputs
    from rmg_core.datasets import freeze

    return list(freeze({str(number): value for number, value in enumerate(inputs)}).values())


def written(outcome: Outcome) -> Any:
    """Write an outcome for the other process, which knows the scale of the grader."""
    if isinstance(outcome, GraderScore):
        if outcome.metadata:
            return [outcome.score, outcome.reason, outcome.metadata]
        return [outcome.score, outcome.reason]
    return to_json(outcome)
