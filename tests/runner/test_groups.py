from collections.abc import Iterable
from typing import Any

import anyio
import pytest
from attrs import frozen

from rmg_core import GraderError, GraderScore, GradingRunner
from rmg_core.mappers import parse_path
from rmg_core.outcomes import GraderSkip
from rmg_core.runner.execution import WINDOW_AT_LEAST
from rmg_core.runner.groups import Groups
from rmg_core.runner.window import OpenSample


def length(response: str) -> float:
    return min(len(response) / 10, 1.0)


async def alength(response: str) -> float:
    await anyio.lowlevel.checkpoint()
    return length(response)


RANK = {"aggregator": "basic/rank", "options": {"grader": "length"}, "group_by": "q"}


def row(q: Any, response: str) -> dict[str, Any]:
    return {"q": q, "response": response}


def ranked(grader: Any, **aggregators: Any) -> GradingRunner:
    return GradingRunner({"length": grader}, aggregators={"rank": RANK, **aggregators})


def scores(column: Iterable[Any]) -> list[float]:
    return [each.score for each in column]


@pytest.mark.parametrize("grader", [length, alength])
def test_samples_are_set_against_those_of_their_group(in_loop: Any, grader: Any):
    rows = [row(1, "a"), row(1, "aaa"), row(1, "aa"), row(2, "aaaa"), row(2, "a")]
    results = in_loop(ranked(grader).arun, rows)
    assert scores(results["rank"]) == [0.0, 1.0, 0.5, 1.0, 0.0]


@pytest.mark.parametrize("grader", [length, alength])
def test_a_group_larger_than_the_window_is_one_group(in_loop: Any, grader: Any):
    count = 5 * WINDOW_AT_LEAST
    rows = [row(1, "a" * (1 + number % 2)) for number in range(count)]
    results = in_loop(ranked(grader).arun, rows)
    assert {each.metadata["size"] for each in results["rank"]} == {count}


