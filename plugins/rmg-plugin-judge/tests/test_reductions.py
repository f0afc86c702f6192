from itertools import product

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from rmg_core import GraderError, GraderScore, GraderSkip, Scale
from rmg_plugin_judge.reductions import (
    exact_mean,
    expected_value,
    is_decided,
    needs_escalation,
    reduced,
)
from rmg_plugin_judge.values import Level, Prompt, Rubric, Verdict, Vote

RUBRIC = Rubric(
    "helpful", "", (), "pointwise", Prompt("Judge."),
    levels=tuple(Level(str(value), "", float(value)) for value in range(6)),
)  # fmt: skip
SHY = evolve(RUBRIC, may_abstain=True)
PAIRS = Rubric("pairs", "", (), "pairwise", Prompt("Which is better?"))


def vote(label, model="m", sample=0, reason=""):
    """Return a vote: for a label, of a kind of failure, or an abstention where it is None."""
    if label is None:
        return Vote(model, Verdict(is_abstention=True), sample=sample)
    if label in {"truncated", "refusal", "unparseable"}:
        return Vote(model, error=label, said=f"{label} here", sample=sample)
    return Vote(model, Verdict({"": str(label)}, reason=reason), sample=sample)


def samples(*labels, model="m"):
    return [vote(label, model, number) for number, label in enumerate(labels)]


def panel(*labels):
    return [vote(label, f"judge {number}") for number, label in enumerate(labels)]


RULES = ("mean", "median", "mode", "min", "max", "trimmed")
PANEL_RULES = ("mean", "majority", "min", "median")
labels = st.sampled_from([*"012345"])
answers = labels | st.sampled_from([None, "truncated", "unparseable"])


@pytest.mark.parametrize(
    ("rule", "given_labels", "score"),
    [
        ("mean", (1, 2, 5), 8 / 3),
        ("median", (1, 5, 2), 2),
        ("median", (1, 2, 4, 5), 3),
        ("mode", (1, 5, 5), 5),
        ("mode", (0, 1, 1, 2, 3), 1),
        ("min", (3, 2, 5), 2),
        ("max", (3, 2, 5), 5),
        ("trimmed", (0, 4, 5), 4),
        ("trimmed", (0, 2, 4, 5), 3),
        ("trimmed", (0,) * 2 + (3,) * 16 + (4, 5), 3),
    ],
)
def test_the_samples_of_a_judge_are_reduced_by_hand(rule, given_labels, score):
    assert reduced(samples(*given_labels), RUBRIC, reduce=rule).score == score


@pytest.mark.parametrize(
    ("rule", "score"),
    [("mean", 3), ("majority", 2), ("min", 2), ("median", 2), ("weighted", 4)],
)
def test_judges_are_reduced_by_hand(rule, score):
    weights = {"judge 0": 1, "judge 1": 1, "judge 2": 4} if rule == "weighted" else {}
    outcome = reduced(panel(2, 2, 5), RUBRIC, panel_reduce=rule, panel_weights=weights)
    assert outcome.score == score


def test_each_judge_has_one_voice_however_often_it_was_asked():
    votes = [*samples(5, 5, 5, 5, 5, model="a"), vote(1, "b")]
    outcome = reduced(votes, RUBRIC)
    assert outcome.score == 3
    assert outcome.metadata["judges"] == {"a": 5, "b": 1}


def test_the_score_has_the_scale_of_the_levels():
    assert reduced([vote(4)], RUBRIC).scale == Scale(0, 5)


def test_the_metadata_tell_votes_and_how_they_agree():
    outcome = reduced(samples(2, 2, 5, "truncated"), RUBRIC)
    assert len(outcome.metadata["votes"]) == 4
    told = {key: value for key, value in outcome.metadata.items() if key != "votes"}
    assert told == {
        "counts": {"2": 2, "5": 1},
        "agreement": 2 / 3,
        "spread": 3**0.5,
        "failed": {"truncated": 1},
        "judges": {"m": 3},
    }


def test_the_reason_is_that_of_the_vote_nearest_to_the_result():
    votes = [
        vote(1, reason="bad"),
        vote(3, sample=1, reason="fair"),
        vote(5, sample=2, reason="ok"),
    ]
    assert reduced(votes, RUBRIC).reason == "fair"
    assert reduced(votes, RUBRIC, reduce="min").reason == "bad"


@pytest.mark.parametrize("rule", ["mode", "majority"])
def test_values_that_tie_are_a_skip_and_never_the_first(rule):
    if rule == "mode":
        outcome = reduced(samples(1, 5), RUBRIC, reduce="mode")
        assert outcome.reason == "1 of 1 judge without an opinion: votes that tie"
    else:
        outcome = reduced(panel(1, 5), RUBRIC, panel_reduce="majority")
        assert outcome.reason == "the votes of 2 judges tie: judge 0 1, judge 1 5"
    assert isinstance(outcome, GraderSkip)


