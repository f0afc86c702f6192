import numpy as np
import pytest

from rmg_plugin_stats.clusters import cluster_by
from rmg_plugin_stats.planning import (
    Pilot,
    best_repeats,
    design_effect,
    half_width,
    items_for_half_width,
    items_for_paired_binary,
    items_for_paired_mean,
    kappa_half_width,
    pilot,
    standard_error,
)


@pytest.mark.parametrize(
    ("items", "half"), [(50, 0.127), (100, 0.090), (200, 0.064), (500, 0.040), (1_000, 0.028)]
)
def test_half_widths_of_a_share_are_the_known_ones(items, half):
    assert half_width(items, share=0.7) == pytest.approx(half, abs=5e-4)


@pytest.mark.parametrize(("items", "half"), [(100, 0.16), (200, 0.11), (500, 0.07)])
def test_half_widths_of_kappa_are_the_known_ones(items, half):
    assert kappa_half_width(items, 0.6) == pytest.approx(half, abs=5e-3)


@pytest.mark.parametrize(
    ("difference", "discordant", "items"),
    [
        (0.02, 0.1, 1_960),
        (0.02, 0.2, 3_923),
        (0.03, 0.1, 870),
        (0.03, 0.2, 1_742),
        (0.05, 0.1, 312),
        (0.05, 0.2, 626),
        (0.05, 0.3, 940),
        (0.10, 0.2, 155),
        (0.10, 0.3, 234),
    ],
)
def test_paired_binary_items_are_the_known_ones(difference, discordant, items):
    assert items_for_paired_binary(difference, discordant) == items
    assert items_for_paired_binary(-difference, discordant) == items


def test_as_many_items_as_advised_have_the_half_width():
    for half in (0.2, 0.07, 0.011):
        items = items_for_half_width(half, deviation=1.3, design=2.0)
        assert half_width(items, deviation=1.3, design=2.0) <= half
        assert half_width(items - 1, deviation=1.3, design=2.0) > half


def test_the_advice_for_paired_means_is_near_that_of_statsmodels():
    power = pytest.importorskip("statsmodels.stats.power")
    theirs = power.TTestPower().solve_power(effect_size=0.2, power=0.8, alpha=0.05)
    # It has t quantiles, which ask for two samples more.
    assert items_for_paired_mean(0.2, 1.0) == pytest.approx(theirs, abs=3)


def test_repeats_stop_paying_when_items_vary_more():
    once = standard_error(100, 1, between=1.0, within=0.5)
    often = standard_error(100, 50, between=1.0, within=0.5)
    assert once == pytest.approx(0.015**0.5)
    assert often > 0.1


@pytest.mark.parametrize(("item_cost", "repeats"), [(0.0, 1), (1.0, 1), (4.0, 2), (100.0, 10)])
def test_dear_items_are_repeated(item_cost, repeats):
    assert best_repeats(between=1.0, within=1.0, item_cost=item_cost) == repeats


def test_the_best_repeats_are_the_best_of_all():
    dice = np.random.default_rng(1)
    for _ in range(100):
        between, within, cost = dice.random(3) * [1, 4, 30] + 0.01
        found = best_repeats(between=between, within=within, item_cost=cost)
        prices = [(between + within / k) * (cost + k) for k in range(1, 400)]
        assert found == int(np.argmin(prices)) + 1


def test_items_alike_have_no_best_number_of_repeats():
    assert best_repeats(between=0.0, within=1.0) is None


def test_the_design_effect_is_that_of_the_clustered_error():
    dice = np.random.default_rng(2)
    groups = np.repeat(np.arange(400), 8)
    values = dice.normal(size=400)[groups] + dice.normal(size=3_200)
    found = design_effect(values, cluster_by(groups))
    means = values.reshape(400, 8).mean(1)
    assert found.correlation == pytest.approx(0.5, abs=0.05)
    assert found.effect == pytest.approx(
        (means.var(ddof=1) / 400) / (values.var(ddof=1) / 3_200), rel=0.01
    )


def test_clusters_that_differ_less_than_chance_have_a_negative_correlation():
    found = design_effect([0, 1, 1, 0, 0, 1], cluster_by("aabbcc"))
    assert found.correlation == pytest.approx(-1.0)
    assert found.effect == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(
    ("values", "clusters", "why"),
    [
        ([], [], "no value"),
        ([1, 2], ["a", "b"], "two clusters, and one of two samples, are the least"),
        ([1, 2], ["a", "a"], "two clusters, and one of two samples, are the least"),
        ([1, 1, 1], ["a", "a", "b"], "the values do not vary"),
    ],
)
def test_a_design_effect_that_is_not_defined_says_why(values, clusters, why):
    found = design_effect(values, cluster_by(clusters))
    assert (found.effect, found.why) == (None, why)


def test_a_pilot_gives_what_planning_asks_for():
    found = pilot([1, 0, 1, 1], [1, 1, 0, np.nan], [[1, 1], [0, 0], [1, 0]])
    assert found.deviation == pytest.approx(0.5)
    assert found.discordant == pytest.approx(2 / 3)
    assert found.pair_deviation == pytest.approx(1.0)
    assert found.within == pytest.approx(1 / 6)
    assert found.between == pytest.approx((2 * 0.25 - 1 / 6) / 2)


def test_a_pilot_of_nothing_says_nothing():
    assert pilot([]) == Pilot()


def test_a_pilot_plans_with_no_negative_variance():
    assert pilot([1, 0], repeats=[[1, 0], [0, 1], [1, 0]]).between == 0.0


@pytest.mark.parametrize(
    ("plan", "wrong"),
    [
        (lambda: half_width(10), "give share or deviation, and not both"),
        (lambda: half_width(10, share=0.5, deviation=1), "give share or deviation, and not both"),
        (lambda: half_width(0, share=0.5), "items must be 1 or more"),
        (lambda: half_width(10, share=1.5), "a share is in"),
        (lambda: items_for_half_width(0, share=0.5), "a half-width is above 0"),
        (lambda: items_for_paired_binary(0.2, 0.1), "0 < difference <= discordant <= 1"),
        (lambda: items_for_paired_mean(0.0, 1.0), "must not be 0"),
        (lambda: kappa_half_width(10, 0.5, chance=1.0), "agreement by chance"),
        (lambda: standard_error(0, 1, between=1, within=1), "one item and one repeat"),
        (lambda: best_repeats(between=-1, within=1), "variances are 0 or more"),
    ],
)
def test_what_cannot_be_planned_is_refused(plan, wrong):
    with pytest.raises(ValueError, match=wrong):
        plan()
