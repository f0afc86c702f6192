import numpy as np
import pytest

from rmg_plugin_stats.clusters import cluster_by
from rmg_plugin_stats.correction import correct_mean
from rmg_plugin_stats.rates import correct_rate


def run_of(dice, n, labelled, accuracy=0.8, prevalence=0.6):
    truth = (dice.random(n) < prevalence).astype(float)
    judged = np.where(dice.random(n) < accuracy, truth, 1 - truth)
    labels = truth.copy()
    labels[labelled:] = np.nan
    return labels, judged, truth


def test_the_corrected_mean_and_trust_are_those_of_ppi_python():
    ppi = pytest.importorskip("ppi_py")
    dice = np.random.default_rng(1)
    for _ in range(200):
        n, labelled = int(dice.integers(30, 400)), int(dice.integers(5, 25))
        labels, judged, _ = run_of(dice, n, labelled, accuracy=dice.random())
        if len(set(judged[:labelled])) < 2:
            continue
        theirs = ppi.ppi_mean_pointestimate(labels[:labelled], judged[:labelled], judged[labelled:])
        assert correct_mean(labels, judged).corrected.value == pytest.approx(theirs[0], abs=1e-9)


def test_the_corrected_mean_has_its_definition():
    labels = np.array([1.0, 0.0, 1.0, np.nan, np.nan, np.nan])
    judged = np.array([0.9, 0.2, 0.6, 0.5, 0.8, 0.1])
    found = correct_mean(labels, judged, trust=0.5)
    residual = labels[:3] - 0.5 * judged[:3]
    value = 0.5 * judged[3:].mean() + residual.mean()
    error = (0.25 * judged[3:].var(ddof=1) / 3 + residual.var(ddof=1) / 3) ** 0.5
    assert found.corrected.value == pytest.approx(value, abs=1e-12)
    assert found.corrected.high == pytest.approx(value + 4.302652729749462 * error, abs=1e-9)


def test_a_useless_judge_is_not_trusted():
    labels, _, _ = run_of(np.random.default_rng(2), 500, 120)
    judged = np.random.default_rng(3).random(500)
    found = correct_mean(labels, judged)
    assert found.trust == pytest.approx(0.0, abs=0.2)
    assert found.corrected.value == pytest.approx(found.labels_only.value, abs=0.01)


def test_a_judge_against_the_labels_is_trusted_not_at_all():
    labels, judged, _ = run_of(np.random.default_rng(4), 500, 120)
    found = correct_mean(labels, 1 - judged)
    assert found.trust == 0.0
    assert found.corrected.value == found.labels_only.value


def test_a_good_judge_narrows_the_interval():
    labels, judged, _ = run_of(np.random.default_rng(5), 5_000, 150, accuracy=0.95)
    found = correct_mean(labels, judged)
    width = found.corrected.high - found.corrected.low
    assert width < 0.6 * (found.labels_only.high - found.labels_only.low)


def test_the_judge_alone_has_no_interval_and_says_why():
    labels, judged, _ = run_of(np.random.default_rng(6), 500, 150)
    alone = correct_mean(labels, judged).judge_only
    assert alone.value == judged.mean()
    assert (alone.low, alone.high) == (None, None)
    assert "leave out that the judge is wrong" in alone.why


@pytest.mark.parametrize(("labelled", "is_warned"), [(99, True), (100, False)])
def test_fewer_than_a_hundred_labels_are_warned_of(labelled, is_warned):
    labels, judged, _ = run_of(np.random.default_rng(7), 500, labelled)
    assert any("labels: below 100" in each for each in correct_mean(labels, judged).warnings) is (
        is_warned
    )


def test_a_judge_with_one_score_adds_nothing_and_is_told_of():
    labels, _, _ = run_of(np.random.default_rng(8), 300, 120)
    found = correct_mean(labels, np.ones(300))
    assert found.corrected.value == found.labels_only.value
    assert found.warnings == (
        "the judge gave every labelled sample the same score: it adds nothing",
    )


def test_labelled_samples_without_a_score_are_told_of():
    labels, judged, _ = run_of(np.random.default_rng(9), 300, 120)
    judged[:3] = np.nan
    found = correct_mean(labels, judged)
    assert found.corrected.n == 117
    assert found.labels_only.n == 120
    assert "3 labelled samples have no score" in found.warnings[0]


@pytest.mark.parametrize(
    ("labels", "why"),
    [
        ([np.nan, np.nan, np.nan], "0 samples have both"),
        ([1.0, np.nan, np.nan], "1 samples have both"),
        ([1.0, 0.0, 1.0], "every judged sample has a label"),
    ],
)
def test_what_cannot_be_corrected_says_why(labels, why):
    figure = correct_mean(labels, [0.5, 0.1, 0.9]).corrected
    assert figure.value is None
    assert why in figure.why


