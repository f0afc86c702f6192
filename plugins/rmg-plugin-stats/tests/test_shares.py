import numpy as np
import pytest

from rmg_plugin_stats.intervals import clopper_pearson, wilson
from rmg_plugin_stats.shares import even_p_value, share


def counts():
    dice = np.random.default_rng(1)
    for _ in range(200):
        n = int(dice.integers(1, 300))
        yield int(dice.integers(0, n + 1)), n


def test_the_p_value_is_that_of_the_exact_binomial():
    from scipy.stats import binomtest

    for hits, n in counts():
        assert even_p_value(hits, n) == pytest.approx(binomtest(hits, n).pvalue, abs=1e-9)


def test_few_samples_have_the_exact_interval_and_more_have_wilson():
    few = share("s", 2, 29, unit="pairs", rule="r", none="none")
    more = share("s", 2, 30, unit="pairs", rule="r", none="none")
    assert (few.low, few.high) == clopper_pearson(2, 29)
    assert (more.low, more.high) == wilson(2, 30)


def test_a_share_of_none_says_why():
    figure = share("s", 0, 0, unit="pairs", rule="r", none="nobody came")
    assert (figure.value, figure.low, figure.why) == (None, None, "nobody came")
