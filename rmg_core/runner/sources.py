"""Where a run takes its samples from, a block at a time."""

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Mapping
from itertools import islice
from time import perf_counter
from typing import Any, Final, Protocol, TypeAlias

from anyio import to_thread
from attrs import define

from rmg_core.datasets import Dataset, Sample, samples_of

Rows: TypeAlias = Iterable[Mapping[str, Any]] | AsyncIterable[Mapping[str, Any]] | Dataset

# A generator that waits for its rows must not hold back those that it has given.
BLOCK_SECONDS: Final = 2e-3


class Source(Protocol):
    """Gives the next samples, at most `most` of them; none at the end."""

    async def pull(self, most: int) -> list[Sample]: ...


@define(eq=False)
class FileSource:
    """Reads a dataset in a worker thread: a disk or a pipe may block."""

    samples: Iterator[Sample]

    async def pull(self, most: int) -> list[Sample]:
        return await to_thread.run_sync(list, islice(self.samples, most))


@define(eq=False)
class IterableSource:
    """Iterates where the run was started, so that a database cursor stays in its thread."""

    samples: Iterator[Sample]

    async def pull(self, most: int) -> list[Sample]:
        block = list(islice(self.samples, 1))
        until = perf_counter() + BLOCK_SECONDS
        while block and len(block) < most and perf_counter() < until:
            more = list(islice(self.samples, min(16, most - len(block))))
            if not more:
                break
            block += more
        return block


@define(eq=False)
class AsyncSource:
    """Awaits each row, and gives it on at once."""

    rows: AsyncIterator[Mapping[str, Any]]
    id_field: str | None = None
    read: int = 0

    async def pull(self, most: int) -> list[Sample]:
        async for row in self.rows:
            [sample] = samples_of([row], self.id_field)
            sample = sample._replace(index=self.read)
            self.read += 1
            return [sample]
        return []


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


