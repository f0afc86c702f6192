import numpy as np
import pytest

from rmg_plugin_stats.clusters import cluster_by
from rmg_plugin_stats.paired import (
    cohens_d,
    cohens_g,
    compare,
    difference,
    flip_test,
    mcnemar,
    most_changed,
    net_wins,
    pair,
    rank_biserial,
    wilcoxon,
)


def test_the_difference_has_the_paired_t_interval():
    from scipy.stats import ttest_rel

    dice = np.random.default_rng(1)
    for _ in range(200):
        n = int(dice.integers(2, 60))
        first, second = dice.normal(size=n), dice.normal(0.3, 2, size=n)
        figure = difference(pair(first, second))
        theirs = ttest_rel(second, first).confidence_interval()
        assert (figure.low, figure.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


def test_mcnemar_is_that_of_statsmodels():
    tables = pytest.importorskip("statsmodels.stats.contingency_tables")
    dice = np.random.default_rng(2)
    for _ in range(200):
        n = int(dice.integers(1, 120))
        first, second = dice.integers(0, 2, n).astype(float), dice.integers(0, 2, n).astype(float)
        table = [[((first == i) & (second == j)).sum() for j in (0, 1)] for i in (0, 1)]
        theirs = tables.mcnemar(table, exact=True).pvalue
        assert mcnemar(pair(first, second)).p_value == pytest.approx(theirs, abs=1e-9)


def test_wilcoxon_is_that_of_scipy_without_equal_pairs():
    from scipy import stats

    dice = np.random.default_rng(3)
    for _ in range(200):
        first, second = dice.integers(0, 6, (2, 80)).astype(float)
        moved = second - first
        theirs = stats.wilcoxon(moved[moved != 0]).pvalue
        assert wilcoxon(pair(first, second)).p_value == pytest.approx(theirs, abs=1e-12)


def test_all_flips_are_those_of_scipy():
    from scipy.stats import permutation_test

    dice = np.random.default_rng(4)
    for _ in range(50):
        first, second = np.round(dice.normal(size=(2, 9)), 1)
        theirs = permutation_test(
            (second - first,), np.mean, permutation_type="samples", n_resamples=np.inf
        )
        assert flip_test(pair(first, second)).p_value == pytest.approx(theirs.pvalue, abs=1e-9)


def test_random_flips_are_near_the_t_test():
    from scipy.stats import ttest_rel

    dice = np.random.default_rng(5)
    first, second = dice.normal(size=200), dice.normal(0.2, 1, size=200)
    found = flip_test(pair(first, second))
    assert found.p_value == pytest.approx(ttest_rel(second, first).pvalue, abs=0.02)
    assert found == flip_test(pair(first, second))


def test_flips_of_many_clusters_are_near_those_drawn():
    dice = np.random.default_rng(6)
    moved = dice.normal(0.015, 1, size=5_001)
    many = flip_test(pair(np.zeros(5_001), moved))
    few = flip_test(pair(np.zeros(5_000), moved[:5_000]))
    assert "normal limit" in many.rule
    assert many.p_value == pytest.approx(few.p_value, abs=0.03)


@pytest.mark.parametrize("count", [12, 200, 6_000])
def test_no_seen_difference_is_as_likely_as_any(count):
    moved = np.tile([1.0, -1.0], count // 2)
    assert flip_test(pair(np.zeros(count), moved)).p_value == pytest.approx(1.0, abs=0.001)


def test_binary_values_are_compared_by_mcnemar():
    found = compare([0, 0, 1, 1, np.nan], [1, 1, 1, 0, 1], kind="binary")
    assert found.test.name == "McNemar"
    assert found.effect.name == "Cohen's g"
    assert (found.higher, found.equal, found.lower, found.unpaired) == (2, 1, 1, 1)


@pytest.mark.parametrize(
    ("kind", "test", "effect"),
    [
        ("ordinal", "Wilcoxon", "net wins"),
        ("continuous", "flipped signs", "Cohen's d"),
    ],
)
def test_a_kind_has_its_test_and_its_effect(kind, test, effect):
    found = compare([1, 2, 3, 4], [2, 2, 5, 1], kind=kind)
    assert (found.test.name, found.effect.name) == (test, effect)


@pytest.mark.parametrize("kind", ["binary", "ordinal", "continuous"])
def test_clusters_are_flipped_whole(kind):
    found = compare([0] * 6, [1] * 6, kind=kind, clusters=cluster_by("aaaabb"))
    assert found.test.name == "flipped signs"
    assert found.test.n == 2
    assert found.test.p_value == 0.5


def test_clusters_widen_the_interval():
    dice = np.random.default_rng(7)
    groups = np.repeat(np.arange(30), 10)
    moved = dice.normal(size=30)[groups] + 0.1 * dice.normal(size=300)
    plain = difference(pair(np.zeros(300), moved))
    clustered = difference(pair(np.zeros(300), moved, cluster_by(groups)))
    assert clustered.value == plain.value
    assert clustered.high - clustered.low > 2.5 * (plain.high - plain.low)


@pytest.mark.parametrize("effect", [cohens_g, cohens_d])
def test_clusters_widen_the_interval_of_an_effect(effect):
    dice = np.random.default_rng(8)
    groups = np.repeat(np.arange(40), 10)
    moved = (dice.normal(size=40)[groups] + 0.2 * dice.normal(size=400)).round()
    plain, clustered = (
        effect(pair(np.zeros(400), moved)),
        effect(pair(np.zeros(400), moved, cluster_by(groups))),
    )
    assert clustered.value == plain.value
    assert clustered.high - clustered.low > 2 * (plain.high - plain.low)


def test_scores_that_are_not_binary_are_refused():
    with pytest.raises(ValueError, match="binary values are 0, 1 or nan"):
        compare([0.5], [1], kind="binary")


def test_equal_runs_differ_by_no_more_than_a_rare_pair_would():
    found = compare([1, 0, 1], [1, 0, 1], kind="binary")
    # Of three pairs of which none differs, 71 % may: 1 - 0.025^(1/3).
    assert found.difference.value == 0
    assert found.difference.high == -found.difference.low == pytest.approx(1 - 0.025 ** (1 / 3))
    assert found.test.p_value == 1.0
    assert found.effect.value is None
    assert found.effect.why == "no pair differs"


@pytest.mark.parametrize("second", [[1, 2, 3], [2, 3, 4]])
def test_differences_all_alike_have_no_interval(second):
    figure = difference(pair([1, 2, 3], second))
    assert figure.low is None
    assert "all values are the same" in figure.why


@pytest.mark.parametrize("test", [wilcoxon, flip_test])
def test_a_test_without_a_difference_has_no_p_value(test):
    found = test(pair([1.0, 2.0], [1.0, 2.0]))
    assert (found.p_value, found.why) == (None, "no pair differs")


def test_runs_that_share_no_sample_are_not_compared():
    found = compare([1, np.nan], [np.nan, 2], kind="ordinal")
    assert found.difference.value is None
    assert found.difference.why == "no sample has both values"
    assert found.unpaired == 2


def test_one_pair_has_a_difference_and_no_interval():
    figure = difference(pair([1.0], [3.0]))
    assert (figure.value, figure.low) == (2.0, None)
    assert "two independent samples" in figure.why


def test_net_wins_count_equal_pairs_as_neither():
    figure = net_wins(pair([1, 1, 1, 1], [2, 2, 1, 0]))
    assert figure.value == 0.25


def test_the_rank_biserial_is_the_difference_of_rank_sums():
    # Differences 1, 2, -3 have the ranks 1, 2, 3.
    assert rank_biserial(pair([0, 0, 0, 0], [1, 2, -3, 0])).value == 0.0
    assert rank_biserial(pair([0, 0], [1, 2])).value == 1.0


def test_cohens_g_is_the_share_above_a_half():
    figure = cohens_g(pair([0, 0, 0, 1], [1, 1, 1, 0]))
    assert figure.value == 0.25
    assert figure.low < 0 < figure.high


def test_cohens_d_is_the_mean_in_deviations():
    figure = cohens_d(pair([0, 0, 0], [1, 2, 3]))
    assert figure.value == 2.0


def test_differences_that_do_not_vary_have_no_cohens_d():
    figure = cohens_d(pair([0.1, 0.2, 0.3], [0.2, 0.3, 0.4]))
    assert (figure.value, figure.why) == (None, "the differences do not vary")


def test_the_samples_that_changed_most_come_first():
    assert most_changed([0, 0, 0, np.nan, 5], [1, -3, 0, 1, 6], 3).tolist() == [1, 0, 4]


def test_lines_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="one value a sample"):
        pair([1, 2], [1])
