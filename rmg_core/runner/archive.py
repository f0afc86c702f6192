"""The outcomes of earlier runs, and what of them stands: what the runner asks before it grades."""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Final, Literal, TypeAlias

from attrs import field, frozen

from rmg_core.models import Call
from rmg_core.outcomes import Cell, GraderError, Outcome
from rmg_core.plan.values import Plan, PlannedGrader
from rmg_core.redaction import redacted
from rmg_core.store import Asked, Column, Found, Link, Store, StoredGrader, Ticks

Again: TypeAlias = Literal["failed", "errors", "all"]
"""What is graded again: errors that may pass by themselves, all errors, or everything."""

MARKS: Final = (1 << 24) - 1
"""With so many bits, which are 2 MB, 94 of 100 addresses are known not to be among a million."""

PERMANENT: Final = frozenset({"bad_input", "bad_return", "out_of_scale", "empty_input", "conflict"})
"""The kinds of errors that the same grader makes of the same inputs each time."""


@frozen(eq=False)
class Kept:
    """What is kept beside new cells: known cells, calls of models, and which cells made them."""

    known: Sequence[Link] = ()
    calls: Sequence[Call] = ()
    asked: Sequence[Asked] = ()


@frozen(eq=False)
class Archive:
    """The store of a run, as the runner sees it; what `write` returns for is safe.

    `find` is called from several threads, `write` from one at a time. What has a number above
    `_last` was made by this run, and so was what is in `_renewed`, which it wrote in place of an
    earlier outcome. Where nothing else counts, `_marks` has a bit for the hash of every address
    that this run has written: the others need not be asked for.
    """

    store: Store
    again: Again = "failed"
    _renewed: Ticks = field(factory=Ticks)
    _marks: bytearray = field(factory=lambda: bytearray((MARKS + 1) >> 3))
    _last: int = field(init=False)
    _last_call: int = field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_last", self.store.last_number())
        object.__setattr__(self, "_last_call", self.store.last_call_number())

    @property
    def _counts_only_its_own(self) -> bool:
        """Only what this run has written counts."""
        return self.again == "all" or not self._last

    def is_earlier(self, number: int) -> bool:
        """Tell whether an outcome that was found is of an earlier run."""
        return number <= self._last and number not in self._renewed

    def find(self, addresses: Sequence[str]) -> Mapping[str, Found]:
        """Return what need not be graded again, under its address."""
        if self._counts_only_its_own:
            marks = self._marks
            addresses = [
                address
                for address in addresses
                if marks[(mark := hash(address) & MARKS) >> 3] >> (mark & 7) & 1
            ]
        found = self.store.find(addresses) if addresses else {}
        return {
            address: each
            for address, each in found.items()
            if self.stands(each.outcome) or not self.is_earlier(each.number)
        }

    def standing(self, addresses: Sequence[str]) -> Mapping[str, bool]:
        """Tell of each address under which there is an outcome whether that one stands."""
        kinds = self.store.kinds(addresses)
        return {address: self._stands(kind) for address, kind in kinds.items()}

    def stands(self, outcome: Outcome) -> bool:
        """Tell whether an outcome of an earlier run is one of this run too."""
        return self._stands(outcome.kind if isinstance(outcome, GraderError) else None)

    def _stands(self, kind: str | None) -> bool:
        if kind is None:
            return self.again != "all"
        return self.again == "failed" and kind in PERMANENT

    def call(self, key: str) -> Call | None:
        """Return the call that was kept under a key, if it need not be made again."""
        found = self.store.reply(key)
        if found is None or (self.again == "all" and found.number <= self._last_call):
            return None
        return found

    def written(self, model: str) -> float | None:
        """Return the tokens that a kept reply of a model has on average, if there are any."""
        totals = self.store.call_totals().get(model)
        return totals.output_tokens / totals.calls if totals and totals.calls else None

    def write(self, cells: Sequence[Cell], kept: "Kept") -> None:
        """Keep new cells and calls, and note to which samples known outcomes belong.

        Raises:
            StoreError: nothing was written.
        """
        renewed = self.store.write(
            cells,
            kept.known,
            calls=kept.calls,
            asked=kept.asked,
            fresh=self.again == "all",
            stays=self._renewed,
            since=self._last,
        )
        self._renewed.update(renewed)
        if not self._counts_only_its_own:
            return
        marks = self._marks
        for cell in cells:
            mark = hash(cell.fingerprint) & MARKS
            marks[mark >> 3] |= 1 << (mark & 7)


def columns_of(plan: Plan) -> list[Column]:
    """Return the columns of a plan as a store keeps them: graders, then aggregators."""
    graders = [Column(each.name, stored_grader(each), each.repeats) for each in plan.graders]
    return [*graders, *(Column(each.name) for each in plan.aggregators)]


def basis_of(plan: Plan) -> str:
    """Return what tells whether aggregates of an earlier run are made of the same, the same way."""
    graders = [(each.name, each.identity.digest, each.repeats, each.when) for each in plan.graders]
    return blake2b(repr([graders, plan.aggregators]).encode(), digest_size=16).hexdigest()


def stored_grader(planned: PlannedGrader) -> StoredGrader:
    identity = planned.identity
    # One that is not known again is a stranger to all others, under its name in the config.
    digest = identity.digest or b"?" + planned.name.encode()
    return StoredGrader(
        digest=digest,
        name=identity.name,
        distribution=identity.distribution,
        release=identity.release,
        version=identity.version,
        source=identity.source,
        options=redacted(identity.options),
        scale=planned.scale,
    )
