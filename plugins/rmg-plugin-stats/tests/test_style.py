import numpy as np
import pytest

from rmg_plugin_stats.style import (
    Surface,
    choice_weight,
    count_gap,
    log_ratio,
    prefers_more,
    rank_correlation,
    surface_columns,
    surface_gaps,
    surface_of,
)

from .recorded import needs_data, rows


def test_markdown_is_counted_as_a_reader_sees_it():
    text = (
        "# Title\n\nSome **bold** and __more__.\n- one\n2. two\nb) three\n### Sub \U0001f600\u2705"
    )
    assert surface_of(text) == Surface(len(text), 2, 3, 2, 2)


def test_markdown_within_code_is_not_counted():
    text = "```python\n# comment\n- 1\n**kwargs** = 2\n```\n- item"
    assert surface_of(text) == Surface(len(text), 0, 1, 0, 0)


@pytest.mark.parametrize(
    "text",
    ["~~~~\n- 1\n~~~\n- 2\n~~~~~", "  ```\n- 1\n  ```", "```\n- 1\n``` x\n- 2\n```", "```\n- 1"],
)
def test_fences_are_those_of_commonmark(text):
    assert surface_of(text).list_items == 0


@pytest.mark.parametrize("text", ["", "2 * 3 * 4", "a-b", "#hashtag", "3.5 is more", "**\n**"])
def test_what_only_looks_like_markdown_is_not_counted(text):
    assert surface_of(text) == Surface(len(text), 0, 0, 0, 0)


def test_gaps_of_equal_responses_are_nothing():
    assert log_ratio([5, 0], [5, 0]).tolist() == [0.0, 0.0]
    assert count_gap([0, 3], [0, 3]).tolist() == [0.0, 0.0]


def test_a_gap_of_counts_is_their_share():
    assert count_gap([3, 0], [1, 2]).tolist() == [0.5, -1.0]


def test_features_of_responses_have_names():
    columns = surface_columns(["# a\n- b\n- c", None, ""])
    assert columns["list items"][[0, 2]].tolist() == [2.0, 0.0]
    assert columns["log length"][2] == 0.0
    assert all(np.isnan(each[1]) for each in columns.values())


def test_gaps_of_pairs_have_names():
    gaps = surface_gaps(["**a** \U0001f600", "aaa", None], ["a", "aaa", "a"])
    assert [gaps[name][0] for name in ("headings", "bold", "emoji")] == [0.0, 1.0, 1.0]
    assert gaps["log length ratio"][:2] == pytest.approx([np.log(8 / 2), 0.0])
    assert np.isnan(gaps["log length ratio"][2])


def test_no_texts_have_no_features():
    assert surface_columns([])["bold"].tolist() == []


def test_rank_correlations_are_those_of_scipy():
    from scipy.stats import spearmanr

    dice = np.random.default_rng(1)
    for _ in range(200):
        n = int(dice.integers(5, 60))
        scores, lengths = dice.integers(0, 6, n).astype(float), dice.integers(1, 50, n)
        if len(set(scores)) < 2:
            continue
        found = rank_correlation(scores, np.log(lengths)).judge.value
        assert found == pytest.approx(spearmanr(scores, lengths).statistic, abs=1e-9)


def test_the_truth_stands_beside_the_judge():
    dice = np.random.default_rng(2)
    lengths = dice.random(500)
    found = rank_correlation(lengths + dice.random(500), lengths, dice.random(500))
    assert found.judge.low > 0.5
    assert found.truth.low < 0 < found.truth.high


@pytest.mark.parametrize(
    ("scores", "lengths", "why"),
    [
        ([1, 1, 1], [1, 2, 3], "one of both does not vary"),
        ([1, np.nan], [np.nan, 2], "fewer than two samples"),
    ],
)
def test_a_correlation_that_is_not_defined_says_why(scores, lengths, why):
    figure = rank_correlation(scores, lengths).judge
    assert (figure.value, figure.why) == (None, why)


def test_a_perfect_correlation_has_no_interval():
    figure = rank_correlation([1, 2, 3, 4, 5], [2, 3, 4, 5, 6]).judge
    assert figure.value == pytest.approx(1.0)
    assert figure.low is None


