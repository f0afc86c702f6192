from itertools import combinations

import numpy as np
import pytest

from rmg_plugin_stats.panels import alt_test, effective_size, leave_one_out, majority

from .recorded import needs_data, rows


def panel(dice, items, judges, shared):
    """Return labels of judges who are wrong together with chance `shared`, and the truth."""
    truth = dice.integers(0, 2, items).astype(float)
    together = dice.random((items, 1)) < shared
    wrong = np.where(together, dice.random((items, 1)) < 0.3, dice.random((items, judges)) < 0.3)
    return np.where(wrong, 1 - truth[:, None], truth[:, None]), truth


def test_n_eff_is_its_formula():
    dice = np.random.default_rng(1)
    for _ in range(200):
        judged, truth = panel(dice, 40, int(dice.integers(2, 7)), dice.random())
        errors = (judged != truth[:, None]).astype(float)
        if (errors.std(0) == 0).any():
            continue
        found = effective_size(judged, truth, resamples=2).value
        pairs = combinations(range(errors.shape[1]), 2)
        mean = np.mean([np.corrcoef(errors[:, i], errors[:, j])[0, 1] for i, j in pairs])
        below = 1 + (errors.shape[1] - 1) * mean
        assert found == (pytest.approx(errors.shape[1] / below) if below > 1e-9 else None)


def test_independent_judges_are_worth_as_many():
    judged, truth = panel(np.random.default_rng(2), 5_000, 5, 0.0)
    figure = effective_size(judged, truth)
    assert figure.low < 5 < figure.high


def test_a_judge_thrice_is_worth_one():
    judged, truth = panel(np.random.default_rng(3), 200, 1, 0.0)
    assert effective_size(np.repeat(judged, 3, axis=1), truth).value == pytest.approx(1.0)


def test_errors_on_a_scale_correlate_by_distance():
    dice = np.random.default_rng(4)
    truth = dice.normal(size=3_000)
    judged = truth[:, None] + dice.normal(size=(3_000, 1)) + dice.normal(size=(3_000, 4))
    assert effective_size(judged, truth, measure="distance").value == pytest.approx(1.6, abs=0.05)


def test_judges_that_never_err_have_no_n_eff():
    truth = np.array([0.0, 1.0, 1.0, 0.0])
    figure = effective_size(np.column_stack([truth, truth]), truth)
    assert figure.value is None
    assert "no two judges have errors that vary" in figure.why


def test_judges_that_err_in_turn_have_no_finite_n_eff():
    truth = np.zeros(4)
    judged = np.array([[1, 0], [0, 1], [1, 0], [0, 1]])
    assert effective_size(judged, truth).value is None


def test_an_incomplete_item_is_left_out_and_told_of():
    judged, truth = panel(np.random.default_rng(5), 50, 3, 0.5)
    judged[0, 1], truth[1] = np.nan, np.nan
    figure = effective_size(judged, truth, resamples=10)
    assert figure.n == 48
    assert "2 incomplete items left out" in figure.rule


def test_one_judge_is_no_panel():
    assert effective_size([[1], [0], [1]], [1, 0, 0]).value is None


def test_the_majority_of_a_tie_is_missing():
    table = [[1, 1, 2], [1, 2, np.nan], [np.nan, np.nan, 3], [np.nan] * 3]
    found = majority(table)
    assert found[[0, 2]].tolist() == [1.0, 3.0]
    assert np.isnan(found[[1, 3]]).all()


def test_a_rater_is_set_against_the_majority_of_the_others():
    found = leave_one_out([[1, 1, 1], [1, 1, 2], [2, 2, 1]])
    # With three raters the other two tie unless they agree.
    assert [each.value for each in found.raters] == [1.0, 1.0, 1 / 3]
    assert [each.n for each in found.raters] == [1, 1, 3]
    assert found.mean.value == pytest.approx((1 + 1 + 1 / 3) / 3)


