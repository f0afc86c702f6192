"""The graders of what an agent does in vain: calls that repeat, and calls it could do without."""

from collections import Counter
from typing import Annotated, Literal

from attrs import validators

from rmg_core import CannotGrade, GraderScore, GraderSkip, grader
from rmg_plugin_tools.novelty import Texts
from rmg_plugin_tools.trajectories import Given, Response, Trajectory, acted, expected_of

COUNTED = ("calls", "pairs")


@grader
def action_loop(
    response: Response,
    *,
    arguments: Annotated[bool, "calls of one tool are the same only if their arguments are"] = True,
    count: Annotated[
        Literal["calls", "pairs"],
        validators.in_(COUNTED),
        "calls: the share of calls that were made before; pairs: of pairs of calls that are equal",
    ] = "calls",
) -> GraderScore:
    """1 minus the share of calls that repeat an earlier one.

    Calls are the same when tool and arguments are; arguments are compared as JSON, in any order.
    Arguments that cannot be read are compared as they are written. With fewer than two calls
    nothing is repeated, and the score is 1. The time grows with the number of calls.

    Definition: 1 - (n - u) / n for n calls of which u are different; with `count = "pairs"`
    1 - sum c(c-1) / n(n-1) over the c calls of each kind: equal pairs, as OpenJudge counts.

    Raises:
        CannotGrade: the response cannot be read (`bad_input`).

    Example:
        >>> action_loop([{"look": {}}, {"open": {"id": 1}}, {"look": {}}, {"look": {}}]).reason
        '2 of 4 calls repeat an earlier one, most often look(), made 3 times'
    """
    calls = acted(response).calls
    total = len(calls)
    if total < 2:
        return GraderScore(1.0, f"{total} call{'' if total else 's'}: nothing is repeated")
    counts = Counter(call.key if arguments else call.name for call in calls)
    most, often = counts.most_common(1)[0]
    if often == 1:
        return GraderScore(1.0, f"none of {total} calls repeats an earlier one")
    first = next(call for call in calls if (call.key if arguments else call.name) == most)
    name = str(first) if arguments else first.name
    if count == "pairs":
        equal, pairs = sum(c * (c - 1) for c in counts.values()) // 2, total * (total - 1) // 2
        said = f"{equal} of {pairs} pairs of calls are equal"
    else:
        equal, pairs = total - len(counts), total
        said = f"{equal} of {pairs} calls repeat an earlier one"
    return GraderScore((pairs - equal) / pairs, f"{said}, most often {name}, made {often} times")


@grader
def step_efficiency(
    response: Response,
    reference: int | Given | None = None,
    *,
    reference_weight: Annotated[
        float,
        validators.and_(validators.ge(0), validators.le(1)),
        "how much the reference count weighs, from 0 to 1; the share of useful calls has the rest",
    ] = 0.4,
    redundancy: Annotated[
        float,
        validators.and_(validators.ge(0), validators.le(1)),
        "a repeated call is useless when its result is as similar as this to an earlier one",
    ] = 0.8,
) -> GraderScore | GraderSkip:
    """The share of useful calls, weighed with how many the reference needs for how many were made.

    A call is useless when it was made before and got back what was there before: a text whose words
    are those of an earlier result, or no result at all. `reference` is a number of calls, or a
    trajectory whose calls are counted; without it the score is the share of useful calls. With
    `reference_weight = 1` it is the reference count over the calls made, at most 1.

    A response without calls is skipped: it says nothing of efficiency.

    Definition: (1 - w) · useful / n + w · min(1, reference / n) for n calls, as in OpenJudge.

    Raises:
        CannotGrade: the response cannot be read, or the reference is no count (`bad_input`).

    Example:
        >>> calls = [{"look": {}}, {"open": {}}, {"look": {}}, {"close": {}}]
        >>> step_efficiency(calls, 3).reason
        '3 of 4 calls are useful, 3 are needed'
        >>> step_efficiency(calls, 3, reference_weight=1.0).score
        0.75
    """
    needed = None if reference is None else _needed(reference)
    done = acted(response, results=True)
    total = len(done.calls)
    if not total:
        return GraderSkip("the response has no calls")
    useful = total - _useless(done, redundancy)
    reason = f"{useful} of {total} calls are useful"
    if needed is None:
        return GraderScore(useful / total, reason)
    share = (1 - reference_weight) * useful / total + reference_weight * min(needed, total) / total
    return GraderScore(min(1.0, share), f"{reason}, {needed} are needed")


def _needed(reference: int | Given) -> int:
    needed = reference if isinstance(reference, int) else len(expected_of(reference).calls)
    if needed < 0:
        raise CannotGrade(f"the reference is a number of calls, and {needed} is none", "bad_input")
    return needed


def _useless(done: Trajectory, redundancy: float) -> int:
    calls = done.calls
    seen = set()
    texts = Texts()
    useless = 0
    answered = {each.call for each in done.results}
    steps = [(each.call, each.text) for each in done.results]
    steps += [(place, "") for place in range(len(calls)) if place not in answered]
    for place, text in steps:
        was_made = calls[place].key in seen
        # What came back empty, or not at all, is nothing new.
        was_there = place not in answered or not text.split() or texts.closest(text) >= redundancy
        useless += was_made and was_there
        seen.add(calls[place].key)
        texts.add(text)
    return useless
