"""Probes run together: their samples picked, all that they ask asked at once, and reported."""

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Final

from attrs import evolve, frozen

from rmg_core import ConfigError, DataError, GraderError, GradingRunner, Problem, StoredRun
from rmg_plugin_stats.probes import attacks, length, pairs, repeat, style, swap
from rmg_plugin_stats.probes.asking import Asked, Asking
from rmg_plugin_stats.probes.items import Picked, answer_of, pick
from rmg_plugin_stats.probes.settings import Altered, Answers, Probe, Setting
from rmg_plugin_stats.reports import Section

ALL: Final = {
    each.key: each
    for each in (
        repeat.PROBE,
        swap.PROBE,
        length.PROBE,
        style.PROBE,
        pairs.PROBE,
        attacks.PROBE,
    )
}

REPEAT: Final = repeat.PROBE.key
LEAST: Final = {"limit": 1, "repeats": 2, "calls": 0}
NOBODY: Final = "no sample of the run has a score and inputs"


def probe(
    run: StoredRun,
    column: str,
    names: Sequence[str],
    *,
    limit: int | None = None,
    seed: int = 0,
    offline: bool = False,
    repeats: int = 3,
    answer: str | None = None,
    calls: int | None = None,
    tell: Callable[[str], object] = lambda _: None,
) -> tuple[Section, ...]:
    """Probe one grader of a run, and report a section a probe.

    What is asked is kept in the directory `probes` of the run, so that nothing is asked twice; the
    run itself stays as it is. The budget of the run's config holds for the probes together, and
    for `repeat` by itself; `calls` is one beside, for all. `tell` is told what is about to be
    asked, before it is.

    `names` are of `PROBES`. Of the samples that have a score, at most `limit` are drawn under the
    seed, or as many as each probe says; what was asked of them under it stands. `repeats` is how
    often `repeat` asks, where the run has no repeats of its own. `answer` names the input that
    holds the answer, where its name does not tell. Offline no model is asked, and what is not kept
    is pending.

    Raises:
        ConfigError: the grader cannot be made any more, or an argument is out of range.
        DataError: there is no such column, probe or input, or the dataset is another.
        StoreError: what is kept cannot be read or written.
    """
    chosen = [_named(each) for each in dict.fromkeys(names)]
    _check({"limit": limit, "repeats": repeats, "calls": calls})
    runner = GradingRunner.of_column(run, column, calls=calls)
    inputs = tuple(each.name for each in runner.plan.graders[0].grader.spec.inputs)
    most = max((limit or each.limit for each in chosen), default=0)
    picked = pick(run, column, most, seed)
    place = answer_of(inputs, picked.items, answer)
    setting = Setting(run, run.column(column), picked.items, inputs, place, seed, repeats)
    jobs = [
        _Job.of(each, evolve(setting, items=picked.items[: limit or each.limit])) for each in chosen
    ]
    wanted = [job for job in jobs if not job.why]
    asking = Asking(
        runner,
        run,
        column,
        items=picked.items[
            : max((len(job.setting.items) for job in wanted if job.asks_again), default=0)
        ],
        altered=[each for job in wanted for each in job.altered],
        repeated=next((job.setting.items for job in wanted if job.repeats), ()),
        repeats=repeats,
        calls=calls,
        offline=offline,
    )
    asked = asking.ask(tell, ", ".join(each.key for each in chosen))
    return tuple(job.section(asked, _told(job, picked)) for job in jobs)


@frozen(eq=False)
class _Job:
    """One probe at work, or why it does not apply."""

    probe: Probe
    setting: Setting
    altered: Sequence[Altered]
    why: str

    @classmethod
    def of(cls, probe: Probe, setting: Setting) -> "_Job":
        why = probe.unfit(setting) if setting.items else NOBODY
        return cls(probe, setting, [] if why else list(probe.alter(setting)), why)

    @property
    def asks_again(self) -> bool:
        """It needs the scores of the samples as they were."""
        return self.probe.key != REPEAT and bool(self.altered)

    @property
    def repeats(self) -> bool:
        """It needs several scores of the samples as they were."""
        return self.probe.key == REPEAT and not self.why and self.setting.column.repeats == 1

    def section(self, asked: Asked, told: Sequence[str]) -> Section:
        if self.why:
            return self._named(Section("", "", notes=[f"Not available: {self.why}."]))
        answers = Answers(
            self.setting,
            [(each, asked.altered[id(each)]) for each in self.altered],
            asked.same[: len(self.setting.items)] if self.asks_again else (),
            asked.repeated if self.repeats else (),
        )
        section = self.probe.report(answers)
        notes = [*section.notes, *told, *_pending(answers)]
        return self._named(evolve(section, notes=notes))

    def _named(self, section: Section) -> Section:
        key, title = f"probe_{self.probe.key}", f"probe {self.probe.key}, {self.probe.title}"
        return evolve(section, key=key, title=title)


def _named(name: str) -> Probe:
    if name in ALL:
        return ALL[name]
    near = get_close_matches(name, ALL, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"probes are {', '.join(ALL)}"
    raise DataError([Problem(f"there is no probe {name!r}", hint)])


def _check(numbers: Mapping[str, int | None]) -> None:
    """Refuse numbers that leave nothing to do.

    Raises:
        ConfigError: one is too small.
    """
    for name, number in numbers.items():
        least = LEAST[name]
        if number is not None and number < least:
            raise ConfigError([Problem(f"{name} is {number}", f"give {least} or more")])


def _told(job: _Job, picked: Picked) -> list[str]:
    """Say which samples were probed."""
    count, scored = len(job.setting.items), picked.scored
    drawn = f"drawn at random under seed {job.setting.seed}" if count < scored else "all"
    said = f"Samples: {count:,} of {scored:,} that have a score, {drawn}"
    left_out = [f"{number:,} more {what}" for what, number in picked.left_out.items()]
    told = ["; ".join([said, *left_out]) + "."]
    untouched = count - len({each.place for each in job.altered})
    if job.altered and untouched:
        told.append(f"{untouched:,} of them have no answer that this probe alters.")
    return told


def _pending(answers: Answers) -> list[str]:
    """Say how much was not asked, by a budget or offline."""
    every = [out for _, out in answers.asked] + list(answers.same)
    every += [out for outcomes in answers.repeats for out in outcomes]
    waiting = [out for out in every if isinstance(out, GraderError) and out.kind == "pending"]
    if not waiting:
        return []
    why = waiting[0].error
    return [
        f"{len(waiting):,} of {len(every):,} gradings are pending: {why}. Probe again to go on."
    ]
