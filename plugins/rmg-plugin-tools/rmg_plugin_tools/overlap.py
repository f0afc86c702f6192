"""The graders of how far the calls and those of a reference are the same: precision, recall, F1."""

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from rmg_core import GraderScore, grader
from rmg_plugin_tools.comparing import NO_FIELDS, Arguments, Comparing, Fields
from rmg_plugin_tools.trajectories import Given, expected_of, trajectory_of


@grader
def tool_call_precision(
    response: str | list[Any] | dict[str, Any],
    reference: str | list[Any] | dict[str, Any],
    *,
    arguments: Arguments = "equal",
    fields: Fields = NO_FIELDS,
) -> GraderScore:
    """The share of the calls that stand in the reference, in any order, each counted once.

    Each call is paired with at most one of the reference, so that as many as possible are. Without
    a call on either side the score is 1, on one side alone 0. A call that cannot be read is a call
    that is not in the reference.

    Definition: |M| / |calls| for a maximum matching M of calls and reference.

    Raises:
        CannotGrade: the reference cannot be read (`bad_input`).

    Example:
        >>> calls = [{"name": "search", "arguments": {"q": "a"}}, {"name": "stop", "arguments": {}}]
        >>> tool_call_precision(calls, [{"name": "search", "arguments": {"q": "a"}}]).reason
        'precision 0.500: 1 of 2 calls are in the reference, which has 1'
    """
    return _paired(response, reference, Comparing(arguments, fields)).score("precision")


@grader
def tool_call_recall(
    response: str | list[Any] | dict[str, Any],
    reference: str | list[Any] | dict[str, Any],
    *,
    arguments: Arguments = "equal",
    fields: Fields = NO_FIELDS,
) -> GraderScore:
    """The share of the reference's calls that were made, in any order, each counted once.

    The pairs are those of `tool_call_precision`, and so are the options.

    Definition: |M| / |reference| for a maximum matching M of calls and reference.

    Raises:
        CannotGrade: the reference cannot be read (`bad_input`).

    Example:
        >>> reference = [{"name": "search", "arguments": {"q": "a"}}, {"name": "stop"}]
        >>> tool_call_recall([{"name": "search"}], reference, arguments="ignore").score
        0.5
    """
    return _paired(response, reference, Comparing(arguments, fields)).score("recall")


@grader
def tool_call_f1(
    response: str | list[Any] | dict[str, Any],
    reference: str | list[Any] | dict[str, Any],
    *,
    arguments: Arguments = "equal",
    fields: Fields = NO_FIELDS,
) -> GraderScore:
    """F1 of the calls that response and reference share, in any order, each counted once.

    The pairs are those of `tool_call_precision`, and so are the options.

    Definition: 2|M| / (|calls| + |reference|) for a maximum matching M of calls and reference.

    Raises:
        CannotGrade: the reference cannot be read (`bad_input`).

    Example:
        >>> calls = [{"search": {"q": "a"}}, {"stop": {}}, {"stop": {}}]
        >>> tool_call_f1(calls, [{"search": {"q": "a"}}]).score
        0.5
    """
    return _paired(response, reference, Comparing(arguments, fields)).score("F1")


@frozen
class _Pairs:
    """How many calls there are on each side, and how many pairs."""

    calls: int = 0
    expected: int = 0
    pairs: int = 0
    unread: str = ""
    fault: str = ""

    def score(self, measure: str) -> GraderScore:
        if self.fault:
            return GraderScore(0.0, f"the response cannot be read: {self.fault}")
        if not self.calls or not self.expected:
            empty = "neither" if self.calls == self.expected else "only one"
            reason = f"{empty} of response and reference has calls"
            return GraderScore(float(self.calls == self.expected), reason, self._metadata)
        share = self._shares[measure]
        reason = (
            f"{measure} {share:.3f}: {self.pairs} of {self.calls} calls are in the reference, "
            f"which has {self.expected}{self.unread}"
        )
        return GraderScore(share, reason, self._metadata)

    @property
    def _shares(self) -> Mapping[str, float]:
        return {
            "precision": self.pairs / self.calls,
            "recall": self.pairs / self.expected,
            "F1": 2 * self.pairs / (self.calls + self.expected),
        }

    @property
    def _metadata(self) -> Mapping[str, int]:
        return {"calls": self.calls, "expected": self.expected, "pairs": self.pairs}


def _paired(response: Given, reference: Given, comparing: Comparing) -> _Pairs:
    expected = expected_of(reference).calls
    done = trajectory_of(response)
    if done.fault:
        return _Pairs(fault=done.fault)
    calls = done.calls
    unread = "".join(
        f"; call {place} cannot be read: {call.fault}"
        for place, call in enumerate(calls, 1)
        if call.fault
    )
    return _Pairs(len(calls), len(expected), len(comparing.pairs(calls, expected)), unread)
