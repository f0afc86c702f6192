"""What is wrong with a rubric that no key of its file can tell by itself."""

import keyword
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from rmg_core import Fault
from rmg_plugin_judge.layout import (
    LANGUAGE,
    PROMPT_KEYS,
    PROMPT_LISTS,
    CriterionTable,
    LevelTable,
    PromptTable,
    RubricFile,
)
from rmg_plugin_judge.samples import At, check_examples, check_pairs
from rmg_plugin_judge.trees import nodes_of, tree_faults
from rmg_plugin_judge.values import Node

PLACEHOLDER: Final = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
"""An input that a prompt names; any other brace stands for itself."""

ABSTAIN: Final = "abstain"
MOST_LEVELS: Final = 101
_WORD: Final = re.compile(r"[^\W_][\w+-]*")


def mistakes(made: RubricFile) -> Iterator[Fault]:
    """Yield every mistake, each with the keys and indices that lead to it."""
    yield from _inputs(made)
    yield from _needed_inputs(made)
    yield from _levels(made)
    yield from _criteria(made)
    yield from _claims(made)
    yield from _nodes(made)
    yield from _prompt(made)
    if made.mode != "tree" or not any(_nodes(made)):  # examples go through the tree
        yield from check_examples(made)
    yield from check_pairs(made)


def input_names(written: Iterable[str]) -> list[str]:
    """Return the names of inputs without the `?` of those that a sample may lack."""
    return [each.removesuffix("?") for each in written]


def _inputs(made: RubricFile) -> Iterator[Fault]:
    seen: set[str] = set()
    for number, name in enumerate(input_names(made.inputs)):
        at = ("inputs", number)
        if not name.isidentifier() or keyword.iskeyword(name) or name == "self":
            hint = "use letters, digits and '_', and end it with '?' if a sample may lack it"
            yield Fault(at, f"the input {made.inputs[number]!r} has no name that can be used", hint)
        elif name in seen:
            yield Fault(at, f"the input {name!r} is declared twice", "take one of them out")
        seen.add(name)


def _needed_inputs(made: RubricFile) -> Iterator[Fault]:
    """Find what a mode or `criteria_from` takes and the inputs do not declare."""
    needed = {"pairwise": ("response_a", "response_b"), "listwise": ("responses",)}
    for name in needed.get(made.mode, ()):
        if name not in made.inputs:
            said = f"a {made.mode} rubric needs the input {name!r}"
            lacks = "take the '?' away" if f"{name}?" in made.inputs else f'add "{name}" to it'
            yield Fault(("inputs",), said, lacks)
    names = input_names(made.inputs)
    source = made.criteria_from
    if source and source not in names:
        said = f"criteria_from names the input {source!r}, which is not declared"
        yield Fault.unknown(("criteria_from",), said, source, names)


def _levels(made: RubricFile) -> Iterator[Fault]:
    if made.mode in ("pairwise", "listwise", "tree"):
        labels = "those of its questions" if made.mode == "tree" else "the answers themselves"
        for key in ("scale", "levels"):
            if getattr(made, key):
                said = f"a {made.mode} rubric has no {key}: its labels are {labels}"
                yield Fault((key,), said, "take it out", "key")
        return
    if made.scale is None:
        yield from _labels(made)
    elif made.mode == "checklist":
        hint = "take it out; levels of its own stand in [levels] with their values of 0..1"
        yield Fault(
            ("scale",), "a checklist has no scale: its criteria are met or not", hint, "key"
        )
    else:
        yield from _scale(made.scale, made.levels)


def _scale(scale: tuple[int, int], levels: Mapping[str, str | LevelTable]) -> Iterator[Fault]:
    low, high = scale
    if not low < high:
        yield Fault(("scale",), f"a scale goes up, and {high} is not above {low}")
        return
    if high - low >= MOST_LEVELS:
        said = f"a scale has at most {MOST_LEVELS} levels, not {high - low + 1}"
        yield Fault(("scale",), said, "0 to 5 agrees best with people")
        return
    known = [str(each) for each in range(low, high + 1)]
    for label, level in levels.items():
        if label not in known:
            said = f"the level {label!r} is not on the scale"
            yield Fault(("levels", label), said, f"it has the levels {low} to {high}", "key")
        elif not isinstance(level, str):
            said = f"the level {label} stands for itself and has no value of its own"
            yield Fault(("levels", label), said, f'write {label} = "what it means"')
        elif not level.strip():
            yield Fault(("levels", label), f"the level {label} is not described")
    for label in known:
        if label not in levels:
            at = ("levels",) if levels else ("scale",)
            hint = f'add {label} = "what it means" to [levels]'
            yield Fault(at, f"the level {label} is not described", hint, "key")


