import warnings

import numpy as np
import pytest

from rmg_plugin_stats.association import (
    correlation,
    correlation_of_systems,
    correlation_within,
    put_together,
)
from rmg_plugin_stats.clusters import cluster_by, each_alone
from rmg_plugin_stats.correlations import (
    correlate,
    kendall_of_joint,
    pearson_of_sums,
    spearman_of_joint,
)

from .inputs import score_pairs

stats = pytest.importorskip("scipy.stats")

KINDS = {
    "spearman": stats.spearmanr,
    "kendall": stats.kendalltau,
    "pearson": stats.pearsonr,
}


def theirs(kind, one, two):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(KINDS[kind](one, two).statistic)


@pytest.mark.parametrize("kind", KINDS)
def test_a_correlation_is_that_of_scipy_and_not_available_where_that_is_nan(kind):
    for one, two in score_pairs():
        found = correlation(put_together(one, two), kind, resamples=10)
        wanted = theirs(kind, one, two)
        if np.isnan(wanted):
            assert found.value is None
            assert found.why.endswith("score never varies")
        else:
            assert found.value == pytest.approx(wanted, abs=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_resampled_is_the_correlation_itself(kind):
    for one, two in score_pairs():
        if np.ptp(one) == 0 or np.ptp(two) == 0:
            continue
        if kind == "pearson":
            left, right = one - one.mean(), two - two.mean()
            sums = np.array([[len(one), 0, 0, left @ left, right @ right, left @ right]])
            got = pearson_of_sums(sums)
        else:
            (rows, first), (columns, second) = (
                np.unique(each, return_inverse=True) for each in (one, two)
            )
            joint = np.zeros((len(rows), len(columns)))
            np.add.at(joint, (first, second), 1)
            statistic = spearman_of_joint if kind == "spearman" else kendall_of_joint
            got = statistic(joint.shape)(joint.reshape(1, -1))
        assert float(got[0, 0]) == pytest.approx(theirs(kind, one, two), abs=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_the_correlation_within_prompts_is_the_mean_of_scipys(kind):
    for seed in range(50):
        rng = np.random.default_rng(seed)
        prompts = rng.integers(0, 12, 60)
        one, two = rng.integers(0, 4, 60).astype(float), rng.integers(0, 3, 60) + 1e5
        each = [
            theirs(kind, one[prompts == at], two[prompts == at])
            for at in range(12)
            if (prompts == at).sum() > 1
        ]
        found = correlation_within(
            put_together(one, two), cluster_by(prompts.tolist()), kind, resamples=10
        )
        assert found.value == pytest.approx(np.nanmean(each), abs=1e-9)
        assert found.n == np.isfinite(each).sum()


def test_prompts_without_variation_are_left_out_and_counted():
    one, two = [1, 2, 3, 3, 1, 2], [1, 2, 1, 2, 2, 1]
    found = correlation_within(put_together(one, two), cluster_by([0, 0, 1, 1, 2, 2]))
    assert (found.value, found.n, found.unit) == (0.0, 2, "prompts")
    assert found.rule.endswith("1 prompts without variation left out")


def test_no_prompt_with_variation_is_not_available():
    found = correlation_within(put_together([1, 1], [1, 2]), cluster_by([0, 0]))
    assert (found.value, found.why) == (None, "no prompt has scores that vary")


@pytest.mark.parametrize("kind", KINDS)
def test_the_correlation_of_systems_is_that_of_their_means(kind):
    rng = np.random.default_rng(0)
    systems = np.tile(np.arange(6), 30)
    two = systems + rng.normal(0, 3, 180)
    one = two + rng.normal(0, 3, 180)
    means = [[each[systems == at].mean() for at in range(6)] for each in (one, two)]
    found = correlation_of_systems(put_together(one, two), cluster_by(systems.tolist()), kind)
    assert found.value == pytest.approx(theirs(kind, *means), abs=1e-9)
    assert (found.n, found.unit) == (6, "systems")
    assert found.low < found.value <= found.high


def test_systems_with_equal_means_are_ties_in_spite_of_rounding():
    one = [0.1, 0.2, 0.3, 0.3, 0.1, 0.2, 0.9, 0.8, 0.7]
    two = [1, 1, 1, 2, 2, 2, 3, 3, 3]
    found = correlation_of_systems(
        put_together(one, two), cluster_by([0, 0, 0, 1, 1, 1, 2, 2, 2]), "kendall"
    )
    assert found.value == pytest.approx(theirs("kendall", [1, 1, 2], [1, 2, 3]))


def test_two_systems_make_no_correlation():
    found = correlation_of_systems(put_together([1, 2], [1, 2]), cluster_by("ab"))
    assert (found.value, found.why) == (None, "2 systems make no correlation")


def test_missing_scores_are_left_out_or_counted_as_told():
    one, two = [1.0, 2.0, 3.0, np.nan, 1.0], [1.0, 2.0, 3.0, 9.0, np.nan]
    dropped, imputed = put_together(one, two), put_together(one, two, impute=0)
    assert (correlation(dropped).value, correlation(dropped).n) == (pytest.approx(1.0), 3)
    assert correlation(imputed).value == pytest.approx(theirs("spearman", [1, 2, 3, 0], two[:4]))
    assert dropped.rule == "1 missing left out; 1 without the second left out"
    assert imputed.rule == "1 missing counted as 0; 1 without the second left out"


def test_prompts_keep_step_with_what_is_left_out():
    one, two = [np.nan, 1.0, 2.0, 1.0, 2.0], [1.0, 1.0, 2.0, 2.0, 1.0]
    found = correlation_within(put_together(one, two), cluster_by(["a", "b", "b", "c", "c"]))
    assert (found.value, found.n) == (0.0, 2)


def test_two_samples_make_no_correlation():
    assert correlation(put_together([1, 2], [1, 2])).why == "2 samples make no correlation"


def test_other_lengths_are_told():
    with pytest.raises(ValueError, match="2 and 2 scores, 3 cluster ids"):
        put_together([1, 2], [1, 2], clusters=each_alone(3))


def test_fewer_than_two_scores_have_no_correlation():
    assert all(np.isnan(correlate(kind, np.ones(1), np.ones(1))) for kind in KINDS)
    assert np.isnan(correlate("pearson", np.ones(0), np.ones(0)))


@pytest.mark.parametrize("kind", KINDS)
def test_a_correlation_covers_the_truth(kind):
    rho = 0.6
    truth = {
        "pearson": rho,
        "spearman": 6 / np.pi * np.arcsin(rho / 2),
        "kendall": 2 / np.pi * np.arcsin(rho),
    }[kind]
    covered = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        one = rng.normal(size=60)
        two = rho * one + (1 - rho**2) ** 0.5 * rng.normal(size=60)
        found = correlation(put_together(one, two), kind, resamples=300)
        covered += found.low <= truth <= found.high
    assert 0.915 < covered / 200 < 0.985


def test_clusters_widen_the_interval():
    rng = np.random.default_rng(0)
    two = rng.normal(size=50)
    columns = np.repeat(two + rng.normal(size=50), 5), np.repeat(two, 5)
    clusters = cluster_by(np.repeat(np.arange(50), 5).tolist())
    alone = correlation(put_together(*columns))
    clustered = correlation(put_together(*columns, clusters=clusters))
    assert clustered.high - clustered.low > 1.6 * (alone.high - alone.low)
