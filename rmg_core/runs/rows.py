"""The rows of a run's dataset, found again for its samples."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from attrs import define, field, frozen

from rmg_core.config import Config, Draft
from rmg_core.datasets import Dataset, Sample
from rmg_core.errors import ConfigError, DataError, Problem
from rmg_core.hints import absent_field
from rmg_core.mappers import Missing, Path, parse_path
from rmg_core.plan import dataset_of_draft

Pick = Callable[[Mapping[str, Any]], Any]


@define(eq=False)
class Rows:
    """Rows that are read as samples ask for them; `pick` says what is kept of one.

    Those that have moved ahead wait for their sample. None is a row that is not there any more.
    """

    pick: Pick
    _samples: Iterator[Sample]
    _has_ids: bool
    _waiting: dict[Any, Any] = field(factory=dict)

    def take(self, index: int, key: str | int | None) -> Any:
        """Return what was picked of the row of a sample, once."""
        wanted = key if self._has_ids else index
        if wanted in self._waiting:
            return self._waiting.pop(wanted)
        for each in self._samples:
            picked = self.pick(each.fields)
            place = each.id if self._has_ids else each.index
            if place == wanted:
                return picked
            self._waiting[place] = picked
        return None


def rows_of(config: Config, imprint: str, pick: Pick) -> Rows:
    """Return the rows of a config's dataset, of which `imprint` was taken when it was graded.

    Raises:
        ConfigError: the config names none that can be read.
        DataError: it cannot be read, or is another, and its samples have no ids.
    """
    dataset = _dataset_of(config)
    if dataset.id is None and dataset.imprint() != imprint:
        said = "is not as it was when it was graded, and its samples have no ids to know them by"
        hint = "bring the file back as it was, or set id = … in [dataset] and run again"
        raise DataError([Problem(said, hint, dataset.name)])
    return Rows(pick, dataset.samples(), dataset.id is not None)


def _dataset_of(config: Config) -> Dataset:
    if config.dataset.path in (None, "-"):
        raise DataError([Problem("the dataset came from standard input, and is gone")])
    dataset = dataset_of_draft(Draft(config))
    if dataset is None:
        said = f"the dataset {config.dataset.path!r} has no reader any more"
        raise ConfigError([Problem(said, "install the pack that read it")])
    return dataset


@frozen(eq=False)
class Picked:
    """Picks what stands at some paths of a row, and knows which of them never led anywhere."""

    paths: Mapping[str, Path]
    _never: set[str]
    _last: list[Mapping[str, Any]] = field(factory=list)

    def __call__(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        found = {}
        for text, path in self.paths.items():
            value = path.find(fields)
            if not isinstance(value, Missing):
                found[text] = value
                self._never.discard(text)
        self._last[:] = [fields]
        return found

    def check(self) -> None:
        """See to it that each path led somewhere.

        Raises:
            DataError: no row has what stands at a path.
        """
        fields = self._last[0] if self._last else {}
        problems = [
            Problem(f"no row of the dataset has {text!r}", absent_field(text, fields))
            for text in sorted(self._never)
        ]
        if problems:
            raise DataError(problems)


def picked(fields: Sequence[str]) -> Picked:
    """Return what picks the values at dotted paths.

    Raises:
        DataError: one is no path.
    """
    try:
        paths = {text: parse_path(text) for text in fields}
    except ValueError as fault:
        raise DataError([Problem(str(fault))]) from fault
    return Picked(paths, set(paths))
