"""The grader that checks calls as the Berkeley function calling leaderboard does."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Annotated

from rmg_core import CannotGrade, GraderScore, grader
from rmg_plugin_tools.allowed import Answer, allows, answer_of, refusal
from rmg_plugin_tools.calls import Call
from rmg_plugin_tools.comparing import spend_on
from rmg_plugin_tools.definitions import Tool, Tools, tools_of
from rmg_plugin_tools.pairing import most_pairs
from rmg_plugin_tools.places import Places
from rmg_plugin_tools.trajectories import Given, Response, expected_of, is_message, trajectory_of
from rmg_plugin_tools.values import is_list, read_json, within_depth, write_json

NAMES_SHOWN = 3

COMPARISONS = 100_000
"""How many pairs of a call and an allowed one that may be the same are compared: a second's work.

Calls that are written alike are compared once.
"""

# What takes as long again: so many allowed values, so many characters of arguments.
_VALUES = 8
_CHARACTERS = 1000


@grader
def tool_call_match(
    response: Response,
    reference: Given,
    tools: Tools | None = None,
    *,
    dots_as_underscores: Annotated[
        bool, "`a_b` is the tool `a.b` too, for models whose names of tools cannot have dots"
    ] = True,
) -> GraderScore:
    """1 when the calls are what the reference allows, by the Berkeley leaderboard's rules, else 0.

    The reference is a list of `{name: {argument: [allowed values]}}`, or of plain calls, whose
    values are the only ones allowed. There must be as many calls as there, in any order, each of
    them allowed by another one of the reference. An argument must have one of its allowed values;
    the value "" in the list says that it may be left out; others are not expected. Texts are
    compared in lower case, without spaces and `,./-_*^`, and with `'` as `"`. Where a number is
    declared an integer will do, but no number with a fraction part or point where an integer is;
    a bool is no number. Members of objects have allowed values of their own.

    `tools` are the definitions: the types and required arguments are read there. Without them the
    type of an argument is that of its first allowed value.

    Definition: the AST checker for Python of the Berkeley Function Calling Leaderboard (Patil et
    al. 2025), with a maximum matching where that takes the first call that fits.

    Raises:
        CannotGrade: the reference or the tools cannot be read, or they take more than
            100,000 comparisons, as 320 calls of one tool do that differ in objects alone
            (`bad_input`).

    Example:
        >>> calls = [{"name": "weather", "arguments": '{"city": "new york"}'}]
        >>> allowed = {"city": ["New York", "NYC"], "unit": ["C", ""]}
        >>> tool_call_match(calls, [{"weather": allowed}]).reason
        '1 call, as expected'
    """
    answers = _answers(reference)
    known = None if tools is None else tools_of(tools)
    for answer in answers:
        if known is not None and answer.name not in known:
            raise CannotGrade(
                f"the reference calls {answer.name!r}, which the tools do not define", "bad_input"
            )
    done = trajectory_of(response)
    if done.fault:
        return GraderScore(0.0, f"the response cannot be read: {done.fault}")
    calls = done.calls
    if len(calls) != len(answers):
        return GraderScore(0.0, f"{_count(len(calls))}, expected {len(answers)}")
    why = _mismatch(calls, answers, known, dots=dots_as_underscores)
    return GraderScore(float(not why), why or f"{_count(len(calls))}, as expected")


def _answers(reference: Given) -> Sequence[Answer]:
    try:
        value = read_json(reference) if isinstance(reference, str) else within_depth(reference)
    except ValueError as fault:
        raise CannotGrade(f"the reference cannot be read: it is {fault}", "bad_input") from fault
    if not is_list(value):
        value = [value]
    value = [one for each in value for one in (each if is_list(each) else (each,))]
    if any(is_message(each) for each in value):
        value = [
            {"name": call.name, "arguments": call.arguments} for call in expected_of(value).calls
        ]
    return [answer_of(each, place) for place, each in enumerate(value, 1)]


def _mismatch(
    calls: Sequence[Call],
    answers: Sequence[Answer],
    known: Mapping[str, Tool] | None,
    *,
    dots: bool,
) -> str:
    pairs = _pairs(calls, answers, known, dots=dots)
    left = [place for place in range(len(calls)) if place not in pairs]
    if not left:
        return ""
    taken = set(pairs.values())
    open_answers = [j for j in range(len(answers)) if j not in taken]
    call = left[0]
    # The answer of the same tool tells most about what is wrong with the call.
    closest = min(open_answers, key=lambda j: answers[j].name != calls[call].name)
    answer = answers[closest]
    why = refusal(calls[call], answer, known[answer.name] if known else None, dots=dots)
    if len(calls) == 1:
        return why
    names = ", ".join(repr(answers[j].name) for j in open_answers[:NAMES_SHOWN])
    more = f" and {len(open_answers) - NAMES_SHOWN} more" if open_answers[NAMES_SHOWN:] else ""
    return f"no call for {names}{more}; call {call + 1}: {why}"


def _pairs(
    calls: Sequence[Call],
    answers: Sequence[Answer],
    known: Mapping[str, Tool] | None,
    *,
    dots: bool,
) -> Mapping[int, int]:
    """Return as many pairs of a call and an answer that allows it as can be made.

    Raises:
        CannotGrade: there are too many to compare (`bad_input`).
    """
    places = Places(answers, dots=dots)
    work = [1 + sum(map(len, each.values.values())) // _VALUES for each in answers]
    fits: dict[Hashable, Sequence[int]] = {}
    left = COMPARISONS
    of_calls: list[Sequence[int]] = []
    for call in calls:
        written = _written(call)
        if (call.name, written) not in fits:
            may_fit = () if call.fault else places.of(call)
            left -= sum(work[j] for j in may_fit) * (1 + len(written) // _CHARACTERS)
            if left < 0:
                raise CannotGrade(
                    f"response and reference, of {len(calls)} calls each, take more than "
                    f"{COMPARISONS:,} comparisons: grade a part of them",
                    "bad_input",
                )
            fits[call.name, written] = [
                j
                for j in may_fit
                if allows(answers[j], call, known[answers[j].name] if known else None, dots=dots)
            ]
        of_calls.append(fits[call.name, written])
    spend_on(of_calls)
    return most_pairs(of_calls)


def _written(call: Call) -> str:
    """Return what calls have in common that fit the same; not the key, for which 5 is 5.0."""
    try:
        return call.fault or write_json(call.arguments)
    except ValueError:  # an integer of more digits than Python writes
        return str(id(call))


def _count(number: int) -> str:
    return f"{number} call{'' if number == 1 else 's'}"