def test_the_longer_is_preferred_among_pairs_that_differ():
    figure = prefers_more([1, 0, 0, 0.5, 1, np.nan], [9, 9, 1, 9, 5, 9], [1, 1, 9, 1, 5, 1])
    assert (figure.value, figure.n) == (pytest.approx(2 / 3), 3)


def recorded(op):
    (row,) = [each for each in rows("vectors/misc_stats.jsonl") if each["op"] == op]
    first, second = row["input"]["output_1"], row["input"]["output_2"]
    points = [2.0 - each for each in row["input"]["preference"]]
    return first, second, points, row["expected"]


@needs_data
def test_the_recorded_preference_for_length_is_found():
    first, second, points, expected = recorded("prob_prefer_longer")
    # There a difference of up to 30 characters is none.
    figure = prefers_more(points, [*map(len, first)], [*map(len, second)], least=30)
    assert figure.value == pytest.approx(expected["probability_prefer_longer"])


@needs_data
def test_the_recorded_preference_for_lists_is_found():
    first, second, points, expected = recorded("prob_prefer_list")
    has_list = [
        [float(surface_of(text).list_items > 0) for text in side] for side in (first, second)
    ]
    assert prefers_more(points, *has_list).value == pytest.approx(expected)


def choices(dice, n, *, by_length, by_truth):
    gap, truth = dice.normal(size=n), dice.integers(0, 2, n).astype(float)
    odds = by_length * gap + by_truth * (truth - 0.5) + 0.2
    return (dice.random(n) < 1 / (1 + np.exp(-odds))).astype(float), gap, truth


def test_the_weight_of_a_choice_is_that_of_statsmodels():
    sm = pytest.importorskip("statsmodels.api")
    dice = np.random.default_rng(3)
    for _ in range(200):
        points, gap, truth = choices(dice, 150, by_length=0.5, by_truth=2.0)
        theirs = sm.Logit(points, sm.add_constant(np.column_stack([gap, truth])))
        theirs = theirs.fit(disp=0, tol=1e-14, maxiter=100)
        found = choice_weight(points, gap, truth).judge
        assert found.value == pytest.approx(theirs.params[1], abs=1e-9)
        low, high = theirs.conf_int()[1]
        assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)


def test_a_judge_that_follows_the_truth_has_no_weight_of_length():
    dice = np.random.default_rng(4)
    _, gap, _ = choices(dice, 4_000, by_length=0.0, by_truth=0.0)
    truth = (dice.random(4_000) < 1 / (1 + np.exp(-2 * gap))).astype(float)
    judge = np.where(dice.random(4_000) < 0.8, truth, 1 - truth)
    found = choice_weight(judge, gap, truth)
    assert found.judge.low < 0 < found.judge.high
    assert found.truth.low > 1.5
    assert choice_weight(judge, gap).judge.low > 0.5


def test_choices_that_length_separates_have_no_weight():
    figure = choice_weight([0, 0, 1, 1], [-2, -1, 1, 2]).judge
    assert figure.value is None
    assert figure.why == "the features separate the choices: their weight has no bound"


@pytest.mark.parametrize(
    ("points", "gap", "why"),
    [
        ([1, 1, 1, 1], [1, -2, 3, 1], "every choice is the same"),
        ([1, 0, 1, 0], [2, 2, 2, 2], "a feature is constant, or made of the others"),
        ([1, 0], [1, 2], "2 samples are too few for 2 coefficients"),
        ([np.nan], [1], "no pair has all values"),
    ],
)
def test_a_weight_that_is_not_defined_says_why(points, gap, why):
    figure = choice_weight(points, gap).judge
    assert (figure.value, figure.why) == (None, why)


def test_ties_are_half_a_choice_of_each():
    dice = np.random.default_rng(5)
    points, gap, _ = choices(dice, 500, by_length=1.0, by_truth=0.0)
    points[::5] = 0.5
    twice = np.concatenate([np.where(points == 0.5, 1, points), np.where(points == 0.5, 0, points)])
    with_ties, doubled = choice_weight(points, gap), choice_weight(twice, np.tile(gap, 2))
    assert with_ties.judge.value == pytest.approx(doubled.judge.value, abs=1e-9)