def test_equal_weights_give_nearly_the_plain_interval():
    labels, judged, _ = run_of(np.random.default_rng(10), 2_000, 200)
    plain = correct_mean(labels, judged).corrected
    weighted = correct_mean(labels, judged, weights=np.full(2_000, 7.0)).corrected
    assert weighted.value == pytest.approx(plain.value, abs=0.005)
    assert weighted.high - weighted.low == pytest.approx(plain.high - plain.low, rel=0.05)


def stratified(dice, n=2_000):
    """Return a run whose low scores were labelled five times as often as its high ones."""
    truth = (dice.random(n) < 0.7).astype(float)
    judged = np.clip(0.7 * truth + 0.3 * dice.random(n), 0, 1)
    is_low = judged < 0.5
    labels, weights = np.full(n, np.nan), np.ones(n)
    for at in (np.flatnonzero(is_low), np.flatnonzero(~is_low)):
        chosen = dice.choice(at, 100, replace=False)
        labels[chosen], weights[at] = truth[chosen], len(at) / 100
    return labels, judged, weights


def test_weights_undo_a_stratified_draw():
    labels, judged, weights = stratified(np.random.default_rng(11))
    judged = np.random.default_rng(12).permutation(judged)  # a judge that helps nothing
    found = correct_mean(labels, judged, weights=weights)
    assert np.nanmean(labels) < 0.6
    assert found.corrected.low < 0.7 < found.corrected.high


def test_weighted_intervals_cover():
    dice = np.random.default_rng(13)
    hits = 0
    for _ in range(400):
        labels, judged, weights = stratified(dice)
        figure = correct_mean(labels, judged + 0.1 * dice.random(2_000), weights=weights).corrected
        hits += figure.low <= 0.7 <= figure.high
    assert 0.92 <= hits / 400 <= 0.98


def test_weights_of_their_own_for_each_sample_are_linearised():
    dice = np.random.default_rng(14)
    labels, judged, _ = run_of(dice, 500, 120)
    figure = correct_mean(labels, judged, weights=1 + dice.random(500)).corrected
    assert figure.low < figure.value < figure.high


def test_strata_of_equal_weight_are_told_apart_where_they_are_given():
    dice = np.random.default_rng(18)
    names = np.repeat(["low", "high"], 1_000)
    truth = (dice.random(2_000) < np.where(names == "low", 0.1, 0.9)).astype(float)
    labels = np.where(np.arange(2_000) % 20 == 0, truth, np.nan)
    judged = dice.random(2_000)
    as_one = correct_mean(labels, judged, weights=np.full(2_000, 20.0)).labels_only
    apart = correct_mean(labels, judged, weights=np.full(2_000, 20.0), strata=names).labels_only
    assert apart.value == pytest.approx(as_one.value)
    assert apart.high - apart.low < 0.7 * (as_one.high - as_one.low)


def test_intervals_of_given_strata_cover():
    dice = np.random.default_rng(19)
    names = np.repeat(["low", "high"], [1_400, 600])
    hits = 0
    for _ in range(400):
        truth = (dice.random(2_000) < np.where(names == "low", 0.2, 0.9)).astype(float)
        judged = np.where(dice.random(2_000) < 0.8, truth, 1 - truth)
        labels, weights = np.full(2_000, np.nan), np.where(names == "low", 20.0, 600 / 50)
        for name, count in (("low", 70), ("high", 50)):
            chosen = dice.choice(np.flatnonzero(names == name), count, replace=False)
            labels[chosen] = truth[chosen]
        found = correct_mean(labels, judged, weights=weights, strata=names).corrected
        hits += found.low <= 0.7 * 0.2 + 0.3 * 0.9 <= found.high
    assert 0.92 <= hits / 400 <= 0.98


def test_strata_of_one_label_are_taken_together():
    labels = [1.0, 0.0, 1.0, 0.0, 1.0, np.nan]
    judged = [0.8, 0.2, 0.9, 0.4, 0.5, 0.6]
    lone = correct_mean(labels, judged, weights=[1] * 6, strata=list("abbbba"))
    joined = correct_mean(labels, judged, weights=[1] * 6, strata=list("bbbbbb"))
    assert lone.corrected == joined.corrected


def test_strata_without_weights_are_refused():
    with pytest.raises(ValueError, match="strata are given with weights"):
        correct_mean([1, 0, np.nan], [1, 0, 1], strata=list("aab"))


