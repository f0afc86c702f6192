"""What the cells of a run ask of models, seen by grading them offline before it begins."""

import inspect
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, wait
from threading import Thread
from time import perf_counter
from typing import Any, Final, TypeAlias

import anyio
from attrs import define, evolve, field

from rmg_core.connections import key_of
from rmg_core.connections.errands import ERRAND, Errand
from rmg_core.connections.ledger import Ledger, Missing
from rmg_core.limits import Budget
from rmg_core.models import AnyRequest, Call
from rmg_core.outcomes import GraderError, GraderSkip, Outcome
from rmg_core.plan.values import PlannedGrader
from rmg_core.runner.archive import Archive
from rmg_core.runner.calls import GRACE, Refusals, asking
from rmg_core.runner.picking import Picked
from rmg_core.runner.window import Ready
from rmg_core.runner.work import kept_async_work

PATIENCE: Final = 5.0
"""Seconds that a cell has to come to its questions."""

HUNG: Final = 3
"""After so many cells that do not, a grader is looked at no further."""

LONGEST: Final = 30.0
"""Seconds after which the cells of a grader that were looked at stand for all of them."""

Work: TypeAlias = Callable[[Ready], Awaitable[Outcome]]

_LOOKED_AT: Final = GraderSkip("it is only looked at")


def look_at(
    picked: Iterable[Picked],
    archive: Archive | None,
    answered: dict[str, AnyRequest] | None = None,
) -> "list[Look]":
    """See what the cells of graders ask of models; no call is made.

    `answered` is filled with the requests that stored replies answer, under their keys.

    Raises:
        StoreError: the store cannot be read.
    """
    seen: set[str] = set()
    looks = [Look(each, _Questions(archive, seen, answered)) for each in picked]
    for look in looks:
        _in_a_thread(look)
    return looks


def _in_a_thread(look: "Look") -> None:
    """Look in a thread of its own, which is left to itself where a grader blocks it."""
    future: Future[None] = Future()

    def run() -> None:
        try:
            future.set_result(anyio.run(look.run))
        except BaseException as fault:  # noqa: BLE001 - raised again where it is waited for
            future.set_exception(fault)

    look.began = perf_counter()
    Thread(target=run, name="rmg foresight", daemon=True).start()
    while not wait([future], timeout=0.2).done:
        if perf_counter() > look.began + PATIENCE + 2 * GRACE:
            look.leave()
            return
    future.result()


@define(eq=False)
class _Questions:
    """What cells ask, each question once: a key that was `seen` is left out.

    `stored` are the identities of the models whose replies are there, `wanted` the others.
    `lacks` is what the cell that is looked at cannot go on without.
    """

    archive: Archive | None
    seen: set[str]
    answered: dict[str, AnyRequest] | None = None
    stored: list[str] = field(factory=list)
    wanted: list[Missing] = field(factory=list)
    lacks: Missing | None = None

    @property
    def salt(self) -> str:
        return "" if self.archive is None else self.archive.store.salt

    def find(self, key: str) -> Call | None:
        found = None if self.archive is None else self.archive.call(key)
        if found is not None and key not in self.seen:
            self.seen.add(key)
            self.stored.append(found.model)
        return found

    def hit(self, key: str, request: AnyRequest) -> None:
        if self.answered is not None:
            self.answered[key] = request

    async def keep(self, call: Call) -> None:
        raise AssertionError(f"a call was made offline: {call.key}")

    def learned(self, model: str) -> Mapping[str, str]:
        return {} if self.archive is None else self.archive.store.learned(model)

    async def learn(self, _: str, words: Mapping[str, str]) -> None:
        raise AssertionError(f"a call was made offline: it taught {words}")

    def written(self, _: str) -> None:
        """Estimate nothing: what is asked is estimated elsewhere."""

    def note(self, fingerprint: str, keys: Sequence[str]) -> None:
        """Note nothing: the store is only read."""

    def miss(self, missing: Missing) -> None:
        self.lacks = self.lacks or missing
        if missing.key not in self.seen:
            self.seen.add(missing.key)
            self.wanted.append(missing)


