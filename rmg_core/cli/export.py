"""`rmg export`: the results of a run as one row a sample."""

import io
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

import click
import orjson

from rmg_core.cli.screen import Stdout, is_terminal, one_line, tell
from rmg_core.cli.sheets import csv_line
from rmg_core.cli.verbs import example
from rmg_core.outcomes import GraderError, GraderRank, GraderScore

if TYPE_CHECKING:
    from rmg_core.outcomes import Outcome
    from rmg_core.runs.stored import StoredRun, StoredSample

FORMS: Final = ("csv", "jsonl", "parquet")
ROWS_AT_ONCE: Final = 4_096


@click.command(
    "export",
    epilog=example("rmg export runs/qa --to csv -o qa.csv", "rmg export runs/qa --to jsonl"),
)
@click.argument("run_dir", metavar="RUN_DIR")
@click.option(
    "--to",
    "form",
    type=click.Choice(FORMS),
    help="The format; without it, what the name of FILE ends in, or else csv. "
    "Parquet needs pyarrow.",
)
@click.option("-o", "--output", metavar="FILE", help="Where to; without it, to stdout.")
def command(run_dir: str, form: str | None, output: str | None) -> None:
    """Turn the results of a run into one row a sample.

    Rows are in the order of the dataset. Their columns are index and id of the sample, and of
    each grader and aggregator NAME (the score), NAME.status and NAME.reason. A grader that ran
    several times has the mean. In csv, a text that a spreadsheet would take for a formula gets
    a ' before it.
    """
    from rmg_core.runs.stored import StoredRun

    form = form or _form_of(output)
    with StoredRun.open(run_dir) as run:
        if want := run.want:
            tell(one_line(f"{run.place}: {want}", 4000))
        head = _head(run)
        if form == "parquet":
            _check_parquet(output)
        with _opened(output, run.place) as file:
            {"csv": _csv, "jsonl": _jsonl, "parquet": _parquet}[form](run, head, file)


def _form_of(output: str | None) -> str:
    suffix = Path(output or "").suffix.lower().removeprefix(".")
    return suffix if suffix in FORMS else FORMS[0]


@contextmanager
def _opened(output: str | None, run_dir: Path) -> Iterator[IO[bytes]]:
    if output is None:
        with io.BufferedWriter(Stdout()) as file:
            yield file
        return
    from rmg_core.cli.outputs import opened

    with opened(output, run_dir) as file:
        yield file


def _head(run: "StoredRun") -> list[str]:
    from rmg_core.errors import DataError, Problem

    head = ["index", "id"]
    for each in run.columns:
        head += [each.name, f"{each.name}.status", f"{each.name}.reason"]
    twice = [name for name, count in Counter(head).items() if count > 1]
    if twice:
        hint = "give the grader or aggregator another name"
        raise DataError([Problem(f"two columns would be named {twice[0]!r}", hint)])
    return head


def _csv(run: "StoredRun", head: list[str], file: IO[bytes]) -> None:
    file.write(csv_line(head))
    for cells in _rows(run):
        file.write(csv_line([list(each) if isinstance(each, tuple) else each for each in cells]))


def _jsonl(run: "StoredRun", head: list[str], file: IO[bytes]) -> None:
    for cells in _rows(run):
        row = dict(zip(head, cells, strict=True))
        file.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))


def _rows(run: "StoredRun") -> Iterator[list[Any]]:
    """Yield each sample as its row: index and id, then three cells a column."""
    names = [each.name for each in run.columns]
    for sample in run.samples():
        yield [sample.index, sample.id, *_cells(sample, names)]


def _cells(sample: "StoredSample", names: Sequence[str]) -> Iterator[Any]:
    for name in names:
        yield from _told(sample.outcomes.get(name))


def _told(outcome: "Outcome | None") -> tuple[Any, str | None, str | None]:
    """Return score or places, status and reason; None of all where there is no outcome."""
    match outcome:
        case None:
            return None, None, None
        case GraderScore(score=score):
            return score, outcome.status, outcome.reason
        case GraderRank(rank=rank):
            return rank, outcome.status, outcome.reason
        case GraderError(kind=kind, error=error):
            return None, outcome.status, f"{kind}: {error}"
        case _:
            return None, outcome.status, outcome.reason


def _check_parquet(output: str | None) -> None:
    from rmg_core.errors import DataError, Problem

    try:
        import pyarrow.parquet  # noqa: F401 - is it there?
    except ModuleNotFoundError as fault:
        hint = "run `pip install 'rmg-core[parquet]'`"
        raise DataError([Problem("parquet needs pyarrow, which is not installed", hint)]) from fault
    if output is None and is_terminal(sys.stdout):
        raise click.UsageError("parquet is not for a terminal: name a file with -o FILE")


def _parquet(run: "StoredRun", head: list[str], file: IO[bytes]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    ranked = run.ranked
    texts = {*ranked} if run.ids_are_numbers else {"id", *ranked}
    kinds = [pa.int64(), pa.string() if "id" in texts else pa.int64()]
    for name in (each.name for each in run.columns):
        kinds += [pa.string() if name in texts else pa.float64(), pa.string(), pa.string()]
    schema = pa.schema(list(zip(head, kinds, strict=True)))
    with pq.ParquetWriter(file, schema) as writer:
        for block in _blocks(_rows(run)):
            rows = [dict(zip(head, cells, strict=True)) for cells in block]
            for row in rows:
                for name in texts:
                    row[name] = _as_text(row[name])
            writer.write_table(pa.Table.from_pylist(rows, schema=schema))


def _as_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return orjson.dumps(value).decode()


def _blocks(rows: Iterator[list[Any]]) -> Iterable[list[list[Any]]]:
    while block := list(islice(rows, ROWS_AT_ONCE)):
        yield block
