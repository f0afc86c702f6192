"""What is looked at before a judge is asked: empty answers, long inputs, judges of the family."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, Final

from attrs import frozen

from rmg_core import CannotGrade
from rmg_plugin_judge.asking import name_of
from rmg_plugin_judge.options import JudgeOptions, Truncation
from rmg_plugin_judge.values import Example, Rubric

ANSWER: Final = "response"
ANSWERS: Final = ("response_a", "response_b")
LIST: Final = "responses"

FAMILIES: Final[Mapping[str, str]] = {
    "gpt": "openai",
    "o1": "openai",
    "o3": "openai",
    "o4": "openai",
    "chatgpt": "openai",
    "claude": "anthropic",
    "gemini": "google",
    "gemma": "google",
    "llama": "meta",
    "mistral": "mistral",
    "mixtral": "mistral",
    "qwen": "qwen",
    "deepseek": "deepseek",
}
"""The family of a model by the start of its name; the option `families` comes before it."""


@frozen
class Prepared:
    """The inputs of a sample as the judges see them, and what is to be noted of that."""

    inputs: Mapping[str, Any]
    notes: Mapping[str, Any]


def prepared(options: JudgeOptions, inputs: Mapping[str, Any]) -> Prepared:
    """Cut what may be cut, and find a judge that would judge its own family.

    Raises:
        CannotGrade: a judge is of the family of who answered, where that is an error (`conflict`).
    """
    shown = {name: value for name, value in inputs.items() if value is not None}
    notes: dict[str, Any] = {}
    if options.truncate is not None:
        notes |= _cut(options.truncate, shown)
    if options.candidate and options.conflict != "allow":
        notes |= _conflicts(options, str(shown.pop(options.candidate, "")))
    elif options.candidate:
        shown.pop(options.candidate, None)
    return Prepared(shown, notes)


def is_empty(answer: Any) -> bool:
    """Tell whether there is nothing in an answer that could be judged."""
    if isinstance(answer, str):
        return not answer.strip()
    return answer is None or (isinstance(answer, list | dict) and not answer)


def _cut(how: Truncation, inputs: dict[str, Any]) -> dict[str, Any]:
    text = inputs.get(how.field)
    if not isinstance(text, str) or len(text) <= how.characters:
        return {}
    if how.keep == "head":
        kept = text[: how.characters]
    elif how.keep == "tail":
        kept = text[-how.characters :]
    else:
        half = how.characters // 2
        kept = f"{text[: how.characters - half]}\n[…]\n{text[len(text) - half :]}"
    inputs[how.field] = kept
    return {"truncated": {how.field: {"characters": len(text), "keep": how.keep}}}


def _conflicts(options: JudgeOptions, candidate: str) -> dict[str, Any]:
    family = family_of(candidate, options.families)
    own = [
        name_of(judge)
        for judge in options.judges
        if family and family_of(model_of(judge), options.families) == family
    ]
    if not own:
        return {}
    said = f"{', '.join(own)} and {candidate!r} are of one family, {family}"
    if options.conflict == "error":
        raise CannotGrade(f"a judge would judge its own: {said}", "conflict")
    return {"conflict": said}


def model_of(judge: Any) -> str:
    """Return the provider's name of a judge's model, as far as it is known."""
    try:
        made = json.loads(judge.identity)
        return str(made["options"].get("model", "")) or name_of(judge)
    except (AttributeError, KeyError, TypeError, ValueError):
        return name_of(judge)


def family_of(model: str, families: Mapping[str, str]) -> str:
    """Return the family of a model by the start of its name, with or without a provider's."""
    names = [model.casefold(), model.casefold().rpartition("/")[2]]
    known = {**FAMILIES, **{start.casefold(): family for start, family in families.items()}}
    found = [start for start in known if any(name.startswith(start) for name in names)]
    return known[max(found, key=len)] if found else ""


def shots(rubric: Rubric, options: JudgeOptions, inputs: Mapping[str, Any]) -> Sequence[Example]:
    """Return the labelled examples that a judge is shown: of each label as many, as far as it goes.

    They are drawn by the seed, the same for every sample. The sample itself is not among them.

    Raises:
        CannotGrade: the file of examples cannot be read (`bad_input`).
    """
    if not options.shots:
        return ()
    known = _examples(options.examples, rubric) if options.examples else rubric.examples
    others = [each for each in known if not _is_same(each.inputs, inputs)]
    Random(options.seed).shuffle(others)  # noqa: S311 - a choice is no secret
    by_label: dict[str, list[Example]] = {}
    for each in others:
        by_label.setdefault(each.verdict, []).append(each)
    return tuple(islice(_in_turn(by_label), options.shots))


def _in_turn(groups: Mapping[str, list[Example]]) -> Iterator[Example]:
    longest = max(map(len, groups.values()), default=0)
    for place in range(longest):
        for label in sorted(groups):
            if place < len(groups[label]):
                yield groups[label][place]


def _is_same(example: Mapping[str, Any], inputs: Mapping[str, Any]) -> bool:
    return all(inputs.get(name) == value for name, value in example.items())


def _examples(path: str, rubric: Rubric) -> Sequence[Example]:
    try:
        return _read_examples(path, Path(path).stat().st_mtime_ns, rubric.name)
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise CannotGrade(
            f"the examples in {path!r} cannot be read: {fault}", "bad_input"
        ) from fault


@lru_cache(maxsize=16)
def _read_examples(path: str, _: int, __: str) -> Sequence[Example]:
    made = []
    for line in Path(path).read_text("utf-8").splitlines():
        if line.strip():
            row = json.loads(line)
            verdict, why = str(row.pop("verdict")), str(row.pop("why", ""))
            made.append(Example(row, verdict, why))
    return tuple(made)
