import math

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_core import GradingRunner, grader
from rmg_core.layout import aligned
from rmg_core.outcomes import GraderError, GraderRank, GraderScore, GraderSkip, Outcome, Scale
from rmg_core.summary import Summary, Tally, tally_of


def column_of(*outcomes: Outcome, is_aggregator: bool = False):
    return tally_of("a", outcomes, range(len(outcomes)), is_aggregator=is_aggregator).summary()


def test_the_mean_is_over_the_scored_samples_and_coverage_says_how_many():
    column = column_of(
        GraderScore(1.0),
        GraderScore(0.5),
        GraderSkip("no"),
        GraderError("timeout", "late"),
        GraderRank([1]),
    )
    assert (column.mean, column.coverage) == (0.75, 0.4)
    assert (column.low, column.high) == (0.5, 1.0)
    assert (column.samples, column.scored, column.skipped, column.ranked) == (5, 2, 1, 1)
    assert (column.failed, column.error_share) == (1, 0.2)


def test_without_a_score_there_is_no_mean():
    for column in (column_of(), column_of(GraderSkip("no"))):
        assert (column.mean, column.low, column.high, column.scale) == (None, None, None, None)
        assert column.coverage == 0.0
        assert column.error_share == 0.0


def test_errors_are_counted_by_kind_with_the_first_of_each():
    column = column_of(
        GraderError("timeout", "first"),
        GraderError("bad_return", "None"),
        GraderError("timeout", "second"),
    )
    assert column.errors == {"bad_return": 1, "timeout": 2}
    assert column.examples == {"timeout": "sample 0: first", "bad_return": "sample 1: None"}


def test_scores_on_different_scales_have_no_mean():
    column = column_of(GraderScore(1.0), GraderScore(5.0, scale=Scale(1, 5)), GraderScore(0.0))
    assert (column.mean, column.scale) == (None, None)
    assert (column.scored, column.low, column.high) == (3, 0.0, 5.0)


def test_scales_that_are_equal_are_one_scale():
    column = column_of(GraderScore(2.0, scale=Scale(1, 5)), GraderScore(3.0, scale=Scale(1, 5)))
    assert (column.mean, column.scale) == (2.5, Scale(1, 5))


def test_a_sum_that_no_float_can_hold_is_no_mean():
    huge = GraderScore(1.7e308, scale=Scale(None, None))
    assert column_of(huge, huge, huge).mean is None


@given(st.lists(st.floats(-1e6, 1e6), min_size=1), st.randoms())
def test_the_order_of_the_samples_does_not_show_in_the_mean(scores, random):
    outcomes = [GraderScore(score, scale=Scale(None, None)) for score in scores]
    mean = column_of(*outcomes).mean
    random.shuffle(outcomes)
    assert column_of(*outcomes).mean == pytest.approx(mean, rel=1e-14, abs=1e-12)
    assert mean == pytest.approx(math.fsum(scores) / len(scores), rel=1e-14, abs=1e-12)


def test_small_scores_are_not_lost_beside_large_ones():
    scores = [1e16, 1.0, -1e16]
    outcomes = [GraderScore(score, scale=Scale(None, None)) for score in scores]
    assert column_of(*outcomes).mean == pytest.approx(1 / 3)


def summary_of(**columns: list[Outcome]) -> Summary:
    made = [
        tally_of(name, outcomes, range(len(outcomes)), is_aggregator=name == "total").summary(0.5)
        for name, outcomes in columns.items()
    ]
    return Summary(tuple(made), samples=2, max_errors=0.5, seconds=1.0, reports=("said",))


GOOD = GraderScore(0.25)
LATE = GraderError("timeout", "late")


def test_a_column_is_found_by_its_name():
    summary = summary_of(a=[GOOD, GOOD])
    assert summary["a"].name == "a"
    with pytest.raises(KeyError):
        summary["b"]


def test_a_grader_fails_a_run_when_its_share_of_errors_is_above_the_most():
    summary = summary_of(bad=[LATE, LATE], half=[LATE, GOOD])
    assert [each.name for each in summary.too_many_errors] == ["bad"]


def test_the_table_has_a_row_a_column():
    summary = summary_of(a=[GOOD, LATE], b=[GraderSkip("no"), GraderSkip("no")])
    assert summary.table() == [
        ("", "mean", "scale", "scored", "errors", "skipped"),
        ("a", "0.25", "0..1", "1 of 2", "1 timeout", "0"),
        ("b", "–", "–", "0 of 2", "0", "2"),
    ]


