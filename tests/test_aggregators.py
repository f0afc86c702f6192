"""The rule for missing parts, the seed's shape, and what other projects' aggregators return."""

import json
import math
from pathlib import Path

import pytest
from attrs import frozen

from rmg_core.aggregators import Impute, NamedAggregator, Parts, as_aggregator, scored_parts
from rmg_core.basic.combining import Mean, WeightedSum, WeightedSumAggregator
from rmg_core.basic.order import Median
from rmg_core.basic.repeats import PassAtK, PassHatK
from rmg_core.basic.voting import Mode
from rmg_core.errors import DefinitionError
from rmg_core.outcomes import UNIT, GraderError, GraderRank, GraderScore, GraderSkip, Scale

DATA = Path(__file__).resolve().parents[1] / ".." / "shared" / "data"
FIVE = Scale(1, 5)
TIMEOUT = GraderError("timeout", "no answer in 60 s")


# What a part without a score comes to


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (TIMEOUT, "b has an error (timeout)"),
        (GraderSkip("no claims"), "b was skipped (no claims)"),
        (GraderRank((1, 2)), "b is a rank, not a score"),
    ],
)
def test_a_part_without_a_score_is_an_error_that_says_why(outcome, said):
    made = scored_parts({"a": GraderScore(1.0), "b": outcome}, None)

    assert made == GraderError("missing_part", said)


def test_a_part_that_is_absent_is_an_error():
    made = scored_parts({"a": GraderScore(1.0)}, ("a", "b"))

    assert made == GraderError("missing_part", "b has no outcome")


def test_an_imputed_value_is_on_the_scale_of_the_other_parts():
    outcomes = {"a": GraderScore(5.0, scale=FIVE), "b": TIMEOUT}

    made = scored_parts(outcomes, None, on_missing=Impute(2.0))

    assert isinstance(made, Parts)
    assert made.scores["b"] == GraderScore(2.0, "imputed", scale=FIVE)
    assert (made.imputed, made.coverage) == (("b",), 0.5)


def test_an_imputed_value_is_on_its_own_scale_where_that_is_known():
    outcomes = {"a": GraderScore(1.0), "b": TIMEOUT}

    made = scored_parts(outcomes, None, on_missing=Impute(2.0), scales={"a": UNIT, "b": FIVE})

    assert isinstance(made, Parts)
    assert made.scores["b"].scale == FIVE


def test_no_value_is_imputed_on_an_unknown_scale():
    outcomes = {"a": GraderScore(1.0), "b": GraderScore(3.0, scale=FIVE), "c": TIMEOUT}

    made = scored_parts(outcomes, None, on_missing=Impute(0.0))

    assert made == GraderError(
        "missing_part", "c has an error (timeout); 0 cannot stand for a part of unknown scale"
    )


# What is an aggregator


def test_an_object_that_does_not_combine_is_refused():
    @frozen
    class Idle:
        pass

    with pytest.raises(DefinitionError) as refused:
        as_aggregator(Idle, "idle")

    assert str(refused.value) == (
        "'idle' is not an aggregator: it has no method `combine(self, outcomes)` or `combine_group`"
    )


# The seed's shape


def test_weighted_sum_aggregator_names_its_column():
    made = WeightedSumAggregator(name="overall_score", weights={"a": 0.6, "b": 0.4})

    assert made == NamedAggregator("overall_score", WeightedSum(weights={"a": 0.6, "b": 0.4}))


def test_weighted_sum_aggregator_takes_the_options_of_a_weighted_sum():
    made = WeightedSumAggregator("s", {"a": 1, "b": -1}, normalise=False, on_missing="abstain")

    assert made.aggregator == WeightedSum(
        weights={"a": 1, "b": -1}, normalise=False, on_missing="abstain"
    )


def test_weighted_sum_aggregator_needs_a_name():
    with pytest.raises(ValueError, match=r"^name is empty: it is the column of the results$"):
        WeightedSumAggregator("", {"a": 1.0})


# Rows of other projects


