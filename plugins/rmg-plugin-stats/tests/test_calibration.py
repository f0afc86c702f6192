import numpy as np
import pytest

from rmg_plugin_stats.calibration import calibrate, refit, reliability
from rmg_plugin_stats.clusters import cluster_by


def judged(dice, n=500, gain=1.0):
    odds = dice.normal(0, 2, size=n)
    good = (dice.random(n) < 1 / (1 + np.exp(-gain * odds))).astype(float)
    return odds, good


def test_bins_of_equal_mass_are_those_of_scikit_learn():
    curves = pytest.importorskip("sklearn.calibration")
    dice = np.random.default_rng(1)
    for _ in range(200):
        n = int(dice.integers(10, 200))
        chance = np.round(dice.random(n), 1)
        good = (dice.random(n) < chance).astype(float)
        shares, predicted = curves.calibration_curve(good, chance, n_bins=8, strategy="quantile")
        found = reliability(chance, good, bins=8)
        assert [each.share for each in found.bins] == pytest.approx(shares.tolist(), abs=1e-9)
        assert [each.predicted for each in found.bins] == pytest.approx(
            predicted.tolist(), abs=1e-9
        )


def test_the_brier_score_is_that_of_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    dice = np.random.default_rng(2)
    for _ in range(200):
        chance, good = dice.random(40), dice.integers(0, 2, 40).astype(float)
        found = reliability(chance, good).brier.value
        assert found == pytest.approx(metrics.brier_score_loss(good, chance), abs=1e-9)


def test_the_parts_of_the_brier_score_sum_to_it():
    dice = np.random.default_rng(3)
    for _ in range(200):
        chance, good = dice.random(60), dice.integers(0, 2, 60).astype(float)
        found = reliability(chance, good, bins=5)
        total = found.reliability - found.resolution + found.uncertainty + found.inside
        assert total == pytest.approx(found.brier.value, abs=1e-12)


def test_bins_of_equal_probabilities_leave_nothing_over():
    chance = np.repeat([0.1, 0.5, 0.9], 20)
    good = (np.random.default_rng(4).random(60) < chance).astype(float)
    found = reliability(chance, good, bins=3)
    assert found.inside == pytest.approx(0.0, abs=1e-12)
    assert [each.n for each in found.bins] == [20, 20, 20]


def test_ece_is_the_mean_gap():
    found = reliability([0.2, 0.2, 0.8, 0.8], [0, 1, 1, 1], bins=2)
    assert found.ece.value == pytest.approx((0.3 + 0.2) / 2)
    assert found.ece.why == "no interval: chance alone raises it"


def test_no_label_is_no_calibration():
    found = reliability([0.5], [np.nan])
    assert found.bins == ()
    assert found.ece.why == found.brier.why == "no sample has a probability and a label"


@pytest.mark.parametrize(
    ("chance", "good", "wrong"),
    [
        ([3.0], [1.0], "probabilities are between 0 and 1"),
        ([0.5], [0.5], "good must be 0, 1 or nan"),
    ],
)
def test_what_is_no_probability_or_label_is_refused(chance, good, wrong):
    with pytest.raises(ValueError, match=wrong):
        reliability(chance, good)


def test_the_isotonic_curve_is_that_of_scikit_learn():
    isotonic = pytest.importorskip("sklearn.isotonic")
    dice = np.random.default_rng(5)
    for _ in range(200):
        scores, good = np.round(dice.normal(size=60), 1), dice.integers(0, 2, 60).astype(float)
        theirs = isotonic.IsotonicRegression(out_of_bounds="clip").fit(scores, good)
        at = dice.normal(0, 2, size=50)
        assert calibrate(scores, good)(at) == pytest.approx(theirs.predict(at), abs=1e-9)


def test_platt_is_that_of_scikit_learn():
    calibration = pytest.importorskip("sklearn.calibration")
    dice = np.random.default_rng(6)
    for _ in range(20):
        scores, good = judged(dice, 100)
        slope, offset = calibration._sigmoid_calibration(scores, good)
        curve = calibrate(scores, good, "platt")
        assert (curve.slope, curve.offset) == pytest.approx((-slope, -offset), abs=1e-4)


