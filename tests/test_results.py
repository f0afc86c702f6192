import math
import sys

import pandas as pd
import pytest

from rmg_core import GraderError, GraderRank, GraderScore, GraderSkip, Results
from rmg_core.datasets import DatasetReport

COLUMNS = {
    "good": [GraderScore(1.0, "same"), GraderScore(0.5), GraderScore(0.0)],
    "mixed": [
        GraderSkip("too short"),
        GraderError("timeout", "no answer within 5 s"),
        GraderRank([2, 1], "by length"),
    ],
    "total": [GraderScore(1.0), GraderError("missing_part", "mixed was skipped"), GraderScore(1.0)],
}


@pytest.fixture
def results() -> Results:
    return Results(
        COLUMNS,
        aggregators=frozenset({"total"}),
        max_errors=0.1,
        seconds=2.0,
        grader_seconds={"good": 1.5},
        reports=("one thing",),
    )


def test_results_are_a_mapping_of_lists(results: Results):
    assert list(results) == ["good", "mixed", "total"]
    assert len(results) == 3
    assert results["good"][0].score == 1.0
    assert dict(results) == COLUMNS
    with pytest.raises(KeyError):
        results["other"]


def test_only_a_score_has_a_score(results: Results):
    assert [hasattr(each, "score") for each in results["good"] + results["mixed"]] == [
        True,
        True,
        True,
        False,
        False,
        False,
    ]


def test_samples_are_counted_where_nothing_tells_their_index(results: Results):
    assert results.index == [0, 1, 2]
    assert results.ids == [None] * 3
    assert Results({}).index == []


def test_the_summary_says_what_the_run_came_to(results: Results):
    summary = results.summary
    assert (summary.samples, summary.seconds, summary.reports) == (3, 2.0, ("one thing",))
    assert summary["good"].seconds == 1.5
    assert summary["total"].is_aggregator
    assert [each.name for each in summary.too_many_errors] == ["mixed"]


def test_the_summary_counts_what_the_dataset_left_out():
    summary = Results({}, dataset=DatasetReport(5, 2, 2, 1), is_complete=False).summary
    assert (summary.rows_skipped, summary.duplicates, summary.is_complete) == (2, 1, False)


TABLE = """\
3 samples graded
       mean  scale  scored          errors  skipped
good    0.5   0..1  3 of 3               0        0
mixed     –      –  0 of 3       1 timeout        1
total     1   0..1  2 of 3  1 missing_part        0"""


@pytest.mark.usefixtures("no_statistics")
def test_the_repr_is_a_table(results: Results):
    assert repr(results) == TABLE


def test_a_notebook_shows_a_table_whose_names_are_escaped():
    shown = Results({"<b>&": [GraderError("timeout", "<script>")]})._repr_html_()
    assert "<script>" not in shown
    assert "<td>&lt;b&gt;&amp;</td>" in shown
    assert shown.startswith("<table><caption>1 sample graded</caption><thead><tr><th></th>")


def test_a_frame_has_a_row_a_sample(results: Results):
    frame = results.to_pandas()
    assert list(frame.columns) == [
        f"{name}{part}" for name in COLUMNS for part in ("", ".status", ".reason")
    ]
    assert frame.index.name == "index"
    assert list(frame["good"]) == [1.0, 0.5, 0.0]
    assert frame["mixed"].dtype == float
    assert all(math.isnan(score) for score in frame["mixed"])
    assert list(frame["mixed.status"]) == ["skip", "error", "rank"]
    assert list(frame["mixed.reason"]) == [
        "too short",
        "timeout: no answer within 5 s",
        "by length",
    ]


def test_the_index_of_a_frame_is_the_id_where_there_are_ids():
    made = Results({"a": [GraderScore(1.0)] * 2}, index=[3, 5], ids=["x", "y"]).to_pandas()
    assert list(made.index) == ["x", "y"]
    assert made.index.name == "id"
    made = Results({"a": [GraderScore(1.0)] * 2}, index=[3, 5]).to_pandas()
    assert list(made.index) == [3, 5]


def test_a_frame_of_no_samples_is_empty():
    frame = Results({"a": []}).to_pandas()
    assert isinstance(frame, pd.DataFrame)
    assert len(frame) == 0


def test_a_column_that_is_not_there_is_named_with_the_near_miss(results: Results):
    name = next(iter(results))
    with pytest.raises(KeyError) as caught:
        results[name[:-1]]
    assert caught.value.args == (f"there is no column {name[:-1]!r}; did you mean {name!r}?",)
    assert results.get("zzz") is None


def test_a_frame_without_pandas_says_what_to_install(
    results: Results, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ModuleNotFoundError) as caught:
        results.to_pandas()
    assert str(caught.value) == "a DataFrame needs pandas; run `pip install 'rmg-core[all]'`"


SAVED = GraderSkip("when good > 1: good is 0", {"when": {"condition": "good > 1", "calls": 1}})


@pytest.mark.usefixtures("no_statistics")
def test_the_repr_says_what_a_condition_saved():
    made = Results({"dear": [SAVED, GraderScore(1.0)], "free": [SAVED, SAVED]})
    assert repr(made).splitlines()[3:] == [
        "free     –      –  0 of 2       0        2",
        "when saved 1 of 2 calls of dear",
        "when saved 2 of 2 calls of free",
    ]


def test_a_notebook_says_what_a_condition_saved():
    shown = Results({"<b>": [SAVED]})._repr_html_()
    assert shown.endswith("</table><p>when saved 1 of 1 call of &lt;b&gt;</p>")
