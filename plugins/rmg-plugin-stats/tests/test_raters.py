import numpy as np
import pytest

from rmg_plugin_stats.labels import Coded, code
from rmg_plugin_stats.raters import (
    fleiss_kappa,
    gwet_ac1_of_raters,
    pairwise_agreement,
    rater_prevalence,
)

from .inputs import rater_labels

inter_rater = pytest.importorskip("statsmodels.stats.inter_rater")


def coded(codes):
    return Coded(tuple(range(5)), codes)


def counts_of(codes):
    return np.stack([(codes == label).sum(axis=1) for label in range(5)], axis=1)


def test_fleiss_kappa_is_that_of_statsmodels():
    compared = 0
    for codes in rater_labels(missing=0):
        found = fleiss_kappa(coded(codes), resamples=10)
        if len(np.unique(codes)) == 1:
            assert found.value is None
        else:
            wanted = inter_rater.fleiss_kappa(counts_of(codes))
            assert found.value == pytest.approx(wanted, abs=1e-9)
            compared += 1
    assert compared > 100


def of_definition(codes):
    """Return Gwet's (2014) kappa of Fleiss and AC1, item by item."""
    agreed, shares = [], []
    for counts in counts_of(codes).astype(float):
        size = counts.sum()
        if size:
            shares.append(counts / size)
        if size > 1:
            agreed.append((counts * (counts - 1)).sum() / (size * (size - 1)))
    share = np.mean(shares, axis=0)
    observed, by_squares = np.mean(agreed), (share**2).sum()
    by_gwet = (share * (1 - share)).sum() / 4
    return (observed - by_squares) / (1 - by_squares), (observed - by_gwet) / (1 - by_gwet)


def test_kappa_and_ac1_of_missing_labels_are_gwets_definition():
    compared = 0
    for codes in rater_labels(missing=0.3):
        pairable = ((codes >= 0).sum(axis=1) > 1).any()
        if pairable and len(np.unique(codes[codes >= 0])) > 1:
            kappa, ac1 = of_definition(codes)
            assert fleiss_kappa(coded(codes), resamples=10).value == pytest.approx(kappa, abs=1e-9)
            got = gwet_ac1_of_raters(coded(codes), resamples=10).value
            assert got == pytest.approx(ac1, abs=1e-9)
            compared += 1
    assert compared > 100


def test_fleiss_has_the_value_of_his_paper_of_1971():
    # the five diagnoses of ten patients by 14 raters, as they are commonly retold
    table = [
        *([0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1]),
        *([7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7]),
    ]
    codes = np.array([np.repeat(np.arange(5), row) for row in table])
    assert fleiss_kappa(coded(codes)).value == pytest.approx(0.20993, abs=5e-6)


def test_agreement_below_chance_is_negative():
    ratings = code([[0, 1] * 10, [1, 0] * 10])
    assert fleiss_kappa(ratings).value == -1
    assert pairwise_agreement(ratings).value == 0


@pytest.mark.parametrize("figure", [fleiss_kappa, gwet_ac1_of_raters])
def test_one_label_only_is_not_available(figure):
    found = figure(code([["no"] * 9, ["no"] * 9], ["no", "yes"]))
    assert (found.value, found.why) == (None, "one label only: nothing tells agreement from chance")
    assert found.rule == "2 raters; 'no' is 100.0% of the labels"


@pytest.mark.parametrize("figure", [fleiss_kappa, gwet_ac1_of_raters])
def test_items_of_one_label_each_are_no_pairs(figure):
    found = figure(code([["a", None], [None, "b"]]))
    assert (found.value, found.n, found.why) == (None, 0, "no pair of labels")


def test_nothing_said_at_all_is_not_available():
    assert fleiss_kappa(code([[None], [None]])).why == "no pair of labels"


def test_missing_labels_are_told_and_their_items_not_counted():
    found = fleiss_kappa(code([["a", "b", "a"], ["a", "b", None]]))
    assert found.n == 2
    assert found.rule.startswith("2 raters, 1 labels missing")


def test_prevalence_is_the_mean_share_of_a_label():
    first, second = rater_prevalence(code([["a", "b", "a"], ["a", "a", None]]))
    assert (first.value, second.value) == (pytest.approx(2.5 / 3), pytest.approx(0.5 / 3))
    assert first.n == 3