@define(eq=False)
class Look:
    """A look at the cells of one grader, each of which comes as far as replies are stored.

    `lacking` counts the cells that lack a reply, and `missing` says which, behind what sorts
    them. `complaint` says why not all cells could be looked at.
    """

    picked: Picked
    questions: _Questions
    began: float = 0.0
    lacking: int = 0
    missing: list[tuple[str, int, int, str]] = field(factory=list)
    complaint: str = ""
    _distinct: int = 0
    _cells: int = 0
    _hung: int = 0
    _is_over: bool = False

    @property
    def planned(self) -> PlannedGrader:
        return self.picked.planned

    @property
    def share(self) -> float:
        """How many questions one that was found stands for."""
        is_part = self._distinct and not self.complaint
        return self.picked.distinct / self._distinct if is_part else 1.0

    @property
    def cells_lacking(self) -> float:
        """How many cells lack a reply; about so many, where a share was looked at."""
        is_part = self._cells and not self.complaint
        return self.lacking * (self.picked.cells / self._cells if is_part else 1.0)

    @property
    def is_at_least(self) -> bool:
        """There may be more questions: after replies that are not there, or of other cells."""
        return bool(self.complaint or (self.lacking and _teller(self.planned) is None))

    def leave(self) -> None:
        """Look no further: the thread of the grader is blocked."""
        if not self._is_over:
            self._is_over = True
            self._complain("blocks the event loop")

    def _complain(self, what: str) -> None:
        unseen = self.picked.distinct - self._distinct
        said = f"grader {self.planned.name!r} {what}"
        self.complaint = f"{said}: what {unseen:,} of its cells ask is not counted"

    async def run(self) -> None:
        """Look at one cell after the other, for as long as that may take."""
        grader = self.planned.grader
        ledger = Ledger(
            self.questions,
            is_offline=True,
            budget=Budget(calls=0),  # however a grader comes to a model, it makes no call
            report=lambda _: None,
            on_missing=self.questions.miss,
            on_kept=self.questions.hit,
        )
        ERRAND.set(Errand(ledger))
        for model in self.planned.models:
            model.live().serve(ledger)
        opened = await asking(grader.aopen, _looked_at, PATIENCE)(())
        if isinstance(opened, GraderError):
            self._complain(f"cannot be opened ({opened.error})")
        else:
            await self._look(self._work(ledger))
            self.began = perf_counter()
            await asking(grader.aclose, _looked_at, PATIENCE)(())
        self._is_over = True

    def _work(self, ledger: Ledger) -> Work:
        if (tell := _teller(self.planned)) is not None:
            return _told(self.planned, tell, self.questions)
        work = kept_async_work(evolve(self.planned, timeout=PATIENCE), Refusals(), ledger)

        async def graded(ready: Ready) -> Outcome:
            outcome: Outcome = (await work(ready)).outcome
            return outcome

        return graded

    async def _look(self, work: Work) -> None:
        end = perf_counter() + LONGEST
        for ready, count in self.picked.chosen():
            self.began = perf_counter()
            self.questions.lacks = None
            outcome = await work(ready)
            if self._is_over:
                return
            self._distinct += 1
            self._cells += count
            self._note(ready, count, outcome)
            if self.complaint or perf_counter() > end:
                return

    def _note(self, ready: Ready, count: int, outcome: Outcome) -> None:
        """Note what became of a cell, of which there are so many equal ones."""
        if (lacks := self.questions.lacks) is not None:
            self.lacking += count
            at = (self.planned.name, ready.opened.index, ready.repeat)
            self.missing.append((*at, str(lacks)))
        elif not isinstance(outcome, GraderError):
            return
        elif outcome.kind == "timeout":
            self._hung += 1
            if self._hung == HUNG:
                self._complain(f"comes to no question within {PATIENCE:g} s")
        elif outcome.kind == "grader_error" and _teller(self.planned) is not None:
            self._complain(f"does not tell its requests ({outcome.error})")


def _looked_at(_: Any) -> Outcome:
    return _LOOKED_AT


def _teller(planned: PlannedGrader) -> Callable[..., Iterable[Any]] | None:
    """Return what tells all questions of a cell, where a grader has it.

    A grader that is a class may have a method `requests(self, *inputs)`. It takes the inputs of
    `grade`, and returns the `Request` or `EmbeddingRequest` of each call that `grade` makes of
    them. A grader of several models returns pairs of a model and a request.
    """
    options = planned.grader.options
    is_method = inspect.isfunction(getattr(type(options), "requests", None))
    return options.requests if is_method else None


def _told(
    planned: PlannedGrader, tell: Callable[..., Iterable[Any]], questions: _Questions
) -> Work:
    """Return the work that looks up what a grader tells."""
    [model, *_] = planned.models

    def look_up(ready: Ready) -> None:
        label = f"{planned.name}, sample {ready.opened.label}"
        for told in tell(*ready.inputs):
            asked, request = told if isinstance(told, tuple) else (model, told)
            key = key_of(asked.identity, request, ready.repeat)
            if questions.find(key) is None:
                questions.miss(Missing(label, asked.name, key, request))
            else:
                questions.hit(key, request)

    async def looked_up(ready: Ready) -> Outcome:
        async def look() -> None:
            look_up(ready)

        return await asking(look, _looked_at)(())

    return looked_up
