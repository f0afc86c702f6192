import numpy as np
import pytest

from rmg_plugin_stats.clusters import Clusters, cluster_by, each_alone
from rmg_plugin_stats.intervals import (
    clopper_pearson,
    mean,
    proportion,
    standard_error,
    wilson,
)

proportions = pytest.importorskip("statsmodels.stats.proportion")


@pytest.mark.parametrize(("ours", "theirs"), [(wilson, "wilson"), (clopper_pearson, "beta")])
def test_intervals_of_rates_are_those_of_statsmodels(ours, theirs):
    rng = np.random.default_rng(0)
    for _ in range(200):
        n = int(rng.integers(1, 500))
        successes = int(rng.choice([0, n, rng.integers(0, n + 1)]))
        level = float(rng.choice([0.8, 0.95, 0.99]))
        wanted = proportions.proportion_confint(successes, n, 1 - level, theirs)
        assert ours(successes, n, level) == pytest.approx(wanted, abs=1e-9)


def test_the_standard_error_is_that_of_the_mean_where_samples_are_alone():
    scores = np.random.default_rng(0).normal(5, 2, 50)
    assert standard_error(scores) == pytest.approx(scores.std(ddof=1) / 50**0.5, rel=1e-12)


def test_the_clustered_standard_error_is_that_of_statsmodels_with_c_over_c_less_1():
    ols = pytest.importorskip("statsmodels.api").OLS
    for seed in range(200):
        rng = np.random.default_rng(seed)
        n = int(rng.integers(4, 100))
        codes = np.concatenate([[0, 1], rng.integers(0, rng.integers(2, 20), n - 2)])
        scores = rng.normal(1e3, 1, n) if seed % 2 else rng.integers(0, 2, n).astype(float)
        clusters = cluster_by(codes.tolist())
        robust = ols(scores, np.ones(n)).fit(
            cov_type="cluster", cov_kwds={"groups": codes, "use_correction": False}
        )
        wanted = float(robust.bse[0]) * (clusters.count / (clusters.count - 1)) ** 0.5
        assert standard_error(scores, clusters=clusters) == pytest.approx(wanted, abs=1e-9)


def test_the_weighted_standard_error_is_that_of_the_repeated_samples_as_clusters():
    scores, times = np.array([1.0, 4.0, 2.0, 7.0]), [1, 3, 2, 1]
    repeated = cluster_by(np.repeat(np.arange(4), times).tolist())
    wanted = standard_error(np.repeat(scores, times), clusters=repeated)
    assert standard_error(scores, weights=times) == pytest.approx(wanted, rel=1e-12)


def test_one_cluster_has_no_standard_error():
    assert standard_error([1.0, 2.0], clusters=Clusters(np.zeros(2, dtype=int), 1)) is None


def test_null_ids_as_one_cluster_would_widen_the_interval():
    scores = np.random.default_rng(1).normal(size=40) + np.repeat([0.5, -0.5], 20)
    apart = cluster_by([*range(20), *[None] * 20])
    merged = cluster_by([*range(20), *["null"] * 20])
    assert standard_error(scores, clusters=apart) < standard_error(scores, clusters=merged) / 1.5


def test_few_yes_or_no_scores_have_the_exact_interval():
    found = mean([1.0] * 9 + [0.0])
    assert (found.low, found.high) == clopper_pearson(9, 10)
    assert found.rule == "exact (Clopper-Pearson)"


def test_many_yes_or_no_scores_have_wilsons_interval():
    found = mean([1.0] * 30 + [0.0] * 10)
    assert (found.low, found.high) == wilson(30, 40)
    assert found.rule == "Wilson"


def test_scores_at_the_bounds_of_another_scale_are_a_rate_of_it():
    found = mean([5.0] * 9 + [1.0], bounds=(1, 5))
    low, high = clopper_pearson(9, 10)
    assert found.value == pytest.approx(4.6)
    assert (found.low, found.high) == pytest.approx((1 + 4 * low, 1 + 4 * high))


def test_perfect_scores_do_not_have_an_interval_of_no_width():
    found = mean([5.0] * 40, bounds=(1, 5))
    assert found.low == pytest.approx(1 + 4 * wilson(40, 40)[0])
    assert found.high == 5


def test_equal_scores_inside_the_scale_have_no_interval():
    found = mean([3.0] * 40, bounds=(1, 5))
    assert (found.value, found.low, found.high) == (3.0, None, None)
    assert found.why == "all values are the same, which tells nothing of how they vary"


def test_many_scores_have_the_t_interval():
    stats = pytest.importorskip("statsmodels.stats.weightstats")
    scores = np.random.default_rng(0).normal(size=300)
    found = mean(scores)
    wanted = stats.DescrStatsW(scores).tconfint_mean()
    assert (found.low, found.high) == pytest.approx(wanted, rel=1e-9)
    assert found.rule == "t"


