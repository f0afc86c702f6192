"""The values that a judgement is made of: what is asked, what may be answered, what was voted."""

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from attrs import field, frozen

Mode: TypeAlias = Literal["pointwise", "checklist", "pairwise", "listwise", "tree"]
Protocol: TypeAlias = Literal["text", "schema", "tool", "json"]
"""How a verdict is written: a line of text, or JSON by a schema, by a tool call, or by itself."""


@frozen
class Level:
    """A label that a judge may give: what it means, and the number that it stands for."""

    label: str
    text: str
    value: float


@frozen
class Criterion:
    """One thing to be judged by itself; a negative weight takes points away where it is met."""

    id: str
    text: str
    weight: float = 1.0


@frozen
class Node:
    """A question of a decision tree: each answer leads to another one by its id, or to a score."""

    id: str
    ask: str
    answers: tuple[tuple[str, str | float], ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """The answers that may be given, in their order."""
        return tuple(label for label, _ in self.answers)

    def then(self, label: str) -> str | float | None:
        """Return what an answer leads to; None for one that may not be given."""
        return dict(self.answers).get(label)


@frozen
class RubricInput:
    """An input of a rubric: its name, and whether a sample must have it."""

    name: str
    is_required: bool = True


@frozen
class Prompt:
    """What a judge is told, in one language."""

    task: str
    consider: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()


@frozen
class Example:
    """Inputs with the verdict that they deserve, and why.

    `verdict` is a label, or of a list a ranking such as `"B > A = C"`, in which A is the first
    answer; of a checklist it is empty, and `labels` has a label for each criterion, and of a tree
    one for each question on the way to the score.
    """

    inputs: Mapping[str, Any]
    verdict: str
    why: str = ""
    labels: Mapping[str, str] = field(factory=dict)


@frozen
class Pair:
    """Two answers that differ in one thing, of which one is better; `tie` says that neither is."""

    better: Mapping[str, Any]
    worse: Mapping[str, Any]
    why: str = ""
    is_tie: bool = False


@frozen
class Rubric:
    """A judge grader as data.

    `levels` are the labels, in the order of their values. A checklist has `criteria`, or takes
    them from the input `criteria_from` of each sample; where that has none and `claims` says what
    a claim is, those that the answer makes are its criteria. The answers of a pair stand in the
    inputs `response_a` and `response_b`, those of a list in the input `responses`. A tree has
    `nodes`, of which the first is asked first, and its levels are the scores that it leads to.
    """

    name: str
    about: str
    inputs: tuple[RubricInput, ...]
    mode: Mode
    prompt: Prompt
    levels: tuple[Level, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    criteria_from: str = ""
    claims: str = ""
    nodes: tuple[Node, ...] = ()
    version: int = 1
    may_abstain: bool = False
    translations: Mapping[str, Prompt] = field(factory=dict)
    examples: tuple[Example, ...] = ()
    pairs: tuple[Pair, ...] = ()


@frozen
class VerdictSpec:
    """What a reply has to say.

    For each of `criteria` (for a single verdict there are none) one of `labels`; for a ranking
    (`is_ranking`) all of `labels` in an order, best first, in which `=` may join ties. `top` is
    the maximum of a numeric scale, so that "4/5" is 4 where it is 5. `may_abstain` offers the
    label "abstain".
    """

    labels: tuple[str, ...]
    criteria: tuple[str, ...] = ()
    top: int | None = None
    may_abstain: bool = False
    is_ranking: bool = False


@frozen
class Verdict:
    """What a reply says: a label for each criterion, under "" where there is one verdict.

    Of a ranking, `ranking` has the labels in groups, best first; ties share a group.
    """

    labels: Mapping[str, str] = field(factory=dict)
    ranking: tuple[tuple[str, ...], ...] = ()
    reason: str = ""
    is_abstention: bool = False


@frozen
class Vote:
    """One judge's word: a verdict, or the kind of failure (`error`) and what was wrong (`said`).

    `order` says which candidate stood at which place (position -> index); `sample` counts the
    judge's opinions from 0; `protocol` is how it was asked, and `repairs` how often once more.
    `worth` is the mean of the levels by their probabilities, where these were asked for.
    """

    model: str
    verdict: Verdict | None = None
    error: str = ""
    said: str = ""
    order: tuple[int, ...] = ()
    sample: int = 0
    protocol: Protocol = "text"
    finish: str = "stop"
    repairs: int = 0
    input_tokens: int | None = None
    output_tokens: int | None = None
    worth: float | None = None


class Unreadable(Exception):
    """A reply holds no verdict that may be counted; `kind` is that of the error."""

    def __init__(self, said: str, kind: str = "unparseable") -> None:
        super().__init__(said)
        self.said = said
        self.kind = kind
