"""A reply without the secrets in it."""

from attrs import evolve

from rmg_core.models.messages import ToolCall
from rmg_core.models.replies import AnyReply, Logprob, Reply
from rmg_core.redaction import redacted


def redacted_reply(reply: AnyReply) -> AnyReply:
    """Return a reply with `***` in the place of every secret; itself where it holds none.

    One whose text or tokens held a secret has no `logprobs`: they would spell it out.
    """
    model = redacted(reply.model)
    if not isinstance(reply, Reply):
        return reply if model is reply.model else evolve(reply, model=model)
    text, refusal, reasoning = map(redacted, (reply.text, reply.refusal, reply.reasoning))
    calls = tuple(
        ToolCall(redacted(each.id), redacted(each.name), redacted(each.arguments))
        for each in reply.tool_calls
    )
    is_spelled = text is not reply.text or _spell_a_secret(reply.logprobs)
    made = evolve(
        reply,
        text=text,
        refusal=refusal,
        reasoning=reasoning,
        model=model,
        tool_calls=calls,
        logprobs=() if is_spelled else reply.logprobs,
    )
    return reply if made == reply else made


def _spell_a_secret(logprobs: tuple[Logprob, ...]) -> bool:
    """Whether the tokens one after the other, or any that is likely too, hold a secret."""
    taken = "".join(each.token for each in logprobs)
    others = "\n".join(other.token for each in logprobs for other in each.others)
    return any(redacted(each) is not each for each in (taken, others))
