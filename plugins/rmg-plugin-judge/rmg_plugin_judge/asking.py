"""One vote: a judge is asked, and its verdict read; what is none is asked for once more."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from attrs import define, evolve, field, frozen

from rmg_core import Model, ModelFailed
from rmg_core.models import Message, Reply, Request
from rmg_plugin_judge.frames import frame, occurs, repair
from rmg_plugin_judge.judges import learn, learned, name_of, thinks
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


@frozen
class Question:
    """What is put to every judge of a sample: the rubric, its material, and what may be answered.

    `candidates` are the answers of a pair or a list, in their own order. `digest` tells the
    rubric from others in what a nonce is made of. `is_weighed` says that the probabilities of the
    labels count.
    """

    rubric: Rubric
    options: JudgeOptions
    inputs: Mapping[str, Any]
    spec: VerdictSpec
    digest: str
    examples: Sequence[Example] = ()
    candidates: Sequence[Any] = ()
    is_weighed: bool = False
    _text: str = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        text = json.dumps([self.inputs, list(self.candidates)], sort_keys=True, default=str)
        object.__setattr__(self, "_text", text)

    @property
    def text(self) -> str:
        """The material as one text: the same for the same material."""
        return self._text

    def nonce(self, model: Model, order: Sequence[int], sample: int) -> str:
        """Return what the fences and the verdict of one question hold, and no datum does."""
        material = {
            "inputs": self.inputs,
            "candidates": list(self.candidates),
            "examples": [(each.inputs, each.verdict, each.why) for each in self.examples],
        }
        parts = (self.digest, self._text, repr(tuple(order)), str(sample))
        return free_nonce(model, parts, material)

    def request(
        self, model: Model, order: Sequence[int], sample: int, protocol: Protocol, nonce: str
    ) -> Request:
        """Return what a judge is asked, answers in this order."""
        options = self.options
        how = asking(self.spec, protocol, nonce)
        has_reasons = options.reason == "before" or (options.reason == "auto" and not thinks(model))
        return Request(
            frame(
                self.rubric,
                self.inputs,
                spec=self.spec,
                nonce=nonce,
                protocol=protocol,
                language=options.language,
                reason=has_reasons,
                solve_first=options.solve_first,
                examples=self.examples,
                candidates=[self.candidates[place] for place in order],
            ),
            parameters={} if options.temperature is None else {"temperature": options.temperature},
            schema=how.schema,
            is_json=how.is_json,
            tools=how.tools,
            tool_choice=how.tool_choice,
            top_logprobs=TOKENS_SHOWN if self.is_weighed else None,
            sample=sample,
        )

    def of_batch(self, criteria: Sequence[Criterion]) -> "Question":
        """Ask for some of the criteria alone."""
        spec = evolve(self.spec, criteria=tuple(each.id for each in criteria))
        return evolve(self, rubric=evolve(self.rubric, criteria=tuple(criteria)), spec=spec)


def free_nonce(model: Model, parts: Sequence[str], material: Mapping[str, Any]) -> str:
    """Return a nonce that follows from `parts`, and stands nowhere in the material."""
    attempt = 0
    while occurs(nonce := model.nonce(*parts, str(attempt)), material):
        attempt += 1
    return nonce


@define
class _Bill:
    """What the replies to one opinion have used; None where one of them does not say."""

    replies: int = 0
    read: int | None = 0
    written: int | None = 0

    def add(self, reply: Reply) -> None:
        usage = reply.usage
        self.replies += 1
        self.read = _sum(self.read, usage.input_tokens)
        self.written = _sum(self.written, usage.output_tokens)

    def on(self, vote: Vote) -> Vote:
        if not self.replies:
            return vote
        return evolve(
            vote,
            repairs=self.replies - 1,
            input_tokens=self.read,
            output_tokens=self.written,
        )


def _sum(before: int | None, more: int | None) -> int | None:
    return None if before is None or more is None else before + more


async def vote_of(
    question: Question, model: Model, *, order: Sequence[int] = (), sample: int = 0
) -> Vote:
    """Ask one judge for one opinion.

    What the model cannot answer, and what cannot be read of its replies, is a vote that failed.
    Where a provider refuses a protocol, where a reply has nothing in it, and where two replies
    cannot be read, the next protocol of the ladder is tried; with "auto" text is followed by a
    schema. For replies that cannot be read that is done once. A protocol that is refused, where a
    later one works, is not tried again with this model, in later runs over the same store
    neither. Replies that merely cannot be read teach nothing: they are stored, so that the next
    run would learn it at another sample. All replies count as tokens and repairs.

    Raises:
        ModelStopped: the judge cannot be asked any more in this run.
    """
    bill, refused = _Bill(), dict[str, str]()
    blank = Vote(name_of(model), order=tuple(order), sample=sample)
    tried: dict[Protocol, Vote] = {}
    protocol: Protocol | None = _first(model, question)
    while protocol is not None:
        vote = await _asked(question, model, evolve(blank, protocol=protocol), bill)
        if vote.verdict is not None and refused:
            await learn(model, refused)
        if vote.error == "bad_request":
            refused[vote.protocol] = vote.said
        protocol = _next(question, model, vote, tried)
        tried[vote.protocol] = vote
    # Of several replies that cannot be read, the first says best what the judge does.
    alike = (each for each in tried.values() if each.error == vote.error == "unparseable")
    return bill.on(next(alike, vote))


def _first(model: Model, question: Question) -> Protocol:
    """Return how a judge is asked at first: as the options say, unless that was refused.

    A model that thinks by itself loses nothing by a schema, which its reply then keeps to.
    Probabilities are those of a label in a line of text.
    """
    protocol: Protocol | Literal["auto"] = question.options.protocol
    if protocol == "auto":
        protocol = "schema" if thinks(model) and not question.is_weighed else "text"
    return _not_refused(model, protocol)


def _next(
    question: Question, model: Model, vote: Vote, tried: Mapping[Protocol, Vote]
) -> Protocol | None:
    """Return what is tried after a vote, which is nothing where it is one or was tried before."""
    trouble = _trouble(vote)
    if trouble == "unparseable" and any(each.error == trouble for each in tried.values()):
        return None
    other = next_protocol(vote.protocol, trouble)
    is_auto = question.options.protocol == "auto" and not question.is_weighed
    if is_auto and trouble == "unparseable" and vote.protocol == "text":
        other = _not_refused(model, "schema")
    return None if other in tried else other


def _not_refused(model: Model, protocol: Protocol) -> Protocol:
    refused = learned(model)
    while protocol in refused and (other := next_protocol(protocol, "bad_request")):
        protocol = other
    return protocol


def _trouble(vote: Vote) -> str:
    """Return what another protocol may help against; one reply that cannot be read is no sign."""
    return "" if vote.error == "unparseable" and vote.repairs < 1 else vote.error


async def _asked(question: Question, model: Model, vote: Vote, bill: _Bill) -> Vote:
    """Return a judge's vote in one protocol; what cannot be read is asked for once more."""
    spec, protocol = question.spec, vote.protocol
    nonce = question.nonce(model, vote.order, vote.sample)
    request = question.request(model, vote.order, vote.sample, protocol, nonce)
    for repairs in range(question.options.repairs + 1):
        try:
            reply = await model.ask(request)
        except ModelFailed as failed:
            return _failed(vote, failed, bill)
        bill.add(reply)
        vote = evolve(vote, finish=reply.finish, repairs=repairs, error="", said="")
        try:
            verdict = read(reply, spec, nonce=nonce, protocol=protocol)
        except Unreadable as why:
            vote = evolve(vote, error=why.kind, said=why.said)
            if why.kind in ("refusal", "truncated"):
                break
            again = _answered(reply, repair(spec, nonce, protocol))
            request = evolve(request, messages=(*request.messages, *again))
        else:
            return _weighed(question, reply, nonce, evolve(vote, verdict=verdict))
    return vote


