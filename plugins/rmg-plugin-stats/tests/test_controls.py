import numpy as np
import pytest

from rmg_plugin_stats.clusters import cluster_by
from rmg_plugin_stats.controls import controlled_difference, controlled_win_rate
from rmg_plugin_stats.regressions import linear, logistic


def verbose(dice, n=4_000):
    """Return choices between equal systems, the first longer, by a judge that likes length."""
    gap = dice.normal(1.0, 0.5, size=n)
    return (dice.random(n) < 1 / (1 + np.exp(-gap))).astype(float), gap


def test_at_equal_length_equal_systems_are_even():
    points, gap = verbose(np.random.default_rng(1))
    found = controlled_win_rate(points, {"length": gap}, ridge=0.0)
    assert found.raw.value == points.mean() > 0.65
    assert found.controlled.low < 0.5 < found.controlled.high


def test_the_ridge_lies_between_the_raw_rate_and_the_full_control():
    points, gap = verbose(np.random.default_rng(2))
    full = controlled_win_rate(points, {"length": gap}, ridge=0.0).controlled.value
    shrunk = controlled_win_rate(points, {"length": gap}).controlled.value
    raw = controlled_win_rate(points, {"length": gap}, ridge=1e6)
    assert full < shrunk < raw.raw.value
    assert raw.controlled.value == pytest.approx(raw.raw.value, abs=1e-4)


def test_a_feature_that_never_differs_has_no_weight():
    points, gap = verbose(np.random.default_rng(3))
    found = controlled_win_rate(points, {"emoji": np.zeros(4_000), "length": gap})
    assert found.weights.keys() == {"length"}


def test_a_difference_is_controlled_the_same_way():
    dice = np.random.default_rng(4)
    gap = dice.normal(1.0, 0.5, size=2_000)
    found = controlled_difference(0.3 * gap + dice.normal(size=2_000), {"length": gap}, ridge=0.0)
    assert found.raw.low > 0.2
    assert found.controlled.low < 0 < found.controlled.high


def test_choices_all_alike_have_a_raw_rate_alone():
    found = controlled_win_rate([1, 1, 1, 1], {"length": [1, 2, 3, 4]})
    assert found.raw.value == 1.0
    assert (found.controlled.value, found.weights) == (None, {})
    assert found.controlled.why == "every choice is the same"


@pytest.mark.parametrize("control", [controlled_win_rate, controlled_difference])
def test_nothing_to_control_says_why(control):
    found = control([np.nan], {"length": [1.0]})
    assert found.raw.why == "no pair has all values"
    assert found.controlled.value is None


def test_the_penalised_logistic_is_that_of_scikit_learn():
    models = pytest.importorskip("sklearn.linear_model")
    dice = np.random.default_rng(5)
    for _ in range(50):
        features = dice.normal(size=(120, 3))
        chosen = (dice.random(120) < 1 / (1 + np.exp(-features[:, 0]))).astype(float)
        theirs = models.LogisticRegression(C=1 / (0.05 * 120), solver="newton-cholesky", tol=1e-12)
        theirs.fit(features, chosen)
        ours = logistic(features, chosen, ridge=0.05).coefficients
        assert ours == pytest.approx([theirs.intercept_[0], *theirs.coef_[0]], abs=1e-9)


def test_the_errors_of_least_squares_are_those_of_statsmodels():
    sm = pytest.importorskip("statsmodels.api")
    dice = np.random.default_rng(6)
    for _ in range(200):
        n = int(dice.integers(20, 60))
        features, codes = dice.normal(size=(n, 2)), dice.integers(0, 8, n)
        values = dice.normal(size=n)
        theirs = sm.OLS(values, sm.add_constant(features)).fit(
            cov_type="cluster", cov_kwds={"groups": codes, "use_correction": False}
        )
        found = linear(features, values, clusters=cluster_by(codes))
        groups = len(np.unique(codes))
        expected = theirs.cov_params() * groups / (groups - 1)
        assert found.coefficients == pytest.approx(theirs.params, abs=1e-9)
        assert found.covariance == pytest.approx(expected, abs=1e-9)
