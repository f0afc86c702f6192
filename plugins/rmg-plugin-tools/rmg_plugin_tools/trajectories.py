"""What an agent did: the steps of its calls, and the results that it got."""

from collections import deque
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any, Final, TypeAlias

from attrs import field, frozen

from rmg_core import CannotGrade
from rmg_plugin_tools.calls import Call, call_of
from rmg_plugin_tools.values import is_list, kind, read_json, within_depth

Given: TypeAlias = str | list[Any] | dict[str, Any]
"""Messages, steps or calls, as objects or as JSON."""

Response: TypeAlias = Given | None
"""The same; null has no calls, as `tool_calls` is null in a message without any."""

Step: TypeAlias = tuple[Call, ...]

_ASSISTANTS: Final = frozenset({"assistant", "ai", "model"})
_TOOLS: Final = frozenset({"tool", "function"})
_OTHERS: Final = frozenset({"user", "human", "system", "developer"})
_ROLES: Final = _ASSISTANTS | _TOOLS | _OTHERS


@frozen
class Result:
    """A text that an agent got back, and the place of the call that it answers, counted from 0."""

    text: str
    call: int


@frozen
class Trajectory:
    """What an agent did: the calls of each of its messages that has any, and what it got back.

    `fault` says why it could not be read as a whole, `stray` which result answers no call.
    """

    steps: tuple[Step, ...] = ()
    results: tuple[Result, ...] = ()
    fault: str = field(default="", kw_only=True)
    stray: str = field(default="", kw_only=True)

    @property
    def calls(self) -> tuple[Call, ...]:
        return tuple(chain.from_iterable(self.steps))


def trajectory_of(value: Response) -> Trajectory:
    """Read messages, one message, steps (lists of calls), calls, one call, or JSON of these.

    Of calls without messages each is a step. Text that does not begin as JSON does is an answer
    without calls; what cannot be read as a whole is told by `fault`, a call by its own.
    """
    if value is None:
        return Trajectory()
    if isinstance(value, str):
        return _of_text(value)
    try:
        within_depth(value)
    except ValueError as fault:
        return Trajectory(fault=f"it is {fault}")
    if isinstance(value, Mapping):
        value = [value]
    items = [_unwrapped(each) for each in value]
    if any(map(is_message, items)):
        return _of_messages(items)
    return Trajectory(
        tuple(tuple(map(call_of, each)) if is_list(each) else (call_of(each),) for each in items)
    )


def expected_of(value: Given) -> Trajectory:
    """Read the calls of a reference, all of which must be readable.

    Raises:
        CannotGrade: they are not (`bad_input`).
    """
    wanted = trajectory_of(value)
    if not wanted.fault and isinstance(value, str) and value.strip() and not wanted.steps:
        is_json = value.lstrip()[0] in "[{"
        wanted = wanted if is_json else Trajectory(fault="it is text, and no calls")
    if wanted.fault:
        raise CannotGrade(f"the reference cannot be read: {wanted.fault}", "bad_input")
    for place, call in enumerate(wanted.calls, 1):
        if call.fault:
            raise CannotGrade(
                f"call {place} of the reference cannot be read: {call.fault}", "bad_input"
            )
    return wanted


def acted(value: Response, *, results: bool = False) -> Trajectory:
    """Read what an agent did, where there is no grade for what cannot be read.

    Raises:
        CannotGrade: it cannot be read as a whole, or, if the `results` count, one of them answers
            no call (`bad_input`).
    """
    done = trajectory_of(value)
    fault = done.fault or (done.stray if results else "")
    if fault:
        raise CannotGrade(f"the response cannot be read: {fault}", "bad_input")
    return done


def is_message(value: Any) -> bool:
    return bool(_role(_unwrapped(value)))


def _of_text(text: str) -> Trajectory:
    if not text.lstrip().startswith(("[", "{")):
        return Trajectory()
    try:
        value = read_json(text)
    except ValueError as fault:
        return Trajectory(fault=f"it is {fault}")
    return trajectory_of(value)


