"""`rmg gc`: the outcomes and calls forgotten that the last run does not have."""

import sys
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import evolve, frozen

from rmg_core.cli import arguments
from rmg_core.cli.screen import counted, is_terminal, one_line, show, show_json, tell
from rmg_core.cli.verbs import example

if TYPE_CHECKING:
    from rmg_core.store import Forgotten


@frozen
class _Waste:
    """What could be forgotten; `size` is what the store takes on the disk, in bytes."""

    unused: int
    outcomes: int
    unused_calls: int
    calls: int
    is_finished: bool
    size: int

    def __bool__(self) -> bool:
        return bool(self.unused or self.unused_calls)


@click.command("gc", epilog=example("rmg gc runs/qa", "rmg gc runs/qa --yes"))
@click.argument("run", metavar="RUN")
@click.option("--yes", "is_sure", is_flag=True, help="Do not ask.")
@arguments.as_json
def command(run: str, is_sure: bool, as_json: bool) -> None:
    """Forget the outcomes that the last run does not have.

    A store keeps what earlier runs have graded, under other options or of other rows, so that
    going back costs nothing. This deletes it after a question, with the calls of models that were
    made for it alone, and gives its room back. RUN is the run directory, or the file.
    """
    from rmg_core.runs.finding import store_of

    file = store_of(run)
    with _alone(file.parent):
        waste = _look(file)
        if waste and not waste.is_finished:
            _refuse_unfinished(file)
        forgotten = _forget(file) if waste and (is_sure or _confirmed(file, waste)) else None
        size = _size(file)
    outcomes, calls = forgotten or (0, 0)
    if as_json:
        show_json(
            {
                "store": str(file),
                "forgotten": outcomes,
                "kept": waste.outcomes - outcomes,
                "calls_forgotten": calls,
                "calls_kept": waste.calls - calls,
                "bytes_before": waste.size,
                "bytes_after": size,
            }
        )
    elif not waste:
        said = f"the last run has all of its {_listed(waste.outcomes, waste.calls)}"
        show(one_line(f"{file}: nothing to forget: {said}", 4000))
    elif forgotten is None:
        show(one_line(f"{file}: nothing was forgotten", 4000))
    else:
        left = waste.outcomes - outcomes
        kept = _listed(left, waste.calls - calls) if waste.calls else f"{left:,}"
        said = f"{_listed(outcomes, calls)} forgotten, {kept} kept"
        show(one_line(f"{file}: {said}; {waste.size:,} bytes before, {size:,} now", 4000))


def _refuse_unfinished(file: Path) -> None:
    from rmg_core.errors import ConfigError, Problem
    from rmg_core.runs.finding import again

    said = "the last run has not come to its end, and may need what it has not come to"
    hint = f"nothing was forgotten; to end it, {again(file.parent)}"
    raise ConfigError([Problem(f"{file}: {said}", hint)])


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    """Keep runs out of a run directory.

    Raises:
        ConfigError: it cannot be written, or a run is under way in it.
    """
    from rmg_core.errors import ConfigError, Problem
    from rmg_core.runs import directory

    if said := directory.fault_of(place):
        raise ConfigError([Problem(f"nothing can be forgotten: {said}")])
    with ExitStack() as held:
        try:
            held.enter_context(directory.held(place))
        except ConfigError as fault:
            hint = "nothing was forgotten; wait until that one has ended"
            raise ConfigError([evolve(each, hint=hint) for each in fault.problems]) from fault
        yield


def _look(file: Path) -> _Waste:
    """Find what could be forgotten.

    Raises:
        StoreDamaged: a cell, or a link to a call, is damaged, and may be of what nothing else
            shows to be used.
        StoreError: the store cannot be read.
    """
    from rmg_core.store import Store

    with Store.read(file) as store:
        unused, unused_calls = store.unused(), store.unused_calls()
        if unused or unused_calls:
            deque(store.cells(), maxlen=0)
        outcomes = sum(store.counts().values())
        calls = sum(each.calls for each in store.call_totals().values())
        return _Waste(unused, outcomes, unused_calls, calls, store.is_finished, _size(file))


def _confirmed(file: Path, waste: _Waste) -> bool:
    """Ask whether to forget; who is cut short while asked has said nothing.

    Raises:
        ConfigError: there is nobody to ask.
    """
    from rmg_core.errors import ConfigError, Problem

    if not is_terminal(sys.stdin):
        said = f"{_unused(waste)} could be forgotten"
        remedy = "nobody can be asked here: add --yes to forget them"
        raise ConfigError([Problem(f"{file}: {said}", remedy)])
    are = "that the last run does not have; forget them?"
    question = f"{file}: {_unused(waste)} {are}"
    try:
        return click.confirm(one_line(question, 4000), err=True)
    except click.Abort:
        raise KeyboardInterrupt from None


def _forget(file: Path) -> "Forgotten":
    from rmg_core.store import Store

    with Store.open(file) as store:
        for said in store.warnings:
            tell(one_line(said, 2000))
        return store.forget()


def _size(file: Path) -> int:
    """Return the bytes of a store on the disk, with those that still stand beside it."""
    wal = file.with_name(f"{file.name}-wal")
    return file.stat().st_size + (wal.stat().st_size if wal.exists() else 0)


def _unused(waste: _Waste) -> str:
    outcomes, calls = f" of {waste.outcomes:,}", f" of {waste.calls:,}"
    return _listed(waste.unused, waste.unused_calls, outcomes, calls)


def _listed(outcomes: int, calls: int, of_outcomes: str = "", of_calls: str = "") -> str:
    """Write `2 outcomes and 1 call`, without that of which there is none."""
    parts = []
    if outcomes or not calls:
        parts.append(counted(outcomes, "outcome") + of_outcomes)
    if calls:
        parts.append(counted(calls, "call") + of_calls)
    return " and ".join(parts)
