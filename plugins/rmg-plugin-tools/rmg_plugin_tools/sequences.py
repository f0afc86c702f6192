"""The grader of the order in which tools are called."""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest
from types import MappingProxyType
from typing import Annotated, Final, Literal, TypeAlias

from attrs import validators

from rmg_core import GraderScore, grader
from rmg_plugin_tools.calls import Call
from rmg_plugin_tools.comparing import NO_FIELDS, Arguments, Comparing, Fields, spend_on
from rmg_plugin_tools.trajectories import Given, Response, Trajectory, expected_of, trajectory_of

MODES: Final = ("exact", "ordered", "unordered", "subset", "superset")
Mode: TypeAlias = Annotated[
    Literal["exact", "ordered", "unordered", "subset", "superset"],
    validators.in_(MODES),
    "exact: the same calls in the same order; ordered: those of the reference in their order, "
    "others may stand between; unordered: the same calls in any order; subset: no call that is not "
    "in the reference; superset: all calls of the reference, and maybe more",
]

SCORES: Final = ("all", "steps", "calls")
Score: TypeAlias = Annotated[
    Literal["all", "steps", "calls"],
    validators.in_(SCORES),
    "all: 1 or 0; steps: the share of steps that are as the mode says; calls: the share of calls",
]

Calls: TypeAlias = Sequence[Call]
Measure: TypeAlias = Callable[[Comparing, Calls, Calls], tuple[int, int]]


@grader
def tool_sequence_match(
    response: Response,
    reference: Given,
    *,
    mode: Mode = "exact",
    per_step: Annotated[
        bool, "compare step by step instead of all calls together; a step is a message with calls"
    ] = False,
    score: Score = "all",
    arguments: Arguments = "equal",
    fields: Fields = NO_FIELDS,
) -> GraderScore:
    """1 when the calls are those of the reference in the way that `mode` says, else 0.

    A step is a message with calls, or a list of calls in a list; of plain calls each is a step.
    `per_step` compares the first step with the first one, and so on, each by the mode: with
    `mode = "unordered"` the calls of one step may have any order, the steps may not.

    `score = "calls"` gives the share of calls that match, which is 1 exactly where all do: of the
    longer side at their places (exact), of all calls of either side (unordered), of the reference
    (superset; ordered: the longest common subsequence) or of the response (subset). With `per_step`
    it is the mean over those steps, and `score = "steps"` the share of them that are as they should
    be; a step that is not there has no calls.

    Definition: the modes of AgentEvals (`exact` with the calls of a step in order), and the
    in-order match of Vertex AI's trajectory metrics; shares per step as in OpenJudge.

    Raises:
        CannotGrade: the reference cannot be read (`bad_input`).

    Example:
        >>> calls = [{"search": {"q": "a"}}, {"open": {"id": 1}}]
        >>> tool_sequence_match(calls, [{"open": {"id": 1}}, {"search": {"q": "a"}}]).reason
        'exact: 0 of 2 calls as expected; search("q": "a"), expected open("id": 1)'
        >>> tool_sequence_match(calls, [{"open": {"id": 1}}], mode="superset").score
        1.0
    """
    wanted = expected_of(reference)
    done = trajectory_of(response)
    if done.fault:
        return GraderScore(0.0, f"the response cannot be read: {done.fault}")
    comparing = Comparing(arguments, fields)
    shares, faults = [], []
    right = counted = 0
    for step, (calls, expected) in enumerate(_units(done, wanted, mode, per_step=per_step), 1):
        matched, of = _MEASURES[mode](comparing, calls, expected)
        shares.append(matched / of if of else 1.0)
        right, counted = right + matched, counted + of
        if matched < of:
            where = f"step {step}: " if per_step else ""
            faults.append(f"{where}{_difference(comparing, mode, calls, expected)}")
    reason = f"{mode}: {right} of {counted} calls as expected"
    if not faults:
        return GraderScore(1.0, reason)
    match score:
        case "steps":
            share = 1 - len(faults) / len(shares)
        case "calls":
            share = sum(shares) / len(shares)
        case _:
            share = 0.0
    return GraderScore(share, f"{reason}; {faults[0]}")


def _units(
    done: Trajectory, wanted: Trajectory, mode: str, *, per_step: bool
) -> list[tuple[Calls, Calls]]:
    if not per_step:
        return [(done.calls, wanted.calls)]
    steps = zip_longest(done.steps, wanted.steps, fillvalue=())
    pairs: list[tuple[Calls, Calls]] = [*steps]
    match mode:
        case "subset":
            return pairs[: len(done.steps)]
        case "superset" | "ordered":
            return pairs[: len(wanted.steps)]
        case _:
            return pairs


def _exact(comparing: Comparing, calls: Calls, expected: Calls) -> tuple[int, int]:
    pairs = zip(calls, expected, strict=False)
    return sum(comparing.fits(*each) for each in pairs), max(len(calls), len(expected))


def _ordered(comparing: Comparing, calls: Calls, expected: Calls) -> tuple[int, int]:
    """Return the length of the longest common subsequence (Hunt and Szymanski 1977)."""
    ends: list[int] = []  # at i: the lowest place at which i + 1 calls in order can end
    fits = comparing.places(calls, expected)
    spend_on(fits)
    for places in fits:
        # From the last place to the first, so that a call counts once.
        for place in reversed(places):
            at = bisect_left(ends, place)
            ends[at : at + 1] = [place]
    return len(ends), len(expected)


def _unordered(comparing: Comparing, calls: Calls, expected: Calls) -> tuple[int, int]:
    pairs = len(comparing.pairs(calls, expected))
    return pairs, len(calls) + len(expected) - pairs


def _subset(comparing: Comparing, calls: Calls, expected: Calls) -> tuple[int, int]:
    return len(comparing.pairs(calls, expected)), len(calls)


def _superset(comparing: Comparing, calls: Calls, expected: Calls) -> tuple[int, int]:
    return len(comparing.pairs(calls, expected)), len(expected)


_MEASURES: Final[Mapping[str, Measure]] = MappingProxyType(
    {
        "exact": _exact,
        "ordered": _ordered,
        "unordered": _unordered,
        "subset": _subset,
        "superset": _superset,
    }
)


def _difference(comparing: Comparing, mode: str, calls: Calls, expected: Calls) -> str:
    if mode == "exact":
        for call, each in zip_longest(calls, expected):
            if call is None or each is None or not comparing.fits(call, each):
                return f"{_told(call)}, expected {_told(each)}"
    missing, more = comparing.unpaired(calls, expected)
    if missing and mode != "subset":
        # The call of the same tool tells most about what is wrong.
        instead = next((each for each in more if each.name == missing[0].name), None)
        return f"{missing[0]} is missing" + (f", there is {_told(instead)}" if instead else "")
    return f"{_told(more[0])} is not expected" if more else "the order is another"


def _told(call: Call | None) -> str:
    return "no call" if call is None else call.told