def test_a_judge_has_the_same_majorities_as_the_raters():
    dice = np.random.default_rng(6)
    truth = dice.integers(0, 3, 400)
    ratings = np.where(dice.random((400, 4)) < 0.8, truth[:, None], dice.integers(0, 3, (400, 4)))
    found = leave_one_out(ratings, ratings[:, 0])
    like_them = leave_one_out(ratings, np.where(dice.random(400) < 0.8, truth, 0))
    assert found.judge.value > found.mean.value  # it sits in three of the four majorities
    assert found.mean.low < found.mean.value < found.mean.high
    assert like_them.judge.n == found.mean.n


def test_raters_who_share_no_item_have_no_ceiling():
    found = leave_one_out([[1, np.nan], [np.nan, 1]])
    assert found.mean.value is None
    assert found.raters[0].why == "no item has a label of this rater and a majority of the others"


def crowd(dice, items=100, skill=0.7, judge=0.9):
    truth = dice.integers(0, 3, items)
    ratings = np.where(
        dice.random((items, 4)) < skill, truth[:, None], dice.integers(0, 3, (items, 4))
    )
    judged = np.where(dice.random(items) < judge, truth, dice.integers(0, 3, items))
    return judged.astype(float), ratings.astype(float)


def test_a_judge_better_than_each_rater_passes_the_alt_test():
    found = alt_test(*crowd(np.random.default_rng(7)))
    assert found.omega.value == 1.0
    assert found.passes is True
    assert found.rho.value > 0.8


def test_a_judge_worse_than_each_rater_fails_the_alt_test():
    found = alt_test(*crowd(np.random.default_rng(8), skill=0.95, judge=0.0), epsilon=0.1)
    assert (found.omega.value, found.passes) == (0.0, False)


@pytest.mark.parametrize("measure", ["equal", "distance"])
def test_the_alt_test_is_that_counted_one_by_one(measure):
    from scipy.stats import ttest_1samp

    def closeness(label, others):
        if measure == "equal":
            return np.mean([label == each for each in others])
        return -(np.mean([(label - each) ** 2 for each in others]) ** 0.5)

    dice = np.random.default_rng(9)
    for _ in range(20):
        judged, ratings = crowd(dice, items=60, judge=0.6)
        ratings[dice.random(ratings.shape) < 0.2] = np.nan
        found = alt_test(judged, ratings, measure=measure)
        for rater in range(4):
            ahead, advantage = [], []
            for label, row in zip(judged, ratings, strict=True):
                others = [row[k] for k in range(4) if k != rater and not np.isnan(row[k])]
                if others and not np.isnan(row[rater]):
                    ours, theirs = closeness(label, others), closeness(row[rater], others)
                    advantage.append(ours >= theirs)
                    ahead.append(int(theirs >= ours) - int(ours >= theirs))
            expected = ttest_1samp(ahead, 0.2, alternative="less").pvalue
            assert found.p_values[rater] == pytest.approx(expected, abs=1e-9)
            assert found.advantages[rater] == pytest.approx(np.mean(advantage))


def test_two_raters_are_too_few_for_the_alt_test():
    judged, ratings = crowd(np.random.default_rng(10))
    found = alt_test(judged, ratings[:, :2])
    assert found.passes is None
    assert found.omega.why == "2 raters have 30 items with the judge; three are needed"


def test_29_items_are_too_few_for_the_alt_test():
    assert alt_test(*crowd(np.random.default_rng(11), items=29)).omega.value is None
    assert alt_test(*crowd(np.random.default_rng(11), items=30)).omega.value is not None


def pandalm():
    votes = rows("judge/pandalm_votes.jsonl")
    humans = np.array([each["humans"] for each in votes], dtype=float)
    read = {"0": 0.0, "Tie": 0.0, "1": 1.0, "2": 2.0}
    judged = [read.get(str(each["pandalm_raw"]).strip(), np.nan) for each in votes]
    return humans, np.array(judged)


@needs_data
def test_the_majority_of_pandalm_has_the_known_counts():
    humans, _ = pandalm()
    found = majority(humans)
    assert [(found == label).sum() for label in (0, 1, 2)] == [105, 422, 472]


@needs_data
def test_pandalm_is_no_stand_in_for_its_raters():
    humans, judged = pandalm()
    found = alt_test(judged, humans)
    ceiling = leave_one_out(humans, judged)
    assert found.omega.value == 0.0
    assert ceiling.mean.value > 0.9 > 0.7 > ceiling.judge.value