def _unwrapped(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    match value.get("type"):
        # Items of OpenAI's Responses, which stand beside messages.
        case "function_call":
            call = {**value, "id": value.get("call_id")}
            return {"role": "assistant", "tool_calls": [call]}
        case "function_call_output":
            identity, text = value.get("call_id"), value.get("output")
            return {"role": "tool", "tool_call_id": identity, "content": text}
        case "reasoning":
            return {"role": "assistant"}
    inner = value.get("message")
    return inner if isinstance(inner, Mapping) and _role(inner) else value


def _role(value: Any) -> str:
    if not isinstance(value, Mapping):
        return ""
    role = value.get("role")
    if isinstance(role, str):
        return role
    # LangChain writes the role as the type of a message.
    role = value.get("type") if "content" in value else None
    return role if isinstance(role, str) and role in _ROLES else ""


def _of_messages(messages: Sequence[Any]) -> Trajectory:
    steps: list[Step] = []
    waiting = _Waiting()
    results: list[Result] = []
    stray = ""
    for place, message in enumerate(messages, 1):
        if not _role(message):
            return Trajectory(fault=f"item {place} is no message, and others are")
        for identity, text in _results_of(message):
            call = waiting.answered(identity)
            if call is None:
                stray = stray or f"message {place} is the result of a call that was not made"
            else:
                results.append(Result(text, call))
        try:
            written = _calls_of(message)
        except ValueError as fault:
            return Trajectory(fault=f"message {place} has {fault}")
        if written:
            steps.append(tuple(map(call_of, written)))
            waiting.made(written)
    return Trajectory(tuple(steps), tuple(results), stray=stray)


class _Waiting:
    """The calls that have no result yet: by their ids, and in order where they have none."""

    def __init__(self) -> None:
        self._named: dict[str, int] = {}
        self._unnamed: deque[int] = deque()
        self._count = 0

    def made(self, written: Sequence[Any]) -> None:
        for each in written:
            identity = _identity(each)
            if identity:
                self._named[identity] = self._count
            else:
                self._unnamed.append(self._count)
            self._count += 1

    def answered(self, identity: str) -> int | None:
        if identity in self._named:
            return self._named.pop(identity)
        if self._unnamed:
            return self._unnamed.popleft()
        # A result without an id answers the first call that waits.
        first = None if identity else next(iter(self._named), None)
        return None if first is None else self._named.pop(first)


def _identity(call: Any) -> str:
    if not isinstance(call, Mapping):
        return ""
    inner = call.get("tool_call")
    identity = (inner if isinstance(inner, Mapping) else call).get("id")
    return identity if isinstance(identity, str) else ""


def _results_of(message: Mapping[str, Any]) -> list[tuple[str, str]]:
    if _role(message) in _TOOLS:
        return [(_word(message.get("tool_call_id")), _text(message.get("content")))]
    blocks = _blocks(message, "tool_result")
    return [(_word(each.get("tool_use_id")), _text(each.get("content"))) for each in blocks]


def _word(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _calls_of(message: Mapping[str, Any]) -> Sequence[Any]:
    if _role(message) not in _ASSISTANTS:
        return ()
    found: list[Any] = []
    for name in ("tool_calls", "invalid_tool_calls"):
        calls = message.get(name)
        if isinstance(calls, str):
            calls = read_json(calls)
        if calls is not None:
            if not is_list(calls):
                raise ValueError(f"{name} of type {kind(calls)}, which must be a list")
            found += calls
    if message.get("function_call") is not None:
        found.append(message["function_call"])
    # LangChain keeps Anthropic's blocks beside the calls that it made of them.
    return found or _blocks(message, "tool_use")


def _blocks(message: Mapping[str, Any], block_type: str) -> list[Mapping[str, Any]]:
    content = message.get("content")
    return [
        each
        for each in (content if is_list(content) else ())
        if isinstance(each, Mapping) and each.get("type") == block_type
    ]


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    if is_list(content):
        return "\n".join(_text(each) for each in content)
    if isinstance(content, Mapping):
        return _text(content.get("text"))
    return ""