def _failed(vote: Vote, failed: ModelFailed, bill: _Bill) -> Vote:
    reply = failed.reply
    if isinstance(reply, Reply):
        bill.add(reply)
    finish = reply.finish if isinstance(reply, Reply) else ""
    if vote.error and failed.kind == "bad_request":
        # The first question was taken: what cannot be read stays what is wrong.
        return evolve(vote, said=f"{vote.said}; and {failed.reason}")
    return evolve(vote, error=failed.kind, said=failed.reason, finish=finish)


def _answered(reply: Reply, again: Message) -> tuple[Message, ...]:
    """Return what a conversation goes on with: the reply, and that it has no verdict.

    A call of a tool must have its answer before anything else is said.
    """
    calls = reply.tool_calls
    told = [Message("tool", "This is no verdict.", tool_call_id=each.id) for each in calls]
    return (Message("assistant", reply.text, tool_calls=calls), *told, again)


def _weighed(question: Question, reply: Reply, nonce: str, vote: Vote) -> Vote:
    """Give a vote the mean over the probabilities of the labels, where that is what counts."""
    verdict: Verdict | None = vote.verdict
    if not question.is_weighed or verdict is None or verdict.is_abstention:
        return vote
    found = from_logprobs(reply, question.spec, nonce) or {}
    levels = {level.label for level in question.rubric.levels}
    shares = {label: share for label, share in found.items() if label in levels}
    if not any(shares.values()):
        # Its label beside the means of other samples would be two measures in one run.
        said = "the probabilities of its labels tell nothing; see scoring = 'label'"
        return evolve(vote, verdict=None, error="unparseable", said=said)
    return evolve(vote, worth=expected_value(shares, question.rubric))