def test_a_single_vote_that_failed_is_an_error_of_its_kind():
    outcome = reduced([vote("truncated")], RUBRIC)
    assert (outcome.kind, outcome.error) == (
        "truncated",
        "0 of 1 vote of m can be counted, of 1 needed (truncated 1): truncated here",
    )


def test_more_than_half_of_the_samples_of_a_judge_must_count():
    assert reduced(samples(2, 4, "truncated"), RUBRIC).score == 3
    assert isinstance(reduced(samples(2, "truncated"), RUBRIC), GraderError)


def test_every_judge_of_a_panel_must_count():
    outcome = reduced(panel(2, 4, "refusal"), RUBRIC)
    assert (outcome.kind, outcome.error) == (
        "refusal",
        "0 of 1 vote of judge 2 can be counted, of 1 needed (refusal 1): refusal here",
    )


def test_min_votes_says_how_many_of_all_must_count():
    votes = panel(2, 4, "refusal")
    assert reduced(votes, RUBRIC, min_votes=2).score == 3
    outcome = reduced(votes, RUBRIC, min_votes=3)
    assert (outcome.kind, outcome.error) == (
        "refusal",
        "2 of 3 votes can be counted, of 3 needed (refusal 1): refusal here",
    )


def test_the_kind_is_the_commonest_and_on_a_tie_the_first():
    assert reduced(samples("refusal", "truncated", "truncated"), RUBRIC).kind == "truncated"
    assert reduced(samples("refusal", "truncated"), RUBRIC).kind == "refusal"
    assert reduced(samples("truncated", "refusal"), RUBRIC).kind == "truncated"


@pytest.mark.parametrize(
    ("votes", "is_skip"),
    [
        (samples(None), True),
        (samples(3, None), True),
        (samples(3, 3, None), False),
        (panel(3, None), True),
        (panel(3, 3, None), False),
        (samples(3, None, "truncated"), True),
    ],
)
def test_it_is_a_skip_where_at_least_as_many_abstain_as_do_not(votes, is_skip):
    outcome = reduced(votes, SHY)
    assert isinstance(outcome, GraderSkip if is_skip else GraderScore)
    assert outcome.metadata["abstained"] == 1


def test_an_abstention_is_no_value_that_min_votes_counts():
    outcome = reduced(samples(3, 3, None), SHY, min_votes=3)
    assert outcome.reason == "2 of 3 votes can be counted, of 3 needed; 1 abstain"


@pytest.mark.parametrize(
    ("votes", "rules", "said"),
    [
        ([], {}, "there is no vote to reduce"),
        (panel(1, 2), {"min_votes": 3}, "min_votes is 3, and there are 2 votes"),
        (panel(1, 2), {"panel_reduce": "weighted"}, "panel_weights go with"),
        (panel(1), {"panel_weights": {"judge 0": 1}}, "panel_weights go with"),
        (
            panel(1, 2),
            {"panel_reduce": "weighted", "panel_weights": {"judge 0": 1}},
            "panel_weights must name each judge once; see judge 1",
        ),
        (
            panel(1),
            {"panel_reduce": "weighted", "panel_weights": {"judge 0": 0}},
            "panel_weights.judge 0 is 0, and must be more than 0",
        ),
        (samples(1, 2), {"reduce": "trimmed"}, "too few votes were asked for"),
        (samples(1, 2), {"reduce": "sum"}, "there is no rule 'sum'"),
    ],
)
def test_rules_that_do_not_fit_the_votes_are_refused(votes, rules, said):
    with pytest.raises(ValueError, match=said):
        reduced(votes, RUBRIC, **rules)


@given(st.lists(answers, min_size=3, max_size=7), st.data(), st.sampled_from(RULES))
def test_the_order_of_votes_changes_nothing(given_labels, data, rule):
    votes = [
        vote(label, f"judge {number % 2}", number, str(number))
        for number, label in enumerate(given_labels * 2)
    ]
    shuffled = data.draw(st.permutations(votes))
    one, other = (reduced(each, SHY, reduce=rule, min_votes=1) for each in (votes, shuffled))
    assert type(one) is type(other)
    if isinstance(one, GraderScore):
        assert (one.score, one.reason) == (other.score, other.reason)
        for key in one.metadata.keys() - {"votes"}:
            assert one.metadata[key] == other.metadata[key]


