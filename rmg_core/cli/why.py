"""`rmg why`: all that is stored of a sample in one column."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import click

from rmg_core.cli import arguments
from rmg_core.cli.screen import one_line, show, tell
from rmg_core.cli.verbs import example

if TYPE_CHECKING:
    from rmg_core.cli.answers import Answer
    from rmg_core.errors import Problem
    from rmg_core.store import Store, StoredCell

_NUMBER: Final = re.compile(r"-?\d{1,1000}", re.ASCII)
_INDEX: Final = re.compile(r"#?(\d{1,18})", re.ASCII)


@click.command(
    "why",
    epilog=example("rmg why runs/qa geo-01 exact", "rmg why runs/qa '#12' overall --no-import"),
)
@click.argument("run", metavar="RUN")
@click.argument("sample", metavar="SAMPLE")
@click.argument("column", metavar="COLUMN")
@click.option("--no-import", is_flag=True, help="Show what is stored: import and open no more.")
@arguments.as_json
def command(run: str, sample: str, column: str, no_import: bool, as_json: bool) -> None:
    """Say all that is stored of a sample in one column, and what it was graded on.

    RUN is the run directory, or its store. SAMPLE is an id, or an index: 12 or '#12'. COLUMN is
    a grader or an aggregator of the config. Of a grader, its inputs are taken anew from the
    dataset, which runs the code that the config names; of an aggregator, the other columns of
    the sample are shown. What models were asked is made anew: the grader runs over the stored
    replies, and makes no call.
    """
    from rmg_core.cli.answers import show_as_json, text_of
    from rmg_core.runs.finding import store_of
    from rmg_core.store import Store

    file = store_of(run)
    with Store.read(file) as store:
        answer = _look(store, sample, column)
        if not store.is_finished:
            tell(
                f"{one_line(str(file), 1000)}: the last run was not finished: samples that it "
                "has not reached have the outcomes of the run before"
            )
    grader = answer.column.grader
    if grader is not None and not no_import:
        from attrs import evolve

        from rmg_core.cli.inputs import inputs_of
        from rmg_core.cli.prompts import asked_of

        cells = [each.cell for each in answer.cells]
        answer = evolve(answer, taken=inputs_of(file.parent, cells, grader))
        if any(answer.calls) and answer.taken is not None:
            with Store.read(file) as store:
                answer = evolve(answer, asked=asked_of(store, answer.cells, answer.taken))
    if as_json:
        show_as_json(answer)
    else:
        show(text_of(answer))


def _look(store: "Store", sample: str, name: str) -> "Answer":
    """Find the cells that are asked for.

    Raises:
        DataError: there is no such sample or column, or the run has not come to it.
        StoreError: they cannot be read.
    """
    from rmg_core.cli.answers import Answer
    from rmg_core.errors import DataError, Problem
    from rmg_core.hints import suggestion
    from rmg_core.runs.finding import again

    columns = {each.name: each for each in store.columns()}
    if name not in columns:
        said = f"the run has no grader or aggregator {name!r}"
        raise DataError([Problem(said, suggestion(name, columns, "it has"))])
    index = _index_of(store, sample)
    cells = store.cells_of(index, name)
    if not cells:
        said = f"the run has not come to sample {index} in {name!r}"
        raise DataError([Problem(said, again(store.path.parent))])
    parts: list[StoredCell] = []
    if columns[name].grader is None:
        parts = [each for each in store.cells_of(index) if each.cell.grader != name]
    calls = [store.calls_of(each.cell.fingerprint) for each in cells]
    return Answer(store.path, columns[name], cells, parts, calls=calls)


def _index_of(store: "Store", written: str) -> int:
    """Return the index of the sample that is meant: by its id first, then by its index."""
    from rmg_core.errors import DataError, Problem

    keys: list[str | int] = [written]
    if _NUMBER.fullmatch(written):
        keys.append(int(written))
    found = sorted({index for key in keys for index in store.samples_of(key)})
    number = _INDEX.fullmatch(written)
    index = int(number[1]) if number and store.has_sample(int(number[1])) else None
    if len(found) > 1:
        shown = " or ".join(f"'#{each}'" for each in found)
        said = f"{len(found)} samples have the id {written!r}"
        raise DataError([Problem(said, f"give the index of the one that you mean: {shown}")])
    if found:
        if index not in (None, *found):
            other = str(index) if written.startswith("#") else f"'#{index}'"
            tell(f"{written} is an id, that of sample {found[0]}; sample {index} is {other}")
        return found[0]
    if index is None:
        raise DataError([_no_sample(written, store.ids())])
    if not written.startswith("#") and store.ids():
        tell(f"no sample has the id {written}; this is the sample with that index")
    return index


def _no_sample(written: str, ids: Sequence[str | int]) -> "Problem":
    from rmg_core.errors import Problem
    from rmg_core.hints import suggestion

    if _INDEX.fullmatch(written) and (written.startswith("#") or not ids):
        hint = "indices count the rows of the dataset from 0; one that is pending is not stored"
        return Problem(f"the run has no sample with the index {written}", hint)
    if not ids:
        hint = "its samples have no ids: give the index of one, such as 0"
        return Problem(f"the run has no sample {written!r}", hint)
    hint = suggestion(written, map(str, ids), "it has")
    return Problem(f"the run has no sample {written!r}", hint)
