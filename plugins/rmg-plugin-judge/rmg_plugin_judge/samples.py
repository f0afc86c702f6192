"""The examples and minimal pairs of a rubric file: what may stand in them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from rmg_core import Fault
from rmg_plugin_judge.checklists import criteria_in
from rmg_plugin_judge.trees import nodes_of, score_of, way_of

if TYPE_CHECKING:
    from rmg_plugin_judge.layout import RubricFile

ANSWERS: Final = frozenset({"response_a", "response_b", "responses"})
"""What pairs and lists call answers; a minimal pair has one answer at each side: `response`."""

MET: Final = ("yes", "no")
"""The labels of a checklist that has none of its own."""

_RANKING: Final = re.compile(r"[A-Z]( [>=] [A-Z])*")
_OF_EXAMPLE: Final = ("verdict", "why")
_OF_PAIR: Final = ("better", "worse", "why", "tie")

At = tuple[str | int, ...]


def labels_of(made: "RubricFile") -> tuple[str, ...]:
    """Return the labels that a verdict may have; a ranking has none."""
    if made.mode == "pairwise":
        labels: tuple[str, ...] = ("A", "B", "tie")
    elif made.mode == "checklist" and not made.levels:
        labels = MET
    else:
        labels = tuple(made.levels)
    return (*labels, "abstain") if made.may_abstain else labels


def check_examples(made: "RubricFile") -> Iterator[Fault]:
    """Yield what is wrong with the examples."""
    inputs = {each.removesuffix("?"): not each.endswith("?") for each in made.inputs}
    for number, example in enumerate(made.examples):
        at: At = ("examples", number)
        given = {key: value for key, value in example.items() if key not in _OF_EXAMPLE}
        yield from _given(at, given, inputs, "the example", _OF_EXAMPLE)
        if not isinstance(example.get("why", ""), str):
            yield Fault((*at, "why"), "key 'why' of the example must be a text")
        if "verdict" not in example:
            said = "the example needs key 'verdict'"
            yield Fault(at, said, "it is the label that the answer deserves", "key")
        else:
            yield from _verdict((*at, "verdict"), example, made)


def check_pairs(made: "RubricFile") -> Iterator[Fault]:
    """Yield what is wrong with the minimal pairs."""
    declared = {each.removesuffix("?"): not each.endswith("?") for each in made.inputs}
    inputs = {name: needed for name, needed in declared.items() if name not in ANSWERS}
    if len(inputs) < len(declared):
        inputs["response"] = True
    for number, pair in enumerate(made.tests.pairs):
        at: At = ("tests", "pairs", number)
        shared = {key: value for key, value in pair.items() if key not in _OF_PAIR}
        yield from _given(at, shared, dict.fromkeys(inputs, False), "the pair", _OF_PAIR)
        if not isinstance(pair.get("why", ""), str):
            yield Fault((*at, "why"), "key 'why' of the pair must be a text")
        if not isinstance(pair.get("tie", False), bool):
            yield Fault((*at, "tie"), "key 'tie' of the pair must be true or false")
        yield from _sides(at, pair, inputs, shared)


def _sides(
    at: At, pair: Mapping[str, Any], inputs: Mapping[str, bool], shared: Mapping[str, Any]
) -> Iterator[Fault]:
    for side in ("better", "worse"):
        if side not in pair:
            yield Fault(at, f"the pair needs key '{side}'", "it is a table of inputs", "key")
        elif not isinstance(pair[side], Mapping):
            yield Fault((*at, side), f"key '{side}' of the pair must be a table of inputs")
        else:
            still = {name: need and name not in shared for name, need in inputs.items()}
            yield from _given((*at, side), pair[side], still, f"'{side}' of the pair", ())
    if pair.get("better", 0) == pair.get("worse", 1):
        yield Fault(
            at, "both sides of the pair are the same", "let them differ in one thing", "key"
        )


def _given(
    at: At, given: Mapping[str, Any], inputs: Mapping[str, bool], whose: str, others: Iterable[str]
) -> Iterator[Fault]:
    """Compare inputs that are given with those that the rubric declares (name: is needed)."""
    for key, value in given.items():
        if key not in inputs:
            said = f"{whose} has the input {key!r}, which is not declared"
            yield Fault.unknown((*at, key), said, key, (*inputs, *others), "key")
        elif key == "responses" and not isinstance(value, list | tuple):
            yield Fault((*at, key), f"the input 'responses' of {whose} must be a list")
    for name, is_needed in inputs.items():
        if is_needed and name not in given:
            yield Fault(at, f"{whose} lacks the input {name!r}", "", "key")


def _verdict(at: At, example: Mapping[str, Any], made: "RubricFile") -> Iterator[Fault]:
    verdict = example["verdict"]
    if made.mode == "listwise" and verdict != "abstain":
        yield from _ranking(at, verdict, example.get("responses", ()))
    elif made.mode == "checklist" and verdict != "abstain":
        yield from _labels_by_criterion(at, example, made)
    elif made.mode == "tree" and verdict != "abstain":
        yield from _way(at, verdict, made)
    else:
        yield from _label(at, verdict, labels_of(made), is_number=made.scale is not None)


def _label(at: At, verdict: Any, labels: tuple[str, ...], *, is_number: bool) -> Iterator[Fault]:
    known = ", ".join(labels)
    is_text = isinstance(verdict, str)
    is_level = is_number and isinstance(verdict, int) and not isinstance(verdict, bool)
    if is_level and str(verdict) not in labels:
        yield Fault(at, f"the verdict {verdict} is not a level", f"levels: {known}")
    elif is_text and verdict in labels and (verdict == "abstain" or not is_number):
        return
    elif verdict == "abstain":
        hint = "set may_abstain = true"
        yield Fault(at, "the verdict 'abstain' is not offered", hint)
    elif not labels:
        return  # that there are none is said of the levels
    elif is_text and not is_number:
        yield Fault.unknown(at, f"the verdict {verdict!r} is not a label", verdict, labels)
    elif not is_level:
        said = "a number of the scale" if is_number else "a label in quotes"
        yield Fault(at, f"the verdict must be {said}", f"there are: {known}")


def _criteria_of(example: Mapping[str, Any], made: "RubricFile") -> tuple[list[str], str]:
    """Return the ids of the criteria that an example is judged by, or why they are not known."""
    if not made.criteria_from:
        return [each.id for each in made.criteria], ""
    given = example.get(made.criteria_from)
    if given is None:
        return [], f"the verdict is on criteria of {made.criteria_from!r}, which are not there"
    try:
        return [each.id for each in criteria_in(given, may_be_negative=not made.claims)], ""
    except (TypeError, ValueError) as wrong:
        return [], f"{made.criteria_from}: {wrong}"


def _labels_by_criterion(at: At, example: Mapping[str, Any], made: "RubricFile") -> Iterator[Fault]:
    verdict = example["verdict"]
    if not isinstance(verdict, Mapping):
        said = "the verdict on a checklist is a table with a label for each criterion"
        yield Fault(at, said, 'write verdict = { ID = "yes" }')
        return
    known, fault = _criteria_of(example, made)
    if fault:
        yield Fault(at, fault, f"give the example the input {made.criteria_from!r}")
        return
    for key, label in verdict.items():
        if key not in known:
            said = f"the verdict is on {key!r}, which is no criterion"
            yield Fault.unknown((*at, key), said, key, known, "key")
        yield from _label((*at, key), label, labels_of(made), is_number=False)
    for key in known:
        if key not in verdict:
            yield Fault(at, f"the verdict lacks the criterion {key!r}", "", "key")


def _way(at: At, verdict: Any, made: "RubricFile") -> Iterator[Fault]:
    if not isinstance(verdict, Mapping):
        said = "the verdict on a tree is a table with an answer for each question on its way"
        yield Fault(at, said, 'write verdict = { QUESTION = "ANSWER" }')
        return
    nodes = nodes_of(made.nodes)
    for name, label in verdict.items():
        if name not in made.nodes:
            said = f"the verdict is on {name!r}, which is no question"
            yield Fault.unknown((*at, name), said, name, made.nodes, "key")
        elif label not in made.nodes[name].answers:
            said = f"the verdict {label!r} is no answer to {name!r}"
            yield Fault.unknown((*at, name), said, str(label), made.nodes[name].answers)
    if not all(name in made.nodes for name in verdict):
        return
    if score_of(verdict, nodes) is None:
        yield Fault(at, "the verdict does not lead to a score", "answer each question on the way")
    elif len(way_of(verdict, nodes)) < len(verdict):
        said = "the verdict answers questions that are not on its way"
        yield Fault(at, said, f"its way is {' → '.join(way_of(verdict, nodes))}")


def _ranking(at: At, verdict: Any, responses: Any) -> Iterator[Fault]:
    if not isinstance(responses, list | tuple):
        return  # which is said of the input itself
    letters = [chr(ord("A") + number) for number in range(len(responses))]
    if not isinstance(verdict, str) or not _RANKING.fullmatch(verdict):
        hint = 'write verdict = "B > A = C", best first, where A is the first of the responses'
        yield Fault(at, "the verdict on a list is a ranking", hint)
    elif sorted(re.findall("[A-Z]", verdict)) != letters:
        said = f"the ranking {verdict!r} does not have each of the {len(letters)} responses once"
        yield Fault(at, said)
