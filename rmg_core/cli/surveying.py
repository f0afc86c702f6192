"""What a run would do over what is stored: the first line of `rmg run`, and of `rmg plan`."""

import sys
from contextlib import nullcontext, redirect_stdout
from itertools import islice

from attrs import frozen

from rmg_core.cli.preflight import Ready
from rmg_core.outcomes import NOTHING
from rmg_core.runner.archive import Again, Archive
from rmg_core.runner.collecting import collecting_rarely
from rmg_core.runner.foresight import Look, look_at
from rmg_core.runner.needs import Need, needs_of
from rmg_core.runner.picking import Picked
from rmg_core.runner.survey import Survey, survey
from rmg_core.runs.directory import STORE
from rmg_core.store import Store


@frozen
class Outlook:
    """What a run would do: its cells, what its models are asked, and what they need for that."""

    survey: Survey
    looks: tuple[Look, ...] = ()
    needs: tuple[Need, ...] = ()


def survey_of(ready: Ready, archive: Archive | None, samples: int | None = None) -> Survey:
    """Look up the cells of the first `samples` samples.

    Raises:
        StoreError: the store cannot be read.
    """
    with collecting_rarely(), redirect_stdout(sys.stderr):  # mappers of the user may print
        return survey(ready.plan, islice(ready.dataset.samples(), samples), archive)


def outlook_of(ready: Ready, limit: int | None, again: Again) -> Outlook:
    """Look at the cells of the first `limit` samples, over the store of the run if there is one.

    Raises:
        StoreError: the store cannot be read.
    """
    file = ready.run_dir / STORE
    with Store.read(file) if file.exists() else nullcontext() as store:
        archive = None if store is None else Archive(store, again)
        picked = {each.name: Picked(each) for each in ready.plan.graders if each.models}
        if not picked:
            return Outlook(survey_of(ready, archive, limit))
        samples = islice(ready.dataset.samples(), limit)
        with collecting_rarely(), redirect_stdout(sys.stderr):  # code of the user may print
            made = survey(
                ready.plan,
                samples,
                archive,
                lambda planned, cell, waits: picked[planned.name].add(cell, is_waiting=waits),
            )
            looks = look_at(picked.values(), archive)
        totals = NOTHING if store is None else store.call_totals()
        return Outlook(made, tuple(looks), tuple(needs_of(looks, totals)))
