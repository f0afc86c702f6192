"""The prompt of a judgement: one frame for all rubrics, in which the material is fenced."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from attrs import frozen

from rmg_core.models import Message, Part, Text
from rmg_plugin_judge.material import Lines, Steps, folded, json_line, rendered, texts_of
from rmg_plugin_judge.protocols import asking, choice, verdict_line
from rmg_plugin_judge.values import Criterion, Example, Prompt, Protocol, Rubric, VerdictSpec
from rmg_plugin_judge.wording import words

CANDIDATES: Final = ("candidates", "response_a", "response_b")
"""Inputs that hold candidates, which are shown under letters instead."""


def occurs(nonce: str, inputs: Mapping[str, Any]) -> bool:
    """Say whether a datum has the nonce, in any case or width of its characters."""
    # As JSON too: a control character is written as digits there.
    texts = (*texts_of(inputs), json_line(inputs))
    return any(nonce.casefold() in folded(text) for text in texts)


def letters(count: int) -> tuple[str, ...]:
    """Return the names of so many candidates: A to Z, then AA, AB and so on."""
    return tuple(map(_letter, range(count)))


def frame(
    rubric: Rubric,
    inputs: Mapping[str, Any],
    *,
    spec: VerdictSpec,
    nonce: str,
    protocol: Protocol,
    language: str = "",
    reason: bool,
    solve_first: bool = False,
    examples: Sequence[Example] = (),
    candidates: Sequence[Any] = (),
) -> tuple[Message, ...]:
    """Return the messages that ask for a verdict: how to judge, and the material.

    Each input stands between fences of its own that hold the nonce. `candidates` are in the order
    in which they are shown, under letters. Nothing is filled into a text of the rubric or of a
    sample: braces in them stay as they are. Where a sample brings the criteria
    (`criteria_from`), they are fenced as the material is. A rubric that has no prompt in the
    `language` is shown in its own.

    Raises:
        ValueError: a datum has the nonce, so that it could leave its fence.
    """
    given = {
        "inputs": inputs,
        "candidates": list(candidates),
        "examples": [(each.inputs, each.verdict, each.why) for each in examples],
    }
    if occurs(nonce, given):
        raise ValueError(f"the material has the nonce {nonce!r}: take another one")
    told = _Teller(rubric, spec, nonce, language)
    sections = told.sections(
        protocol,
        reason=reason,
        solve_first=solve_first,
        is_step=any(isinstance(each, Steps) for each in inputs.values()),
    )
    system = "\n\n".join(sections)
    return Message("system", system), Message("user", told.material(inputs, examples, candidates))


def repair(spec: VerdictSpec, nonce: str, protocol: Protocol) -> Message:
    """Return what is said after a reply that has no verdict; it does not tell what was read."""
    if protocol == "text":
        said = (
            "Your reply had no valid verdict line. Reply with only:\n\n"
            f"{verdict_line(spec, nonce)}\n\n{choice(spec)}"
        )
    else:
        asked = asking(spec, protocol, nonce).instructions
        said = f"Your reply had no valid verdict. Give it once more.\n\n{asked}"
    return Message("user", said)


@frozen
class _Teller:
    """The frame of one rubric, spec and language."""

    rubric: Rubric
    spec: VerdictSpec
    nonce: str
    language: str

    @property
    def prompt(self) -> Prompt:
        return self.rubric.translations.get(self.language, self.rubric.prompt)

    @property
    def words(self) -> Mapping[str, str]:
        return words(self.language)

    def sections(
        self, protocol: Protocol, *, reason: bool, solve_first: bool, is_step: bool
    ) -> Iterator[str]:
        """Yield the sections of the system message."""
        say = self.words
        yield say["judge"] + " " + say["fences"].replace("{nonce}", self.nonce)
        yield _section(say["task"], [self.prompt.task])
        for node in self.rubric.nodes:
            yield _section(say["question"], [node.ask])
        if is_step:
            yield say["last_step"].replace("{nonce}", self.nonce)
        if self.rubric.mode in ("pairwise", "listwise"):
            yield say["letters"]
        yield from _listed(say["consider"], self.prompt.consider)
        yield from _listed(say["ignore"], self.prompt.ignore)
        levels = [f"{each.label}: {each.text}" for each in self.rubric.levels]
        yield from _listed(say["levels"], levels)
        yield from self._criteria()
        yield from self._steps(reason=reason, solve_first=solve_first)
        how = [asking(self.spec, protocol, self.nonce).instructions]
        if self.spec.may_abstain:
            how.append(say["abstain"])
        quietly = say["no_reason" if protocol == "text" else "empty_reason"]
        how.append(say["reason"] if reason else quietly)
        yield _section(say["verdict"], ["\n\n".join(how)])

    def _criteria(self) -> Iterator[str]:
        if self.rubric.criteria_from:
            title = self._given_criteria
            yield _section(self.words[title], [self.words[f"{title}_below"]])
        elif self.rubric.criteria:
            said = [f"{each.id}: {each.text}" for each in self._asked_criteria()]
            yield from _listed(self.words["criteria"], said)

    @property
    def _given_criteria(self) -> str:
        """What the criteria of a sample are called."""
        return "claims" if self.rubric.claims else "criteria"

    def _asked_criteria(self) -> Iterator[Criterion]:
        """Yield the criteria that the verdict is on: a batch may have some of them only."""
        return (each for each in self.rubric.criteria if each.id in self.spec.criteria)

    def _steps(self, *, reason: bool, solve_first: bool) -> Iterator[str]:
        first = [self.words["solve"]] if solve_first else []
        steps = [*first, *self.prompt.steps] if reason or solve_first else []
        if steps:
            numbered = [f"{number}. {step}" for number, step in enumerate(steps, 1)]
            yield _section(self.words["steps"], numbered)

    def material(
        self, inputs: Mapping[str, Any], examples: Sequence[Example], candidates: Sequence[Any]
    ) -> str | tuple[Part, ...]:
        """Return the content of the user's message; it has parts where an input has images."""
        say = self.words
        lines = Lines()
        for number, example in enumerate(examples, 1):
            for name, value in example.inputs.items():
                self._fence(lines, f"{say['example']} {number} {name}", value)
            self._fence(lines, f"{say['example']} {number} {say['verdict']}", example.verdict)
            if example.why:
                self._fence(lines, f"{say['example']} {number} {say['why']}", example.why)
        if examples:
            lines.add(say["after_examples"])
        for name, value in self._shown(inputs, hides_candidates=bool(candidates)):
            self._fence(lines, name, value)
        for letter, value in zip(letters(len(candidates)), candidates, strict=True):
            self._fence(lines, f"{say['candidate']} {letter}", value)
        lines.add(say["end"])
        return lines.content()

    def _shown(
        self, inputs: Mapping[str, Any], *, hides_candidates: bool
    ) -> Iterator[tuple[str, Any]]:
        for each in self.rubric.inputs:
            hidden = hides_candidates and each.name in CANDIDATES
            if each.name == self.rubric.criteria_from:
                said = [f"- {one.id}: {one.text}" for one in self._asked_criteria()]
                yield self.words[self._given_criteria], "\n".join(said) or inputs.get(each.name)
            elif not hidden and inputs.get(each.name) is not None:
                yield each.name, inputs[each.name]

    def _fence(self, lines: Lines, name: str, value: Any) -> None:
        _fence(lines, name, value, self.nonce)


def fenced(inputs: Mapping[str, Any], nonce: str) -> str | tuple[Part, ...]:
    """Return inputs alone, each between fences of its own.

    Raises:
        ValueError: a datum has the nonce, so that it could leave its fence.
    """
    if occurs(nonce, inputs):
        raise ValueError(f"the material has the nonce {nonce!r}: take another one")
    lines = Lines()
    for name, value in inputs.items():
        _fence(lines, name, value, nonce)
    return lines.content()


def _fence(lines: Lines, name: str, value: Any, nonce: str) -> None:
    lines.add(f"=== BEGIN {name} {nonce} ===")
    for part in rendered(value, nonce):
        lines.add(part.text if isinstance(part, Text) else part)
    lines.add(f"=== END {name} {nonce} ===\n")


def _section(title: str, lines: Sequence[str]) -> str:
    return "\n".join([f"# {title}", *lines])


def _listed(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield _section(title, [f"- {each}" for each in lines])


def _letter(index: int) -> str:
    more, last = divmod(index, 26)
    return (_letter(more - 1) if more else "") + chr(ord("A") + last)


__all__ = ["CANDIDATES", "fenced", "frame", "letters", "occurs", "repair"]
