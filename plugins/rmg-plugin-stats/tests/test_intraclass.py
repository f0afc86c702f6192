import warnings

import numpy as np
import pytest

from rmg_plugin_stats.intraclass import intraclass_correlation

from .inputs import COUNT

# Shrout & Fleiss (1979), table 2: six targets by four judges.
PUBLISHED = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


@pytest.mark.parametrize(("form", "value"), [("2,1", 0.29), ("2,k", 0.62)])
def test_icc_has_the_values_of_shrout_and_fleiss(form, value):
    assert intraclass_correlation(PUBLISHED, form).value == pytest.approx(value, abs=5e-3)


def of_definition(ratings, form):
    """Return the ICC from mean squares, each taken from its residuals."""
    n, k = ratings.shape
    grand = ratings.mean()
    rows, columns = ratings.mean(axis=1, keepdims=True), ratings.mean(axis=0, keepdims=True)
    of_items = k * ((rows - grand) ** 2).sum() / (n - 1)
    of_raters = n * ((columns - grand) ** 2).sum() / (k - 1)
    rest = ((ratings - rows - columns + grand) ** 2).sum() / ((n - 1) * (k - 1))
    if form == "2,k":
        return (of_items - rest) / (of_items + (of_raters - rest) / n)
    return (of_items - rest) / (of_items + (k - 1) * rest + k * (of_raters - rest) / n)


def scores(seed):
    rng = np.random.default_rng(seed)
    n, k = int(rng.integers(2, 50)), int(rng.integers(2, 6))
    true = rng.normal(0, rng.choice([0.1, 1]), (n, 1)) + rng.normal(0, 1, (1, k))
    found = true + rng.normal(0, rng.choice([0.05, 1]), (n, k))
    return found.round(1) if seed % 2 else found + 100


@pytest.mark.parametrize("form", ["2,1", "2,k"])
def test_icc_is_the_definition_by_mean_squares(form):
    for seed in range(COUNT):
        found = intraclass_correlation(scores(seed), form, resamples=10)
        assert found.value == pytest.approx(of_definition(scores(seed), form), abs=1e-9)


@pytest.mark.parametrize(("form", "row"), [("2,1", "ICC2"), ("2,k", "ICC2k")])
def test_icc_is_that_of_pingouin(form, row):
    pingouin = pytest.importorskip("pingouin")
    pandas = pytest.importorskip("pandas")
    long = pandas.DataFrame(
        [(i, j, value) for i, each in enumerate(PUBLISHED) for j, value in enumerate(each)],
        columns=["item", "rater", "score"],
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what it asks of pandas
        table = pingouin.intraclass_corr(long, "item", "rater", "score")
    by_row = dict(zip(table["Type"], table["ICC"], strict=True))
    names = {"ICC2": ("ICC2", "ICC(A,1)"), "ICC2k": ("ICC2k", "ICC(A,k)")}[row]
    wanted = next(by_row[each] for each in names if each in by_row)
    assert intraclass_correlation(PUBLISHED, form).value == pytest.approx(wanted, abs=1e-9)


def test_raters_who_contradict_each_other_have_a_negative_icc():
    assert intraclass_correlation([[1, 5], [5, 1], [2, 4], [4, 2]]).value < 0


def test_items_with_a_missing_score_are_left_out_and_counted():
    found = intraclass_correlation([*PUBLISHED, [1, 2, 3, np.nan]])
    assert found.value == intraclass_correlation(PUBLISHED).value
    assert found.rule == "absolute agreement, 4 raters; 1 items with a missing score left out"


def test_equal_scores_have_no_icc():
    assert intraclass_correlation([[3, 3], [3, 3]]).why == "all scores are the same"


def test_one_item_has_no_icc():
    found = intraclass_correlation([[1, 2]])
    assert (found.value, found.why) == (None, "two items with two scores are the least")


def test_the_interval_holds_the_value():
    found = intraclass_correlation(scores(4))
    assert found.low < found.value < found.high
