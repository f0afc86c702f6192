"""The trials of the graders of a config, graded by these with their real models."""

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from operator import attrgetter
from typing import Any, Final

from attrs import evolve, frozen

from rmg_core.cli.screen import in_columns, one_line
from rmg_core.errors import CannotGrade
from rmg_core.graders import OrderTrial, Trial, said_of, trials_of
from rmg_core.outcomes import NOTHING, Outcome, to_json
from rmg_core.plan import Plan, PlannedGrader
from rmg_core.plan.values import prepare_with
from rmg_core.runner.closing import run_to_the_end
from rmg_core.runner.execution import Execution
from rmg_core.runner.foresight import look_at
from rmg_core.runner.needs import Need, needs_of
from rmg_core.runner.picking import Picked
from rmg_core.runner.session import Session
from rmg_core.runner.sources import source_of
from rmg_core.runner.window import OpenSample, Ready

NOUNS: Final = ("pair", "example")

ANSWER_SHOWN: Final = 500


@frozen
class Tried:
    """A trial of a grader, and what came of it; `number` counts those of its noun, from 1."""

    grader: str
    number: int
    trial: Trial
    outcomes: Sequence[Outcome]

    @property
    def is_met(self) -> bool:
        return self.trial.is_met_by(self.outcomes)

    @property
    def label(self) -> str:
        return f"{self.grader}, {self.trial.noun} {self.number}"

    def to_json(self) -> dict[str, Any]:
        return {
            "grader": self.grader,
            "noun": self.trial.noun,
            "number": self.number,
            "is_met": self.is_met,
            "wanted": self.trial.wanted,
            "why": self.trial.why,
            "inputs": [dict(each) for each in self.trial.asked],
            "outcomes": [to_json(each) for each in self.outcomes],
        }


@frozen
class Trials:
    """The graders of a plan that have trials, ready to grade them."""

    plan: Plan
    graders: Mapping[str, Sequence[Trial]]

    def needs(self) -> list[Need]:
        """Say what the models will be asked; a grader may ask more once it has a reply."""
        with redirect_stdout(sys.stderr):
            return needs_of(look_at([self._picked(name) for name in self.graders], None))

    def run(self) -> list[Tried]:
        """Grade the inputs of all trials.

        Raises:
            RunFailed: a grader could not be opened.
        """
        plan = evolve(self.plan, graders=tuple(map(self._planned, self.graders)), aggregators=())
        # One run, so that there is one budget: each sample has inputs for each grader.
        asked = {name: self._asked(name) for name in self.graders}
        rows = [
            {name: inputs[place] for name, inputs in asked.items() if place < len(inputs)}
            for place in range(max(map(len, asked.values())))
        ]
        with redirect_stdout(sys.stderr):  # what the code prints is no result
            finished = _graded(plan, rows)
        return [
            each
            for place, name in enumerate(plan.columns)
            for each in self._tried(name, [sample.outcomes[place] for sample in finished])
        ]

    def _asked(self, name: str) -> list[Mapping[str, Any]]:
        return [each for trial in self.graders[name] for each in trial.asked]

    def _tried(self, name: str, outcomes: Sequence[Outcome]) -> Iterator[Tried]:
        column, numbers = iter(outcomes), Counter[str]()
        for trial in self.graders[name]:
            numbers[trial.noun] += 1
            came = tuple(next(column) for _ in trial.asked)
            yield Tried(name, numbers[trial.noun], trial, came)

    def _planned(self, name: str) -> PlannedGrader:
        """Return a grader that takes its inputs from under its name, whatever its config says."""
        [planned] = (each for each in self.plan.graders if each.name == name)

        def own(sample: Mapping[str, Any]) -> Mapping[str, Any]:
            inputs: Mapping[str, Any] = sample[name]
            return inputs

        prepare = prepare_with(own, planned.grader.spec.inputs)
        return evolve(planned, mapper=own, prepare=prepare, repeats=1, when=None)

    def _picked(self, name: str) -> Picked:
        planned = self._planned(name)
        picked = Picked(planned)
        for number, row in enumerate(self._asked(name)):
            try:
                inputs = planned.prepare({name: row})
            except CannotGrade:
                continue  # which the run tells
            opened = OpenSample(number, None, NOTHING, number, 1, [])
            picked.add(Ready(opened, 0, inputs, ""), is_waiting=False)
        return picked


