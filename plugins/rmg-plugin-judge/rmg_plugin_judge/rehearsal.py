"""A rubric with a judge that knows the answers: its examples and pairs, as golden samples."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from attrs import define, frozen

from rmg_core.models import Reply, Request, Text
from rmg_core.testing import Golden, ScriptedModel
from rmg_plugin_judge.checklists import checklist_score, criteria_of
from rmg_plugin_judge.material import rendered
from rmg_plugin_judge.pairs import compared, expected_of, places_in
from rmg_plugin_judge.preparing import ANSWERS, LIST
from rmg_plugin_judge.trees import way_to
from rmg_plugin_judge.values import Pair, Rubric
from rmg_plugin_judge.votes import levels_of, position_labels, value_of
from rmg_plugin_judge.wording import words

_FENCED: Final = re.compile(
    r"^=== BEGIN (?P<name>.+) (?P<nonce>\w+) ===\n(?P<text>.*?)\n?"
    r"^=== END (?P=name) (?P=nonce) ===\n",
    re.DOTALL | re.MULTILINE,
)

ONE_CLAIM: Final = "All that the answer says."

Answer: TypeAlias = str | Mapping[str, str]
"""What a judge says: a label, a ranking, or a label for each criterion or question."""


@frozen
class Known:
    """Inputs, what a judge that knows the answers says of them, and the grade that this makes."""

    inputs: Mapping[str, Any]
    answer: Answer
    expected: Any


@define(eq=False, kw_only=True)
class Knowing(ScriptedModel):
    """A judge that knows the answers."""

    rubric: Rubric
    known: Sequence[Known]

    async def chat(self, request: Request, /) -> Reply:
        """Give the answer to what is asked, of a tree to the question that is asked now."""
        await super().chat(request)
        told = str(request.messages[0].content)
        node = next((each.id for each in self.rubric.nodes if f"\n{each.ask}\n" in told), "")
        return Reply(reply_of(request.last_user_text, self.rubric, self.known, node))


def golden_of(rubric: Rubric) -> Sequence[Golden]:
    """Return a golden sample for every text of a rubric's examples and pairs.

    The model among their options is a judge that knows the answers. It says the right label of an
    example, the best of the better answer of a pair, and the worst of the worse one.
    """
    known: list[Known] = []
    for each in _known(rubric):
        if all(each.inputs != other.inputs for other in known):
            known.append(each)
    judge = Knowing("", name="knowing", rubric=rubric, known=known)
    return [Golden(each.inputs, each.expected, {"model": judge}) for each in known]


def _known(rubric: Rubric) -> Iterator[Known]:
    for each in rubric.examples:
        yield Known(each.inputs, each.labels or each.verdict, expected_of(each, rubric))
    for pair in rubric.pairs:
        if rubric.mode in ("pairwise", "listwise"):
            yield from _of_compared(pair, rubric)
        else:
            yield _of_side(pair.better, rubric, is_best=True)
            yield _of_side(pair.worse, rubric, is_best=pair.is_tie)


def _of_compared(pair: Pair, rubric: Rubric) -> Iterator[Known]:
    said = ("A = B", "A = B") if pair.is_tie else ("A > B", "B > A")
    for answer, inputs in zip(said, compared(pair, rubric), strict=True):
        if rubric.mode == "listwise":
            yield Known(inputs, answer, places_in(answer))
        else:
            label = "tie" if pair.is_tie else answer[0]
            yield Known(inputs, label, value_of(label, rubric))


def _of_side(inputs: Mapping[str, Any], rubric: Rubric, *, is_best: bool) -> Known:
    values = {level.label: level.value for level in levels_of(rubric)}
    low, high = min(values, key=values.__getitem__), max(values, key=values.__getitem__)
    if rubric.mode == "tree":
        way, value = way_to(rubric.nodes, is_best=is_best)
        return Known(inputs, dict(way), value)
    if rubric.mode != "checklist":
        label = high if is_best else low
        return Known(inputs, label, float(values[label]))
    given = inputs.get(rubric.criteria_from)
    criteria = criteria_of(rubric, [ONE_CLAIM] if rubric.claims and given is None else given)
    # Faults that are met tell the worse answer; with no merit beside them they might lead below
    # the scale of a grader that does not know the criteria beforehand.
    has_faults = any(each.weight < 0 for each in criteria)
    labels = {
        each.id: high if (is_best and each.weight > 0) or (has_faults and not is_best) else low
        for each in criteria
    }
    met = {name: values[label] for name, label in labels.items()}
    return Known(inputs, labels, checklist_score(met, criteria))


def reply_of(text: str, rubric: Rubric, known: Sequence[Known], node: str = "") -> str:
    """Return what a judge that knows the answers says to a prompt; `node` is asked of a tree.

    Asked for the claims of an answer, it takes the whole of it for one.

    Raises:
        ValueError: something of the prompt stands in no fence, or the answer is not known.
    """
    fences = [found.groupdict() for found in _FENCED.finditer(text)]
    outside = _FENCED.sub("", text).strip()
    if rubric.claims and fences and not outside:
        return f"CLAIM-{fences[0]['nonce']}: {ONE_CLAIM}"
    if not fences or outside not in (words("en")["end"], words("zh")["end"]):
        raise ValueError(f"a part of the prompt stands in no fence: {outside!r:.500}")
    nonce = fences[0]["nonce"]
    shown = {each["name"]: each["text"] for each in fences}
    for each in known:
        letters = _letters(each, shown, nonce)
        if letters is not None and _is_of(each, rubric, shown, nonce):
            answer = each.answer[node] if node and isinstance(each.answer, Mapping) else each.answer
            return "\n".join(["I know.", *_lines(answer, nonce, letters)])
    raise ValueError(f"the answer to this is not known: {shown!r:.500}")


def _is_of(known: Known, rubric: Rubric, shown: Mapping[str, str], nonce: str) -> bool:
    """Tell whether a prompt shows all inputs, but for the answers that have letters."""
    hidden = (*ANSWERS, LIST, rubric.criteria_from)
    given = {
        name: _text(value, nonce)
        for name, value in known.inputs.items()
        if name not in hidden and value is not None
    }
    return all(shown.get(name) == text for name, text in given.items())


def _letters(known: Known, shown: Mapping[str, str], nonce: str) -> list[str] | None:
    """Return the letter under which each answer is shown; None where they are other answers."""
    answers = known.inputs.get(LIST) or [
        known.inputs[name] for name in ANSWERS if name in known.inputs
    ]
    free = {
        name.rpartition(" ")[2]: text
        for name, text in shown.items()
        if name.rpartition(" ")[0] in ("candidate", words("zh")["candidate"])
    }
    if len(free) != len(answers):
        return None
    letters = []
    for answer in answers:
        found = next((key for key, text in free.items() if text == _text(answer, nonce)), None)
        if found is None:
            return None
        letters.append(found)
        del free[found]
    return letters


def _lines(answer: Answer, nonce: str, letters: Sequence[str]) -> Iterator[str]:
    if isinstance(answer, Mapping):
        yield from (f"VERDICT-{nonce} {name}: {label}" for name, label in answer.items())
        return
    names = dict(zip(position_labels(len(letters)), letters, strict=True))
    yield f"VERDICT-{nonce}: {' '.join(names.get(word, word) for word in answer.split(' '))}"


def _text(value: Any, nonce: str) -> str:
    return "\n".join(part.text for part in rendered(value, nonce) if isinstance(part, Text))
