"""The examples and minimal pairs of a rubric, as trials of the grader that it is made into."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from attrs import evolve

from rmg_core import GradeTrial, OrderTrial
from rmg_plugin_judge.checklists import checklist_score, criteria_of
from rmg_plugin_judge.options import JudgeOptions
from rmg_plugin_judge.preparing import ANSWER, ANSWERS, LIST
from rmg_plugin_judge.trees import score_of
from rmg_plugin_judge.values import Example, Pair, Rubric
from rmg_plugin_judge.votes import ABSTAIN, levels_of, position_labels, value_of


def trials_of(rubric: Rubric, options: JudgeOptions) -> Sequence[GradeTrial | OrderTrial]:
    """Return a trial for each example and each pair of a rubric.

    An example is right where the score is nearest to its label, and a pair where the better
    answer has the higher score, or both have nearly the same. Answers that are compared are
    compared in both orders.
    """
    examples = [_of_example(each, rubric) for each in rubric.examples]
    trials = [*examples, *(_of_pair(each, rubric, options) for each in rubric.pairs)]
    if options.conflict != "error":
        return trials
    # The guard of families wants to know who answered.
    return [_answered_by(each, options.candidate) for each in trials]


def _answered_by(trial: GradeTrial | OrderTrial, candidate: str) -> GradeTrial | OrderTrial:
    who = {candidate: "the author of the rubric"}
    if isinstance(trial, GradeTrial):
        return evolve(trial, inputs={**trial.inputs, **who})
    return evolve(trial, better={**trial.better, **who}, worse={**trial.worse, **who})


def _of_example(example: Example, rubric: Rubric) -> GradeTrial:
    expected = expected_of(example, rubric)
    is_score = isinstance(expected, float) and rubric.mode != "checklist"
    tolerance = step_of(rubric) / 2 if is_score else 0.0
    return GradeTrial(example.inputs, expected, tolerance, example.why)


def expected_of(example: Example, rubric: Rubric) -> float | tuple[int, ...] | Any:
    """Return the score that the label of an example stands for, the rank, or "skip"."""
    if ABSTAIN in (example.verdict, *example.labels.values()):
        return "skip"
    if rubric.mode == "listwise":
        return places_in(example.verdict)
    if rubric.mode == "tree":
        return score_of(example.labels, rubric.nodes)
    if rubric.mode == "checklist":
        criteria = criteria_of(rubric, example.inputs.get(rubric.criteria_from))
        met = {name: value_of(label, rubric) for name, label in example.labels.items()}
        return checklist_score(met, criteria)
    return float(value_of(example.verdict, rubric))


def places_in(ranking: str) -> tuple[int, ...]:
    """Return the place of each answer in a ranking such as `B > A = C`, in the answers' order."""
    groups = [group.split(" = ") for group in ranking.split(" > ")]
    places: dict[str, int] = {}
    for group in groups:
        places |= dict.fromkeys(group, len(places) + 1)
    return tuple(places[label] for label in position_labels(len(places)))


def step_of(rubric: Rubric) -> float:
    """Return the smallest step between two levels of a rubric."""
    values = sorted({level.value for level in levels_of(rubric)})
    return min((above - below for below, above in pairwise(values)), default=0.0)


def _of_pair(pair: Pair, rubric: Rubric, options: JudgeOptions) -> GradeTrial | OrderTrial:
    if rubric.mode in ("pairwise", "listwise"):
        forth, back = compared(pair, rubric)
        if not pair.is_tie:
            return OrderTrial(forth, back, why=pair.why)
        # A judge that always prefers the first one would give both orders the same score.
        if rubric.mode == "listwise":
            return GradeTrial(forth, (1, 1), 0.0, pair.why, "pair")
        tie = float(getattr(options, "tie_value", 0.5))
        return GradeTrial(forth, tie, step_of(rubric) / 2, pair.why, "pair")
    return OrderTrial(pair.better, pair.worse, pair.is_tie, tie_tolerance(rubric), pair.why)


def tie_tolerance(rubric: Rubric) -> float:
    """Return how far apart two scores may be that count as alike: a step, of three levels or more.

    Of two levels, a step is the whole scale. A checklist has no steps that all samples share.
    """
    is_fine = rubric.mode in ("pointwise", "tree") and len(levels_of(rubric)) > 2
    return step_of(rubric) if is_fine else 0.0


def compared(pair: Pair, rubric: Rubric) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return the inputs that set both answers of a pair against each other, the better one first.

    The second ones have the worse answer first.
    """
    forth = [pair.better[ANSWER], pair.worse[ANSWER]]
    shared = {name: value for name, value in pair.better.items() if name != ANSWER}
    if rubric.mode == "listwise":
        return {**shared, LIST: forth}, {**shared, LIST: forth[::-1]}
    first, second = ANSWERS
    return {**shared, first: forth[0], second: forth[1]}, {
        **shared,
        first: forth[1],
        second: forth[0],
    }
