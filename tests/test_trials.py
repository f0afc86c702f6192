"""What a grader is tried on, and when it comes out right."""

import pytest

from rmg_core import GraderError, GraderRank, GraderScore, GraderSkip, GradeTrial, OrderTrial, Scale
from rmg_core.graders import said_of

ASKED = {"response": "x"}
DOWN = Scale(0.0, 5.0, higher_is_better=False)


@pytest.mark.parametrize(
    ("expected", "tolerance", "outcome", "is_met"),
    [
        (2.0, 0.0, GraderScore(2.0), True),
        (2.0, 0.0, GraderScore(2.0 + 1e-12), True),
        (2.0, 0.0, GraderScore(2.1), False),
        (2, 0.5, GraderScore(2.4), True),
        (2, 0.5, GraderScore(2.5), False),
        ((1, 2), 0.0, GraderRank((1, 2)), True),
        ((1, 1), 0.0, GraderRank((1, 2)), False),
        ((1, 2), 0.0, GraderScore(1.0), False),
        (1.0, 0.0, GraderRank((1,)), False),
        ("skip", 0.0, GraderSkip("it abstains"), True),
        ("skip", 0.0, GraderScore(0.0), False),
        (0.0, 0.0, GraderSkip("it abstains"), False),
        (0.0, 9.0, GraderError("timeout", "no answer"), False),
    ],
)
def test_a_known_grade_is_met_by_it_alone(expected, tolerance, outcome, is_met):
    trial = GradeTrial(ASKED, expected, tolerance)
    assert trial.is_met_by([outcome]) is is_met


@pytest.mark.parametrize(
    ("first", "second", "is_met"),
    [
        (GraderScore(2.0), GraderScore(1.0), True),
        (GraderScore(1.0), GraderScore(1.0), False),
        (GraderScore(1.0 + 1e-12), GraderScore(1.0), False),
        (GraderScore(1.0), GraderScore(2.0), False),
        (GraderScore(1.0, scale=DOWN), GraderScore(2.0, scale=DOWN), True),
        (GraderScore(2.0, scale=DOWN), GraderScore(1.0, scale=DOWN), False),
        (GraderRank((1, 2)), GraderRank((2, 1)), True),
        (GraderRank((1, 2)), GraderRank((1, 2)), False),
        (GraderScore(2.0), GraderError("timeout", "no answer"), False),
        (GraderScore(2.0), GraderSkip("it abstains"), False),
    ],
)
def test_a_pair_is_met_where_the_better_one_is_graded_better(first, second, is_met):
    assert OrderTrial(ASKED, ASKED).is_met_by([first, second]) is is_met


@pytest.mark.parametrize(
    ("tolerance", "second", "is_met"),
    [(0.0, 1.0, True), (0.0, 2.0, False), (1.0, 2.0, True), (1.0, 0.0, True), (1.0, 2.1, False)],
)
def test_a_tie_is_met_where_both_grades_are_nearly_the_same(tolerance, second, is_met):
    tie = OrderTrial(ASKED, ASKED, is_tie=True, tolerance=tolerance)
    assert tie.is_met_by([GraderScore(1.0), GraderScore(second)]) is is_met


def test_errors_are_no_tie():
    failed = GraderError("timeout", "no answer")
    assert not OrderTrial(ASKED, ASKED, is_tie=True).is_met_by([failed, failed])


def test_what_is_wanted_and_what_came_is_told_in_words():
    assert GradeTrial(ASKED, 2.0).wanted == "2"
    assert GradeTrial(ASKED, (1, 2)).wanted == "(1, 2)"
    assert OrderTrial(ASKED, ASKED).wanted == "the first above the second"
    assert OrderTrial(ASKED, ASKED, is_tie=True).wanted == "both alike"
    outcomes = [
        GraderScore(0.5),
        GraderRank((2, 1)),
        GraderSkip("none"),
        GraderError("timeout", "no"),
    ]
    assert list(map(said_of, outcomes)) == [
        "0.5",
        "(2, 1)",
        "a skip (none)",
        "an error (timeout: no)",
    ]
