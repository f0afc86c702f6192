"""The engine: asks the judges that a rubric needs, and makes one outcome of their votes."""

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import evolve

from rmg_core import GraderSkip, Model, Outcome
from rmg_plugin_judge.asking import Question, vote_of
from rmg_plugin_judge.calibration import calibrated
from rmg_plugin_judge.checklists import batches, criteria_of, joined, reduced_checklist
from rmg_plugin_judge.comparing import listwise, pairwise
from rmg_plugin_judge.judges import name_of
from rmg_plugin_judge.opinions import at_once, one_vote, opinions, rules, settled
from rmg_plugin_judge.preparing import Prepared, answer_name, is_empty, prepared
from rmg_plugin_judge.questions import (
    checklist_question,
    of_degenerate,
    of_empty,
    pointwise_question,
    tree_question,
)
from rmg_plugin_judge.reductions import reduced
from rmg_plugin_judge.trees import ended, named
from rmg_plugin_judge.units import put_together, taken_apart
from rmg_plugin_judge.values import Criterion, Rubric, Vote
from rmg_plugin_judge.votes import levels_of
from rmg_plugin_judge.weighing import sampled, why_unweighed
from rmg_plugin_judge.writing import claims_of, written_criteria


async def judge(rubric: Rubric, options: Any, inputs: Mapping[str, Any]) -> Outcome:
    """Judge one sample: ask as the options say, and reduce the votes.

    An outcome's metadata have the votes, and what was cut or is to be known of the judges.

    Args:
        rubric: what is judged, and how.
        options: those of the rubric's mode.
        inputs: by the names of the rubric's inputs; None is an optional one that is not there.

    Raises:
        CannotGrade: there is nothing to judge, or a judge may not (`empty_input`, `conflict`,
            `missing_input`, `bad_input`), or a model did not give a trial or criteria.
        ModelStopped: a judge cannot be asked any more in this run.
    """
    ready = prepared(rubric, options, inputs)
    outcome = await _judged(rubric, options, ready)
    if not ready.notes:
        return outcome
    return evolve(outcome, metadata={**outcome.metadata, **ready.notes})


async def _judged(rubric: Rubric, options: Any, ready: Prepared) -> Outcome:
    """Judge the answer, or its parts one by one where the options take it apart."""
    mode = _MODES[rubric.mode]
    if rubric.mode in ("pairwise", "listwise"):
        return await mode(rubric, options, ready)
    lowest = 0.0 if rubric.mode == "checklist" else levels_of(rubric)[0].value
    outcome = of_degenerate(options, ready, lowest)
    if outcome is None and options.units is None:
        outcome = await mode(rubric, options, ready)
    elif outcome is None:
        parts = taken_apart(options.units, ready.inputs, answer_name(rubric, options))
        made = await at_once(
            [(mode, (rubric, options, evolve(ready, inputs=each))) for each in parts]
        )
        outcome = put_together(made, options.units.reduce)
    curve: Any = options.calibrate
    return calibrated(outcome, curve)


async def _pointwise(rubric: Rubric, options: Any, ready: Prepared) -> Outcome:
    if is_empty(ready.inputs.get(answer_name(rubric, options))):
        return of_empty(options, min(level.value for level in levels_of(rubric)))
    question = pointwise_question(rubric, options, ready)
    notes: Mapping[str, Any] = {}
    if options.scoring == "logprobs":
        notes = await _unweighed(question)
        question = evolve(question, is_weighed=not notes)
        if notes:
            question = evolve(question, options=sampled(options))
    ask = one_vote(question)
    votes = await opinions(question, ask)

    def made(given: Sequence[Vote], how: Mapping[str, Any]) -> Outcome:
        return reduced(given, rubric, **how)

    outcome = await settled(question, votes, made(votes, rules(options)), made, ask)
    return evolve(outcome, metadata={**outcome.metadata, **notes}) if notes else outcome


