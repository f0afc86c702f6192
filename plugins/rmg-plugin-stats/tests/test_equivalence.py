import numpy as np
import pytest

from rmg_plugin_stats.equivalence import equivalent, non_inferior
from rmg_plugin_stats.paired import pair


def test_equivalence_is_that_of_statsmodels():
    weightstats = pytest.importorskip("statsmodels.stats.weightstats")
    dice = np.random.default_rng(1)
    for _ in range(200):
        n = int(dice.integers(3, 50))
        first, second = dice.normal(size=n), dice.normal(0.1, 1, size=n)
        theirs, _, _ = weightstats.ttost_paired(second, first, -0.4, 0.4)
        assert equivalent(pair(first, second), 0.4).test.p_value == pytest.approx(theirs, abs=1e-9)


def shifted(by, spread, n=400):
    dice = np.random.default_rng(2)
    noise = dice.normal(size=n)
    noise = (noise - noise.mean()) / noise.std() * spread
    return pair(np.zeros(n), noise + by)


@pytest.mark.parametrize(
    ("by", "spread", "verdict"),
    [(0.0, 0.5, "yes"), (0.3, 0.5, "no"), (0.1, 0.5, "inconclusive"), (0.0, 5.0, "inconclusive")],
)
def test_equivalence_has_three_verdicts(by, spread, verdict):
    assert equivalent(shifted(by, spread), 0.1).verdict == verdict


def test_the_verdict_is_yes_just_where_the_interval_lies_within_the_margin():
    dice = np.random.default_rng(3)
    for _ in range(200):
        found = equivalent(pair(np.zeros(30), dice.normal(0, 1, 30)), 0.4)
        lies_within = found.difference.low > -0.4 and found.difference.high < 0.4
        assert (found.verdict == "yes") is lies_within
    assert found.difference.level == 0.9


@pytest.mark.parametrize(
    ("by", "verdict"), [(0.5, "yes"), (0.0, "yes"), (-0.1, "inconclusive"), (-0.3, "no")]
)
def test_a_run_may_be_no_worse(by, verdict):
    assert non_inferior(shifted(by, 0.5), 0.1).verdict == verdict
    assert non_inferior(shifted(-by, 0.5), 0.1, higher_is_better=False).verdict == verdict


@pytest.mark.parametrize("judge", [equivalent, non_inferior])
@pytest.mark.parametrize(("n", "verdict"), [(2, "inconclusive"), (1_000, "yes")])
def test_runs_that_do_not_differ_need_many_samples_to_be_equivalent(judge, n, verdict):
    found = judge(pair(np.zeros(n), np.zeros(n)), 0.01, span=1.0)
    assert (found.verdict, found.test.p_value) == (verdict, None)


def test_runs_that_do_not_differ_are_inconclusive_on_an_unknown_scale():
    found = equivalent(pair([1, 2, 3], [1, 2, 3]), 0.01)
    assert found.verdict == "inconclusive"
    assert "all values are the same" in found.why


def test_one_pair_is_inconclusive_and_says_why():
    found = equivalent(pair([1], [1]), 0.1)
    assert found.verdict == "inconclusive"
    assert "two independent samples" in found.why


def test_a_margin_of_nothing_is_refused():
    with pytest.raises(ValueError, match="above 0"):
        non_inferior(pair([1, 2], [1, 2]), 0.0)
