"""Samples drawn for people to label, and what each one stands for."""

from collections.abc import Mapping
from typing import Final, Literal, get_args

import numpy as np
from attrs import field, frozen

from rmg_core import DataError, Problem
from rmg_plugin_stats.labelling import Labels
from rmg_plugin_stats.samples import Flags, Places
from rmg_plugin_stats.strata import Strata

Allocation = Literal["proportional", "equal"]
ALLOCATIONS: Final = get_args(Allocation)

LEAST: Final = 2
"""Labels of a stratum, if it holds so many: with one there is no telling how labels vary in it."""


@frozen(eq=False)
class Draw:
    """Places of the drawn samples in an order that says nothing, and how many of each stratum."""

    places: Places = field(repr=False)
    strata: Strata
    counts: Mapping[str, int]

    def weight(self, stratum: str) -> float:
        """Return how many samples of the run one drawn from a stratum stands for."""
        return self.strata.sizes[stratum] / self.counts[stratum]


def draw(
    strata: Strata,
    count: int,
    *,
    seed: int = 0,
    allocation: Allocation = "proportional",
    taken: Flags | None = None,
) -> Draw:
    """Draw `count` samples without replacement from strata, none of those that are `taken`.

    Each stratum gives in proportion to its size, or all give alike; two at least. What is taken
    must have been drawn at random within the same strata: then what is drawn now is, too.

    Raises:
        DataError: fewer samples are left than asked for, or too few asked for for the strata.
    """
    left = np.ones(len(strata.codes), dtype=np.bool_) if taken is None else ~taken
    free = strata.counts(left)
    counts = _allocated(np.bincount(strata.codes, minlength=len(free)), free, count, allocation)
    dice = np.random.default_rng(seed)
    chosen = [
        dice.choice(np.flatnonzero(left & (strata.codes == code)), size=size, replace=False)
        for code, size in enumerate(counts.tolist())
    ]
    places = dice.permutation(np.concatenate(chosen))
    drawn = {name: size for name, size in zip(strata.names, counts.tolist(), strict=True) if size}
    return Draw(places.astype(np.intp), strata, drawn)


def taken_of(before: Labels, strata: Strata) -> Flags:
    """Return which samples were drawn before.

    Raises:
        DataError: they were not drawn from these strata, so that what is left would not stand for
            the run.
    """
    where = ", ".join(before.sources)
    if not before.sizes:
        said = "has no weights: how its samples were chosen is not known, and what is left of the"
        hint = "exclude only files that `rmg sample` has written, or draw without --exclude"
        raise DataError([Problem(f"{said} run would not stand for the whole", hint, where)])
    sizes = strata.sizes
    for name, size in before.sizes.items():
        if abs(sizes.get(name, 0) - size) > 0.5:
            said = f"its stratum {name!r} holds {size:g} samples, and {sizes.get(name, 0)} now"
            raise DataError([Problem(said, _HINT, where)])
    for name, was in zip(strata.of_samples, before.strata, strict=True):
        if was is not None and was != name:
            said = f"a sample of its stratum {was!r} is in {name!r} now"
            raise DataError([Problem(said, _HINT, where)])
    return before.drawn


_HINT: Final = (
    "weights can only be right with the strata it was drawn from: give the same --stratify and "
    "--strata, on the same run"
)


def _allocated(sizes: Places, free: Places, count: int, allocation: Allocation) -> Places:
    """Return how many to draw from each stratum."""
    if count > free.sum():
        left = int(free.sum())
        said = f"{count} samples are asked for, and the run has {left} that were not drawn yet"
        raise DataError([Problem(said, f"ask for --for-labels {left} or fewer" if left else "")])
    least = np.minimum(LEAST, free)
    if count < least.sum():
        said = f"{count} samples are too few for {len(sizes)} strata of two or more"
        raise DataError([Problem(said, f"ask for {int(least.sum())}, or for fewer --strata")])
    ideal = sizes / sizes.sum() * count
    if allocation == "equal":
        ideal = np.full(len(sizes), count / len(sizes))
    given: Places = np.clip(np.floor(ideal).astype(np.intp), least, free)
    while given.sum() != count:
        short = given.sum() < count
        can = (given < free) if short else (given > least)
        # To whom most is owed, or from whom least: one at a time, so that no limit is passed.
        owed = np.where(can, ideal - given, -np.inf if short else np.inf)
        given[owed.argmax() if short else owed.argmin()] += 1 if short else -1
    return given