async def _unweighed(question: Question) -> Mapping[str, Any]:
    """Return a note of the judges who tell no probabilities: then those of none count."""
    escalate = question.options.escalate
    judges = (*question.options.judges, *(() if escalate is None else (escalate.to,)))
    found = await at_once([(why_unweighed, (question, model)) for model in judges])
    whys = {name_of(model): why for model, why in zip(judges, found, strict=True) if why}
    return {"unweighed": whys} if whys else {}


async def _checklist(rubric: Rubric, options: Any, ready: Prepared) -> Outcome:
    if is_empty(ready.inputs.get(answer_name(rubric, options))):
        return of_empty(options, 0.0)
    own, shown = await _with_criteria(rubric, options, ready)
    if not own.criteria:
        return GraderSkip("the answer makes no claim", {"checklist": []})
    question = checklist_question(own, options, shown, own.criteria)
    parts = [question.of_batch(each) for each in batches(own.criteria, options.batch)]

    async def ask(model: Model, order: Sequence[int], sample: int) -> Vote:
        return joined(await at_once([(one_vote(each), (model, order, sample)) for each in parts]))

    def made(given: Sequence[Vote], how: Mapping[str, Any]) -> Outcome:
        return reduced_checklist(given, own, own.criteria, **how)

    votes = await opinions(question, ask)
    outcome = await settled(question, votes, made(votes, rules(options)), made, ask)
    if own.criteria == rubric.criteria:
        return outcome
    told = [{"id": each.id, "text": each.text, "weight": each.weight} for each in own.criteria]
    return evolve(outcome, metadata={**outcome.metadata, "checklist": told})


async def _with_criteria(rubric: Rubric, options: Any, ready: Prepared) -> tuple[Rubric, Prepared]:
    """Return the rubric with the criteria of a sample: its own, a model's, or the rubric's."""
    given = ready.inputs.get(rubric.criteria_from)
    has_writer = rubric.claims or options.checklist_model is not None
    if given is not None or not has_writer:
        return evolve(rubric, criteria=criteria_of(rubric, given)), ready
    write = claims_of if rubric.claims else written_criteria
    texts = await write(rubric, options, ready.inputs)
    # They stand where those of a sample do: in a fence, since they follow from the sample.
    criteria: tuple[Criterion, ...] = criteria_of(rubric, texts) if texts else ()
    shown = evolve(ready, inputs={**ready.inputs, rubric.criteria_from: list(texts)})
    return evolve(rubric, criteria=criteria), shown


async def _tree(rubric: Rubric, options: Any, ready: Prepared) -> Outcome:
    """Ask one question after the other, as the answers lead; each opinion goes its own way."""
    if is_empty(ready.inputs.get(answer_name(rubric, options))):
        return of_empty(options, rubric.levels[0].value)
    questions = {each.id: tree_question(rubric, options, ready, each) for each in rubric.nodes}

    async def ask(model: Model, order: Sequence[int], sample: int) -> Vote:
        votes: list[Vote] = []
        then: str | float = rubric.nodes[0].id
        while isinstance(then, str):
            vote = await vote_of(questions[then], model, order=order, sample=sample)
            votes.append(named(vote, then))
            if vote.verdict is None or vote.verdict.is_abstention:
                return ended(votes)
            [node] = questions[then].rubric.nodes
            then = dict(node.answers)[vote.verdict.labels[""]]
        return evolve(ended(votes), worth=float(then))

    def made(given: Sequence[Vote], how: Mapping[str, Any]) -> Outcome:
        return reduced(given, rubric, **how)

    question = questions[rubric.nodes[0].id]
    votes = await opinions(question, ask)
    return await settled(question, votes, made(votes, rules(options)), made, ask)


_MODES = {
    "pointwise": _pointwise,
    "checklist": _checklist,
    "pairwise": pairwise,
    "listwise": listwise,
    "tree": _tree,
}
