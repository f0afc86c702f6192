"""The graders of responses that reason in tags and then answer or call tools."""

from collections.abc import Sequence
from typing import Any

from attrs import Attribute, field, frozen

from rmg_core import GraderScore, grader
from rmg_plugin_format.json_text import read_json
from rmg_plugin_format.tags import Block, Parts, is_tag_name, parts_of
from rmg_plugin_format.unreadable import Unreadable, counted, quoted

PREFILLED = {"help": "the prompt has opened `think` already, so that the response only closes it"}


def _is_no_other(*others: str) -> Any:
    """Make a validator: a tag has another name than those of these options."""

    def check(instance: Any, attribute: "Attribute[Any]", value: str) -> None:
        for other in others:
            if value and value == getattr(instance, other):
                raise ValueError(f"{attribute.name} must be another tag than {other}: {value!r}")

    return check


def _is_name_or_empty(instance: Any, attribute: "Attribute[Any]", value: str) -> None:
    if value:
        is_tag_name(instance, attribute, value)


def _no_answer_tag(instance: Any, attribute: "Attribute[Any]", value: bool) -> None:
    if value and not instance.answer:
        raise ValueError(
            f"{attribute.name} must be false where answer is empty: all that follows is the answer"
        )


@grader
@frozen(kw_only=True)
class ReasoningFormat:
    """1 when the response is `<think>…</think><answer>…</answer>` and no more, else 0.

    Each tag stands once, neither block is empty, and there is only white space around them.

    Definition: the format reward of DeepSeek-R1 (DeepSeek-AI 2025), read strictly: a tag inside of
    another block, or a second one, would leave open which answer counts.

    Example:
        >>> ReasoningFormat().grade("<think>2 + 2</think><answer>4</answer>").score
        1.0
        >>> ReasoningFormat().grade("<think>2 + 2</think>4").reason
        'the blocks are <think>, not <think><answer>'
    """

    think: str = field(
        default="think", validator=is_tag_name, metadata={"help": "the tag of the reasoning"}
    )
    answer: str = field(
        default="answer",
        validator=[_is_name_or_empty, _is_no_other("think")],
        metadata={"help": "the tag of the answer; empty: all that follows the reasoning"},
    )
    prefilled: bool = field(default=False, metadata=PREFILLED)
    outside: bool = field(
        default=False,
        validator=_no_answer_tag,
        metadata={"help": "there may be text around the blocks"},
    )
    empty: bool = field(default=False, metadata={"help": "a block may be empty"})

    def grade(self, response: str) -> GraderScore:
        names = [name for name in (self.think, self.answer) if name]
        try:
            parts = _parts(response, names, self.think, self.prefilled)
            _check_order(parts, names)
            outside = parts.outside if self.answer else parts.outside[:-1]
            if not self.outside:
                _check_outside(outside)
            if not self.empty:
                _check_filled(parts.blocks)
                if not self.answer:
                    _check_followed(parts)
        except Unreadable as fault:
            return GraderScore(0.0, str(fault))
        return GraderScore(1.0, "reasoning, then an answer")


