"""What is looked at before a judge is asked: long inputs, judges of the family, examples."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final

from attrs import frozen

from rmg_core import CannotGrade
from rmg_plugin_judge.contradictions import ANSWERED_BY
from rmg_plugin_judge.cutting import length_of, shortened
from rmg_plugin_judge.degenerate import degenerate
from rmg_plugin_judge.judges import Memory, family_of, model_of, name_of
from rmg_plugin_judge.labelled import drawn
from rmg_plugin_judge.options import JudgeOptions
from rmg_plugin_judge.tables import Truncation
from rmg_plugin_judge.values import Example, Rubric

LOG: Final = logging.getLogger("rmg_plugin_judge")

_TOLD: Final = Memory()
"""Of which families it was told, by the first of the judges."""

ANSWER: Final = "response"
ANSWERS: Final = ("response_a", "response_b")
LIST: Final = "responses"


@frozen
class Prepared:
    """The inputs of a sample as judges see them, with examples, and what is to be noted of it."""

    inputs: Mapping[str, Any]
    examples: Sequence[Example]
    notes: Mapping[str, Any]


def prepared(rubric: Rubric, options: JudgeOptions, inputs: Mapping[str, Any]) -> Prepared:
    """Cut what may be cut, draw examples, and find a judge that would judge its own family.

    Raises:
        CannotGrade: an input that is needed beside the answer is empty (`missing_input`); or with
            `conflict = "error"`, a judge is of the family of who answered (`conflict`), or nobody
            knows who that is (`missing_input`).
    """
    shown = {name: value for name, value in inputs.items() if value is not None}
    judged = (*ANSWERS, LIST, answer_name(rubric, options), rubric.criteria_from, options.candidate)
    for each in rubric.inputs:
        if each.is_required and each.name not in judged and is_empty(shown.get(each.name)):
            raise CannotGrade(f"the input {each.name!r} is empty", "missing_input")
    examples: Sequence[Example] = ()
    if options.shots:
        known = rubric.examples if options.labelled is None else options.labelled.examples()
        examples = drawn(known, options.shots, shown, options.seed)
    notes: dict[str, Any] = {}
    who = shown.pop(options.candidate, ())
    if not any(each.name == ANSWERED_BY for each in rubric.inputs):
        shown.pop(ANSWERED_BY, None)
    notes |= _conflicts(options, _names(who))
    if flagged := _degenerate(rubric, options, shown):
        notes["degenerate"] = flagged
    if options.truncate is not None:
        notes |= _cut(options.truncate, shown)
    return Prepared(shown, examples, notes)


def _degenerate(
    rubric: Rubric, options: JudgeOptions, shown: Mapping[str, Any]
) -> Mapping[str, str]:
    """Return why answers have nothing of their own, by their inputs or places in the list."""
    if rubric.mode == "listwise":
        given = shown.get(LIST)
        answers = {str(place): each for place, each in enumerate(given or ())}
    elif rubric.mode == "pairwise":
        answers = {name: shown.get(name) for name in ANSWERS}
    else:
        name = answer_name(rubric, options)
        answers = {name: shown.get(name)}
    found = {name: degenerate(each, shown) for name, each in answers.items()}
    return {name: why for name, why in found.items() if why}


def is_empty(answer: Any) -> bool:
    """Tell whether there is nothing in an answer that could be judged."""
    if isinstance(answer, str):
        return not answer.strip()
    return answer is None or (isinstance(answer, list | tuple | Mapping) and not answer)


def answer_name(rubric: Rubric, options: JudgeOptions) -> str:
    """Return what input is judged: `response`, or else the last that a sample must have."""
    others = (rubric.criteria_from, options.candidate)
    names = [each.name for each in rubric.inputs if each.is_required and each.name not in others]
    return ANSWER if ANSWER in names or not names else names[-1]


def _cut(how: Truncation, inputs: dict[str, Any]) -> dict[str, Any]:
    given = inputs.get(how.field)
    if how.field == LIST and isinstance(given, list | tuple):  # each of them is an answer
        lengths = [len(each) for each in given if isinstance(each, str)]
        kept: Any = [_kept(each, how) if isinstance(each, str) else each for each in given]
    else:
        lengths, kept = [length_of(given)], shortened(given, how.characters, how.keep)
    if max(lengths, default=0) <= how.characters:
        return {}
    inputs[how.field] = kept
    return {"truncated": {how.field: {"characters": max(lengths), "keep": how.keep}}}


def _kept(text: str, how: Truncation) -> Any:
    return shortened(text, how.characters, how.keep)


def _names(given: Any) -> Sequence[str]:
    """Return the names of who answered: of one answer a text, of several a list."""
    names = given if isinstance(given, list | tuple) else [given]
    return [each.strip() for each in names if isinstance(each, str) and each.strip()]


def _unknown(options: JudgeOptions, candidates: Sequence[str]) -> dict[str, Any]:
    """Note whose family is not known, so that nobody can tell."""
    names = [*candidates, *map(model_of, options.judges)] if candidates else []
    found = [name for name in names if not family_of(name, options.families)]
    return {"families_unknown": found} if found else {}


def _conflicts(options: JudgeOptions, candidates: Sequence[str]) -> dict[str, Any]:
    if options.conflict == "allow":
        return {}
    if options.conflict == "error" and not candidates:
        said = f"the input {options.candidate!r} does not say who answered"
        raise CannotGrade(f"{said}, and conflict = 'error' needs it", "missing_input")
    stronger = () if options.escalate is None else (options.escalate.to,)
    said = "; ".join(
        f"{name_of(judge)} and {candidate!r} are of one family, {family}"
        for candidate in candidates
        for judge in (*options.judges, *stronger)
        if (family := family_of(candidate, options.families))
        and family_of(model_of(judge), options.families) == family
    )
    if not said:
        return _unknown(options, candidates)
    if options.conflict == "error":
        raise CannotGrade(f"a judge would judge its own: {said}", "conflict")
    told = _TOLD.of(options.judges[0])
    if said not in told:
        told[said] = said
        LOG.warning("a judge judges its own family, see option conflict: %s", said)
    return {"conflict": said}
