"""Replies of models: looked up in the archive, and kept in it before anyone reads them."""

from collections.abc import Mapping, Sequence
from contextlib import suppress

from anyio import to_thread
from attrs import field, frozen

from rmg_core.errors import StoreError
from rmg_core.models import Call
from rmg_core.redaction import redacted
from rmg_core.runner.archive import Archive
from rmg_core.runner.delivery import Delivery
from rmg_core.store import Asked


@frozen(eq=False)
class KeptReplies:
    """The replies of a run and of those before it."""

    archive: Archive
    delivery: Delivery
    _learned: dict[str, dict[str, str]] = field(factory=dict)

    @property
    def salt(self) -> str:
        return self.archive.store.salt

    def find(self, key: str) -> Call | None:
        return self.archive.call(key)

    def written(self, model: str) -> float | None:
        return self.archive.written(model)

    def learned(self, model: str) -> Mapping[str, str]:
        known = self._learned.get(model)
        if known is None:
            known = self._learned[model] = dict(self.archive.store.learned(model))
        return known

    async def learn(self, model: str, words: Mapping[str, str]) -> None:
        known = {**self.learned(model), **{word: redacted(why) for word, why in words.items()}}
        if known != self._learned[model]:
            self._learned[model] = known
            # What a full disk does not take is learned again by the next run, and harms no cell.
            with suppress(StoreError):
                await to_thread.run_sync(self.archive.store.learn, model, known)

    async def keep(self, call: Call) -> None:
        await self.delivery.keep(call)

    def note(self, fingerprint: str, keys: Sequence[str]) -> None:
        self.delivery.note([Asked(fingerprint, number, key) for number, key in enumerate(keys)])
