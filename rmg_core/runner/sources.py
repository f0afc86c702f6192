"""Where a run takes its samples from, a block at a time."""

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Mapping
from itertools import islice
from time import perf_counter
from typing import Any, Final, Protocol, TypeAlias

from anyio import to_thread
from attrs import define, field

from rmg_core.datasets import Dataset, Sample, samples_of

Rows: TypeAlias = Iterable[Mapping[str, Any]] | AsyncIterable[Mapping[str, Any]] | Dataset

_END: Final = object()

# A generator that waits for its rows must not hold back those that it has given.
BLOCK_SECONDS: Final = 2e-3


class Source(Protocol):
    """Gives the next samples, at most `most` of them; none at the end."""

    async def pull(self, most: int) -> list[Sample]: ...

    async def aclose(self) -> None:
        """Let go of what the samples come from, at the end of the run or before."""


@define(eq=False)
class FileSource:
    """Reads a dataset in a worker thread: a disk may block, and a pipe for ever."""

    samples: Iterator[Sample]

    async def pull(self, most: int) -> list[Sample]:
        return await to_thread.run_sync(list, islice(self.samples, most), abandon_on_cancel=True)

    async def aclose(self) -> None:
        self.samples = iter(())


@define(eq=False)
class IterableSource:
    """Iterates where the run was started, so that a database cursor stays in its thread."""

    samples: Iterator[Sample]

    async def pull(self, most: int) -> list[Sample]:
        block = list(islice(self.samples, 1))
        until = perf_counter() + BLOCK_SECONDS
        while block and len(block) < most and perf_counter() < until:
            more = list(islice(self.samples, min(64, most - len(block))))
            if not more:
                break
            block += more
        return block

    async def aclose(self) -> None:
        self.samples = iter(())


@define(eq=False)
class AsyncSource:
    """Awaits each row, and gives it on at once."""

    rows: AsyncIterator[Mapping[str, Any]]
    id_field: str | None = None
    _samples: Iterator[Sample] = field(init=False)
    _row: Any = None

    def __attrs_post_init__(self) -> None:
        self._samples = samples_of(self._rows(), self.id_field)

    def _rows(self) -> Iterator[Mapping[str, Any]]:
        while True:
            yield self._row

    async def pull(self, most: int) -> list[Sample]:  # noqa: ARG002 - one row is never too many
        self._row = await anext(self.rows, _END)
        return [] if self._row is _END else [next(self._samples)]

    async def aclose(self) -> None:
        # An async generator that was left early has to be closed in the loop that it ran in.
        close = getattr(self.rows, "aclose", None)
        if close is not None:
            await close()


def source_of(rows: Rows, id_field: str | None = None) -> Source:
    """Return the source for a dataset, an iterable or an async iterable of rows.

    Raises:
        TypeError: `rows` is a single mapping or a text, which no one means to iterate.
    """
    if isinstance(rows, Dataset):
        return FileSource(rows.samples())
    if isinstance(rows, AsyncIterable):
        return AsyncSource(aiter(rows), id_field)
    if isinstance(rows, Mapping | str | bytes) or not isinstance(rows, Iterable):
        raise TypeError(f"a dataset is an iterable of samples, not a {type(rows).__name__}")
    return IterableSource(iter(samples_of(rows, id_field)))
