"""One vote: a judge is asked, and its verdict read; what is none is asked for once more."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from weakref import WeakKeyDictionary

from attrs import evolve, field, frozen

from rmg_core import Model, ModelFailed
from rmg_core.models import Message, Reply, Request
from rmg_plugin_judge.frames import frame, occurs, repair
from rmg_plugin_judge.options import JudgeOptions
from rmg_plugin_judge.protocols import asking, next_protocol
from rmg_plugin_judge.reductions import expected_value
from rmg_plugin_judge.values import (
    Criterion,
    Example,
    Protocol,
    Rubric,
    Unreadable,
    Verdict,
    VerdictSpec,
    Vote,
)
from rmg_plugin_judge.verdicts import from_logprobs, read

TOKENS_SHOWN: Final = 20
"""So many of the likeliest tokens are asked for where their probabilities count."""

_LEARNT: "WeakKeyDictionary[Any, Protocol]" = WeakKeyDictionary()
"""The protocols that models were found to take, where they refused the one before."""


@frozen
class Question:
    """What is put to every judge of a sample: the rubric, its material, and what may be answered.

    `candidates` are the answers of a pair or a list, in their own order. `digest` tells the
    rubric from others in what a nonce is made of.
    """

    rubric: Rubric
    options: JudgeOptions
    inputs: Mapping[str, Any]
    spec: VerdictSpec
    digest: str
    examples: Sequence[Example] = ()
    candidates: Sequence[Any] = ()
    _text: str = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        text = json.dumps([self.inputs, list(self.candidates)], sort_keys=True, default=str)
        object.__setattr__(self, "_text", text)

    def nonce(self, model: Model, order: Sequence[int], sample: int) -> str:
        """Return what the fences and the verdict of one question hold, and no datum does."""
        material = {
            "inputs": self.inputs,
            "candidates": list(self.candidates),
            "examples": [(each.inputs, each.verdict, each.why) for each in self.examples],
        }
        attempt = 0
        while True:
            parts = (self.digest, self._text, repr(tuple(order)), str(sample), str(attempt))
            if not occurs(nonce := model.nonce(*parts), material):
                return nonce
            attempt += 1

    def of_batch(self, criteria: Sequence[Criterion]) -> "Question":
        """Ask for some of the criteria alone."""
        spec = evolve(self.spec, criteria=tuple(each.id for each in criteria))
        return evolve(self, rubric=evolve(self.rubric, criteria=tuple(criteria)), spec=spec)


async def vote_of(
    question: Question, model: Model, *, order: Sequence[int] = (), sample: int = 0
) -> Vote:
    """Ask one judge for one opinion.

    What the model cannot answer, and what cannot be read of its replies, is a vote that failed.
    A protocol that the provider refuses is left for the next one, for this judge from then on.

    Raises:
        ModelStopped: the judge cannot be asked any more in this run.
    """
    name = name_of(model)
    blank = Vote(name, order=tuple(order), sample=sample)
    protocol = _LEARNT.get(model) or _first(question.options)
    while True:
        try:
            return await _asked(question, model, evolve(blank, protocol=protocol))
        except ModelFailed as failed:
            other = next_protocol(protocol, failed.kind)
            if other is None:
                finish = failed.reply.finish if failed.reply is not None else ""
                vote = evolve(blank, protocol=protocol, finish=finish)
                return evolve(vote, error=failed.kind, said=failed.reason)
            _LEARNT[model] = protocol = other


def name_of(model: Model) -> str:
    """Return what a judge is called in votes."""
    return str(getattr(model, "name", "") or type(model).__name__)


def _first(options: JudgeOptions) -> Protocol:
    return "text" if options.protocol == "auto" else options.protocol


async def _asked(question: Question, model: Model, vote: Vote) -> Vote:
    """Return the vote of a judge that answers; one more reply is asked for where it cannot be read.

    Raises:
        ModelFailed: there is no first reply.
    """
    options, rubric, spec = question.options, question.rubric, question.spec
    nonce = question.nonce(model, vote.order, vote.sample)
    messages: tuple[Message, ...] = frame(
        rubric,
        question.inputs,
        spec=spec,
        nonce=nonce,
        protocol=vote.protocol,
        language=options.language,
        reason=options.reason != "none",
        solve_first=options.solve_first,
        examples=question.examples,
        candidates=[question.candidates[place] for place in vote.order],
    )
    for repairs in range(options.repairs + 1):
        reply = await _reply(question, model, messages, vote)
        vote = _with(vote, reply, repairs)
        try:
            verdict = read(reply, spec, nonce=nonce, protocol=vote.protocol)
        except Unreadable as why:
            vote = evolve(vote, error=why.kind, said=why.said)
            if why.kind in ("refusal", "truncated"):
                break
            again = repair(spec, nonce, vote.protocol)
            messages = (*messages, Message("assistant", reply.text), again)
        else:
            worth = _worth(question, reply, nonce, verdict)
            return evolve(vote, verdict=verdict, error="", said="", worth=worth)
    return vote


async def _reply(
    question: Question, model: Model, messages: tuple[Message, ...], vote: Vote
) -> Reply:
    options = question.options
    how = asking(question.spec, vote.protocol, question.nonce(model, vote.order, vote.sample))
    is_weighed = getattr(options, "scoring", "label") == "logprobs"
    request = Request(
        messages,
        parameters={} if options.temperature is None else {"temperature": options.temperature},
        schema=how.schema,
        is_json=how.is_json,
        tools=how.tools,
        tool_choice=how.tool_choice,
        top_logprobs=TOKENS_SHOWN if is_weighed and vote.protocol == "text" else None,
        sample=vote.sample,
    )
    try:
        return await model.ask(request)
    except ModelFailed as failed:
        # A repair that fails leaves what was there: only the first question may change the way.
        if len(messages) > 2 and failed.reply is None:
            raise ModelFailed(failed.reason, "unparseable", failed.reply) from failed
        raise


def _with(vote: Vote, reply: Reply, repairs: int) -> Vote:
    usage = reply.usage
    return evolve(
        vote,
        finish=reply.finish,
        repairs=repairs,
        input_tokens=_sum(vote.input_tokens, usage.input_tokens, is_first=not repairs),
        output_tokens=_sum(vote.output_tokens, usage.output_tokens, is_first=not repairs),
    )


def _sum(before: int | None, more: int | None, *, is_first: bool) -> int | None:
    if is_first:
        return more
    return None if before is None or more is None else before + more


def _worth(question: Question, reply: Reply, nonce: str, verdict: Verdict) -> float | None:
    """Return the mean over the probabilities of the labels, where that is what counts."""
    if getattr(question.options, "scoring", "label") != "logprobs" or verdict.is_abstention:
        return None
    found = from_logprobs(reply, question.spec, nonce)
    if found is None:
        return None
    levels = {level.label for level in question.rubric.levels}
    return expected_value(
        {key: each for key, each in found.items() if key in levels}, question.rubric
    )
