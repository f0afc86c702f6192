"""What a notebook shows of a run, and how it waits for one."""

import io
import sys
from types import SimpleNamespace
from typing import Any

import anyio
import pytest

from rmg_core import CannotGrade, GraderError, GraderScore, GradingRunner, Results

ROWS = [{"response": str(number)} for number in range(4)]
HOSTILE = "<script>alert(1)</script>"


def tenth(response: str) -> float:
    if response == "3":
        raise CannotGrade(HOSTILE)
    return int(response) / 10


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Kernel:
    """Stands for the shell of IPython in a notebook: keeps what is displayed."""

    def __init__(self) -> None:
        self.kernel = object()
        self.display_pub = self
        self.published: list[dict[str, Any]] = []

    def publish(self, **message: Any) -> None:
        self.published.append(message)


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> Kernel:
    made = Kernel()
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: made))
    return made


@pytest.fixture
def no_frames_between(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show every sample that finishes, however fast."""
    monkeypatch.setattr("rmg_core.runner.progress.FRAME_SECONDS", 0.0)
    monkeypatch.setattr("rmg_core.runner.progress.LINE_SECONDS", 0.0)


@pytest.fixture
def no_intervals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show what is shown without the pack that has intervals."""
    monkeypatch.setattr("rmg_core.summary.interval_of", lambda spread: None)


def test_a_summary_is_a_table_with_what_went_wrong_first(no_intervals: None):
    results = GradingRunner({"a<b": tenth}).run(ROWS)
    assert results.summary._repr_html_() == (
        "<table><caption>4 samples graded</caption>"
        "<thead><tr><th></th><th>mean</th><th>scale</th><th>scored</th><th>errors</th>"
        "<th>skipped</th></tr></thead>"
        "<tbody><tr><td>a&lt;b</td><td>0.1</td><td>0..1</td><td>3 of 4</td>"
        "<td>1 grader_error</td><td>0</td></tr></tbody></table>"
        "<p>a&lt;b, 1 grader_error, the first: sample 3: "
        "&lt;script&gt;alert(1)&lt;/script&gt;</p>"
    )
    assert results._repr_html_() == results.summary._repr_html_()


def test_nothing_that_a_grader_says_is_markup():
    shown = Results(
        {
            HOSTILE: [GraderScore(1.0, HOSTILE, {"conditions": {HOSTILE: HOSTILE}})],
            "b": [GraderError("timeout", HOSTILE)],
        }
    )._repr_html_()
    assert "<script" not in shown
    assert shown.count("&lt;script&gt;") == 5


def test_a_summary_in_a_terminal_is_the_table_too(no_intervals: None):
    assert repr(GradingRunner({"tenth": tenth}).run(ROWS).summary) == (
        "4 samples graded\n"
        "       mean  scale  scored          errors  skipped\n"
        "tenth   0.1   0..1  3 of 4  1 grader_error        0"
    )


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_run_is_awaited_in_a_loop_that_runs_with_progress(
    backend: str, kernel: Kernel, no_frames_between: None
):
    async def cell() -> Results:
        return await GradingRunner({"tenth": tenth}).arun(ROWS, progress=True)

    assert anyio.run(cell, backend=backend).summary["tenth"].scored == 3
    assert kernel.published[-1]["data"]["text/plain"].startswith("4 of 4 samples, ")


def test_progress_in_a_notebook_is_one_place_that_is_written_anew(
    kernel: Kernel, no_frames_between: None
):
    GradingRunner({HOSTILE: tenth}).run(ROWS, progress=True)
    first, *others = kernel.published
    assert first["data"]["text/html"].startswith('<progress max="4" value="0"></progress> 0 of 4 ')
    assert [each["update"] for each in (first, *others)] == [False, *[True] * len(others)]
    assert len({each["transient"]["display_id"] for each in kernel.published}) == 1
    assert others[-1]["data"]["text/html"].endswith(
        "&lt;script&gt;alert(1)&lt;/script&gt;: 1 error"
    )


def test_progress_in_a_terminal_is_one_line(
    monkeypatch: pytest.MonkeyPatch, no_frames_between: None
):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    GradingRunner({"tenth": tenth}).run(iter(ROWS), progress=True)
    first, *_, last = terminal.getvalue().split("\r")[1:]
    assert first.startswith("0 samples, ")  # of how many, an iterator does not say
    assert last.startswith("4 samples, ")
    assert last.rstrip().endswith("tenth: 1 error")
    assert terminal.getvalue().count("\n") == 1


def test_progress_in_a_log_is_lines(capsys: pytest.CaptureFixture[str], no_frames_between: None):
    GradingRunner({"tenth": tenth}).run(ROWS, progress=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[-1].startswith("4 of 4 samples, ")


def test_progress_that_cannot_be_shown_harms_no_grade(kernel: Kernel):
    def publish(**message: Any) -> None:
        raise RuntimeError("the browser is gone")

    kernel.publish = publish  # type: ignore[method-assign]
    assert GradingRunner({"tenth": tenth}).run(ROWS, progress=True).summary["tenth"].scored == 3


def test_nothing_is_shown_unless_it_is_asked_for(kernel: Kernel, capsys: Any):
    GradingRunner({"tenth": tenth}).run(ROWS)
    assert (kernel.published, capsys.readouterr().err) == ([], "")