def rows(file, *operations):
    path = DATA / "vectors" / file
    if not path.exists():
        pytest.skip(f"no shared data at {file}")
    with path.open(encoding="utf-8") as lines:
        return [row for row in map(json.loads, lines) if row["op"] in operations]


WE_DIFFER = {
    "name": "a column is named where it is kept, not in each of its outcomes",
    "reason": "ours reads `0.5·grader1 10 + …`, in six significant digits",
    "metadata": "ours has the rule, the scores and the coverage; weights are in the plan",
    "eval_feedback": "we have no such field",
}
"""Fields of an upstream result that ours does not repeat, with the reason."""

SCALES = {"openjudge-00246": Scale(0, 10), "openjudge-00261": UNIT}
"""The rows do not say on what scale their scores are."""


def test_weighted_sums_of_openjudge_are_ours():
    compared = 0
    for row in rows("openjudge.jsonl", "WeightedSumAggregator"):
        options, scale = row["input"]["options"], SCALES[row["id"]]
        outcomes = {
            name: GraderScore(result["score"], result["reason"], scale=scale)
            for name, result in row["input"]["grader_results"].items()
        }
        named = WeightedSumAggregator(**options)

        made = named.aggregator.combine(outcomes)

        assert made.score == pytest.approx(row["expected"]["score"], abs=1e-6)
        assert set(row["expected"]) - {"score"} == set(WE_DIFFER)
        compared += 1
    assert compared == 2


def reducer(operation, arguments):
    drop = {"on_missing": "renormalise", "min_coverage": 0.01}
    match operation:
        case "mean_score":
            return Mean(**drop)
        case "median_score":
            return Median(**drop)
        case "mode_score":
            return Mode(**drop)
    k, correct_at = [*arguments, 1.0][:2]
    return (PassAtK if operation == "pass_at" else PassHatK)(k=k, correct_at=correct_at, **drop)


def test_reducers_of_inspect_over_plain_scores_are_ours():
    operations = ("mean_score", "median_score", "mode_score", "pass_at", "pass_k")
    letters = {"C": 1.0, "I": 0.0}
    compared = 0
    for row in rows("inspect_scorers.jsonl", *operations):
        scores = [letters.get(x, x) if isinstance(x, str) else x for x in row["input"]["scores"]]
        if any(
            isinstance(x, list) or (isinstance(x, dict) and "__float__" not in x) for x in scores
        ):
            continue  # a score of several values: several graders here
        outcomes = {
            str(number): TIMEOUT if isinstance(x, dict) else GraderScore(x, scale=Scale(0, 10))
            for number, x in enumerate(scores)
        }
        made = reducer(row["op"], row["input"]["options"].get("w_args", [])).combine(outcomes)

        if isinstance(row["expected"], dict):  # NaN there is an error here
            assert isinstance(made, GraderError), row["id"]
        else:
            assert made.score == pytest.approx(row["expected"], abs=1e-6), row["id"]
        compared += 1
    assert compared == 25


def test_pass_at_1_of_human_eval_is_ours():
    for row in rows("misc_stats.jsonl", "pass@1"):
        n, correct = row["input"]["n"], row["input"]["correct"]
        outcomes = {str(i): GraderScore(float(i < correct)) for i in range(n)}

        assert PassAtK(k=1).combine(outcomes).score == pytest.approx(row["expected"])


def test_pass_at_k_and_pass_hat_k_over_recorded_trials_are_the_published_ones():
    path = DATA / "judge" / "tau_airline_gpt4o_rewards.jsonl"
    if not path.exists():
        pytest.skip("no shared data of recorded trials")
    tasks = [
        {
            str(number): GraderScore(reward)
            for number, reward in enumerate(json.loads(line)["rewards"])
        }
        for line in path.read_text(encoding="utf-8").splitlines()
    ]

    def means(aggregator):
        return [
            math.fsum(aggregator(k=k).combine(task).score for task in tasks) / len(tasks)
            for k in (1, 2, 3, 4)
        ]

    assert means(PassHatK) == pytest.approx([0.42, 0.273333, 0.22, 0.2], abs=1e-6)
    assert means(PassAtK) == pytest.approx([0.42, 0.566667, 0.66, 0.72], abs=1e-6)