@grader
@frozen(kw_only=True)
class ToolCallFormat:
    """1 when the response reasons, and then either answers or calls tools, in tags, else 0.

    `<think>…</think>`, then one `<answer>…</answer>` or some `<tool_call>…</tool_call>`, and only
    white space around them. A call is a JSON object, read as `valid_json` reads it, with a `name`
    that is a text and `arguments` that are an object.

    Definition: the tool call format of RM-Gallery 0.1, read strictly; calls in the form of Hermes
    models.

    Example:
        >>> ToolCallFormat().grade(
        ...     '<think>Look it up.</think><tool_call>{"name": "find", "arguments": {}}</tool_call>'
        ... ).reason
        'reasoning, then 1 call'
        >>> ToolCallFormat(thinks=False).grade("<tool_call>find()</tool_call>").reason
        'call 1: not JSON: expecting value at line 1 column 1'
    """

    think: str = field(
        default="think", validator=is_tag_name, metadata={"help": "the tag of the reasoning"}
    )
    answer: str = field(
        default="answer",
        validator=[is_tag_name, _is_no_other("think")],
        metadata={"help": "the tag of an answer"},
    )
    tool_call: str = field(
        default="tool_call",
        validator=[is_tag_name, _is_no_other("think", "answer")],
        metadata={"help": "the tag of a call"},
    )
    thinks: bool = field(default=True, metadata={"help": "the response must reason first"})
    prefilled: bool = field(default=False, metadata=PREFILLED)
    parallel: bool = field(default=True, metadata={"help": "there may be more than one call"})

    def grade(self, response: str) -> GraderScore:
        names = [self.think, self.answer, self.tool_call]
        try:
            parts = _parts(response, names, self.think, self.prefilled, opaque=(self.tool_call,))
            said = self._check(parts)
        except Unreadable as fault:
            return GraderScore(0.0, str(fault))
        return GraderScore(1.0, said)

    def _check(self, parts: Parts) -> str:
        names = parts.names
        reasons = names[:1] == (self.think,)
        if self.thinks and not reasons:
            raise Unreadable(f"it does not begin with <{self.think}>")
        rest = names[1:] if reasons else names
        calls = [block for block in parts.blocks if block.name == self.tool_call]
        if not rest:
            raise Unreadable(f"there is neither <{self.answer}> nor <{self.tool_call}>")
        if self.think in rest:
            raise Unreadable(f"<{self.think}> stands twice, or not first")
        if self.answer in rest and len(rest) > 1:
            what = "with calls beside it" if calls else "more than once"
            raise Unreadable(f"<{self.answer}> stands {what}")
        if len(calls) > 1 and not self.parallel:
            raise Unreadable(f"{len(calls)} calls, and one is allowed")
        _check_outside(parts.outside)
        _check_filled(parts.blocks)
        for number, call in enumerate(calls, 1):
            _check_call(call, number)
        start = "reasoning, then " if reasons else ""
        return f"{start}{counted(len(calls), 'call') if calls else 'an answer'}"


def _parts(
    response: str,
    names: Sequence[str],
    think: str,
    prefilled: bool,
    opaque: Sequence[str] = (),
) -> Parts:
    if not response or response.isspace():
        raise Unreadable("the response is empty")
    return parts_of(f"<{think}>{response}" if prefilled else response, names, opaque)


def _check_order(parts: Parts, names: Sequence[str]) -> None:
    if list(parts.names) != list(names):
        found = "".join(f"<{name}>" for name in parts.names[:6]) or "none"
        wanted = "".join(f"<{name}>" for name in names)
        raise Unreadable(f"the blocks are {found}, not {wanted}")


def _check_outside(texts: Sequence[str]) -> None:
    for text in texts:
        if text.strip():
            raise Unreadable(f"there is text outside of the tags: {quoted(text.strip())}")


def _check_filled(blocks: Sequence[Block]) -> None:
    for block in blocks:
        if not block.text.strip():
            raise Unreadable(f"<{block.name}> is empty")


def _check_followed(parts: Parts) -> None:
    if not parts.outside[-1].strip():
        raise Unreadable(f"nothing follows </{parts.blocks[-1].name}>")


def _check_call(call: Block, number: int) -> None:
    try:
        fault = _fault_of(read_json(call.text))
    except Unreadable as unread:
        raise Unreadable(f"call {number}: {unread}") from unread
    if fault:
        raise Unreadable(f"call {number}: {fault}")


def _fault_of(call: Any) -> str:
    """Say what of a call is not as it must be, or nothing."""
    if not isinstance(call, dict):
        return "it is no object"
    for key, kind, said in (("name", str, "a text"), ("arguments", dict, "an object")):
        if key not in call:
            return f"it has no {key!r}"
        if not isinstance(call[key], kind):
            return f"{key!r} is not {said}"
    return "" if call["name"].strip() else "'name' is empty"
