"""A reply without the secrets in it."""

from attrs import evolve

from rmg_core.models.messages import ToolCall
from rmg_core.models.replies import AnyReply, Reply
from rmg_core.redaction import redacted


def redacted_reply(reply: AnyReply) -> AnyReply:
    """Return a reply with `***` in the place of every secret; itself where it holds none.

    One whose text held a secret has no `logprobs`: their tokens would spell it out.
    """
    if not isinstance(reply, Reply):
        return reply
    text, refusal, reasoning = map(redacted, (reply.text, reply.refusal, reply.reasoning))
    is_clean = text is reply.text and refusal is reply.refusal and reasoning is reply.reasoning
    calls = tuple(
        ToolCall(redacted(each.id), redacted(each.name), redacted(each.arguments))
        for each in reply.tool_calls
    )
    if is_clean and calls == reply.tool_calls:
        return reply
    return evolve(
        reply,
        text=text,
        refusal=refusal,
        reasoning=reasoning,
        tool_calls=calls,
        logprobs=reply.logprobs if text is reply.text else (),
    )
