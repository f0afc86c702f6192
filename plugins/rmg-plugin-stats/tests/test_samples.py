import numpy as np
import pytest

from rmg_plugin_stats.clusters import (
    cluster_codes,
    cluster_weights,
    floats,
    resampled_sums,
    variance_of_sum,
)


def test_samples_of_an_unknown_cluster_are_each_their_own():
    codes = cluster_codes(["a", None, "a", None, float("nan")], 5)
    assert len(set(codes.tolist())) == 4
    assert codes[0] == codes[2]


def test_an_unknown_cluster_after_known_ones_is_no_known_one():
    codes = cluster_codes(["a", "b", None, 0, None], 5)
    assert len(set(codes.tolist())) == 5


def test_without_clusters_the_variance_is_the_usual_one():
    values = np.random.default_rng(1).normal(size=50)
    variance, count = variance_of_sum((values - values.mean()) / 50, np.arange(50))
    assert variance == pytest.approx(values.var(ddof=1) / 50, rel=1e-12)
    assert count == 50


def test_clustered_variance_is_that_of_statsmodels():
    sm = pytest.importorskip("statsmodels.api")
    dice = np.random.default_rng(2)
    for _ in range(200):
        n = int(dice.integers(5, 80))
        codes = dice.integers(0, int(dice.integers(2, n)), n)
        if len(np.unique(codes)) < 2:
            continue
        values = dice.normal(size=n) + codes
        robust = sm.OLS(values, np.ones(n)).fit(cov_type="cluster", cov_kwds={"groups": codes})
        # It has a factor (n-1)/(n-k), which is 1 for a mean.
        variance, _ = variance_of_sum((values - values.mean()) / n, codes)
        assert variance == pytest.approx(float(robust.cov_params()[0, 0]), rel=1e-9)


def test_one_cluster_tells_no_variance():
    variance, count = variance_of_sum(np.array([0.5, -0.5]), np.zeros(2, dtype=np.int64))
    assert np.isnan(variance)
    assert count == 1


def test_every_resample_draws_as_many_clusters_as_there_are():
    blocks = list(cluster_weights(7, 20, seed=3))
    assert np.concatenate(blocks).sum(1).tolist() == [7.0] * 20


def test_clusters_put_together_keep_the_spread_of_sums():
    values = np.random.default_rng(4).normal(size=(20_000, 1))
    drawn = resampled_sums(values, np.arange(20_000), 2_000, seed=5)
    assert drawn.std() == pytest.approx(np.sqrt(20_000), rel=0.06)


@pytest.mark.parametrize("wrong", [[[1.0]], [float("inf")]])
def test_what_is_no_line_of_numbers_is_refused(wrong):
    with pytest.raises(ValueError, match="values must be"):
        floats(wrong)


def test_a_missing_id_of_a_cluster_is_refused():
    with pytest.raises(ValueError, match="2 ids of clusters for 3 samples"):
        cluster_codes(["a", "b"], 3)
