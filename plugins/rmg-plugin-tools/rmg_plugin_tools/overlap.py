"""The graders of how far the calls and those of a reference are the same: precision, recall, F1."""

from attrs import frozen

from rmg_core import GraderScore, grader
from rmg_plugin_tools.calls import Call
from rmg_plugin_tools.comparing import NO_FIELDS, Arguments, Comparing, Fields
from rmg_plugin_tools.trajectories import Given, Response, expected_of, trajectory_of


@grader
def tool_call_precision(
    response: Response,
    reference: Given,
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
        'precision 0.500: 1 of 2 calls are in the reference, which has 1; stop() is not expected'
    """
    return _paired(response, reference, Comparing(arguments, fields)).score("precision")


@grader
def tool_call_recall(
    response: Response,
    reference: Given,
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
    response: Response,
    reference: Given,
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
    """The calls of both sides, how many pairs they make, and what is left over."""

    calls: int = 0
    expected: int = 0
    missing: tuple[Call, ...] = ()
    more: tuple[Call, ...] = ()
    fault: str = ""

    def score(self, measure: str) -> GraderScore:
        if self.fault:
            return GraderScore(0.0, f"the response cannot be read: {self.fault}")
        pairs = self.calls - len(self.more)
        metadata = {"calls": self.calls, "expected": self.expected, "pairs": pairs}
        if not self.calls or not self.expected:
            empty = "neither" if self.calls == self.expected else "only one"
            reason = f"{empty} of response and reference has calls"
            return GraderScore(float(self.calls == self.expected), reason, metadata)
        share = {
            "precision": pairs / self.calls,
            "recall": pairs / self.expected,
            "F1": 2 * pairs / (self.calls + self.expected),
        }[measure]
        reason = (
            f"{measure} {share:.3f}: {pairs} of {self.calls} calls are in the reference, "
            f"which has {self.expected}{self._first}"
        )
        return GraderScore(share, reason, metadata)

    @property
    def _first(self) -> str:
        missing = f"; {self.missing[0]} is missing" if self.missing else ""
        if not self.more:
            return missing
        unread = next((each for each in self.more if each.fault), self.more[0])
        return f"{missing}; {unread.told} is not expected"


def _paired(response: Response, reference: Given, comparing: Comparing) -> _Pairs:
    expected = expected_of(reference).calls
    done = trajectory_of(response)
    if done.fault:
        return _Pairs(fault=done.fault)
    missing, more = comparing.unpaired(done.calls, expected)
    return _Pairs(len(done.calls), len(expected), tuple(missing), tuple(more))
