"""Every planned cell has an outcome, whatever the graders, the limits and the data are."""

from collections import Counter
from typing import Any

import anyio
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from rmg_core import GraderError, GraderScore, GraderSkip, GradingRunner
from rmg_core.outcomes import Outcome


@frozen
class Case:
    """A grader to make: what it does on a row depends on the row's number alone."""

    is_async: bool
    repeats: int
    max_concurrency: int | None
    timeout: float | None
    fails_every: int
    skips_every: int
    yields_every: int

    def outcome(self, number: int) -> Outcome:
        if number % self.fails_every == self.fails_every - 1:
            return GraderError("grader_error", "SystemExit: 1")
        if number % self.skips_every == self.skips_every - 1:
            return GraderSkip("no")
        return GraderScore(number / 1000)

    def act(self, number: int) -> Any:
        made = self.outcome(number)
        if isinstance(made, GraderError):
            raise SystemExit(1)
        return made

    def entry(self) -> dict[str, Any]:
        def plain(number: int) -> Any:
            return self.act(number)

        async def waiting(number: int) -> Any:
            for _ in range(number % self.yields_every):
                await anyio.lowlevel.checkpoint()
            return self.act(number)

        return {
            "grader": waiting if self.is_async else plain,
            "repeats": self.repeats,
            "max_concurrency": self.max_concurrency,
            "timeout": self.timeout,
        }


cases = st.builds(
    Case,
    is_async=st.booleans(),
    repeats=st.integers(1, 3),
    max_concurrency=st.none() | st.integers(1, 3),
    timeout=st.sampled_from([None, 60.0]),
    fails_every=st.integers(2, 9),
    skips_every=st.integers(2, 9),
    yields_every=st.integers(1, 4),
)
SIZES = st.integers(0, 60) | st.sampled_from([255, 256, 257, 700])


async def in_order(runner: GradingRunner, rows: Any) -> Any:
    async with runner.stream(rows) as graded:
        seen = [each async for each in graded]
    return sorted(seen, key=lambda each: each.index), graded.ended


def expected_of(case: Case, number: int) -> tuple[str, float | None]:
    made = case.outcome(number)
    return made.status, made.score if isinstance(made, GraderScore) else None


def seen_of(made: Any) -> tuple[str, float | None]:
    score = made.score if isinstance(made, GraderScore) else None
    return made.status, None if score is None else round(score, 12)


@settings(max_examples=60, deadline=None)
@given(
    graders=st.lists(cases, min_size=1, max_size=4),
    size=SIZES,
    max_concurrency=st.integers(1, 6),
    is_grouped=st.booleans(),
    backend=st.sampled_from(["asyncio", "trio"]),
)
def test_every_planned_cell_has_the_outcome_that_it_should_have(
    graders: list[Case], size: int, max_concurrency: int, is_grouped: bool, backend: str
):
    names = {f"g{number}": case for number, case in enumerate(graders)}
    rows = [{"number": number, "group": number // 7} for number in range(size)]
    aggregators: dict[str, Any] = {"all": "basic/max"}
    if is_grouped:
        options = {"grader": "g0"}
        entry = {"aggregator": "basic/rank", "options": options, "group_by": "group"}
        aggregators = {"rank": entry, **aggregators}
    runner = GradingRunner(
        {name: case.entry() for name, case in names.items()},
        aggregators=aggregators,
        max_concurrency=max_concurrency,
    )
    seen, ended = anyio.run(in_order, runner, rows, backend=backend)

    cells = size * sum(case.repeats for case in graders)
    assert (ended.samples, ended.cells, ended.finished) == (size, cells, cells)
    assert ended.is_complete
    assert [each.index for each in seen] == list(range(size))
    for name, case in names.items():
        for number, each in enumerate(seen):
            assert seen_of(each.outcomes[name]) == expected_of(case, number)
            if case.repeats > 1:
                repeats = [seen_of(one) for one in each.repeats[name]]
                assert repeats == [expected_of(case, number)] * case.repeats
    for number, each in enumerate(seen):
        parts = [case.outcome(number) for case in graders]
        scores = [part.score for part in parts if isinstance(part, GraderScore)]
        is_whole = len(scores) == len(parts)
        assert seen_of(each.outcomes["all"]) == (
            ("score", max(scores)) if is_whole else ("error", None)
        )

    results = anyio.run(runner.arun, rows, backend=backend)
    assert list(results) == list(runner.plan.columns)
    for name, column in results.items():
        assert [seen_of(each) for each in column] == [seen_of(each.outcomes[name]) for each in seen]
        told = results.summary[name]
        counts = Counter(each.status for each in column)
        assert told.samples == size
        assert (told.scored, told.failed, told.skipped, told.ranked) == (
            counts["score"],
            counts["error"],
            counts["skip"],
            counts["rank"],
        )
    assert results.summary.is_complete