@pytest.mark.usefixtures("no_statistics")
def test_a_summary_is_json():
    scored = GraderScore(2.0, scale=Scale(None, 5, higher_is_better=False))
    made = summary_of(a=[scored, LATE]).to_json()
    assert orjson.loads(orjson.dumps(made)) == {
        "samples": 2,
        "complete": True,
        "failed": [],
        "rows_skipped": 0,
        "duplicates": 0,
        "max_errors": 0.5,
        "reused": 0,
        "seconds": 1.0,
        "columns": {
            "a": {
                "aggregator": False,
                "samples": 2,
                "scored": 1,
                "coverage": 0.5,
                "mean": 2.0,
                "interval": None,
                "low": 2.0,
                "high": 2.0,
                "scale": [None, 5],
                "higher_is_better": False,
                "ranked": 0,
                "skipped": 0,
                "gated": 0,
                "saved_calls": 0,
                "pending": 0,
                "conditions": {},
                "errors": {"timeout": 1},
                "examples": {"timeout": "sample 1: late"},
                "seconds": 0.5,
            }
        },
        "models": {},
        "reports": ["said"],
    }


def test_columns_of_text_are_aligned():
    assert aligned([("", "bb"), ("aaa", "b")]) == "     bb\naaa   b"


def test_a_tally_counts_as_outcomes_come():
    tally = Tally("a")
    tally.add(GOOD, 0)
    assert tally.summary().samples == 1
    tally.add(LATE, 1)
    assert tally.summary().samples == 2


def test_an_aggregator_that_fails_by_itself_fails_the_run():
    broken, lacking = Tally("broken", is_aggregator=True), Tally("lacking", is_aggregator=True)
    broken.add(GraderError("aggregator_error", "ZeroDivisionError: division by zero"), 0)
    lacking.add(GraderError("missing_part", "exact has an error (grader_error)"), 0)
    summary = Summary((broken.summary(), lacking.summary()), samples=1, max_errors=0.5)
    assert [each.name for each in summary.too_many_errors] == ["broken"]


def test_the_first_error_is_that_of_the_first_row_whichever_finishes_first():
    tally = Tally("a")
    for row in (7, 3, 5):
        tally.add(GraderError("grader_error", f"ValueError: {row}"), row)
    assert tally.summary().examples == {"grader_error": "sample 3: ValueError: 3"}


def held_back(calls: int = 1) -> GraderSkip:
    return GraderSkip("when b > 1: b is 0", {"when": {"condition": "b > 1", "calls": calls}})


def test_calls_that_a_condition_saved_are_counted_apart_from_other_skips():
    column = column_of(held_back(), GraderSkip("no"), GOOD, held_back())
    assert (column.skipped, column.gated, column.saved_calls) == (3, 2, 2)


def test_a_column_says_how_many_of_its_calls_were_saved():
    assert column_of(held_back(), GOOD).saving == "when saved 1 of 2 calls of a"
    assert column_of(held_back()).saving == "when saved 1 of 1 call of a"
    assert column_of(*[held_back()] * 1234, *[GOOD] * 766).saving == (
        "when saved 1,234 of 2,000 calls of a"
    )


def test_a_sample_that_is_held_back_saves_the_calls_of_all_its_repeats():
    column = column_of(held_back(3), GOOD, GraderSkip("no"))
    assert column.saved_calls == 3
    assert column.saving == "when saved 3 of 9 calls of a"


def test_the_savings_of_a_run_are_those_of_the_columns_that_have_some():
    summary = summary_of(a=[held_back(), GOOD], b=[GraderSkip("no"), LATE], c=[GOOD, GOOD])
    assert summary.savings == ("when saved 1 of 2 calls of a",)
    assert summary.to_json()["columns"]["a"]["saved_calls"] == 1


def test_what_outcomes_depend_on_beside_their_inputs_is_counted():
    @grader
    def fenced(level: str) -> GraderScore:
        """1 always."""
        return GraderScore(1.0, metadata={"conditions": {"sandbox": level}})

    rows = [{"level": "A"}, {"level": "A"}, {"level": "none"}]
    results = GradingRunner({"fenced": {"grader": fenced}}).run(rows)
    assert results.summary["fenced"].conditions == {"sandbox": {"A": 2, "none": 1}}
    assert results.summary.conditions == ("fenced: sandbox A (2); sandbox none (1)",)
    assert "fenced: sandbox A (2); sandbox none (1)" in repr(results)
    made = results.summary.to_json()["columns"]["fenced"]
    assert made["conditions"] == {"sandbox": {"A": 2, "none": 1}}
