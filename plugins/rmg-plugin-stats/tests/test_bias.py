import numpy as np
import pytest

from rmg_plugin_stats.bias import position_bias, repeat_consistency, self_preference
from rmg_plugin_stats.clusters import cluster_by


def test_the_first_position_is_counted_among_decided_verdicts():
    found = position_bias([1, 1, 0, 0.5, np.nan])
    assert found.first_share.value == pytest.approx(2 / 3)
    assert found.first_share.n == 3


def test_the_test_of_the_first_position_is_the_exact_binomial():
    from scipy.stats import binomtest

    verdicts = [1] * 60 + [0] * 40
    found = position_bias(verdicts)
    assert found.first_test.p_value == pytest.approx(binomtest(60, 100).pvalue, abs=1e-12)


def test_a_judge_without_bias_is_consistent():
    shown = np.array([1.0, 0.0, 0.5, 1.0])
    found = position_bias(shown, 1 - shown)
    assert found.consistency.value == 1.0
    assert found.first_of_flips.value is None
    assert found.first_of_flips.why == "no verdict stays with a position"
    assert found.flip_test.p_value is None


def test_a_judge_that_takes_the_first_is_never_consistent():
    found = position_bias(np.ones(40), np.ones(40))
    assert found.consistency.value == 0.0
    assert found.first_share.value == 1.0
    assert found.first_of_flips.value == 1.0
    assert found.flip_test.p_value < 1e-6


def test_a_tie_in_one_order_is_no_consistency_and_no_flip():
    found = position_bias([0.5, 1], [1, 0.5])
    assert found.consistency.value == 0.0
    assert found.first_of_flips.value is None


def test_flips_have_a_direction():
    found = position_bias([1, 1, 0, 1], [1, 1, 0, 0])
    assert found.consistency.value == 0.25
    assert (found.first_of_flips.value, found.first_of_flips.n) == (pytest.approx(2 / 3), 3)


def test_without_swapped_verdicts_there_is_no_consistency():
    found = position_bias([1, 0])
    assert found.consistency.why == "no pair has a verdict in both orders"


def test_no_verdicts_are_no_bias():
    found = position_bias([np.nan, 0.5])
    assert found.first_share.why == "no verdict is for either response"
    assert found.first_test.p_value is None


def test_a_verdict_that_names_no_position_is_refused():
    with pytest.raises(ValueError, match=r"swapped must be 1, 0\.5, 0 or nan"):
        position_bias([1], [2])


def test_self_preference_is_the_difference_of_residuals():
    found = self_preference([5, 4, 3, 3], [4, 4, 3, 4], [1, 1, 0, 0])
    assert found.own.value == 0.5
    assert found.others.value == -0.5
    assert found.preference.value == 1.0


def test_self_preference_has_the_error_of_the_clustered_regression():
    sm = pytest.importorskip("statsmodels.api")
    dice = np.random.default_rng(1)
    for _ in range(200):
        n = int(dice.integers(20, 80))
        judged, people = dice.normal(size=n), dice.normal(size=n)
        own = (np.arange(n) % 3 == 0).astype(float)
        codes = dice.integers(0, 10, n)
        groups = len(np.unique(codes))
        fit = sm.OLS(judged - people, sm.add_constant(own)).fit(
            cov_type="cluster", cov_kwds={"groups": codes}
        )
        found = self_preference(judged, people, own, clusters=cluster_by(codes)).preference
        assert found.value == pytest.approx(fit.params[1], abs=1e-9)
        # statsmodels also multiplies the variance by (n - 1) / (n - 2).
        from scipy.stats import t

        error = fit.bse[1] * ((n - 2) / (n - 1)) ** 0.5
        half = t.ppf(0.975, groups - 2) * error
        assert found.high - found.value == pytest.approx(half, abs=1e-9)


def test_a_judge_without_a_family_in_the_run_has_no_self_preference():
    found = self_preference([1, 2], [1, 1], [0, 0])
    assert found.preference.value is None
    assert found.preference.why == "no response is of the judge's family"
    assert found.others.value == 0.5


def test_one_response_of_the_family_gives_no_interval():
    found = self_preference([1, 2, 3, 2], [1, 1, 1, 1], [1, 0, 0, 0])
    assert found.preference.value is not None
    assert "no interval" in found.preference.why


def test_residuals_all_alike_have_no_interval():
    figure = self_preference([2, 2, 1, 1], [1, 1, 1, 1], [1, 1, 0, 0]).preference
    assert (figure.value, figure.low) == (1.0, None)
    assert "all values are the same" in figure.why


def test_equal_repeats_never_flip():
    found = repeat_consistency([[1, 1, 1], [0, 0, np.nan], [1, np.nan, np.nan]])
    assert found.flip_rate.value == 0.0
    assert found.flip_rate.n == 2
    assert found.within_share.value == 0.0


def test_no_flip_of_few_items_is_no_certainty():
    figure = repeat_consistency([[1, 1], [0, 0], [1, 1]]).flip_rate
    assert (figure.value, figure.low) == (0.0, 0.0)
    assert figure.high == pytest.approx(1 - 0.025 ** (1 / 3))


def test_the_flip_rate_is_the_chance_that_two_repeats_differ():
    assert repeat_consistency([[1, 0, 1], [1, 1, 1]]).flip_rate.value == pytest.approx(1 / 3)


def test_variances_are_those_of_the_one_way_analysis():
    dice = np.random.default_rng(2)
    for _ in range(200):
        n, k = int(dice.integers(2, 30)), int(dice.integers(2, 6))
        table = dice.normal(size=(n, 1)) + dice.normal(size=(n, k))
        inside = table.var(axis=1, ddof=1).mean()
        outside = k * table.mean(axis=1).var(ddof=1)
        found = repeat_consistency(table, resamples=2)
        assert found.within.value == pytest.approx(inside, abs=1e-9)
        assert found.between.value == pytest.approx((outside - inside) / k, abs=1e-9)


def test_unequal_repeats_estimate_the_same_variances():
    dice = np.random.default_rng(3)
    table = 2 * dice.normal(size=(4_000, 1)) + dice.normal(size=(4_000, 5))
    table[dice.random(table.shape) < 0.3] = np.nan
    found = repeat_consistency(table, resamples=200)
    assert found.within.low < 1.0 < found.within.high
    assert found.between.low < 4.0 < found.between.high
    assert found.within_share.value == pytest.approx(0.2, abs=0.02)


def test_a_negative_variance_is_shown_and_has_no_share():
    found = repeat_consistency([[1, 0], [0, 1], [1, 0]])
    assert found.between.value < 0
    assert found.within_share.value is None
    assert found.within_share.why == "the variance between items is not above 0"


def test_items_judged_once_tell_no_consistency():
    found = repeat_consistency([[1, np.nan], [np.nan, 0]])
    assert found.flip_rate.value is None
    assert found.within.why == "no item was judged twice"


def test_one_item_has_no_variance_between_items():
    found = repeat_consistency([[1, 0, 1]])
    assert found.within.value == pytest.approx(1 / 3)
    assert found.between.value is None


def test_repeats_that_are_equal_have_no_variance_that_rounding_leaves():
    table = np.repeat(np.random.default_rng(3).random(50), 3).reshape(50, 3)
    found = repeat_consistency(table)
    assert (found.within.value, found.within_share.value) == (0.0, 0.0)
    assert repeat_consistency(table + 1e9).between.value == pytest.approx(found.between.value)