def test_clusters_widen_the_interval():
    dice = np.random.default_rng(15)
    groups = np.arange(1_000) // 20
    truth = (dice.random(50)[groups] < 0.5).astype(float)
    judged = np.where(dice.random(1_000) < 0.8, truth, 1 - truth)
    labels = np.where(dice.random(1_000) < 0.2, truth, np.nan)
    plain = correct_mean(labels, judged).corrected
    clustered = correct_mean(labels, judged, clusters=cluster_by(groups)).corrected
    assert clustered.value == plain.value
    assert clustered.high - clustered.low > 2 * (plain.high - plain.low)


def test_samples_that_are_clusters_of_their_own_change_nothing():
    labels, judged, _ = run_of(np.random.default_rng(16), 400, 150)
    assert correct_mean(labels, judged, clusters=cluster_by(range(400))) == correct_mean(
        labels, judged
    )


def test_labels_of_one_cluster_have_no_interval():
    labels = [1.0, 0.0, np.nan, np.nan]
    figure = correct_mean(labels, [0.8, 0.3, 0.4, 0.9], clusters=cluster_by("aabc")).corrected
    assert figure.value is not None
    assert figure.why == "no interval: two clusters with labels are the least"


def test_labels_all_alike_have_no_interval():
    found = correct_mean([1, 1, 1, np.nan], [1, 1, 1, 1])
    for figure in (found.corrected, found.labels_only):
        assert (figure.value, figure.low) == (1.0, None)
        assert "all values are the same" in figure.why


def test_clusters_all_alike_have_no_interval():
    labels, judged = [1.0, 1.0, 0.0] * 40 + [np.nan] * 3, [0.4] * 123
    found = correct_mean(labels, judged, clusters=cluster_by([at // 3 for at in range(123)]))
    assert found.labels_only.low is None
    assert found.labels_only.why.startswith("no interval: all values are the same")


def test_weights_and_clusters_together_are_refused():
    with pytest.raises(ValueError, match="cannot be given both"):
        correct_mean([1, 0], [1, 0], weights=[1, 1], clusters=cluster_by("ab"))


def test_a_weight_of_nothing_is_refused():
    with pytest.raises(ValueError, match="above 0"):
        correct_mean([1, 0, np.nan], [1, 0, 1], weights=[1, 0, 1])


def test_rogan_and_gladen_correct_a_rate():
    # 8 of 10 good and 9 of 10 bad ones are seen; the judge calls 45 of 100 good.
    labels = np.array([1.0] * 10 + [0.0] * 10 + [np.nan] * 80)
    judged = np.array([1.0] * 8 + [0.0] * 2 + [1.0] + [0.0] * 9 + [1.0] * 36 + [0.0] * 44)
    found = correct_rate(labels, judged)
    assert found.sensitivity.value == 0.8
    assert found.specificity.value == 0.9
    assert found.corrected.value == pytest.approx((0.45 + 0.9 - 1) / 0.7, abs=1e-12)
    assert found.corrected.low < found.corrected.value < found.corrected.high


def test_a_rate_holds_when_the_labels_are_a_set_apart():
    dice = np.random.default_rng(17)
    is_labelled = np.arange(1_200) < 200
    hits = 0
    for _ in range(400):
        truth = (dice.random(1_200) < np.where(is_labelled, 0.8, 0.3)).astype(float)
        judged = np.where(dice.random(1_200) < 0.85, truth, 1 - truth)
        labels = np.where(is_labelled, truth, np.nan)
        found = correct_rate(labels, judged, is_apart=True).corrected
        hits += found.low <= 0.3 <= found.high
    assert 0.93 <= hits / 400 <= 0.98


def test_labels_apart_from_a_run_that_is_not_there_correct_nothing():
    found = correct_rate([1, 1, 0, 0], [1, 1, 0, 0], is_apart=True).corrected
    assert found.why == "no sample of the run was judged"


def test_a_judge_that_tells_nothing_apart_corrects_nothing():
    found = correct_rate([1, 1, 0, 0, np.nan], [1, 0, 1, 0, 1]).corrected
    assert found.value is None
    assert "does not tell good from bad" in found.why


def test_a_rate_outside_of_its_range_is_shown_as_it_is():
    labels = np.array([1.0] * 10 + [0.0] * 10 + [np.nan] * 80)
    judged = np.array([1.0] * 9 + [0.0] + [1.0] * 2 + [0.0] * 8 + [0.0] * 80)
    found = correct_rate(labels, judged).corrected
    assert found.value < 0
    assert "outside of 0..1" in found.why
    assert found.low == 0.0


def test_a_rate_without_bad_labels_says_why():
    found = correct_rate([1, 1, np.nan], [1, 0, 1])
    assert found.corrected.value is None
    assert found.corrected.why == "no judged sample has the label 0"


def test_a_rate_of_scores_is_refused():
    with pytest.raises(ValueError, match="judged must be 0, 1 or nan"):
        correct_rate([1, 0], [0.7, 0.1])
