"""`rmg.check` and `rmg.grade`: which grades pass, and what is said of those that do not."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from rmg_core import (
    CannotGrade,
    GraderRank,
    GraderScore,
    GraderSkip,
    GradingRunner,
    Outcome,
    WeightedSumAggregator,
    grader,
)
from rmg_plugin_pytest import GradesTooLow, NotGraded, Rmg


def score(response: str) -> Outcome | float:
    """Take the score from the response; `skip` is skipped."""
    if response == "skip":
        return GraderSkip("nothing to say")
    if response == "fail":
        raise CannotGrade("no number", "bad_input")
    return GraderScore(float(response), reason=f"it says {response}")


@grader(scale=(0, 100))
def points(response: str) -> float:
    return float(response)


@frozen
class Distance:
    def grade(self, response: str) -> GraderScore:
        return GraderScore(float(response))


def rows(*responses: str) -> list[dict[str, str]]:
    return [{"response": each} for each in responses]


@pytest.fixture
def rmg(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Rmg]:
    monkeypatch.setattr(request.config.option, "rmg_store", str(tmp_path / "store"))
    monkeypatch.chdir(tmp_path)
    made = Rmg(request.node)
    yield made
    made.close()
    request.node.user_properties.clear()  # what our own tests grade is nobody's affair


def said(error: type[Exception], rmg: Rmg, *given: Any, **asked: Any) -> str:
    """Return what a check fails with, but for the last line, which says where more is."""
    with pytest.raises(error) as caught:
        rmg.check(*given, **asked)
    return str(caught.value).partition("\nmore on a sample: ")[0]


def test_one_sample_passes_at_its_threshold(rmg: Rmg):
    results = rmg.check({"response": "0.5"}, score, threshold=0.5)
    assert results["score"][0].score == 0.5


def test_a_sample_below_the_threshold_is_shown_with_its_reason(rmg: Rmg):
    assert said(GradesTooLow, rmg, rows("1", "0.2", "0.4"), score, threshold=0.5) == (
        "score: 1 of 3 scored samples reach 0.5, and all have to\n"
        "  sample  score  reason       of\n"
        "  1       0.2    it says 0.2  response='0.2'\n"
        "  2       0.4    it says 0.4  response='0.4'"
    )


@pytest.mark.parametrize(("share", "passes"), [(0.5, True), (0.51, False)])
def test_a_share_of_the_samples_may_do(rmg: Rmg, share: float, passes: bool):
    check = {"threshold": 1, "share": share}
    if passes:
        rmg.check(rows("1", "0"), score, **check)
    else:
        text = said(GradesTooLow, rmg, rows("1", "0"), score, **check)
        assert text.startswith("score: 1 of 2 scored samples reach 1, and 0.51 of them have to\n")


def test_a_mean_too_low_shows_what_is_below_it(rmg: Rmg):
    assert said(GradesTooLow, rmg, rows("1", "0"), score, mean=0.6) == (
        "score: the mean is 0.5, and has to reach 0.6\n"
        "  sample  score  reason     of\n"
        "  1       0      it says 0  response='0'"
    )


def test_a_mean_that_rounding_puts_below_is_on_the_bar(rmg: Rmg):
    rmg.check(rows("0.1", "0.2", "0.3"), score, mean=0.2)


@pytest.mark.skipif(find_spec("rmg_plugin_stats") is None, reason="the pack stats is not there")
def test_a_bound_asks_for_the_worse_end_of_the_interval(rmg: Rmg):
    given = rows(*["1"] * 9, "0")
    rmg.check(given, score, mean=0.9, bound=0.5)
    assert said(GradesTooLow, rmg, given, score, bound=0.6).splitlines()[0] == (
        "score: the mean is 0.9, of which the 95% interval is 0.555 to 0.9975, "
        "and has to reach 0.6 surely"
    )
    text = said(GradesTooLow, rmg, rows("0.5"), score, bound=0.5)
    assert text.startswith("score: its mean has no interval: ")


def test_a_bound_without_the_pack_that_has_intervals_says_so(
    rmg: Rmg, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("rmg_core.summary.interval_of", lambda spread: None)
    text = said(NotGraded, rmg, rows("1"), score, bound=0.5)
    assert text == "bound=0.5 needs intervals: pip install rmg-plugin-stats"


def test_where_lower_is_better_a_threshold_is_the_most(rmg: Rmg):
    from rmg_core import Scale

    distance = grader(scale=Scale(0, 10, higher_is_better=False))(Distance)
    rmg.check(rows("2"), distance(), threshold=3, mean=2)
    text = said(GradesTooLow, rmg, rows("4", "5"), distance(), threshold=3)
    assert text.splitlines()[2].split() == ["1", "5", "response='5'"]


def test_what_is_skipped_counts_neither_way_and_scored_says_how_much_may_be(rmg: Rmg):
    rmg.check(rows("1", "skip"), score, threshold=1)
    assert said(GradesTooLow, rmg, rows("1", "skip"), score, threshold=1, scored=0.9) == (
        "score: 1 of 2 samples are scored, and 0.9 of them have to be\n"
        "  sample  score  reason          of\n"
        "  1       skip   nothing to say  response='skip'"
    )


def test_where_nothing_is_scored_nothing_passes(rmg: Rmg):
    text = said(GradesTooLow, rmg, rows("skip", "skip"), score, threshold=0)
    assert text.startswith("score: none of 2 samples is scored\n")
    assert said(GradesTooLow, rmg, [], score, mean=0) == "score: none of 0 samples is scored"


def test_what_cannot_be_graded_is_no_low_grade_but_an_error_with_its_kind(rmg: Rmg):
    assert said(NotGraded, rmg, rows("0", "fail"), score, threshold=1) == (
        "score: 1 of 2 samples could not be graded\n"
        "  sample  kind       error      of\n"
        "  1       bad_input  no number  response='fail'"
    )


def test_as_many_errors_as_are_let_pass_do(rmg: Rmg):
    given = rows("1", "fail")
    rmg.check(given, score, threshold=1, max_errors=0.5)
    assert "1 of 2" in said(NotGraded, rmg, given, score, threshold=1, max_errors=0.4)


def test_ranks_are_held_against_no_threshold(rmg: Rmg):
    def ranks(response: str) -> GraderRank:
        return GraderRank((1, 2))

    text = said(GradesTooLow, rmg, rows("a"), ranks, threshold=1)
    assert text == "ranks: has ranks, which no threshold can be held against"


def test_the_worst_samples_are_shown_and_the_others_counted(rmg: Rmg):
    text = said(GradesTooLow, rmg, rows(*(f"0.{n}" for n in range(9))), score, threshold=1)
    assert [line.split()[0] for line in text.splitlines()[2:]] == ["0", "1", "2", "3", "4", "…"]
    assert text.endswith("  … 4 more, which -v shows")


def test_a_failure_says_where_all_is_kept(rmg: Rmg):
    with pytest.raises(GradesTooLow) as caught:
        rmg.check(rows("0"), score, threshold=1)
    last = str(caught.value).splitlines()[-1]
    _, place = last.removesuffix(" SAMPLE COLUMN").split("rmg why ")
    assert Path(place, "store.sqlite").is_file()
    assert "test_a_failure_says_where_all_is_kept" in place


def test_several_graders_have_bars_of_their_own(rmg: Rmg):
    bars = {"threshold": {"points": 50}, "mean": {"score": 0.5}}
    text = said(GradesTooLow, rmg, rows("1"), [score, points], **bars)
    assert text.startswith("points: 0 of 1 scored samples reach 50, and all have to\n")
    assert "score:" not in text


def test_a_mapping_names_graders_and_takes_what_a_runner_does(rmg: Rmg):
    graders = {"right": {"grader": score, "mapper": {"response": "answer.text"}}}
    results = rmg.check([{"answer": {"text": "1"}}], graders, threshold=1, repeats=3)
    assert [each.score for each in results.repeats["right"][0]] == [1.0, 1.0, 1.0]


def test_a_runner_brings_its_aggregators(rmg: Rmg):
    total = WeightedSumAggregator(name="total", weights={"score": 1.0})
    runner = GradingRunner({"score": score}, aggregators=total)
    text = said(GradesTooLow, rmg, rows("0.5"), runner, threshold={"total": 0.6})
    assert text.startswith("total: 0 of 1 scored samples reach 0.6")


def test_a_config_is_found_from_the_folder_of_the_test(rmg: Rmg, tmp_path: Path):
    (tmp_path / "rows.jsonl").write_text('{"response": "a", "reference": "a"}\n')
    (tmp_path / "qa.toml").write_text(
        'dataset.path = "rows.jsonl"\ngraders.exact.use = "text/exact_match"\n'
    )
    rmg.check(graders=tmp_path / "qa.toml", mean=1)
    text = said(NotGraded, rmg, graders="absent.toml", mean=1)
    assert str(Path(__file__).parent / "absent.toml") in text


def test_grade_returns_outcomes_and_asks_for_nothing(rmg: Rmg):
    assert rmg.grade(rows("0", "1"), score).summary["score"].mean == 0.5


MISUSES = [
    (
        (rows("1"), None),
        {"mean": 1},
        (
            "nothing says what grades: write rmg.check(sample, "
            '"text/exact_match", …), or @pytest.mark.rmg("text/exact_match", …) over the test'
        ),
    ),
    (
        (rows("1"), score),
        {},
        (
            "nothing says what the grades have to come up to: give threshold=, "
            "mean=, bound= or scored=; to get them alone, call rmg.grade"
        ),
    ),
    (("Paris", score), {"mean": 1}, "a sample is a mapping: write {\"response\": 'Paris', …}"),
    (
        (rows("1"), [score, points]),
        {"mean": 1},
        (
            "mean=1 is for one column, and these are graded: "
            'score, points; say of which, as in mean={"points": 1}'
        ),
    ),
    (
        (rows("1"), score),
        {"mean": {"scor": 1}},
        ("mean names no column 'scor'; did you mean 'score'?"),
    ),
    (
        (rows("1"), score),
        {"threshold": 5},
        ("threshold of 'score' is 5, which is not on its scale 0..1"),
    ),
    ((rows("1"), score), {"mean": True}, "mean of 'score' is True, and has to be a number"),
    (
        (rows("1"), score),
        {"share": 0.5},
        ("share of 'score' needs the threshold that so many samples have to reach"),
    ),
    (
        (rows("1"), score),
        {"threshold": 1, "share": 90},
        ("share of 'score' is 90, and is a share of the samples: a number of 0..1"),
    ),
    (
        (rows("1"), [score, score]),
        {"mean": 1},
        ('two graders are called \'score\': name them, as in {"first": …, "second": …}'),
    ),
    (
        (rows("1"), GradingRunner({"score": score})),
        {"mean": 1, "repeats": 2},
        ("repeats=2 says nothing to a GradingRunner; write repeats of its graders"),
    ),
    (
        (rows("1"), "text/exact_mach"),
        {"mean": 1},
        (
            "graders.exact_mach.use: there is no grader "
            "'exact_mach' in pack 'text'; did you mean 'text/exact_match'?"
        ),
    ),
]


@pytest.mark.parametrize(("given", "asked", "text"), MISUSES)
def test_a_call_that_says_nothing_of_use_is_an_error_before_anything_is_graded(
    rmg: Rmg, given: Any, asked: Any, text: str, tmp_path: Path
):
    assert said(NotGraded, rmg, *given, **asked) == text
    assert not (tmp_path / "store").exists()


def test_a_test_that_forgets_to_await_is_in_error(rmg: Rmg):
    rmg.acheck(rows("1"), score, threshold=1).close()
    with pytest.raises(NotGraded, match="write `await`"):
        rmg.close()
    rmg._called = 0


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_an_async_test_awaits(rmg: Rmg, anyio_backend: str):
    import anyio

    async with anyio.create_task_group() as tasks:  # one directory, so one after the other
        for each in ("1", "0.5"):
            tasks.start_soon(lambda each=each: rmg.acheck(rows(each), score, threshold=0.5))
    with pytest.raises(GradesTooLow):
        await rmg.acheck(rows("0"), score, threshold=0.5)
    assert (await rmg.agrade(rows("0"), score)).summary["score"].mean == 0


def test_a_sync_check_works_inside_a_running_loop(rmg: Rmg):
    import anyio

    async def inside() -> None:
        rmg.check(rows("1"), score, threshold=1)

    anyio.run(inside)
