"""Labels as numbers, and several raters' as one."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, get_args

import numpy as np
from attrs import frozen

from rmg_core import DataError, Problem
from rmg_plugin_stats.labelling import Labels
from rmg_plugin_stats.panels import majority
from rmg_plugin_stats.reading import ColumnScores
from rmg_plugin_stats.samples import Floats

Truth = Literal["mean", "median", "majority"]
TRUTHS: Final = get_args(Truth)

_WORDS: Final = {"yes": 1.0, "true": 1.0, "no": 0.0, "false": 0.0}


@frozen(eq=False)
class Ratings:
    """Labels as numbers, (samples, raters), nan where there is none; `notes` say by which rule."""

    raters: tuple[str, ...]
    values: Floats
    notes: tuple[str, ...] = ()

    @property
    def is_binary(self) -> bool:
        """Whether every label is 0 or 1."""
        return bool(np.isin(self.values[~np.isnan(self.values)], (0.0, 1.0)).all())


def ratings_of(
    labels: Labels, column: ColumnScores | None = None, values: Mapping[str, float | None] = {}
) -> Ratings:
    """Return labels as numbers.

    `values` says what a label is worth, None that it counts as none. Else a number is itself; the
    word for a score of the judge, as its outcomes have it, is that score; yes and true are 1, no
    and false 0.

    Raises:
        DataError: a label is none of these; all such are said.
    """
    worth = _worth_of_words(column)
    found, strange, used = np.full((len(labels.answers[0]), len(labels.raters)), np.nan), {}, {}
    for rater, line in enumerate(labels.answers):
        for place, said in enumerate(line):
            if said is None:
                continue
            value = _worth(said, values, worth)
            if value is None:
                strange[str(said)] = labels.raters[rater]
            else:
                found[place, rater] = value
                if not _is_number(said):
                    used[str(said)] = value
    if strange:
        shown = ", ".join(f"{each!r} ({rater})" for each, rater in sorted(strange.items())[:8])
        hint = f"say what it is worth, such as --value {next(iter(sorted(strange)))!r}=1"
        where = ", ".join(labels.sources)
        raise DataError([Problem(f"these labels are no numbers: {shown}", hint, where)])
    told = ", ".join(
        f"{word!r} is {'no label' if math.isnan(value) else f'{value:g}'}"
        for word, value in sorted(used.items())
    )
    return Ratings(labels.raters, found, (told,) if told else ())


def values_of(written: Sequence[str]) -> dict[str, float | None]:
    """Read what labels are worth from `LABEL=NUMBER`, or `LABEL=` for one that counts as none.

    Raises:
        DataError: one is written otherwise.
    """
    found: dict[str, float | None] = {}
    for each in written:
        label, sign, number = each.rpartition("=")
        if not sign or not label or (number.strip() and not _is_number(number)):
            said = f"{each!r} does not say what a label is worth"
            raise DataError([Problem(said, "write LABEL=NUMBER, such as good=1")])
        found[label.strip()] = float(number) if number.strip() else None
    return found


def truth_of(ratings: Ratings, rule: Truth = "mean") -> tuple[Floats, str]:
    """Return one label a sample by a rule over its raters, and the rule in words.

    Raters who gave no label are left out. Two labels that most raters gave alike have no majority.
    """
    table = ratings.values
    if table.shape[1] == 1:
        return table[:, 0], f"as {ratings.raters[0]!r} says"
    seen = ~np.isnan(table)
    most = int(seen.sum(1).max(initial=0))
    over = f"of up to {most} raters"
    if rule == "majority":
        found = majority(table)
        tied = int((np.isnan(found) & seen.any(1)).sum())
        return found, f"the majority {over}; {tied} samples without one left out"
    some = seen.any(1)
    found = np.full(len(table), np.nan)
    if some.any():
        found[some] = (np.nanmean if rule == "mean" else np.nanmedian)(table[some], axis=1)
    return found, f"the {rule} {over}"


def _worth_of_words(column: ColumnScores | None) -> dict[str, float]:
    """Return the scores that words stand for in a judge's outcomes, where each has just one."""
    scores: dict[str, set[float]] = {}
    if column is not None:
        for word, score in zip(column.labels, column.scores.tolist(), strict=False):
            if isinstance(word, str) and not math.isnan(score):
                scores.setdefault(word.strip().casefold(), set()).add(score)
    return {word: next(iter(each)) for word, each in scores.items() if len(each) == 1}


def _worth(
    said: Any, values: Mapping[str, float | None], worth: Mapping[str, float]
) -> float | None:
    """Return what a label is worth, nan if it counts as none; None where nobody says."""
    text = str(said).strip()
    if text in values:
        given = values[text]
        return math.nan if given is None else given
    if _is_number(said):
        return float(said)
    small = text.casefold()
    return worth.get(small, _WORDS.get(small))


def _is_number(said: Any) -> bool:
    if isinstance(said, bool):
        return False
    try:
        return math.isfinite(float(said))
    except (TypeError, ValueError):
        return False
