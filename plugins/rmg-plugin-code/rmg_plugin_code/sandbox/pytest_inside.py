"""A program that runs a file for pytest against another program, both held in memory.

It is read as text and runs inside the sandbox, where nothing may be written. It reports to whoever
called it; what the tested program does in the same process to this report, nobody can prevent.
"""

import importlib.util
import os
import sys
from collections.abc import Sequence
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

TESTS = "test_of_the_program"


class Sources(MetaPathFinder, InspectLoader):
    """Modules whose source is at hand, found before all others."""

    def __init__(self, sources: dict[str, str]) -> None:
        self._sources = sources

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,  # noqa: ARG002 - the signature is Python's
        target: ModuleType | None = None,  # noqa: ARG002 - so is this
    ) -> ModuleSpec | None:
        if fullname not in self._sources:
            return None
        return importlib.util.spec_from_loader(fullname, self)

    def get_source(self, fullname: str) -> str:
        return self._sources[fullname]


def run(tests: str, program: str, module: str) -> list[list[str]]:
    """Return the name, the outcome and the last words of each test."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # what is installed beside is not asked for
    import pytest

    sys.meta_path.insert(0, Sources({TESTS: tests, module: program}))
    found: list[list[str]] = []

    class Reporter:
        """Collects one file out of memory, and hears what becomes of each test."""

        @pytest.hookimpl(tryfirst=True)
        def pytest_collection(self, session: pytest.Session) -> bool:
            collected: Any = pytest.Module.from_parent(session, path=Path.cwd() / f"{TESTS}.py")
            collected.obj = importlib.import_module(TESTS)
            session.items = list(session.genitems(collected))
            session.testscollected = len(session.items)
            return True

        def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
            if report.when == "call" or not report.passed:
                name = report.nodeid.partition("::")[2]
                outcome = "error" if report.when != "call" and report.failed else report.outcome
                found.append([name, outcome, last_line(report.longreprtext)])

    options = ["--assert=plain", "-p", "no:cacheprovider", "-p", "no:terminal", "--noconftest"]
    options += ["-c", "/dev/null", "--rootdir", str(Path.cwd()), "-W", "default", "--capture=sys"]
    pytest.main(options, plugins=[Reporter()])
    return found


def last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.startswith("E ")]
    return lines[0][1:].strip()[:200] if lines else ""
