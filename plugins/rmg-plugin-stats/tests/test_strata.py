import numpy as np
import pytest

from rmg_core import DataError
from rmg_plugin_stats.drawing import draw, taken_of
from rmg_plugin_stats.labelling import Labels
from rmg_plugin_stats.strata import one_stratum, strata_of_scores, strata_of_values


def test_scores_of_many_values_are_cut_at_quantiles():
    scores = np.append(np.arange(100) / 100, np.nan)
    found = strata_of_scores(scores, "judge", 4)
    assert found.names == ("A", "B", "C", "D", "E")
    assert sorted(zip(found.meant, found.sizes.values(), strict=True)) == [
        ("judge 0 to 0.24", 25),
        ("judge 0.25 to 0.49", 25),
        ("judge 0.5 to 0.74", 25),
        ("judge 0.75 to 0.99", 25),
        ("no score of judge", 1),
    ]


def test_names_of_strata_of_scores_are_in_no_order_and_always_the_same():
    scores = np.arange(20) / 20
    found = strata_of_scores(scores, "judge", 5)
    assert found.meant != tuple(sorted(found.meant))
    assert strata_of_scores(scores, "judge", 5).meant == found.meant


def test_equal_scores_are_in_one_stratum():
    scores = np.array([0.0] * 90 + [0.5, 0.6, 0.7, 0.8, 0.9, 1.0])
    found = strata_of_scores(scores, "judge", 5)
    assert max(found.sizes.values()) >= 90
    for value in np.unique(scores):
        assert len(set(found.codes[scores == value])) == 1


def test_values_are_strata_and_so_is_their_lack():
    found = strata_of_values(["geo", None, "art", "geo"], "topic", 5)
    assert found.of_samples == ["topic = geo", "no topic", "topic = art", "topic = geo"]


def test_numbers_of_many_values_are_cut_and_texts_are_refused():
    assert len(strata_of_values(list(range(30)), "length", 3).names) == 3
    with pytest.raises(DataError, match="the field 'topic' has 30 values, and --strata is 3"):
        strata_of_values([f"t{each}" for each in range(30)], "topic", 3)


def test_a_column_without_scores_makes_no_strata():
    with pytest.raises(DataError, match="no sample has a score of 'judge'"):
        strata_of_scores(np.full(3, np.nan), "judge", 3)


@pytest.mark.parametrize("allocation", ["proportional", "equal"])
def test_weights_of_a_draw_stand_for_the_whole_run(allocation):
    strata = strata_of_values(["a"] * 900 + ["b"] * 90 + ["c"] * 10 + ["d"], "x", 5)
    drawn = draw(strata, 60, allocation=allocation)
    assert sum(drawn.counts.values()) == len(set(drawn.places.tolist())) == 60
    whole = sum(drawn.weight(strata.of_samples[place]) for place in drawn.places)
    assert whole == pytest.approx(1001)
    assert min(drawn.counts.values()) == drawn.counts["x = d"] == 1
    assert drawn.counts["x = c"] == (2 if allocation == "proportional" else 10)


def test_every_sample_of_a_stratum_is_as_likely_to_be_drawn():
    strata = strata_of_values(["a"] * 12 + ["b"] * 8, "x", 5)
    counts = np.zeros(20)
    for seed in range(2000):
        counts[draw(strata, 5, seed=seed).places] += 1
    assert counts[:12] / 2000 == pytest.approx(3 / 12, abs=0.04)
    assert counts[12:] / 2000 == pytest.approx(2 / 8, abs=0.04)


def test_a_seed_draws_the_same_again():
    strata = one_stratum(100)
    assert draw(strata, 9, seed=3).places.tolist() == draw(strata, 9, seed=3).places.tolist()
    assert draw(strata, 9, seed=3).places.tolist() != draw(strata, 9, seed=4).places.tolist()


def test_nothing_is_drawn_twice():
    strata = one_stratum(10)
    first = draw(strata, 6)
    taken = np.isin(np.arange(10), first.places)
    second = draw(strata, 4, taken=taken)
    assert {*first.places.tolist(), *second.places.tolist()} == set(range(10))
    with pytest.raises(DataError, match="the run has 4 that were not drawn yet"):
        draw(strata, 5, taken=taken)


def test_too_few_for_the_strata_is_told():
    with pytest.raises(DataError, match="3 samples are too few for 2 strata"):
        draw(strata_of_values(["a", "b"] * 5, "x", 5), 3)


def before(strata, sizes):
    return Labels(("old.csv",), ("label",), ((None,) * len(strata),), tuple(strata), sizes)


def test_what_was_drawn_otherwise_cannot_be_excluded():
    strata = strata_of_values(["a", "a", "b"], "x", 5)
    with pytest.raises(DataError, match=r"old\.csv: has no weights: how its samples were chosen"):
        taken_of(before([None] * 3, {}), strata)
    with pytest.raises(DataError, match="its stratum 'all' holds 3 samples, and 0 now"):
        taken_of(before([None, "all", None], {"all": 3}), strata)
    with pytest.raises(DataError, match="a sample of its stratum 'x = a' is in 'x = b' now"):
        taken_of(before([None, None, "x = a"], {"x = a": 2}), strata)
    good = before([None, "x = a", None], {"x = a": 2, "x = b": 1})
    assert taken_of(good, strata).tolist() == [False, True, False]
