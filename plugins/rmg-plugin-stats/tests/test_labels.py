import pytest

from rmg_plugin_stats.agreement import raw_agreement
from rmg_plugin_stats.clusters import each_alone
from rmg_plugin_stats.labels import Rules, code, pair_up

JUDGE = ["a", "tie", "b", None, "tie", "b", None]
TRUTH = ["a", "a", "a", "b", "tie", None, "tie"]


def agreed(rules):
    found = raw_agreement(pair_up(JUDGE, TRUTH, rules=rules))
    return found.value, found.n


def test_labels_are_those_that_occur_numbers_by_size_first():
    assert code([[10, 2, None], ["b", "a", float("nan")]]).labels == (2, 10, "a", "b")


def test_codes_are_samples_by_raters_with_missing_below_zero():
    assert code([["a", None], ["b", "a"]]).codes.tolist() == [[0, 1], [-1, 0]]


def test_a_label_that_was_not_declared_is_told_with_those_that_were():
    with pytest.raises(ValueError, match="'no' is no label; the labels are 'good', 'bad'"):
        code([["good", "no"]], ["good", "bad"])


def test_columns_of_other_lengths_are_told():
    with pytest.raises(ValueError, match="columns of 1, 2 labels"):
        code([["a"], ["a", "b"]])


def test_clusters_of_another_length_are_told():
    with pytest.raises(ValueError, match="1 samples and 2 cluster ids"):
        pair_up(["a"], ["a"], clusters=each_alone(2))


def test_a_tie_is_a_label_and_missing_is_left_out_unless_told():
    assert agreed(None) == (2 / 4, 4)


@pytest.mark.parametrize(
    ("ties", "missing", "value", "n"),
    [
        ("label", "drop", 2 / 4, 4),
        ("label", "wrong", 2 / 6, 6),
        ("label", "tie", 3 / 6, 6),
        ("half", "drop", 2.5 / 4, 4),
        ("half", "wrong", 2.5 / 6, 6),
        ("half", "tie", 4 / 6, 6),
        ("drop", "drop", 1 / 2, 2),
        ("drop", "wrong", 1 / 3, 3),
        ("drop", "tie", 1 / 2, 2),
        ("wrong", "drop", 1 / 3, 3),
        ("wrong", "wrong", 1 / 4, 4),
        ("wrong", "tie", 1 / 4, 4),
    ],
)
def test_each_pair_of_rules_counts_as_it_says(ties, missing, value, n):
    got, rests_on = agreed(Rules(ties=ties, missing=missing, tie="tie"))
    assert (got, rests_on) == (pytest.approx(value), n)


def test_the_rules_print_themselves_with_what_they_met():
    pairs = pair_up(JUDGE, TRUTH, rules=Rules(ties="half", missing="wrong", tie="tie"))
    assert pairs.rule == (
        "a tie against a decision counts half; 2 missing counted as wrong; 1 without truth left out"
    )


def test_a_rule_that_met_nothing_is_still_told():
    assert pair_up(["a"], ["a"]).rule == "0 missing left out"


def test_a_rule_for_ties_needs_the_label_of_a_tie():
    with pytest.raises(ValueError, match="say which label is the tie"):
        Rules(missing="tie")


def test_the_tie_must_be_one_of_the_declared_labels():
    with pytest.raises(ValueError, match="the tie 0 is none of the labels"):
        pair_up([1], [1], labels=[1, 2], rules=Rules(tie=0))


def test_a_tie_that_nobody_said_can_stand_in_for_missing():
    pairs = pair_up([1, None], [1, 2], rules=Rules(missing="tie", tie=0))
    assert pairs.labels == (0, 1, 2)
    assert pairs.judge.tolist() == [1, 0]


def test_weights_are_told_once():
    found = raw_agreement(pair_up(["a", "b"], ["a", "a"], weights=[1, 3]))
    assert (found.value, found.rule.count("weighted")) == (0.25, 1)


def test_other_numbers_of_weights_are_told():
    with pytest.raises(ValueError, match="1 samples and 2 weights"):
        pair_up(["a"], ["a"], weights=[1, 2])