def test_platt_has_bounds_where_scores_separate_the_labels():
    curve = calibrate([1, 2, 3, 4], [0, 0, 1, 1], "platt")
    assert 0 < curve.slope < 10


def test_the_temperature_is_where_the_likelihood_is_highest():
    scores, good = judged(np.random.default_rng(7), 4_000, gain=0.4)
    curve = calibrate(scores, good, "temperature")

    def likelihood(slope):
        return -np.log1p(np.exp(-slope * scores * (2 * good - 1))).sum()

    assert curve.slope == pytest.approx(0.4, abs=0.05)
    assert curve.offset == 0.0
    assert likelihood(curve.slope) > max(likelihood(curve.slope + e) for e in (-1e-4, 1e-4))


@pytest.mark.parametrize("kind", ["isotonic", "platt", "temperature"])
def test_the_file_is_what_a_judge_reads(kind, tmp_path):
    reading = pytest.importorskip("rmg_plugin_judge.calibration")
    scores, good = judged(np.random.default_rng(8))
    curve = calibrate(scores, good, kind)
    curve.save(tmp_path / "judge.calib.json")
    read = reading.read_curve(tmp_path / "judge.calib.json")
    for score in np.linspace(-9, 9, 41):
        assert read(float(score)) == pytest.approx(float(curve(score)), abs=1e-12)


def test_the_isotonic_file_holds_points():
    curve = calibrate([1, 2, 3, 4, 5], [0, 0, 0, 1, 1])
    assert curve.as_json() == {"kind": "isotonic", "x": [1, 3, 4, 5], "y": [0, 0, 1, 1]}


@pytest.mark.parametrize("good", [[1, 1, 1], [np.nan, 0, 0]])
def test_one_label_alone_calibrates_nothing(good):
    with pytest.raises(ValueError, match="good samples and others"):
        calibrate([1, 2, 3], good)


def test_scores_that_do_not_vary_have_no_logistic_curve():
    with pytest.raises(ValueError, match="no curve fits: a feature is constant"):
        calibrate([1, 1, 1, 1], [0, 1, 1, 0], "platt")


def test_a_refit_makes_boasting_scores_honest():
    odds, good = judged(np.random.default_rng(9), 2_000, gain=0.3)
    found = refit(odds, good, "temperature")
    assert found.before.ece.value > 0.15
    assert found.after.ece.value < 0.05
    assert found.after.brier.value < found.before.brier.value


def test_no_sample_calibrates_itself():
    scores, good = judged(np.random.default_rng(10), 60)
    flipped = good.copy()
    flipped[0] = 1 - flipped[0]
    one, two = refit(scores, good), refit(scores, flipped)
    assert one.calibrated[0] == two.calibrated[0]


def test_samples_of_a_group_share_a_fold():
    scores = np.repeat(np.arange(20.0), 3)
    good = np.repeat((np.arange(20) % 2 == 0).astype(float), 3)
    found = refit(scores, good, groups=cluster_by(np.repeat(np.arange(20), 3)))
    trios = found.calibrated.reshape(20, 3)
    assert (trios == trios[:, :1]).all()


def test_scores_that_are_no_probabilities_have_no_reliability_before():
    scores = np.array([1.0, 2, 3, 4, 5] * 8)
    good = (np.random.default_rng(11).random(40) < scores / 6).astype(float)
    assert refit(scores, good).before is None


def test_a_sample_without_a_label_is_not_calibrated():
    scores, good = judged(np.random.default_rng(12), 60)
    good[3] = np.nan
    found = refit(scores, good)
    assert np.isnan(found.calibrated[3])
    assert np.isnan(found.calibrated).sum() == 1


def test_more_folds_than_samples_are_refused():
    with pytest.raises(ValueError, match="5 folds of 3 samples"):
        refit([1, 2, 3], [0, 1, 0])