def test_a_stream_gives_a_group_larger_than_the_window(in_loop: Any):
    async def count_them() -> int:
        rows = (row(number // 1000, "a" * (1 + number % 2)) for number in range(3000))
        async with ranked(alength).stream(rows) as graded:
            return len([each async for each in graded if each.outcomes["rank"].status == "score"])

    assert in_loop(count_them) == 3000


def test_samples_of_a_group_that_comes_back_are_errors(in_loop: Any):
    rows = [row(1, "a"), row(1, "aa"), row(2, "a"), row(2, "aa"), row(1, "aaa"), row(1, "a")]
    results = in_loop(ranked(length).arun, rows)
    assert scores(results["rank"][:4]) == [0.0, 1.0, 0.0, 1.0]
    assert (
        results["rank"][4:]
        == [
            GraderError(
                "aggregator_error",
                "the samples of group 1 are not adjacent: it ended before sample 4; "
                "sort the dataset by 'q'",
            )
        ]
        * 2
    )
    assert results.summary.is_complete


def test_a_sample_without_the_field_has_no_group_and_splits_none_of_the_others(in_loop: Any):
    rows = [row(1, "a"), {"response": "a"}, row(2, "a"), row(2, "aa")]
    results = in_loop(ranked(length).arun, rows)
    assert results["rank"][1] == GraderError(
        "missing_input",
        "sample 1 has no group: no field 'q'; fields: response",
    )
    assert isinstance(results["rank"][0], GraderSkip)
    assert scores(results["rank"][2:]) == [0.0, 1.0]


@pytest.mark.parametrize(
    ("one", "another"),
    [(1, True), (1, 1.0), (1, "1"), (None, ""), ([1], [2]), ({"a": 1}, {"a": 2}), (2**70, 2**71)],
)
def test_values_that_json_writes_differently_are_different_groups(
    in_loop: Any, one: Any, another: Any
):
    rows = [row(one, "a"), row(one, "aa"), row(another, "a"), row(another, "aa")]
    results = in_loop(ranked(length).arun, rows)
    assert {each.metadata["size"] for each in results["rank"]} == {2}


@pytest.mark.parametrize("value", [2**70, "\ud800", float("nan"), {"b": 1, "a": [2]}, b"bytes"])
def test_any_value_can_be_a_group(in_loop: Any, value: Any):
    results = in_loop(ranked(length).arun, [row(value, "a"), row(value, "aa")])
    assert scores(results["rank"]) == [0.0, 1.0]


def test_an_aggregator_of_one_sample_may_read_one_of_a_group(in_loop: Any):
    mean = {"aggregator": "basic/mean", "options": {"graders": ["length", "rank"]}}
    zscore = {"aggregator": "basic/zscore", "options": {"grader": "mean"}, "group_by": "q"}
    rows = [row(1, "a"), row(1, "aaa"), row(2, "aa"), row(2, "a")]
    results = in_loop(ranked(length, mean=mean, zscore=zscore, last="basic/min").arun, rows)
    assert list(results) == ["length", "rank", "mean", "zscore", "last"]
    assert scores(results["mean"]) == pytest.approx([0.05, 0.65, 0.6, 0.05])
    assert scores(results["zscore"]) == pytest.approx(
        [-(0.5**0.5), 0.5**0.5, 0.5**0.5, -(0.5**0.5)]
    )
    assert scores(results["last"]) == scores(results["length"])


def test_a_group_aggregator_that_raises_is_an_error_of_its_group(in_loop: Any):
    @frozen
    class Picky:
        def combine_group(self, group: Any) -> Any:
            if len(group) == 2:
                raise ValueError("two")
            return [GraderScore(1.0)] * len(group)

    runner = GradingRunner(
        {"length": length}, aggregators={"picky": {"aggregator": Picky(), "group_by": "q"}}
    )
    results = in_loop(runner.arun, [row(1, "a"), row(2, "a"), row(2, "a"), row(3, "a")])
    assert [each.status for each in results["picky"]] == ["score", "error", "error", "score"]
    assert results["picky"][1].error == "ValueError: two"


def test_a_failing_member_does_not_hold_its_group_up(in_loop: Any):
    async def picky(response: str) -> float:
        if response == "bad":
            raise ValueError(response)
        return length(response)

    rows = [row(1, "a"), row(1, "bad"), row(1, "aa")]
    results = in_loop(ranked(picky).arun, rows)
    assert [each.status for each in results["rank"]] == ["score", "error", "score"]


def test_the_last_group_of_a_run_that_was_stopped_is_not_combined(in_loop: Any):
    async def stop_in_the_middle_of_a_group() -> Any:
        async with ranked(alength).stream(rows()) as graded:
            async for each in graded:
                seen.append(each)
                graded.stop()
        return graded.ended

    async def rows() -> Any:
        for number in range(3):
            yield row(1, "a" * (1 + number))
        for number in range(3):
            yield row(2, "a" * (1 + number))
        await anyio.sleep_forever()

    seen: list[Any] = []
    ended = in_loop(stop_in_the_middle_of_a_group)
    assert [each.sample["q"] for each in seen] == [1, 1, 1]
    assert ended.is_stopped


def opened(order: int, fields: Any) -> OpenSample:
    return OpenSample(order, None, fields, order, 1, [])


def test_a_group_is_ready_when_it_is_closed_and_all_have_arrived():
    groups = Groups(parse_path("q"))
    first, second, third = (opened(order, {"q": order // 2}) for order in range(3))
    assert groups.admit(first) is None
    assert groups.admit(second) is None
    assert not groups.arrive(second).is_ready
    ended = groups.admit(third)
    assert ended is not None
    assert not ended.is_ready
    assert groups.arrive(first).is_ready
    assert groups.close() is not None
    assert groups.close() is None
    assert groups.arrive(third).is_ready
