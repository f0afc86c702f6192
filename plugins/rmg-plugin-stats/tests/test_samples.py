import numpy as np
import pytest

from rmg_plugin_stats.clusters import cluster_by, each_alone
from rmg_plugin_stats.samples import clusters_of, floats, variance_of_sum


def test_without_clusters_the_variance_is_the_usual_one():
    values = np.random.default_rng(1).normal(size=50)
    variance = variance_of_sum((values - values.mean()) / 50, each_alone(50))
    assert variance == pytest.approx(values.var(ddof=1) / 50, rel=1e-12)


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
        variance = variance_of_sum((values - values.mean()) / n, cluster_by(codes))
        assert variance == pytest.approx(float(robust.cov_params()[0, 0]), rel=1e-9)


def test_one_cluster_tells_no_variance():
    assert np.isnan(variance_of_sum(np.array([0.5, -0.5]), cluster_by(["a", "a"])))


@pytest.mark.parametrize("wrong", [[[1.0]], [float("inf")]])
def test_what_is_no_line_of_numbers_is_refused(wrong):
    with pytest.raises(ValueError, match="values must be"):
        floats(wrong)


def test_a_missing_id_of_a_cluster_is_refused():
    with pytest.raises(ValueError, match="2 ids of clusters for 3 samples"):
        clusters_of(cluster_by(["a", "b"]), 3)
