"""The condition of a `when`: what it makes of the outcomes of other graders."""

import math
import operator
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from attrs import evolve, field, frozen

from rmg_core.basic.formula import Values
from rmg_core.outcomes import GraderError, GraderScore, GraderSkip, Outcome, Scale

Sign: TypeAlias = Callable[[float, float], bool]

QUOTED: Final = 200
"""So many characters of another grader's words are repeated; a chain would pile them up."""


@frozen
class Undecided:
    """What keeps a condition from being true or false.

    `names` are the graders without a score, `faults` say what cannot be computed.
    """

    names: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


Verdict: TypeAlias = bool | Undecided
Decide: TypeAlias = Callable[[Values], Verdict]


@frozen
class Comparison:
    """A comparison of one grader's score with a number, as `text` has it."""

    name: str
    sign: Sign
    number: float
    text: str

    def on(self, scale: Scale) -> bool | None:
        """Return what it is for every score on a scale; None where the score decides."""
        if self.sign in {operator.eq, operator.ne}:
            return None if scale.contains(self.number) else self.sign is operator.ne
        low = -math.inf if scale.low is None else scale.low
        high = math.inf if scale.high is None else scale.high
        at_ends = {self.sign(end, self.number) for end in (low, high)}
        return at_ends.pop() if len(at_ends) == 1 else None


@frozen
class Condition:
    """A condition that was read: the graders in it, in their order, and how it is decided.

    `comparisons` are those of a single score with a number. `decide` takes the scores that there
    are. What has none leaves its comparison undecided, and so does what cannot be computed:
    `a or b` with a true is true all the same, and `a and b` with a false is false.
    """

    text: str
    names: tuple[str, ...]
    comparisons: tuple[Comparison, ...] = field(repr=False, eq=False)
    decide: Decide = field(repr=False, eq=False)
    _mark: Mapping[str, Any] = field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        # One for all cells: a run may skip millions.
        object.__setattr__(self, "_mark", _mark(self.text, 1))

    def verdict(self, outcomes: Mapping[str, Outcome]) -> GraderSkip | GraderError | None:
        """Return what a grader comes to that may not run, given the outcomes of `names`.

        None where it may.
        """
        scores = {
            name: each.score for name, each in outcomes.items() if isinstance(each, GraderScore)
        }
        verdict = self.decide(scores)
        if verdict is True:
            return None
        if verdict is False:
            said = ", ".join(_said(name, outcomes[name]) for name in self.names)
            return GraderSkip(f"when {self.text}: {said}", self._mark)
        failed = [name for name in verdict.names if isinstance(outcomes[name], GraderError)]
        if verdict.faults and not failed:
            said = f"{verdict.faults[0]}, with {_listed(scores)}"
            return GraderError("aggregator_error", f"when {self.text}: {said}")
        missing = dict.fromkeys(failed or verdict.names)
        said = f"when {self.text}: {', '.join(_said(name, outcomes[name]) for name in missing)}"
        return GraderError("missing_part", said) if failed else GraderSkip(said, self._mark)


def saved_calls(outcome: Outcome) -> int:
    """Return how many calls a condition has saved, if it is what made this outcome."""
    if isinstance(outcome, GraderSkip):
        match outcome.metadata.get("when"):
            case {"condition": str(), "calls": int(calls), **others} if not others:
                return calls
    return 0


def for_repeats(outcome: Outcome, count: int) -> Outcome | None:
    """Return what `count` repeats come to, where a condition made this outcome of the first.

    None where none has: what decides over one repeat decides over all.
    """
    if not (calls := saved_calls(outcome)):
        return None
    return evolve(outcome, metadata=_mark(outcome.metadata["when"]["condition"], calls * count))


def _mark(text: str, calls: int) -> Mapping[str, Any]:
    """Return the metadata that tell a skip by a condition from one by the grader itself."""
    return MappingProxyType({"when": {"condition": text, "calls": calls}})


def _said(name: str, outcome: Outcome) -> str:
    match outcome:
        case GraderScore(score=score):
            return f"{name} is {_exact(score)}"
        case GraderSkip(reason=reason):
            return f"{name!r} was skipped ({_short(reason)})"
        case GraderError(kind=kind, error=error):
            return f"{name!r} has an error ({kind}: {_short(error)})"
    return f"{name!r} is a rank, not a score"


def _listed(scores: Values) -> str:
    return ", ".join(f"{name} {_exact(score)}" for name, score in scores.items())


def _exact(score: float) -> str:
    """Write a score in few digits, where these are all: 0.4999999 is not 0.5."""
    short = f"{score:g}"
    return short if float(short) == score else repr(score)


def _short(text: str) -> str:
    return text if len(text) <= QUOTED else text[: QUOTED - 1] + "…"
