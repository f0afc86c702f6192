"""Strata of a run: samples that are alike in a score or a field, and are drawn from apart."""

import json
import math
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from attrs import field, frozen

from rmg_core import DataError, Problem
from rmg_plugin_stats.samples import Flags, Floats, Places

MOST_STRATA: Final = 26


@frozen(eq=False)
class Strata:
    """The stratum of each sample: `codes` are places in `names`; `meant` says what each holds."""

    names: tuple[str, ...]
    codes: Places = field(repr=False)
    meant: tuple[str, ...]

    @property
    def sizes(self) -> Mapping[str, int]:
        """How many samples of the run each stratum holds."""
        counts = np.bincount(self.codes, minlength=len(self.names)).tolist()
        return dict(zip(self.names, counts, strict=True))

    @property
    def of_samples(self) -> list[str]:
        return [self.names[code] for code in self.codes.tolist()]

    def counts(self, chosen: Flags) -> Places:
        """Return how many of the chosen samples each stratum holds."""
        return np.bincount(self.codes[chosen], minlength=len(self.names))


def one_stratum(count: int) -> Strata:
    return Strata(("all",), np.zeros(count, dtype=np.intp), ("every sample of the run",))


def strata_of_scores(scores: Floats, column: str, most: int) -> Strata:
    """Return strata of a column's scores: one a score if there are few, else quantiles.

    Samples without a score are a stratum too. Their names are letters in no order: whoever labels
    a sample must not see there what the judge said.

    Raises:
        DataError: no sample has a score.
    """
    if np.isnan(scores).all():
        said = f"no sample has a score of {column!r}"
        raise DataError([Problem(said, "draw without --stratify, or by a field")])
    cut, meant = _cut(scores, column, most)
    letters = np.random.default_rng(zlib.crc32(column.encode())).permutation(len(meant))
    names = [chr(ord("A") + int(each)) for each in letters]
    order = np.argsort(names)
    codes = np.empty(len(order), dtype=np.intp)
    codes[order] = np.arange(len(order))
    return Strata(
        tuple(names[each] for each in order), codes[cut], tuple(meant[each] for each in order)
    )


def strata_of_values(values: Sequence[Any], name: str, most: int) -> Strata:
    """Return strata of a field: one a value, or quantiles of numbers of which there are many.

    Raises:
        DataError: it has more values than there may be strata, and some are no numbers.
    """
    given = [_written(each) for each in values]
    known = sorted({each for each in given if each is not None})
    if len(known) > most:
        return _of_numbers(values, given, name, most)
    if len(known) < len(set(given)):
        given = ["" if each is None else each for each in given]
        known = sorted({*known, ""})
    places = {each: place for place, each in enumerate(known)}
    codes = np.array([places[str(each)] for each in given], dtype=np.intp)
    names = tuple(f"{name} = {each}" if each else f"no {name}" for each in known)
    return Strata(names, codes, names)


def _of_numbers(values: Sequence[Any], given: Sequence[str | None], name: str, most: int) -> Strata:
    numbers = np.array([_number(each) for each in values])
    lacks = np.isnan(numbers).tolist()
    is_odd = [text is not None and lack for text, lack in zip(given, lacks, strict=True)]
    if any(is_odd):
        said = f"the field {name!r} has {len(set(given))} values, and --strata is {most}"
        hint = "stratify by a field of fewer values, or raise --strata"
        raise DataError([Problem(said, hint)])
    codes, meant = _cut(numbers, name, most)
    return Strata(tuple(meant), codes, tuple(meant))


def _cut(scores: Floats, column: str, most: int) -> tuple[Places, list[str]]:
    """Return which part each score is in, and what each part is; what is missing is the last."""
    seen = scores[~np.isnan(scores)]
    found = np.unique(seen)
    if len(found) > most:
        # Ends that fall together make fewer strata: a score is never in two.
        found = np.unique(np.quantile(seen, np.arange(most) / most, method="higher"))
    codes = np.searchsorted(found, scores, side="right") - 1
    meant = []
    for place in range(len(found)):
        part = seen[np.searchsorted(found, seen, side="right") - 1 == place]
        low, high = float(part.min()), float(part.max())
        meant.append(f"{column} {low:g}" + (f" to {high:g}" if high > low else ""))
    if len(seen) < len(scores):
        codes[np.isnan(scores)] = len(found)
        meant.append(f"no score of {column}")
    twice = len(set(meant)) < len(meant)
    named = [f"{place}: {each}" for place, each in enumerate(meant, 1)] if twice else meant
    return codes.astype(np.intp), named


def _written(value: Any) -> str | None:
    """Return a value as the text that names it."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)


def _number(value: Any) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and math.isfinite(value) else math.nan
