"""A reply without the secrets in it."""

from typing import Any

from attrs import evolve

from rmg_core.models.messages import ToolCall
from rmg_core.models.replies import AnyReply, Logprob, Reply
from rmg_core.redaction import redacted


def redacted_reply(reply: AnyReply) -> AnyReply:
    """Return a reply with `***` in the place of every secret; itself where it holds none.

    One whose text or tokens held a secret has no `logprobs`: they would spell it out.
    """
    names = ("text", "refusal", "reasoning", "model") if isinstance(reply, Reply) else ("model",)
    said = {name: getattr(reply, name) for name in names}
    changed: dict[str, Any] = {
        name: told for name, each in said.items() if (told := redacted(each)) is not each
    }
    if isinstance(reply, Reply):
        calls = tuple(map(_redacted_call, reply.tool_calls))
        if calls != reply.tool_calls:
            changed["tool_calls"] = calls
        if "text" in changed or _spell_a_secret(reply.logprobs):
            changed["logprobs"] = ()
    return evolve(reply, **changed) if changed else reply


def _redacted_call(call: ToolCall) -> ToolCall:
    return ToolCall(redacted(call.id), redacted(call.name), redacted(call.arguments))


def _spell_a_secret(logprobs: tuple[Logprob, ...]) -> bool:
    """Whether the tokens one after the other, or any that is likely too, hold a secret."""
    if not logprobs:
        return False
    taken = "".join(each.token for each in logprobs)
    others = "\n".join(other.token for each in logprobs for other in each.others)
    return any(redacted(each) is not each for each in (taken, others))
