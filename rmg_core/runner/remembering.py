"""Replies of models: looked up in the archive, and kept in it before anyone reads them."""

from collections.abc import Sequence

from attrs import frozen

from rmg_core.models import Call
from rmg_core.runner.archive import Archive
from rmg_core.runner.delivery import Delivery
from rmg_core.store import Asked


@frozen(eq=False)
class KeptReplies:
    """The replies of a run and of those before it."""

    archive: Archive
    delivery: Delivery

    def find(self, key: str) -> Call | None:
        return self.archive.call(key)

    def written(self, model: str) -> float | None:
        return self.archive.written(model)

    async def keep(self, call: Call) -> None:
        await self.delivery.keep(call)

    def note(self, fingerprint: str, keys: Sequence[str]) -> None:
        self.delivery.note([Asked(fingerprint, number, key) for number, key in enumerate(keys)])
