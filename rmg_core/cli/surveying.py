"""What a run would do over what is stored: the first line of `rmg run`, and of `rmg plan`."""

import sys
from contextlib import redirect_stdout
from itertools import islice

from rmg_core.cli.preflight import Ready
from rmg_core.cli.rundir import STORE
from rmg_core.runner.archive import Again, Archive
from rmg_core.runner.collecting import collecting_rarely
from rmg_core.runner.survey import Survey, survey
from rmg_core.store import Store


def survey_of(ready: Ready, archive: Archive | None, samples: int | None = None) -> Survey:
    """Look up the cells of the first `samples` samples.

    Raises:
        StoreError: the store cannot be read.
    """
    with collecting_rarely(), redirect_stdout(sys.stderr):  # mappers of the user may print
        return survey(ready.plan, islice(ready.dataset.samples(), samples), archive)


def survey_of_plan(ready: Ready, limit: int | None, again: Again) -> Survey:
    """Look up the cells of the first `limit` samples in the store of the run, if there is one.

    Raises:
        StoreError: the store cannot be read.
    """
    file = ready.run_dir / STORE
    if not file.exists():
        return survey_of(ready, None, limit)
    with Store.read(file) as store:
        return survey_of(ready, Archive(store, again), limit)
