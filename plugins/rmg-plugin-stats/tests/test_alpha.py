import numpy as np
import pytest

from rmg_plugin_stats.alpha import alpha_of_labels, krippendorff_alpha
from rmg_plugin_stats.clusters import cluster_by
from rmg_plugin_stats.labels import code

from .inputs import COUNT, rater_labels

METRICS = ["nominal", "ordinal", "interval", "ratio"]
NAN = np.nan

# Krippendorff (2011), "Computing Krippendorff's alpha-reliability", data D: 4 raters, 12 units.
PUBLISHED = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
        [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
    ]
).T


@pytest.mark.parametrize(
    ("metric", "value"),
    [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)],
)
def test_alpha_has_the_published_values(metric, value):
    found = krippendorff_alpha(PUBLISHED, metric)
    assert found.value == pytest.approx(value, abs=5e-4)
    assert (found.n, found.unit) == (11, "items")


def distance(metric, low, high, counts):
    if metric == "nominal":
        return float(low != high)
    if metric == "interval":
        return (low - high) ** 2
    if metric == "ratio":
        return ((low - high) / (low + high)) ** 2 if low + high else 0.0
    low, high = sorted((low, high))
    between = sum(count for value, count in counts.items() if low <= value <= high)
    return (between - (counts[low] + counts[high]) / 2) ** 2


def of_definition(ratings, metric):
    """Return alpha from all pairs of values, as Krippendorff writes it."""
    units = [row[~np.isnan(row)].tolist() for row in ratings]
    units = [each for each in units if len(each) > 1]
    values = [each for unit in units for each in unit]
    counts = {each: values.count(each) for each in values}
    observed = sum(
        distance(metric, one, two, counts) / (len(unit) - 1)
        for unit in units
        for one in unit
        for two in unit
    ) / len(values)
    expected = sum(
        counts[one] * counts[two] * distance(metric, one, two, counts)
        for one in counts
        for two in counts
    ) / (len(values) * (len(values) - 1))
    return 1 - observed / expected


@pytest.mark.parametrize("metric", METRICS)
def test_alpha_is_the_definition_pair_by_pair(metric):
    compared = 0
    for codes in rater_labels(missing=0.25):
        ratings = np.where(codes < 0, NAN, codes * 1.5)
        found = krippendorff_alpha(ratings, metric, resamples=10)
        if found.value is not None:
            assert found.value == pytest.approx(of_definition(ratings, metric), abs=1e-9)
            compared += 1
    assert compared > COUNT / 2


@pytest.mark.parametrize("metric", METRICS)
def test_alpha_is_that_of_krippendorff(metric):
    oracle = pytest.importorskip("krippendorff")
    for codes in rater_labels(missing=0.25):
        ratings = np.where(codes < 0, NAN, codes.astype(float))
        found = krippendorff_alpha(ratings, metric, resamples=10)
        if found.value is not None:
            wanted = oracle.alpha(reliability_data=ratings.T, level_of_measurement=metric)
            assert found.value == pytest.approx(wanted, abs=1e-9)


def test_ordinal_alpha_of_many_values_is_the_definition_without_an_interval():
    ratings = np.random.default_rng(0).normal(size=(40, 2))
    found = krippendorff_alpha(ratings, "ordinal")
    assert found.value == pytest.approx(of_definition(ratings, "ordinal"), abs=1e-9)
    assert (found.low, found.why) == (None, "no interval of more than 50 values")


def test_values_far_from_zero_lose_no_digits():
    ratings = np.random.default_rng(0).normal(size=(40, 3))
    near, far = (krippendorff_alpha(each, "interval").value for each in (ratings, ratings + 1e6))
    assert far == pytest.approx(near, abs=1e-9)


def test_alpha_of_labels_leaves_out_what_is_missing():
    ratings = code([["a", "b", None], ["a", "b", "a"], ["b", "b", None]])
    wanted = of_definition(np.array([[0, 0, 1], [1, 1, 1]], dtype=float), "nominal")
    found = alpha_of_labels(ratings)
    assert found.value == pytest.approx(wanted)
    assert found.rule.startswith("nominal, 3 raters, 2 missing")


def test_alpha_below_chance_is_negative():
    assert krippendorff_alpha([[0, 1], [1, 0]] * 10).value == pytest.approx(-0.95)


def test_one_value_only_is_not_available():
    found = krippendorff_alpha([[1, 1], [1, 1]])
    assert (found.value, found.why) == (
        None,
        "one value only: nothing tells agreement from chance",
    )


def test_units_of_one_value_each_are_not_available():
    assert krippendorff_alpha([[1, NAN], [NAN, 2]]).why == "no unit has two values"


def test_the_ratio_scale_has_nothing_below_zero():
    assert krippendorff_alpha([[1, -1], [2, 2]], "ratio").why.startswith("the ratio scale takes 0")


@pytest.mark.parametrize("metric", METRICS)
def test_the_interval_holds_the_value_and_clusters_widen_it(metric):
    rng = np.random.default_rng(0)
    true = rng.integers(1, 6, (60, 1))
    ratings = np.repeat(np.clip(true + rng.integers(-1, 2, (60, 3)), 1, 5), 4, axis=0)
    alone = krippendorff_alpha(ratings, metric)
    clusters = cluster_by(np.repeat(np.arange(60), 4).tolist())
    clustered = krippendorff_alpha(ratings, metric, clusters=clusters)
    assert alone.low < alone.value < alone.high
    assert clustered.high - clustered.low > 1.6 * (alone.high - alone.low)
