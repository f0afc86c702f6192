"""The hooks that pytest calls: options, the marker, the fixture, and how errors are told."""

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from rmg_plugin_pytest.fixture import Rmg

MARKER: Final = (
    "rmg(graders, *, threshold, share, mean, bound, scored, repeats, max_errors): "
    "what `rmg.check` takes in this test, class or module where its call does not say it; "
    "the nearest marker wins."
)

NOT_GRADED: Final = "rmg_not_graded"
"""A report has it whose test could not grade: pytest-xdist takes it along."""

USED: Final = ("rmg_cells", "rmg_stored", "rmg_calls")
"""The properties of a report that say what its test has graded, found stored, and asked."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("rmg", "grading with rmg")
    group.addoption(
        "--rmg-store",
        metavar="DIR",
        help="keep grades and replies of models here, one directory a test; "
        "without it in the cache of pytest",
    )
    group.addoption(
        "--rmg-offline",
        action="store_true",
        help="ask no model: a test whose replies are not stored is in error",
    )
    group.addoption(
        "--rmg-fresh",
        action="store_true",
        help="grade everything anew, whatever is stored, and store that",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", MARKER)
    if config.getoption("rmg_offline") and config.getoption("rmg_fresh"):
        raise pytest.UsageError("--rmg-fresh asks models, and --rmg-offline asks none: leave one")


@pytest.fixture
def rmg(request: pytest.FixtureRequest) -> Iterator["Rmg"]:
    """Grade in a test: `rmg.check` against thresholds, `rmg.grade` for the outcomes."""
    from rmg_plugin_pytest.fixture import Rmg

    __tracebackhide__ = True
    made = Rmg(request.node)
    yield made
    made.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    call: pytest.CallInfo[None],
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if call.excinfo is not None and report.failed:
        from rmg_plugin_pytest.failures import NotGraded

        if call.excinfo.errisinstance(NotGraded):
            setattr(report, NOT_GRADED, True)
    return report


def pytest_report_teststatus(report: Any) -> tuple[str, str, str] | None:
    """Tell a test that could not grade as one that is in error, and not as one that fails."""
    if getattr(report, NOT_GRADED, False) and report.failed:
        return "error", "E", "ERROR"
    return None


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say what grading came to over all tests: how much was done, and how much was stored."""
    ended = [
        dict(report.user_properties)
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", "") == "teardown"
    ]
    cells, stored, calls = (sum(each.get(name, 0) for each in ended) for name in USED)
    if cells:
        said = f"rmg: {cells:,} cells, {stored:,} of them stored; {calls:,} calls of models"
        terminalreporter.write_line(said)
