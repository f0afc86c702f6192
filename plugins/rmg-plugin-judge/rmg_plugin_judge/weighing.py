"""Whether the probabilities of a judge's labels can be had, tried out once for a whole run."""

import logging
from collections.abc import Mapping
from typing import Any, Final

from attrs import evolve

from rmg_core import Model, ModelFailed
from rmg_plugin_judge.asking import Question
from rmg_plugin_judge.judges import Memory, learn, learned, name_of
from rmg_plugin_judge.profiles import PROFILES
from rmg_plugin_judge.values import Rubric
from rmg_plugin_judge.verdicts import from_logprobs

LOG: Final = logging.getLogger("rmg_plugin_judge")

REFUSED: Final = "logprobs"

_TRIED: Final = Memory()
"""Why the labels of a model count, by the rubrics that it was tried with; "" where they do not."""


async def why_unweighed(question: Question, model: Model) -> str:
    """Return why samples have to stand for the probabilities of a judge's labels, or "".

    A trial decides it, which is the same question for all samples of a rubric: one call in a run,
    of which the reply is kept as any other. So no run has both measures.

    Raises:
        ModelFailed: the trial has no answer, which says nothing of probabilities.
        ModelStopped: the judge cannot be asked any more in this run.
    """
    tried = _TRIED.of(model)
    if question.digest not in tried:
        why = learned(model).get(REFUSED) or await _found_out(question, model)
        if why and question.digest not in tried:
            _warn(question, model, why)
        tried[question.digest] = why
    return tried[question.digest]


async def _found_out(question: Question, model: Model) -> str:
    """Ask the trial, and return why its reply is of no use, or ""."""
    trial = evolve(question, inputs=_trial(question.rubric), examples=(), is_weighed=True)
    nonce = trial.nonce(model, (), 0)
    try:
        reply = await model.ask(trial.request(model, (), 0, "text", nonce))
    except ModelFailed as failed:
        if failed.kind != "bad_request":
            raise
        why = f"its provider refuses to tell probabilities: {failed.reason}"
        await learn(model, {REFUSED: why})
        return why
    found = from_logprobs(reply, question.spec, nonce)
    return "" if found else "its reply to a trial does not tell the probabilities of labels"


def sampled(options: Any) -> Any:
    """Return options whose samples estimate what the probabilities of labels would tell.

    Where one sample was asked for it is as many as `careful` has, at its temperature.
    """
    careful = PROFILES["careful"]
    if options.most_samples > 1:
        return options
    warm = options.temperature or careful["temperature"]
    return evolve(options, samples=careful["samples"], temperature=warm)


def _warn(question: Question, model: Model, why: str) -> None:
    said = "%s of %s: %d samples stand for probabilities in the whole run: %s"
    count = sampled(question.options).most_samples
    LOG.warning(said, question.rubric.name, name_of(model), count, why)


def _trial(rubric: Rubric) -> Mapping[str, Any]:
    """Return material that is the same in every run."""
    if rubric.examples:
        return rubric.examples[0].inputs
    return {each.name: "Hello." for each in rubric.inputs if each.is_required}