def _labels(made: RubricFile) -> Iterator[Fault]:
    if not made.levels:
        if made.mode == "pointwise":
            hint = "add scale = [0, 5] and [levels], or [levels] with labels of your own"
            yield Fault(("mode",), "a pointwise rubric needs levels", hint)
        return
    seen: set[str] = set()
    values = []
    for label, level in made.levels.items():
        at = ("levels", label)
        if isinstance(level, str):
            if label.lstrip("-").isdigit():
                hint = "add scale = [LOWEST, HIGHEST]"
            else:
                hint = f'write {label} = {{ value = 1, text = "…" }}'
            yield Fault(at, f"the level {label!r} has no value", hint)
            continue
        values.append(level.value)
        if made.mode == "checklist" and not 0 <= level.value <= 1:
            said = f"the value of the level {label!r} must be of 0..1, not {level.value:g}"
            hint = "it is the share of the criterion's weight that the level earns"
            yield Fault((*at, "value"), said, hint)
        yield from _label(label, at, seen)
    if len(values) == len(made.levels) and len(set(values)) < 2:
        yield Fault(("levels",), "the levels need at least two different values", "", "key")


def _label(label: str, at: tuple[str, ...], seen: set[str]) -> Iterator[Fault]:
    key = label.casefold()
    if key == ABSTAIN:
        hint = "set may_abstain = true"
        yield Fault(at, f"the label {label!r} is that of a judge who will not say", hint, "key")
    elif not _WORD.fullmatch(label) or label.isdigit():
        hint = "use one word of letters, digits, '_', '+' and '-' that is no number"
        yield Fault(at, f"the label {label!r} cannot be told apart in a reply", hint, "key")
    elif key in seen:
        said = f"the label {label!r} differs from another in its capitals alone"
        yield Fault(at, said, "use another word", "key")
    seen.add(key)


def _criteria(made: RubricFile) -> Iterator[Fault]:
    if made.mode != "checklist":
        for key in ("criteria", "criteria_from"):
            if getattr(made, key):
                said = f"a {made.mode} rubric has no criteria of its own"
                yield Fault(
                    (key,), said, 'set mode = "checklist", or name them in the prompt', "key"
                )
        return
    if made.criteria and made.criteria_from:
        said = "the criteria stand in the rubric or come with each sample, and not both"
        yield Fault(("criteria_from",), said, "take one of them out", "key")
    elif not (made.criteria or made.criteria_from):
        hint = 'add [[criteria]] with id and text, or criteria_from = "INPUT"'
        yield Fault(("mode",), "a checklist needs criteria", hint)
    yield from _each_criterion(made.criteria)


def _claims(made: RubricFile) -> Iterator[Fault]:
    if not made.claims:
        return
    if made.mode != "checklist" or f"{made.criteria_from}?" not in made.inputs:
        said = "claims are those of a checklist whose criteria_from is an input that may be missing"
        hint = 'add criteria_from = "claims", and "claims?" to inputs'
        yield Fault(("claims",), said, hint, "key")
    yield from _placeholders(("claims",), made.claims, input_names(made.inputs))


def _nodes(made: RubricFile) -> Iterator[Fault]:
    if made.mode != "tree":
        if made.nodes:
            said = f"a {made.mode} rubric has no nodes: they are the questions of a tree"
            yield Fault(("nodes",), said, 'set mode = "tree"', "key")
        return
    if not made.nodes:
        hint = 'add [nodes.NAME] with ask = "…" and answers = { yes = 1, no = 0 }'
        yield Fault(("mode",), "a tree needs nodes, its questions", hint)
        return
    for each in node_faults(nodes_of(made.nodes), input_names(made.inputs)):
        yield Fault(("nodes", *each.path), each.message, each.hint, each.at)