def _graded(plan: Plan, rows: Sequence[Mapping[str, Any]]) -> list[OpenSample]:
    finished: list[OpenSample] = []

    async def grade() -> None:
        await Execution(Session.of(plan), source_of(rows, None), finished.extend).run()

    run_to_the_end(grade)
    return sorted(finished, key=attrgetter("index"))


def trials_in(plan: Plan) -> Trials:
    """Find the graders that tell what they are tried on.

    Raises:
        DefinitionError: a grader tells something else.
    """
    found: dict[str, Sequence[Trial]] = {}
    for each in plan.graders:
        if told := trials_of(each.grader.options, each.name):
            found[each.name] = told
    alone = evolve(plan, dataset=None, run_dir=None, sinks=(), observers=(), max_errors=1.0)
    return Trials(alone, found)


def needs_said(needs: Sequence[Need]) -> str:
    """Say before it begins what it will cost."""
    said = []
    for each in needs:
        sense = "" if each.calls_are == "exact" else f"{each.calls_are} "
        calls = "1 call" if each.calls == 1 else f"{each.calls:,} calls"
        price = "" if not each.usd else f", ${each.usd:.4f}"
        said.append(f"{sense}{calls} of model {each.name!r}{price}")
    asked = "; ".join(said) or "no call of a model"
    return f"the trials make {asked}; their replies are not stored"


def trials_text(tried: Sequence[Tried]) -> str:
    """Return how many trials of each grader came out right, and those that did not."""
    rows = [("grader", *(f"{noun}s right" for noun in NOUNS))]
    for name in dict.fromkeys(each.grader for each in tried):
        own = [each for each in tried if each.grader == name]
        rows.append((name, *(_counted(own, noun) for noun in NOUNS)))
    wrong = [_wrong(each) for each in tried if not each.is_met]
    return "\n\n".join([in_columns(rows), *wrong])


def without_trials(plan: Plan, trials: Trials) -> str:
    """Name the graders that tell nothing to try them on; "" where each does."""
    names = [each.name for each in plan.graders if each.name not in trials.graders]
    return f"without examples or pairs: {', '.join(names)}" if names else ""


def _counted(tried: Sequence[Tried], noun: str) -> str:
    own = [each.is_met for each in tried if each.trial.noun == noun]
    return f"{sum(own)} of {len(own)}" if own else "-"


def _wrong(tried: Tried) -> str:
    trial = tried.trial
    came = " and ".join(map(said_of, tried.outcomes))
    lines = [f"{tried.label}: wanted {trial.wanted}, and got {one_line(came)}"]
    if trial.why:
        lines.append(f"  {one_line(trial.why)}")
    titles = ("better", "worse") if isinstance(trial, OrderTrial) else ("inputs",)
    if isinstance(trial, OrderTrial) and trial.is_tie:
        titles = ("one", "other")
    for title, inputs, outcome in zip(titles, trial.asked, tried.outcomes, strict=True):
        lines.append(f"  {title}: {one_line(str(dict(inputs)), ANSWER_SHOWN)}")
        if reason := getattr(outcome, "reason", ""):
            lines.append(f"    reason: {one_line(reason, ANSWER_SHOWN)}")
    return "\n".join(lines)


def failed_pairs(tried: Sequence[Tried]) -> int:
    """Count the pairs that came out in the wrong order, or in none."""
    return sum(each.trial.noun == "pair" and not each.is_met for each in tried)
