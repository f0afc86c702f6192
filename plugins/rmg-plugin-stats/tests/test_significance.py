import numpy as np
import pytest

from rmg_plugin_stats.significance import benjamini_hochberg, benjamini_yekutieli

BOTH = [(benjamini_hochberg, "fdr_bh"), (benjamini_yekutieli, "fdr_by")]


@pytest.mark.parametrize(("ours", "method"), BOTH)
def test_adjusted_p_values_are_those_of_statsmodels(ours, method):
    multitest = pytest.importorskip("statsmodels.stats.multitest")
    dice = np.random.default_rng(1)
    for _ in range(200):
        p = np.round(dice.random(int(dice.integers(1, 40))) ** 3, 2)
        assert ours(p) == pytest.approx(multitest.multipletests(p, method=method)[1], abs=1e-9)


@pytest.mark.parametrize(("adjust", "_method"), BOTH)
def test_a_test_that_could_not_be_made_is_not_counted(adjust, _method):
    adjusted = adjust([0.01, np.nan, 0.04])
    assert np.isnan(adjusted[1])
    assert adjusted[[0, 2]].tolist() == adjust([0.01, 0.04]).tolist()


def test_no_tests_are_no_p_values():
    assert benjamini_hochberg([]).tolist() == []


def test_a_p_value_above_one_is_refused():
    with pytest.raises(ValueError, match="between 0 and 1"):
        benjamini_hochberg([1.2])
