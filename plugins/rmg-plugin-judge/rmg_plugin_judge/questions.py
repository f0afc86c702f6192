"""What is asked of a sample, by the mode of the rubric."""

from collections.abc import Sequence
from typing import Any, Final

from attrs import evolve

from rmg_core import CannotGrade, GraderScore, Outcome
from rmg_plugin_judge.asking import Question
from rmg_plugin_judge.frames import letters
from rmg_plugin_judge.preparing import Prepared
from rmg_plugin_judge.values import Criterion, Node, Rubric, VerdictSpec
from rmg_plugin_judge.versions import version_of
from rmg_plugin_judge.votes import levels_of

EMPTY: Final = "the answer is empty"
BARE: Final = "the answer has nothing of its own"


def pointwise_question(rubric: Rubric, options: Any, ready: Prepared) -> Question:
    """Ask for the level of one answer."""
    labels = tuple(level.label for level in levels_of(rubric))
    numbers = [int(label) for label in labels if label.isdecimal()]
    top = max(numbers) if len(numbers) == len(labels) else None
    spec = VerdictSpec(labels, top=top, may_abstain=rubric.may_abstain)
    return _question(rubric, options, ready, spec)


def checklist_question(
    rubric: Rubric, options: Any, ready: Prepared, criteria: Sequence[Criterion]
) -> Question:
    """Ask for a label for each criterion."""
    labels = tuple(level.label for level in levels_of(rubric))
    ids = tuple(each.id for each in criteria)
    spec = VerdictSpec(labels, ids, may_abstain=rubric.may_abstain)
    return _question(rubric, options, ready, spec)


def tree_question(rubric: Rubric, options: Any, ready: Prepared, node: Node) -> Question:
    """Ask one question of a tree; where its answers lead is not shown."""
    spec = VerdictSpec(node.labels, may_abstain=rubric.may_abstain)
    return _question(evolve(rubric, levels=(), nodes=(node,)), options, ready, spec)


def pair_question(
    rubric: Rubric, options: Any, ready: Prepared, answers: Sequence[Any]
) -> Question:
    """Ask which of two answers is better.

    A tie may always be said: whether it counts is a rule over votes, so that another rule asks
    nobody.
    """
    pair = evolve(rubric, mode="pairwise", levels=())
    spec = VerdictSpec(("A", "B", "tie"), may_abstain=rubric.may_abstain)
    return _question(pair, options, ready, spec, answers)


def list_question(
    rubric: Rubric, options: Any, ready: Prepared, answers: Sequence[Any]
) -> Question:
    """Ask for the order of several answers."""
    spec = VerdictSpec(letters(len(answers)), is_ranking=True, may_abstain=rubric.may_abstain)
    return _question(rubric, options, ready, spec, answers)


def _question(
    rubric: Rubric, options: Any, ready: Prepared, spec: VerdictSpec, candidates: Sequence[Any] = ()
) -> Question:
    digest = version_of(rubric)
    return Question(rubric, options, ready.inputs, spec, digest, ready.examples, candidates)


def of_empty(options: Any, score: float) -> Outcome:
    """Return the outcome of an empty answer.

    Raises:
        CannotGrade: it is an error by the options (`empty_input`).
    """
    if options.empty == "error":
        raise CannotGrade(EMPTY, "empty_input")
    return GraderScore(score, EMPTY, {"empty": True})


def of_degenerate(options: Any, ready: Prepared, score: float) -> Outcome | None:
    """Return the outcome of an answer that has nothing of its own; None where a judge is asked.

    Raises:
        CannotGrade: it is an error by the options (`empty_input`).
    """
    whys = ready.notes.get("degenerate")
    if not whys or options.degenerate == "judge":
        return None
    [why] = whys.values()
    said = f"{BARE}: {why}"
    if options.degenerate == "error":
        raise CannotGrade(said, "empty_input")
    return GraderScore(score, said)