@given(
    st.lists(labels, min_size=3, max_size=7),
    st.sampled_from(RULES),
    st.sampled_from(PANEL_RULES),
)
def test_a_failed_vote_never_moves_a_score(given_labels, rule, panel_rule):
    votes = samples(*given_labels)
    rules = {"reduce": rule, "panel_reduce": panel_rule}
    without = reduced(votes, RUBRIC, **rules)
    failing = reduced([*votes, vote("truncated", sample=99)], RUBRIC, **rules)
    assert type(failing) is type(without)
    if isinstance(without, GraderScore):
        assert (failing.score, failing.reason) == (without.score, without.reason)


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=5, unique=True),
    st.lists(st.integers(0, 99), min_size=3, max_size=12),
    st.sampled_from(RULES),
    st.sampled_from(PANEL_RULES),
)
def test_scores_stay_on_the_scale(values, picks, rule, panel_rule):
    rubric = evolve(
        RUBRIC, levels=tuple(Level(str(number), "", each) for number, each in enumerate(values))
    )
    votes = samples(*(pick % len(values) for pick in picks))
    outcome = reduced(votes, rubric, reduce=rule, panel_reduce=panel_rule)
    if isinstance(outcome, GraderScore):
        assert min(values) <= outcome.score <= max(values)


def test_the_mean_of_equal_values_is_that_value():
    assert exact_mean([0.1] * 3) == 0.1
    assert exact_mean([0.1] * 3, [0.3, 0.1, 0.7]) == 0.1


@pytest.mark.parametrize(
    ("given_labels", "most", "is_known"),
    [
        ((), 3, False),
        ((5,), 3, False),
        ((5, 5), 3, True),
        ((5, 5), 4, False),
        ((5, 5, 5), 5, True),
        ((5, 5, 5, 1), 5, True),
        ((5, 5, 1), 4, False),
        ((5, 1, 1, 1, 1), 8, False),
        ((5, 1), 2, True),
    ],
)
def test_a_lead_larger_than_the_votes_that_are_left_decides(given_labels, most, is_known):
    assert is_decided(samples(*given_labels), RUBRIC, most) is is_known


@pytest.mark.parametrize("rule", ["mean", "median", "min", "trimmed", "weighted"])
def test_other_rules_than_votes_are_never_decided_early(rule):
    assert is_decided(samples(5, 5), RUBRIC, 3, reduce=rule) is None


@given(
    st.lists(st.sampled_from(["0", "1", "2", None]), min_size=1, max_size=6),
    st.integers(1, 3),
)
def test_no_votes_to_come_overturn_what_is_decided(given_labels, left):
    votes = samples(*given_labels)
    if is_decided(votes, SHY, len(votes) + left):
        now = reduced(votes, SHY, reduce="mode")
        for rest in product(["0", "1", "5", None], repeat=left):
            then = reduced(samples(*given_labels, *rest), SHY, reduce="mode")
            assert getattr(then, "score", "skip") == getattr(now, "score", "skip")


@pytest.mark.parametrize(
    ("votes", "when", "expected"),
    [
        (panel(3, 3), "disagree", False),
        (panel(3, 4), "disagree", True),
        (panel(3, None), "disagree", True),
        (panel(3, "truncated"), "disagree", False),
        (panel("truncated"), "disagree", True),
        (panel(3, 3, 3, 4), 0.5, False),
        (panel(3, 3, 3, 4), 0.6, True),
        (panel(3, 3, 3), 1.0, False),
    ],
)
def test_a_stronger_judge_is_asked_where_votes_differ(votes, when, expected):
    assert needs_escalation(votes, when, SHY) is expected


def test_orders_are_undone_before_votes_are_said_to_differ():
    both = [
        Vote("m", Verdict({"": "A"}), order=(0, 1)),
        Vote("m", Verdict({"": "B"}), order=(1, 0)),
    ]
    assert not needs_escalation(both, "disagree", PAIRS)
    assert needs_escalation([both[0], evolve(both[1], order=(0, 1))], "disagree", PAIRS)


@pytest.mark.parametrize("when", ["differ", -0.1, 1.1])
def test_another_condition_of_escalation_is_refused(when):
    with pytest.raises(ValueError, match="when is 'disagree' or a number"):
        needs_escalation(panel(1), when, RUBRIC)


def test_a_distribution_is_worth_its_mean_over_the_mass_of_labels():
    assert expected_value({"4": 0.3, "5": 0.3}, RUBRIC) == 4.5
    assert expected_value({"0": 0.0, "2": 0.01}, RUBRIC) == 2


@pytest.mark.parametrize(
    "probabilities",
    [{}, {"4": 0.0}, {"4": -0.1, "5": 1.0}, {"4": float("nan")}, {"9": 1.0}],
)
def test_what_is_no_distribution_over_the_labels_is_refused(probabilities):
    with pytest.raises(ValueError):
        expected_value(probabilities, RUBRIC)