def test_a_hundred_scores_have_a_bootstrap_interval_that_leans_as_they_do():
    scores = np.random.default_rng(0).beta(8, 1, 100)
    found = mean(scores, bounds=(0, 1))
    assert found.rule == "BCa bootstrap, 2000 resamples"
    assert found.value - found.low > found.high - found.value


def test_missing_scores_are_left_out_and_counted():
    found = mean([0.0, 1.0, float("nan")])
    assert (found.value, found.n) == (0.5, 2)
    assert found.rule == "exact (Clopper-Pearson); 1 missing left out"


def test_no_scores_have_no_mean():
    found = mean([float("nan")])
    assert (found.value, found.low, found.why) == (None, None, "no sample has a score")


def test_clusters_that_agree_within_count_as_one_sample_each():
    yes = np.random.default_rng(0).random(60) < 0.7
    clusters = cluster_by(np.repeat(np.arange(60), 5).tolist())
    found = mean(np.repeat(yes, 5).astype(float), clusters=clusters)
    alone = mean(yes.astype(float))
    assert found.rule.startswith("Wilson at an effective n of 5")
    assert found.high - found.low == pytest.approx(alone.high - alone.low, rel=0.05)


def test_clusters_without_a_no_know_no_more_than_there_are_clusters():
    found = mean(np.ones(200), clusters=cluster_by(np.repeat(np.arange(40), 5).tolist()))
    assert (found.low, found.high) == wilson(40, 40)


def test_one_cluster_has_no_interval():
    found = mean([1.0, 0.0, 1.0], clusters=Clusters(np.zeros(3, dtype=int), 1))
    assert (found.low, found.why) == (None, "one cluster tells nothing of how clusters vary")


def test_few_clusters_have_the_t_interval_of_clusters():
    scores = np.random.default_rng(0).normal(size=40)
    found = mean(scores, clusters=cluster_by((np.arange(40) // 8).tolist()))
    assert found.rule == "t, clustered standard error with C/(C-1); 5 clusters"


def test_weights_move_the_mean_and_are_told():
    found = mean([0.0, 1.0, 1.0], weights=[2.0, 1.0, 1.0])
    assert found.value == 0.5
    assert found.rule.endswith("; weighted")


def test_the_mean_of_equal_scores_is_exactly_the_score():
    assert mean([0.1] * 3).value == 0.1


@pytest.mark.parametrize("score", [0.0, 1.0])
def test_scores_of_an_open_scale_are_no_rate(score):
    found = mean([score] * 60, bounds=(0.0, np.inf))  # counts of something, all the same
    assert (found.value, found.low, found.high) == (score, None, None)


def test_a_seed_gives_the_same_interval_again():
    scores = np.random.default_rng(0).beta(2, 1, 50)
    assert mean(scores, seed=4) == mean(scores, seed=4)
    assert mean(scores, seed=4) != mean(scores, seed=5)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"weights": [1.0, 0.0]}, "weights must be above 0 and finite"),
        ({"weights": [1.0]}, "2 samples and 1 weights"),
        ({"clusters": each_alone(3)}, "2 samples and 3 cluster ids"),
        ({"bounds": (0, 0.5)}, "mean: a score is outside of 0..0.5"),
    ],
)
def test_what_does_not_fit_is_told(given, told):
    with pytest.raises(ValueError, match=told):
        mean([0.5, 0.7], **given)


def test_an_infinite_score_is_refused():
    with pytest.raises(ValueError, match="a score is infinite"):
        mean([0.5, float("inf")])


def test_a_rate_of_counts_is_that_of_the_scores():
    assert proportion(3, 40, name="mean") == mean([1.0] * 3 + [0.0] * 37)


def test_a_rate_of_nothing_is_not_available():
    assert proportion(0, 0).why == "nothing to count"


def test_more_successes_than_trials_are_told():
    with pytest.raises(ValueError, match="rate: 3 of 2 is no rate"):
        proportion(3, 2)


def coverage(draw, truth, runs=400, **options):
    covered = 0
    for run in range(runs):
        scores, clusters = draw(np.random.default_rng(run))
        found = mean(scores, clusters=clusters, resamples=500, **options)
        covered += found.low <= truth <= found.high
    return covered / runs


def test_bounded_scores_are_covered():
    assert 0.92 < coverage(lambda rng: (rng.beta(5, 1, 100), None), 5 / 6, bounds=(0, 1)) < 0.98


def of_clusters(rng, *, yes_or_no):
    sizes, level = rng.integers(1, 8, 100), rng.beta(2, 1, 100)
    codes = np.repeat(np.arange(100), sizes)
    if yes_or_no:
        return (rng.random(len(codes)) < level[codes]).astype(float), Clusters(codes, 100)
    return level[codes] + rng.normal(0, 0.1, len(codes)), Clusters(codes, 100)


@pytest.mark.parametrize("yes_or_no", [True, False])
def test_clustered_means_are_covered(yes_or_no):
    got = coverage(lambda rng: of_clusters(rng, yes_or_no=yes_or_no), 2 / 3)
    assert 0.92 < got < 0.98
