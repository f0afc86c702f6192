"""`rmg gc`: the outcomes forgotten that the last run does not have."""

import sys
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click
from attrs import evolve, frozen

from rmg_core.cli import arguments
from rmg_core.cli.screen import counted, is_terminal, one_line, show, show_json, tell
from rmg_core.cli.verbs import example


@frozen
class _Waste:
    """What could be forgotten; `size` is what the store takes on the disk, in bytes."""

    unused: int
    outcomes: int
    is_finished: bool
    size: int


@click.command("gc", epilog=example("rmg gc runs/qa", "rmg gc runs/qa --yes"))
@click.argument("run", metavar="RUN")
@click.option("--yes", "is_sure", is_flag=True, help="Do not ask.")
@arguments.as_json
def command(run: str, is_sure: bool, as_json: bool) -> None:
    """Forget the outcomes that the last run does not have.

    A store keeps what earlier runs have graded, under other options or of other rows, so that
    going back costs nothing. This deletes it after a question, and gives its room back. RUN is
    the run directory, or the file.
    """
    from rmg_core.cli.stores import store_of

    file = store_of(run)
    with _alone(file.parent):
        waste = _look(file)
        if waste.unused and not waste.is_finished:
            _refuse_unfinished(file)
        is_wanted = bool(waste.unused) and (is_sure or _confirmed(file, waste))
        forgotten = _forget(file) if is_wanted else 0
        size = _size(file)
    if as_json:
        show_json(
            {
                "store": str(file),
                "forgotten": forgotten,
                "kept": waste.outcomes - forgotten,
                "bytes_before": waste.size,
                "bytes_after": size,
            }
        )
    elif not waste.unused:
        said = f"nothing to forget: the last run has all of its {_outcomes(waste.outcomes)}"
        show(one_line(f"{file}: {said}", 4000))
    elif not is_wanted:
        show(one_line(f"{file}: nothing was forgotten", 4000))
    else:
        said = f"{_outcomes(forgotten)} forgotten, {waste.outcomes - forgotten:,} kept"
        show(one_line(f"{file}: {said}; {waste.size:,} bytes before, {size:,} now", 4000))


def _refuse_unfinished(file: Path) -> None:
    from rmg_core.cli.stores import again
    from rmg_core.errors import ConfigError, Problem

    said = "the last run has not come to its end, and may need what it has not come to"
    hint = f"nothing was forgotten; to end it, {again(file.parent)}"
    raise ConfigError([Problem(f"{file}: {said}", hint)])


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    """Keep runs out of a run directory.

    Raises:
        ConfigError: it cannot be written, or a run is under way in it.
    """
    from rmg_core.cli import rundir
    from rmg_core.errors import ConfigError, Problem

    if said := rundir.fault_of(place):
        raise ConfigError([Problem(f"nothing can be forgotten: {said}")])
    with ExitStack() as held:
        try:
            held.enter_context(rundir.held(place))
        except ConfigError as fault:
            hint = "nothing was forgotten; wait until that one has ended"
            raise ConfigError([evolve(each, hint=hint) for each in fault.problems]) from fault
        yield


def _look(file: Path) -> _Waste:
    """Find what could be forgotten.

    Raises:
        StoreDamaged: a cell is damaged, and may have an outcome that nothing else shows to be used.
        StoreError: the store cannot be read.
    """
    from rmg_core.store import Store

    with Store.read(file) as store:
        unused = store.unused()
        if unused:
            deque(store.cells(), maxlen=0)
        outcomes = sum(store.counts().values())
        return _Waste(unused, outcomes, store.is_finished, _size(file))


def _confirmed(file: Path, waste: _Waste) -> bool:
    """Ask whether to forget; who is cut short while asked has said nothing.

    Raises:
        ConfigError: there is nobody to ask.
    """
    from rmg_core.errors import ConfigError, Problem

    if not is_terminal(sys.stdin):
        said = f"{_outcomes(waste.unused)} of {waste.outcomes:,} could be forgotten"
        remedy = "nobody can be asked here: add --yes to forget them"
        raise ConfigError([Problem(f"{file}: {said}", remedy)])
    are = "that the last run does not have; forget them?"
    question = f"{file}: {_outcomes(waste.unused)} of {waste.outcomes:,} {are}"
    try:
        return click.confirm(one_line(question, 4000), err=True)
    except click.Abort:
        raise KeyboardInterrupt from None


def _forget(file: Path) -> int:
    from rmg_core.store import Store

    with Store.open(file) as store:
        for said in store.warnings:
            tell(one_line(said, 2000))
        return store.forget()


def _size(file: Path) -> int:
    """Return the bytes of a store on the disk, with those that still stand beside it."""
    wal = file.with_name(f"{file.name}-wal")
    return file.stat().st_size + (wal.stat().st_size if wal.exists() else 0)


def _outcomes(count: int) -> str:
    return counted(count, "outcome")
