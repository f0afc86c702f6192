"""What people said of the samples of a run, as labels that can be compared."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from attrs import field, frozen

from rmg_core import DataError, Problem
from rmg_plugin_stats.labelling import Labels
from rmg_plugin_stats.samples import Flags, Floats

FEW: Final = 10
"""Labelled samples below which a figure tells next to nothing."""

YES: Final = frozenset({"yes", "y", "true", "pass", "passed", "good", "correct", "right"})
NO: Final = frozenset({"no", "n", "false", "fail", "failed", "bad", "incorrect", "wrong"})
_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)


@frozen(eq=False)
class People:
    """Labels of raters: `answers` has a line a rater, a number or a text a sample, or None.

    `weights`, if any, say how many samples of the run each labelled one stands for, nan where it
    has no label. `yes` is the text that was taken for 1, if any, and `texts` are the answers as
    they were written then.
    """

    raters: tuple[str, ...]
    answers: tuple[tuple[float | str | None, ...], ...] = field(repr=False)
    weights: Floats | None = field(default=None, repr=False)
    notes: tuple[str, ...] = ()
    yes: str | None = None
    texts: tuple[tuple[str | None, ...], ...] = field(default=(), repr=False)

    @property
    def labelled(self) -> Flags:
        """Which samples have a label of any rater."""
        lines = [[each is not None for each in line] for line in self.answers]
        return np.asarray(np.array(lines, dtype=np.bool_).any(0))

    @property
    def said(self) -> frozenset[float | str]:
        """Every label that occurs."""
        return frozenset(each for line in self.answers for each in line if each is not None)

    @property
    def are_numbers(self) -> bool:
        return all(isinstance(each, float) for each in self.said)


def people_of(labels: Labels, values: Mapping[str, float]) -> People:
    """Return labels as numbers where they are.

    `values` says which number a text stands for. Truth values are 1 and 0, and so are two texts
    such as yes and no.

    Raises:
        DataError: a label is no label, numbers and texts are mixed, or `values` names no label.
    """
    raters, lines = labels.raters, labels.answers
    read = [tuple(_plain(each, values) for each in line) for line in lines]
    texts = {each for line in read for each in line if isinstance(each, str)}
    _check_values(values, texts, lines)
    yes = None
    written: tuple[tuple[str | None, ...], ...] = ()
    if texts and all(_NUMBER.fullmatch(each) for each in texts):
        read = [tuple(_number(each) for each in line) for line in read]
    elif found := _yes_and_no(texts, read):
        yes = found
        written = tuple(tuple(None if x is None else str(x) for x in line) for line in read)
        read = [tuple(_bit(each, found) for each in line) for line in read]
    _check_one_type(read, raters)
    people = People(raters, tuple(read), notes=labels.notes, yes=yes, texts=written)
    return _weighted(people, labels)


def _plain(value: Any, values: Mapping[str, float]) -> float | str | None:
    if value is None:
        return None
    if values and _written(value) in values:
        return values[_written(value)]
    if isinstance(value, bool | int | float):
        number = float(value)
        if number - number != 0:
            raise DataError([Problem(f"a label is {value!r}, which no figure can be made of")])
        return number
    if isinstance(value, str):
        return value.strip() or None
    said = f"a label is no number and no text, but {str(value)[:60]}"
    raise DataError([Problem(said, "a label is a number, a text, or true and false")])


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value).strip()


def _number(value: float | str | None) -> float | None:
    return None if value is None else float(value)


def _bit(value: float | str | None, yes: str) -> float | None:
    return None if value is None else float(str(value).casefold() == yes.casefold())


def _check_values(
    values: Mapping[str, float], texts: set[str], lines: Sequence[Sequence[Any]]
) -> None:
    written = {_written(each) for line in lines for each in line if each is not None}
    strange = [each for each in values if each not in written]
    if strange:
        from rmg_plugin_stats.validation.wording import listed

        said = f"no label is {strange[0]!r}"
        raise DataError([Problem(said, f"the labels are {listed(sorted(written))}")])
    if values and texts:
        said = f"the label {min(texts)!r} has no value, and others have"
        raise DataError([Problem(said, "give each one with --value LABEL=NUMBER")])


def _yes_and_no(texts: set[str], read: Sequence[Sequence[float | str | None]]) -> str | None:
    """Return the one of two texts that means yes."""
    has_numbers = any(isinstance(each, float) for line in read for each in line)
    small = {each.casefold() for each in texts}
    if has_numbers or not small or not small <= YES | NO:
        return None
    yes, no = small & YES, small & NO
    if len(yes) > 1 or len(no) > 1:
        return None
    if yes:
        return next(each for each in sorted(texts) if each.casefold() in yes)
    return "yes"


def _check_one_type(read: Sequence[Sequence[float | str | None]], raters: Sequence[str]) -> None:
    shown: dict[type, tuple[str, float | str]] = {}
    for rater, line in zip(raters, read, strict=True):
        for each in line:
            if each is not None:
                shown.setdefault(type(each), (rater, each))
    if len(shown) > 1:
        (one, text), (two, number) = shown[str], shown[float]
        said = (
            f"labels are texts, such as {text!r} ({one}), and numbers, such as {number:g} ({two})"
        )
        hint = "write them alike, or say what a text stands for with --value LABEL=NUMBER"
        raise DataError([Problem(said, hint)])


def _weighted(people: People, labels: Labels) -> People:
    from attrs import evolve

    known = people.labelled
    weights = labels.weights(known)
    if silent := labels.silent(known):
        note = f"no sample of these strata has a label, so that nothing speaks for them: {silent}"
        people = evolve(people, notes=(*people.notes, note))
    return evolve(people, weights=weights)
