import numpy as np

from rmg_plugin_stats.clusters import cluster_by, each_alone


def test_samples_of_the_same_id_share_a_cluster():
    assert cluster_by(["a", "b", "a"]).codes.tolist() == [0, 1, 0]


def test_a_sample_without_an_id_is_a_cluster_of_its_own_and_is_told():
    clusters = cluster_by(["a", None, float("nan"), "a"])
    assert clusters.codes.tolist() == [0, 1, 2, 0]
    assert clusters.told == "3 clusters, 2 samples without an id each on its own"


def test_clusters_of_one_sample_each_are_not_told():
    assert each_alone(3).told == ""
    assert cluster_by([1, 2, 3]).told == ""


def test_clusters_whose_samples_are_left_out_are_gone():
    clusters = cluster_by(["a", None, "b", "b"]).only(np.array([False, False, True, True]))
    assert clusters.count == 1
    assert clusters.told == "1 clusters"


def test_sums_are_of_each_cluster():
    sums = cluster_by(["a", "b", "a"]).sums(np.array([1.0, 2.0, 4.0]), np.ones(3))
    assert sums.tolist() == [[5.0, 2.0], [2.0, 1.0]]


def test_tallies_count_the_cells_of_each_cluster():
    tallies = cluster_by(["a", "b", "a"]).tallies(np.array([0, 2, 0]), 3)
    assert tallies.tolist() == [[2.0, 0.0, 0.0], [0.0, 0.0, 1.0]]


def test_clusters_thrown_together_stay_whole():
    clusters = cluster_by((np.arange(600) // 2).tolist())
    groups = clusters.at_most(7)
    assert groups.count == 7
    assert (groups.codes[::2] == groups.codes[1::2]).all()
    assert set(np.bincount(groups.codes)) <= {84, 86}


def test_few_clusters_stay_as_they_are():
    clusters = each_alone(5)
    assert clusters.at_most(5) is clusters
