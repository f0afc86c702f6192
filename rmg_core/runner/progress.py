"""How far a run from Python is, shown in the notebook or on the standard error stream."""

import sys
from collections import Counter
from collections.abc import Sequence, Sized
from html import escape
from shutil import get_terminal_size
from time import monotonic
from typing import Any, Final, Protocol, TextIO

from attrs import define, field

from rmg_core.datasets import DatasetReport
from rmg_core.outcomes import GraderError
from rmg_core.runner.window import OpenSample

FRAME_SECONDS: Final = 0.25
LINE_SECONDS: Final = 5.0


class Screen(Protocol):
    """Shows how far a run is; `seconds` have to pass before it shows that again."""

    seconds: float

    def show(self, progress: "Progress", *, is_last: bool) -> None: ...


@define(eq=False)
class Progress:
    """Counts the samples of a run as they are finished; `total` is None where nobody knows it."""

    columns: Sequence[str]
    total: int | None
    screen: Screen | None
    done: int = 0
    errors: Counter[str] = field(factory=Counter)
    _began: float = field(factory=monotonic)
    _shown: float = field(factory=monotonic)

    def begin(self) -> None:
        """Show that a run has begun."""
        self._show(is_last=False)

    def take(self, graded: Sequence[OpenSample]) -> None:
        """Count samples that are finished, and show it now and then."""
        self.done += len(graded)
        for place, name in enumerate(self.columns):
            failed = sum(type(each.outcomes[place]) is GraderError for each in graded)
            if failed:
                self.errors[name] += failed
        now = monotonic()
        if self.screen is not None and now >= self._shown + self.screen.seconds:
            self._shown = now
            self._show(is_last=False)

    def end(self) -> None:
        """Show how far the run has come, for good."""
        self._show(is_last=True)

    def _show(self, *, is_last: bool) -> None:
        """Show it; a terminal or a notebook that is gone takes this along, and not the run."""
        if self.screen is None:
            return
        try:
            self.screen.show(self, is_last=is_last)
        except Exception:  # noqa: BLE001 - the code of a notebook, or of whatever stands for a stream
            self.screen = None

    def __str__(self) -> str:
        seconds = monotonic() - self._began
        rate = self.done / seconds if seconds > 0 else 0.0
        said = f"{self.done:,}" + (f" of {self.total:,}" if self.total is not None else "")
        parts = [f"{said} samples", f"{rate:,.0f}/s" if rate >= 10 else f"{rate:.2g}/s"]
        if self.total is not None and rate and self.done < self.total:
            parts.append(f"{(self.total - self.done) / rate:,.0f} s left")
        for name, count in self.errors.items():
            parts.append(f"{name}: {count:,} error" + "s" * (count != 1))
        return ", ".join(parts)

    def _repr_html_(self) -> str:
        most = "" if self.total is None else f' max="{max(self.total, 1)}" value="{self.done}"'
        return f"<progress{most}></progress> {escape(str(self))}"


def total_of(rows: Any, report: DatasetReport | None) -> int | None:
    """Return how many samples there are, where that is known before they are read."""
    if report is not None:
        return report.samples
    return len(rows) if isinstance(rows, Sized) else None


def screen_here() -> Screen | None:
    """Return what shows progress here: a cell of a notebook, a terminal, or lines of a log."""
    # Whoever runs in a notebook has loaded IPython; nobody else has to have it.
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    if shell is not None and hasattr(shell, "kernel"):
        return Notebook(shell.display_pub)
    return None if sys.stderr is None else Stream(sys.stderr)


@define(eq=False)
class Notebook:
    """Shows progress below the cell that runs, in one place that is written anew.

    It is HTML alone: rich would need ipywidgets, which many notebooks lack.
    """

    publisher: Any
    seconds: float = field(factory=lambda: FRAME_SECONDS)
    _is_there: bool = False

    def show(self, progress: Progress, *, is_last: bool) -> None:  # noqa: ARG002 - all stays
        self.publisher.publish(
            data={"text/plain": str(progress), "text/html": progress._repr_html_()},
            metadata={},
            transient={"display_id": f"rmg-{id(self)}"},
            update=self._is_there,
        )
        self._is_there = True


@define(eq=False)
class Stream:
    """Shows progress in one line of a terminal, or in lines of a log."""

    stream: TextIO
    seconds: float = field(init=False)
    _width: int = 0

    def __attrs_post_init__(self) -> None:
        self.seconds = FRAME_SECONDS if self._is_terminal else LINE_SECONDS

    @property
    def _is_terminal(self) -> bool:
        return self.stream.isatty()

    def show(self, progress: Progress, *, is_last: bool) -> None:
        line = str(progress)
        if self._is_terminal:
            line = line[: get_terminal_size().columns - 1]  # one that wraps cannot be written over
            end = "\n" if is_last else ""
            self.stream.write(f"\r{line.ljust(self._width)}{end}")
            self._width = len(line)
        elif progress.done or is_last:
            self.stream.write(f"{line}\n")
        self.stream.flush()
