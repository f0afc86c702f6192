"""Graders that run only where cheaper ones allow it."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import anyio
import pytest
from attrs import frozen
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rmg_core import GraderError, GraderRank, GraderScore, GraderSkip, GradingRunner
from rmg_core.outcomes import Outcome
from rmg_core.plan.conditions import saved_calls

HALF = "cheap >= 0.5"


def cheap(number: int) -> Any:
    """A fifth of the number; no number above 4 can be graded."""
    if number == 5:
        raise ValueError("five")
    if number == 6:
        return GraderSkip("six")
    return GraderRank([1]) if number == 7 else number / 5


def rows_of(count: int) -> list[dict[str, int]]:
    return [{"number": number} for number in range(count)]


class Dear:
    """Notes the numbers that it was called with."""

    def __init__(self) -> None:
        self.seen: list[int] = []

    def entry(self, when: str = HALF, **more: Any) -> dict[str, Any]:
        def dear(number: int) -> float:
            self.seen.append(number)
            return 1.0

        return {"grader": dear, "when": when, **more}


def said_by(outcomes: Sequence[Outcome]) -> list[str]:
    return [
        each.error if isinstance(each, GraderError) else getattr(each, "reason", "")
        for each in outcomes
    ]


def test_a_gated_grader_runs_only_where_its_condition_is_met():
    dear = Dear()
    results = GradingRunner({"dear": dear.entry(), "cheap": cheap}).run(rows_of(5))

    assert sorted(dear.seen) == [3, 4]
    assert [each.status for each in results["dear"]] == ["skip"] * 3 + ["score"] * 2
    assert said_by(results["dear"][:3]) == [
        "when cheap >= 0.5: cheap is 0",
        "when cheap >= 0.5: cheap is 0.2",
        "when cheap >= 0.5: cheap is 0.4",
    ]


def test_a_gated_grader_that_lacks_a_score_is_skipped_or_an_error():
    dear = Dear()
    results = GradingRunner({"dear": dear.entry(), "cheap": cheap}).run(rows_of(8)[5:])

    assert dear.seen == []
    assert results["dear"][0] == GraderError(
        "missing_part",
        "when cheap >= 0.5: 'cheap' has an error (grader_error: ValueError: five)",
    )
    assert said_by(results["dear"][1:]) == [
        "when cheap >= 0.5: 'cheap' was skipped (six)",
        "when cheap >= 0.5: 'cheap' is a rank, not a score",
    ]


def test_a_condition_that_cannot_be_computed_is_an_error_of_its_cell():
    runner = GradingRunner({"dear": Dear().entry("1 / cheap > 2"), "cheap": cheap})

    assert runner.run(rows_of(1))["dear"] == [
        GraderError("aggregator_error", "when 1 / cheap > 2: division by zero, with cheap 0")
    ]


def test_what_may_not_run_is_not_mapped_and_has_no_fingerprint(kept):
    mapped = []

    def mapper(sample: Mapping[str, Any]) -> dict[str, Any]:
        mapped.append(sample["number"])
        return {"number": sample["number"]}

    entry = Dear().entry(mapper=mapper, repeats=2)
    runner, cells = kept(GradingRunner({"dear": entry, "cheap": cheap}))
    runner.run(rows_of(4))

    assert mapped == [3, 3]
    skipped = [each for each in cells if isinstance(each.outcome, GraderSkip)]
    assert sorted((each.index, each.grader, each.repeat) for each in skipped) == [
        (number, "dear", repeat) for number in range(3) for repeat in range(2)
    ]
    assert {(each.fingerprint, each.seconds) for each in skipped} == {("", 0.0)}
    assert len(cells) == 4 + 8


def test_a_chain_is_decided_from_its_beginning_whatever_the_order_in_the_config():
    third, second = Dear(), Dear()
    runner = GradingRunner(
        {
            "third": third.entry("second >= 0.5 and cheap < 0.7"),
            "second": second.entry("cheap >= 0.5"),
            "cheap": cheap,
        }
    )
    results = runner.run(rows_of(5))

    assert (sorted(second.seen), third.seen) == ([3, 4], [3])
    assert said_by(results["third"])[0] == (
        "when second >= 0.5 and cheap < 0.7: 'second' was skipped (when cheap >= 0.5: cheap is 0)"
    )
    assert said_by(results["third"])[4] == (
        "when second >= 0.5 and cheap < 0.7: second is 1, cheap is 0.8"
    )


def test_a_long_chain_is_decided_at_once():
    links = {
        f"g{number}": {"grader": cheap, "when": f"g{number - 1} > 0.5"} for number in range(1, 600)
    }
    results = GradingRunner({"g0": cheap, **links}).run(rows_of(1))

    assert isinstance(results["g599"][0], GraderSkip)


def test_repeats_count_with_their_mean():
    answers = iter([1.0, 0.0, 0.0])

    def unsteady(number: int) -> float:
        return next(answers)

    runner = GradingRunner(
        {"cheap": {"grader": unsteady, "repeats": 3}, "dear": Dear().entry("cheap > 0.4")}
    )
    [outcome] = runner.run(rows_of(1))["dear"]

    assert outcome.reason == "when cheap > 0.4: cheap is 0.3333333333333333"


def test_a_gated_grader_is_skipped_for_all_its_repeats():
    runner = GradingRunner({"dear": Dear().entry(repeats=3), "cheap": cheap})
    results = runner.run(rows_of(1))

    said = "when cheap >= 0.5: cheap is 0"
    assert said_by(results["dear"]) == [said]
    assert said_by(results.repeats["dear"][0]) == [said] * 3


def test_an_aggregator_follows_its_rule_for_the_part_that_was_skipped():
    lenient = {"on_missing": "renormalise", "min_coverage": 0.5}
    runner = GradingRunner(
        {"dear": Dear().entry(repeats=2), "cheap": cheap},
        aggregators={
            "strict": "mean",
            "lenient": {"aggregator": "mean", "options": lenient},
            "best": {"aggregator": "max", "repeats_of": "dear"},
        },
    )
    results = runner.run([{"number": 1}, {"number": 4}])

    said = "was skipped (when cheap >= 0.5: cheap is 0.2)"
    assert results["strict"][0] == GraderError("missing_part", f"dear {said}")
    assert results["lenient"][0].score == 0.2
    assert results["best"][0] == GraderError("missing_part", f"0 {said}; 1 {said}")
    assert [results[name][1].score for name in ("strict", "lenient", "best")] == [0.9, 0.9, 1.0]


def test_a_group_waits_for_its_gated_members():
    rank = {"aggregator": "rank", "options": {"grader": "dear"}, "group_by": "group"}
    runner = GradingRunner({"dear": Dear().entry(), "cheap": cheap}, aggregators={"rank": rank})
    results = runner.run([{"number": number, "group": number // 3} for number in range(5)])

    assert [each.status for each in results["rank"]] == ["error"] * 3 + ["score"] * 2


def test_the_summary_says_how_many_calls_were_saved():
    def picky(number: int) -> Any:
        return GraderSkip("when cheap >= 0.5: my own") if number == 4 else 1.0

    runner = GradingRunner({"dear": {"grader": picky, "when": HALF, "repeats": 2}, "cheap": cheap})
    results = runner.run(rows_of(5))
    column = results.summary["dear"]

    assert (column.scored, column.skipped, column.gated, column.saved_calls) == (1, 4, 3, 6)
    assert repr(results).splitlines()[-1] == "when saved 6 of 10 calls of dear"


def test_a_plan_without_conditions_has_no_gates(monkeypatch):
    monkeypatch.setattr("rmg_core.runner.pipeline.Gates", None)

    assert GradingRunner({"cheap": cheap}).run(rows_of(1))["cheap"][0].score == 0.0


def test_what_was_not_begun_when_the_run_is_stopped_is_dropped(in_loop: Callable[..., Any]):
    dear = Dear()

    async def stopped() -> Any:
        async def slow(number: int) -> float:
            if number == 0:
                return 0.0
            both_run.set() if len(waiting) == 1 else waiting.append(number)
            await released.wait()
            return 1.0

        waiting: list[int] = []
        both_run, released = anyio.Event(), anyio.Event()
        runner = GradingRunner({"cheap": slow, "dear": dear.entry()}, max_concurrency=2)
        async with runner.stream(rows_of(600)) as graded:
            first = await anext(graded)
            await both_run.wait()
            graded.stop()
            released.set()
            return [first, *[each async for each in graded]], graded.ended

    seen, ended = in_loop(stopped)

    # Both calls in flight say that the gate is open, and too late for the grader behind it.
    assert dear.seen == []
    assert [each.index for each in seen] == [0]
    assert ended.is_stopped
    assert (ended.finished, ended.is_complete) == (4, False)


def test_a_skip_that_is_decided_after_the_stop_completes_its_sample(in_loop: Callable[..., Any]):
    async def stopped() -> Any:
        async def slow(number: int) -> float:
            entered.set()
            await released.wait()
            return 0.0

        entered, released = anyio.Event(), anyio.Event()
        runner = GradingRunner({"cheap": slow, "dear": Dear().entry()}, max_concurrency=1)
        async with runner.stream(rows_of(600)) as graded:
            await entered.wait()
            graded.stop()
            released.set()
            return [each.index async for each in graded], graded.ended.finished

    assert in_loop(stopped) == ([0], 2)


@pytest.mark.parametrize("after", [1, 2, 100, 400])
def test_a_run_that_is_stopped_ends_and_gives_whole_samples_only(
    in_loop: Callable[..., Any], after: int
):
    async def aside(number: int) -> float:
        await anyio.lowlevel.checkpoint()
        return number % 2

    async def stopped() -> Any:
        graders = {
            "third": {"grader": aside, "when": "second < 0.7 and first > 0.5", "repeats": 2},
            "second": {"grader": cheap, "when": "first > 0.5"},
            "first": lambda number: float(number % 3 > 0),
        }
        runner = GradingRunner(graders, max_concurrency=3)
        async with runner.stream({"number": number % 5} for number in range(20_000)) as graded:
            seen = []
            async for each in graded:
                seen.append(each)
                if len(seen) == after:
                    graded.stop()
            return seen, graded.ended

    seen, ended = in_loop(stopped)

    assert ended.is_stopped
    assert after <= len(seen) <= ended.samples < 20_000
    assert {
        (each.sample["number"], *(one.status for one in each.outcomes.values())) for each in seen
    } <= {
        (0, "skip", "skip", "score"),
        (1, "score", "score", "score"),
        (2, "score", "score", "score"),
        (3, "skip", "skip", "score"),
        (4, "skip", "score", "score"),
    }


@frozen
class Case:
    """A grader to make: what it does on a row depends on the row's number alone.

    `condition` is a tree over the graders before it: `("and", one, other)`, `("not", one)`, or
    `(numerator, denominator, sign, threshold)`, the latter of which may be empty.
    """

    is_async: bool
    repeats: int
    max_concurrency: int | None
    fails_every: int
    skips_every: int
    offset: int
    condition: Any = None

    def outcome(self, number: int) -> Outcome:
        place = number + self.offset
        if place % self.fails_every == self.fails_every - 1:
            return GraderError("grader_error", "SystemExit: 1")
        if place % self.skips_every == self.skips_every - 1:
            return GraderSkip("no")
        # Eighths, so that the mean of repeats is exactly the score.
        return GraderScore(place % 9 / 8)

    def entry(self, name: str, calls: "Counter[tuple[str, int]]") -> dict[str, Any]:
        def act(number: int) -> Any:
            calls[name, number] += 1
            made = self.outcome(number)
            if isinstance(made, GraderError):
                raise SystemExit(1)
            return made

        async def waiting(number: int) -> Any:
            for _ in range(number % 3):
                await anyio.lowlevel.checkpoint()
            return act(number)

        def plain(number: int) -> Any:
            return act(number)

        when = {} if self.condition is None else {"when": written(self.condition)}
        return {
            "grader": waiting if self.is_async else plain,
            "repeats": self.repeats,
            "max_concurrency": self.max_concurrency,
            **when,
        }


def written(tree: Any) -> str:
    match tree:
        case ("not", inner):
            return f"not ({written(inner)})"
        case ("and" | "or" as word, one, other):
            return f"({written(one)}) {word} ({written(other)})"
        case (name, "", sign, threshold):
            return f"'{name}' {sign} {threshold}"
        case (name, other, sign, threshold):
            return f"{name} / {other} {sign} {threshold}"


UNDECIDED = object()
HELD_BACK = {("skip", "gate"), ("error", "missing_part"), ("error", "aggregator_error")}


def interpreted(tree: Any, outcomes: Mapping[str, Outcome]) -> tuple[Any, set[str]]:
    """Decide a condition the slow way; return also what it is undecided for."""
    match tree:
        case ("not", inner):
            verdict, causes = interpreted(inner, outcomes)
            return (verdict if verdict is UNDECIDED else not verdict), causes
        case ("and" | "or" as word, one, other):
            made = [interpreted(one, outcomes), interpreted(other, outcomes)]
            verdicts = [verdict for verdict, _ in made]
            if (word == "or") in verdicts:
                return word == "or", set()
            if UNDECIDED in verdicts:
                return UNDECIDED, made[0][1] | made[1][1]
            return word == "and", set()
        case (name, other, sign, threshold):
            named = [outcomes[each] for each in (name, other) if each]
            lacking = [each for each in named if not isinstance(each, GraderScore)]
            if lacking:
                return UNDECIDED, {each.status for each in lacking}
            values = [each.score for each in named]
            if other and not values[1]:
                return UNDECIDED, {"fault"}
            value = values[0] / values[1] if other else values[0]
            compared = {
                ">=": value >= threshold,
                ">": value > threshold,
                "<": value < threshold,
                "<=": value <= threshold,
                "==": value == threshold,
                "!=": value != threshold,
            }
            return compared[sign], set()


def expected_of(cases: Mapping[str, Case], number: int) -> dict[str, tuple[str, Any]]:
    """Return status of each grader, with its score, its kind of error, or who skipped."""
    outcomes: dict[str, Outcome] = {}
    made: dict[str, tuple[str, Any]] = {}
    for name, case in cases.items():
        verdict: Any = True
        if case.condition is not None:
            verdict, causes = interpreted(case.condition, outcomes)
        if verdict is True:
            outcomes[name] = own = case.outcome(number)
            made[name] = own.status, getattr(own, "score", getattr(own, "kind", "itself"))
        elif verdict is False or causes == {"skip"}:
            outcomes[name] = GraderSkip("gate")
            made[name] = "skip", "gate"
        else:
            kind = "missing_part" if "error" in causes else "aggregator_error"
            outcomes[name] = GraderError(kind, "gate")
            made[name] = "error", kind
    return made


def seen_of(outcome: Outcome) -> tuple[str, Any]:
    match outcome:
        case GraderScore(score=score):
            return "score", score
        case GraderError(kind=kind):
            return "error", kind
    return "skip", "gate" if saved_calls(outcome) else "itself"


SIGNS = st.sampled_from([">=", ">", "<", "<=", "==", "!="])


def trees_over(names: list[str]) -> st.SearchStrategy[Any]:
    eighths = st.integers(1, 7).map(lambda number: number / 8)
    others = st.sampled_from([*names, "", ""])
    leaves = st.tuples(st.sampled_from(names), others, SIGNS, eighths)
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.tuples(st.just("not"), inner),
            st.tuples(st.sampled_from(["and", "or"]), inner, inner),
        ),
        max_leaves=4,
    )


@st.composite
def gated_graders(draw: st.DrawFn) -> dict[str, Case]:
    """Draw graders, each of which may wait for those before it."""
    cases: dict[str, Case] = {}
    for number in range(draw(st.integers(2, 5))):
        gate = trees_over(list(cases)) if cases else st.none()
        cases[f"g{number}"] = draw(
            st.builds(
                Case,
                is_async=st.booleans(),
                repeats=st.integers(1, 3),
                max_concurrency=st.none() | st.integers(1, 2),
                fails_every=st.integers(2, 9),
                skips_every=st.integers(2, 9),
                offset=st.integers(0, 8),
                condition=gate if number else st.none(),
            )
        )
    return cases


# What the fixture makes is new for each example.
@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cases=gated_graders(),
    shuffled=st.randoms(use_true_random=False),
    size=st.integers(0, 60) | st.sampled_from([257, 600]),
    max_concurrency=st.integers(1, 5),
    backend=st.sampled_from(["asyncio", "trio"]),
)
def test_every_cell_is_what_a_plain_interpreter_says(
    kept, cases: dict[str, Case], shuffled: Any, size: int, max_concurrency: int, backend: str
):
    calls: Counter[tuple[str, int]] = Counter()
    names = list(cases)
    shuffled.shuffle(names)
    runner, cells = kept(
        GradingRunner(
            {name: cases[name].entry(name, calls) for name in names},
            max_concurrency=max_concurrency,
        )
    )
    results = anyio.run(runner.arun, rows_of(size), backend=backend)

    expected = [expected_of(cases, number) for number in range(size)]
    for name, case in cases.items():
        assert [seen_of(each) for each in results[name]] == [each[name] for each in expected]
        for number, each in enumerate(expected):
            assert calls[name, number] == case.repeats * (each[name] not in HELD_BACK)

    planned = size * sum(case.repeats for case in cases.values())
    assert len({(each.index, each.grader, each.repeat) for each in cells}) == len(cells) == planned
    statuses = Counter(each.outcome.status for each in cells)
    assert statuses["score"] + statuses["skip"] + statuses["error"] == planned
    for each in cells:
        assert seen_of(each.outcome) == expected[each.index][each.grader]

    assert results.summary.is_complete
    for name, case in cases.items():
        column, gated = results.summary[name], [each[name] for each in expected]
        assert column.gated == gated.count(("skip", "gate"))
        assert column.saved_calls == column.gated * case.repeats
        assert column.samples == column.scored + column.skipped + column.failed == size
