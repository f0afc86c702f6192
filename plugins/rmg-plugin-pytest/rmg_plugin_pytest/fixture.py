"""The fixture `rmg`, with which a test grades."""

import threading
from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import anyio
import pytest
from attrs import define, field, frozen

from rmg_core import GradingRunner, Results, RmgError
from rmg_plugin_pytest.asking import Asked, asked_by, runner_of
from rmg_plugin_pytest.bars import Bar, bars_of, faults_of
from rmg_plugin_pytest.failures import GradesTooLow, Misused, NotGraded
from rmg_plugin_pytest.plugin import USED
from rmg_plugin_pytest.storing import directory_of
from rmg_plugin_pytest.telling import told_errors, told_faults

Answer = TypeVar("Answer")


@frozen(eq=False)
class _Work:
    """What one call of a test comes to: what grades, what is graded, and the bars for it."""

    runner: GradingRunner
    samples: Any
    bars: list[Bar]
    max_errors: float

    @property
    def shown(self) -> list[Any]:
        """The samples as failures show them; those of a config are its own affair."""
        return self.samples if isinstance(self.samples, list) else []


@define(eq=False, repr=False)
class Rmg:
    """Grades in a test; everything is kept in the run directory of that test.

    `samples` is one mapping or an iterable of them; without it, the dataset of the config is
    graded. `graders` is a name such as `"text/exact_match"`, a grader, a list of either, a mapping
    as a `GradingRunner` takes it, a `GradingRunner`, or the path of a TOML config, from the folder
    of the test. What a call does not say, the nearest marker `@pytest.mark.rmg` says.

    `max_errors` is the share of a column's errors that is let pass, none unless it is said.

    Raises:
        NotGraded: something could not be graded, or the call says nothing that can be done.
    """

    _item: pytest.Item
    _turn: threading.Lock = field(factory=threading.Lock)
    _async_turn: anyio.Lock = field(factory=anyio.Lock)
    _called: int = 0
    _awaited: int = 0

    def check(
        self,
        samples: Iterable[Mapping[str, Any]] | Mapping[str, Any] | None = None,
        graders: Any = None,
        *,
        threshold: float | Mapping[str, float] | None = None,
        share: float | Mapping[str, float] | None = None,
        mean: float | Mapping[str, float] | None = None,
        bound: float | Mapping[str, float] | None = None,
        scored: float | Mapping[str, float] | None = None,
        repeats: int | None = None,
        max_errors: float | None = None,
    ) -> Results:
        """Grade, and fail unless the grades come up to what is asked for.

        Args:
            samples: what is graded.
            graders: what grades.
            threshold: the score that a sample passes at, on the scale of its grader.
            share: how many of the scored samples have to pass (0..1); all, unless it is said.
            mean: what the mean has to reach.
            bound: what the worse end of its 95 % interval has to reach, with the pack `stats`.
            scored: the share of samples that need a score, and no skip (0..1).
            repeats: how often each grader grades each sample.
            max_errors: the share of errors that is let pass.

        Raises:
            GradesTooLow: they do not.
        """
        __tracebackhide__ = True
        asked = Asked(graders, threshold, share, mean, bound, scored, repeats, max_errors)
        return self._done(self._work(samples, asked, has_bars=True))

    def acheck(
        self,
        samples: Iterable[Mapping[str, Any]] | Mapping[str, Any] | None = None,
        graders: Any = None,
        *,
        threshold: float | Mapping[str, float] | None = None,
        share: float | Mapping[str, float] | None = None,
        mean: float | Mapping[str, float] | None = None,
        bound: float | Mapping[str, float] | None = None,
        scored: float | Mapping[str, float] | None = None,
        repeats: int | None = None,
        max_errors: float | None = None,
    ) -> Coroutine[Any, Any, Results]:
        """Do what `check` does, for a test that awaits it."""
        __tracebackhide__ = True
        asked = Asked(graders, threshold, share, mean, bound, scored, repeats, max_errors)
        work = self._work(samples, asked, has_bars=True)
        self._called += 1
        return self._adone(work)

    def grade(
        self,
        samples: Iterable[Mapping[str, Any]] | Mapping[str, Any] | None = None,
        graders: Any = None,
        *,
        repeats: int | None = None,
        max_errors: float | None = None,
    ) -> Results:
        """Grade, and return the outcomes for the test to look at."""
        __tracebackhide__ = True
        asked = Asked(graders, repeats=repeats, max_errors=max_errors)
        return self._done(self._work(samples, asked, has_bars=False))

    def agrade(
        self,
        samples: Iterable[Mapping[str, Any]] | Mapping[str, Any] | None = None,
        graders: Any = None,
        *,
        repeats: int | None = None,
        max_errors: float | None = None,
    ) -> Coroutine[Any, Any, Results]:
        """Do what `grade` does, for a test that awaits it."""
        __tracebackhide__ = True
        asked = Asked(graders, repeats=repeats, max_errors=max_errors)
        work = self._work(samples, asked, has_bars=False)
        self._called += 1
        return self._adone(work)

    def close(self) -> None:
        """Fail where a test has forgotten to await: it would pass whatever the grades are."""
        __tracebackhide__ = True
        if self._awaited < self._called:
            raise NotGraded("rmg.acheck and rmg.agrade grade when they are awaited: write `await`")

    def __repr__(self) -> str:
        return f"<rmg of {self._item.name}>"

    def _work(self, samples: Any, asked: Asked, *, has_bars: bool) -> _Work:
        __tracebackhide__ = True
        return _telling(lambda: self._prepared(samples, asked, has_bars=has_bars))

    def _prepared(self, samples: Any, asked: Asked, *, has_bars: bool) -> _Work:
        marked = (asked_by(each) for each in self._item.iter_markers("rmg"))
        whole = asked.or_else(marked)
        rows = _rows(samples)
        runner = runner_of(whole, self._item.path.parent)
        bars = bars_of(whole, runner) if has_bars else []
        return _Work(runner, rows, bars, whole.max_errors or 0.0)

    def _done(self, work: _Work) -> Results:
        __tracebackhide__ = True
        with self._turn:  # a run directory is for one run at a time
            results = _telling(lambda: work.runner.run(work.samples, **self._keeping()))
        return self._held(work, results)

    async def _adone(self, work: _Work) -> Results:
        __tracebackhide__ = True
        self._awaited += 1
        async with self._async_turn:
            try:
                results = await work.runner.arun(work.samples, **self._keeping())
            except (Misused, RmgError) as fault:
                raise NotGraded(str(fault)) from None
        return self._held(work, results)

    def _keeping(self) -> Any:
        """Say where the run keeps what it does, and what of it stands."""
        __tracebackhide__ = True
        config, place = self._item.config, self._directory
        offline = config.getoption("rmg_offline")
        if offline and place is None:
            raise Misused(
                "--rmg-offline needs --rmg-store DIR: the cache of pytest is switched off"
            )
        is_fresh = config.getoption("rmg_fresh") and place is not None
        return {
            "run_dir": place,
            "offline": offline,
            "again": "all" if is_fresh else "failed",
            "durability": "crash",
        }

    @property
    def _directory(self) -> Path | None:
        file, _, name = self._item.location  # its node id has the group that pytest-xdist adds
        return directory_of(self._item.config, f"{file}::{name}")

    def _held(self, work: _Work, results: Results) -> Results:
        """Return results that are as they have to be."""
        __tracebackhide__ = True
        self._note(work.runner, results)
        is_verbose = self._item.config.get_verbosity() > 0
        errors = told_errors(results, work.max_errors, work.shown, is_verbose=is_verbose)
        if errors:
            raise NotGraded(errors + self._more)
        faults = _telling(lambda: list(faults_of(work.bars, results)))
        if faults:
            told = told_faults(faults, results, work.shown, is_verbose=is_verbose)
            raise GradesTooLow(told + self._more)
        return results

    @property
    def _more(self) -> str:
        """Say where all that is known of a grade can be read."""
        place = self._directory
        if place is None:
            return ""
        with suppress(ValueError):
            place = place.relative_to(Path.cwd())
        return f"\nmore on a sample: rmg why {place} SAMPLE COLUMN"

    def _note(self, runner: GradingRunner, results: Results) -> None:
        """Add to the report of the test what it has used."""
        samples, summary = len(results.index), results.summary
        cells = samples * sum(each.repeats for each in runner.plan.graders)
        calls = sum(each.calls for each in summary.models)
        properties = self._item.user_properties
        before: dict[str, Any] = dict(properties)
        for name, more in zip(USED, (cells, summary.reused, calls), strict=True):
            if name in before:
                properties.remove((name, before[name]))
            properties.append((name, int(before.get(name, 0)) + more))


def _rows(samples: Any) -> Any:
    """Return samples as a list, to be shown where one fails.

    Raises:
        Misused: they are none.
    """
    if samples is None:
        return None
    if isinstance(samples, str | bytes):
        raise Misused(f'a sample is a mapping: write {{"response": {samples[:40]!r}, …}}')
    if isinstance(samples, Mapping):
        return [samples]
    return list(samples) if isinstance(samples, Iterable) else samples


def _telling(work: Callable[[], Answer]) -> Answer:
    """Do something of rmg; what it raises says who, what and what to do, and is all to be read."""
    __tracebackhide__ = True
    try:
        return work()
    except (Misused, RmgError) as fault:
        raise NotGraded(str(fault)) from None