def node_faults(nodes: Sequence[Node], inputs: list[str]) -> Iterator[Fault]:
    """Yield what is wrong with the questions of a tree, of samples that have these inputs."""
    yield from tree_faults(nodes)
    for node in nodes:
        name = node.id
        if not _WORD.fullmatch(name):
            hint = "use one word of letters, digits, '_', '+' and '-'"
            yield Fault((name,), f"the question has the name {name!r}", hint, "key")
        seen: set[str] = set()
        for label in node.labels:
            yield from _label(label, (name, "answers", label), seen)
        yield from _placeholders((name, "ask"), node.ask, inputs)


def _each_criterion(criteria: tuple[CriterionTable, ...]) -> Iterator[Fault]:
    seen: set[str] = set()
    for number, each in enumerate(criteria):
        at = ("criteria", number)
        if not _WORD.fullmatch(each.id):
            hint = "use one word of letters, digits, '_', '+' and '-'"
            yield Fault((*at, "id"), f"the id {each.id!r} cannot be told apart in a reply", hint)
        elif each.id.casefold() in seen:
            yield Fault((*at, "id"), f"there are two criteria {each.id!r}", "give one another id")
        seen.add(each.id.casefold())
        if each.weight == 0:
            said = f"the criterion {each.id!r} has the weight 0 and changes nothing"
            yield Fault((*at, "weight"), said, "take it out, or give it a weight")
    if criteria and all(each.weight < 0 for each in criteria):
        hint = "give what is good a positive weight; negative ones take points away"
        yield Fault(
            ("criteria",), "all weights are negative, so that no answer is good", hint, "key"
        )


def _prompt(made: RubricFile) -> Iterator[Fault]:
    names = input_names(made.inputs)
    if "task" not in made.prompt:
        yield Fault(("prompt",), "the prompt needs key 'task'", "it says what is judged", "key")
    for key, value in made.prompt.items():
        at = ("prompt", key)
        if isinstance(value, PromptTable) and key not in PROMPT_KEYS:
            yield from _translation(key, value, made)
        elif key in PROMPT_LISTS and not isinstance(value, tuple):
            yield Fault(at, f"key '{key}' of the prompt must be a list of texts")
        elif key == "task" and not isinstance(value, str):
            yield Fault(at, "key 'task' of the prompt must be a text")
        elif key not in PROMPT_KEYS:
            said = f"the prompt has no key {key!r}"
            yield Fault.unknown(at, said, key, PROMPT_KEYS, "key")
        else:
            yield from _placeholders(at, value, names)


def _translation(key: str, value: PromptTable, made: RubricFile) -> Iterator[Fault]:
    at = ("prompt", key)
    if made.nodes:
        said = "the questions of a tree stand in one language, and so does its prompt"
        yield Fault(at, said, "write a file for each language", "key")
        return
    if not LANGUAGE.fullmatch(key):
        hint = "write its tag, such as zh, de or pt-BR"
        yield Fault(at, f"the prompt is translated into {key!r}, which is no language", hint, "key")
    for part in PROMPT_KEYS:
        translated = getattr(value, part)
        if bool(translated) != bool(made.prompt.get(part)):
            lacks = "lacks" if made.prompt.get(part) else "has"
            beside = "which the prompt has" if made.prompt.get(part) else "which the prompt lacks"
            said = f"the translation into {key!r} {lacks} key {part!r}, {beside}"
            yield Fault((*at, part), said, "a translation says what the prompt says", "key")
        yield from _placeholders((*at, part), translated, input_names(made.inputs))


def _placeholders(at: At, value: Any, names: list[str]) -> Iterator[Fault]:
    for number, text in enumerate((value,) if isinstance(value, str) else value):
        where: At = at if isinstance(value, str) else (*at, number)
        if not text.strip():
            yield Fault(where, "this text is empty")
        for word in PLACEHOLDER.findall(text):
            if word not in names:
                said = f"the prompt names the input {{{word}}}, which is not declared"
                yield Fault.unknown(where, said, word, names)
