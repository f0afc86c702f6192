"""How far a run is, shown while it goes on: a table in a terminal, else a line now and then."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from attrs import define, field

from rmg_core.cli.screen import is_terminal, tell
from rmg_core.outcomes import Cell, GraderError
from rmg_core.plan import Plan

if TYPE_CHECKING:
    from rich.table import Table

LINE_SECONDS: Final = 5.0
FRAME_SECONDS: Final = 0.25


@define(eq=False)
class Progress:
    """Counts the finished cells of each grader; it is an observer, so that they are written.

    `totals` says how many cells each grader has.
    """

    totals: Mapping[str, int]
    began: float = field(factory=monotonic)
    done: dict[str, int] = field(init=False)
    errors: dict[str, int] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.done = dict.fromkeys(self.totals, 0)
        self.errors = dict.fromkeys(self.totals, 0)

    def run_started(self, _: Plan, /) -> None:
        self.began = monotonic()

    def outcomes(self, cells: Sequence[Cell], /) -> None:
        done, errors = self.done, self.errors
        for cell in cells:
            name = cell.grader
            if name in done:  # and not an aggregator
                done[name] += 1
                if type(cell.outcome) is GraderError:
                    errors[name] += 1

    def run_finished(self, summary: Any, /) -> None:
        pass

    def rows(self, now: float) -> list[tuple[str, int, int, int, str, str]]:
        """Say of each grader: its name, cells done, of how many, errors, rate, time left."""
        return [
            (
                name,
                self.done[name],
                total,
                self.errors[name],
                *_pace(self.done[name], total, now - self.began),
            )
            for name, total in self.totals.items()
        ]

    def line(self, now: float) -> str:
        """Say the same in one line."""
        done, total = sum(self.done.values()), sum(self.totals.values())
        rate, left = _pace(done, total, now - self.began)
        graders = "; ".join(
            f"{name} {count:,}/{of:,}" + (f" ({wrong:,} errors)" if wrong else "")
            for name, count, of, wrong, _, _ in self.rows(now)
        )
        return (
            f"{done:,} of {total:,} cells, {rate}" + (f", {left}" if left else "") + f": {graders}"
        )


def _pace(done: int, total: int, seconds: float) -> tuple[str, str]:
    rate = done / seconds if seconds > 0 else 0.0
    left = (total - done) / rate if rate else 0.0
    return f"{rate:,.0f}/s" if rate >= 10 else f"{rate:.2g}/s", _duration(left) if left else ""


def _duration(seconds: float) -> str:
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s left"
    minutes, seconds_left = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {seconds_left:02} s left"
    return f"{minutes // 60} h {minutes % 60:02} min left"


@contextmanager
def shown(progress: Progress) -> Iterator[None]:
    """Show progress on stderr while the block runs.

    A thread of its own does it: a terminal that is held or gone never stops the grading.
    """
    is_over = Event()
    show = _in_terminal if is_terminal(sys.stderr) else _in_lines
    thread = Thread(target=show, args=(progress, is_over), name="rmg progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join(1.0)


def _in_lines(progress: Progress, is_over: Event) -> None:
    while not is_over.wait(LINE_SECONDS):
        tell(progress.line(monotonic()))
    tell(progress.line(monotonic()))


def _in_terminal(progress: Progress, is_over: Event) -> None:
    from rich.console import Console
    from rich.live import Live

    live = Live(
        console=Console(stderr=True),
        auto_refresh=False,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    with suppress(OSError, ValueError), live:
        live.update(table_of(progress, monotonic()), refresh=True)
        while not is_over.wait(FRAME_SECONDS):
            live.update(table_of(progress, monotonic()), refresh=True)
    tell(progress.line(monotonic()))


def table_of(progress: Progress, now: float) -> "Table":
    """Lay out how far each grader is, a row each."""
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    for name, done, total, errors, rate, left in progress.rows(now):
        table.add_row(
            Text(name),
            ProgressBar(total=max(total, 1), completed=done, width=24),
            Text(f"{done:,}/{total:,}"),
            Text(f"{errors:,} errors", style="red" if errors else "dim"),
            Text(rate),
            Text(left),
        )
    return table
