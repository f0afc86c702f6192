"""What probes ask, asked all at once: told before, kept in the run directory, never asked twice."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from attrs import field, frozen

from rmg_core import GradingRunner, Outcome, Results, StoredRun
from rmg_plugin_stats.probes.items import Item
from rmg_plugin_stats.probes.settings import Altered

FOLDER: Final = "probes"
"""In the run directory; each grader has a store of its own there."""


@frozen(eq=False)
class Asked:
    """What came of what was asked; `altered` by the identity of each alteration."""

    same: Sequence[Outcome] = ()
    altered: Mapping[int, Outcome] = field(factory=dict)
    repeated: Sequence[Sequence[Outcome]] = ()


@frozen(eq=False)
class Asking:
    """What is to be asked: samples as they were, altered ones, and samples several times.

    `runner` grades a sample once.
    """

    runner: GradingRunner
    run: StoredRun
    column: str
    items: Sequence[Item]
    altered: Sequence[Altered]
    repeated: Sequence[Item]
    repeats: int
    calls: int | None
    offline: bool

    def ask(self, tell: Callable[[str], object], what: str) -> Asked:
        """Ask what is not kept, after telling how much that is."""
        rows = [self._row(each.inputs) for each in self.items]
        rows += [self._row(each.inputs) for each in self.altered]
        again = [self._row(each.inputs) for each in self.repeated]
        if not rows and not again:
            return Asked()
        tell(self._told(what, rows, again))
        left = self.calls
        outcomes: Sequence[Outcome] = ()
        repeated: Sequence[Sequence[Outcome]] = ()
        if rows:
            results = self._graded(self.runner, rows)
            outcomes = results[self.column]
            if left is not None:
                left = max(0, left - sum(each.calls for each in results.summary.models))
        if again:
            repeated = self._graded(self._repeater(left), again).repeats[self.column]
        count = len(self.items)
        altered = dict(zip(map(id, self.altered), outcomes[count:], strict=True))
        return Asked(outcomes[:count], altered, repeated)

    def _graded(self, runner: GradingRunner, rows: Sequence[Mapping[str, Any]]) -> Results:
        durability = self.run.config.run.durability
        return runner.run(rows, run_dir=self.place, offline=self.offline, durability=durability)

    def _repeater(self, calls: int | None) -> GradingRunner:
        return GradingRunner.of_column(self.run, self.column, repeats=self.repeats, calls=calls)

    @property
    def place(self) -> Path:
        """Where it is kept; a name may hold what a path may not."""
        name = quote(self.column, safe="").replace(".", "%2E")
        return self.run.place / FOLDER / name

    def _row(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Return inputs as a sample; a default, which may be of any type, stands for itself."""
        return {
            each.name: inputs[each.name]
            for each in self.runner.plan.graders[0].grader.spec.inputs
            if each.required or inputs[each.name] is not each.default
        }

    def _told(
        self, what: str, rows: Sequence[Mapping[str, Any]], again: Sequence[Mapping[str, Any]]
    ) -> str:
        """Say how much is to be graded, and what that asks of models at most."""
        gradings = len(rows) + len(again) * self.repeats
        needs = [(1, each) for each in self.runner.needs(rows, run_dir=self.place)]
        if again:
            repeater = self._repeater(self.calls)
            needs += [(1, each) for each in repeater.needs(again, run_dir=self.place)]
            # Both begin with the same samples as they were, which are asked once.
            both = again[: len(self.items)]
            needs += [(-1, each) for each in self.runner.needs(both, run_dir=self.place)]
        said = f"probes of {self.column!r} ({what}): {gradings:,} gradings"
        names = dict.fromkeys(each.name for _, each in needs)
        parts = [_asks(name, [each for each in needs if each[1].name == name]) for name in names]
        return "; ".join([said, *parts] if parts else [said, "no model is asked"])


def _asks(model: str, needs: Sequence[tuple[int, Any]]) -> str:
    """Say what is asked of one model; each need is added or, with -1, taken away."""
    calls = sum(sign * each.calls for sign, each in needs)
    stored = sum(sign * each.stored for sign, each in needs)
    tokens = sum(sign * (each.read + each.written) for sign, each in needs)
    costs = [None if each.usd is None else sign * each.usd for sign, each in needs if each.calls]
    senses = {each.calls_are for _, each in needs if each.calls} - {"exact"}
    sense = f"{min(senses)} " if senses else ""
    said = f"model {model!r}: {sense}{calls:,} call{'s' * (calls != 1)}"
    if stored:
        said += f" ({stored:,} replies are kept)"
    if not calls:
        return said
    known = [each for each in costs if each is not None]
    money = f"about {sum(known):.2g} usd" if len(known) == len(costs) else "price not known"
    return f"{said}, about {tokens:,} tokens, {money}"
