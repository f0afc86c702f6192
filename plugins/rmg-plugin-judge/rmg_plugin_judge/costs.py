"""How many calls one sample costs: judges by orders by samples by questions, and repairs."""

import math
from collections.abc import Iterator
from typing import Any, Final, TypeAlias

from attrs import frozen

from rmg_plugin_judge.profiles import PROFILES
from rmg_plugin_judge.trees import depths
from rmg_plugin_judge.values import Rubric

TIMES: Final = " \u00d7 "


@frozen
class Factor:
    """So many of a thing, from the fewest to the most; None is not known beforehand."""

    noun: str
    fewest: int | None
    most: int | None = None

    @property
    def highest(self) -> int | None:
        return self.fewest if self.most is None else self.most

    @property
    def _named(self) -> str:
        if self.highest == 1:
            return self.noun
        return f"{self.noun}es" if self.noun.endswith("ch") else f"{self.noun}s"

    def __str__(self) -> str:
        if self.fewest is None:
            return self.noun
        if self.most is None or self.most == self.fewest:
            return f"{self.fewest} {self._named}"
        return f"{self.fewest} to {self.most} {self._named}"


Factors: TypeAlias = list[Factor]


def calls_told(options: Any) -> str:
    """Return the formula of the calls of one sample, and what comes on top of it.

    Empty answers cost none, and of equal samples one is asked. Retries of calls that failed are
    not among them.
    """
    rubric: Rubric | None = options.asked
    factors = [Factor("judge", len(options.judges)), *_orders(options)]
    factors.append(Factor("sample", options.fewest_samples, options.most_samples))
    if rubric is not None:
        factors += _questions(options, rubric)
    if getattr(options, "units", None) is not None:
        factors.append(Factor(f"as many as it has {options.units.unit}s", None))
    several = [str(each) for each in factors if each.fewest != 1 or each.highest != 1]
    said, total = TIMES.join(several), _total(factors)
    if total is not None:
        said = f"{said} = {total}" if len(several) > 1 else total
    return "; ".join([said, *_more(options, rubric)])


def _total(factors: Factors) -> str | None:
    fewest, most = [each.fewest for each in factors], [each.highest for each in factors]
    if None in fewest or None in most:
        return None
    low, high = math.prod(filter(None, fewest)), math.prod(filter(None, most))
    return str(Factor("call", low, high))


def _orders(options: Any) -> Factors:
    orders, tournament = getattr(options, "orders", None), getattr(options, "tournament", None)
    if orders is None:
        return []
    pairs = {
        "all": [Factor("n(n - 1)/2 pairs of n answers", None)],
        "swiss": [Factor("⌊n/2⌋ pairs a round of n answers", None)],
        "knockout": [Factor("n - 1 pairs of n answers", None)],
    }
    played = pairs.get(tournament or "", [])
    if orders == "rotate":
        return [Factor("as many orders as answers, 6 of 3", None)]
    return [*played, Factor("order", 2 if orders == "swap" else 1)]


def _questions(options: Any, rubric: Rubric) -> Factors:
    if rubric.mode == "tree":
        return [Factor("question", *depths(rubric.nodes))]
    if rubric.mode != "checklist" or not options.batch:
        return []
    if rubric.criteria:
        return [Factor("batch", math.ceil(len(rubric.criteria) / options.batch))]
    return [Factor(f"a call for every {options.batch} criteria", None)]


def _more(options: Any, rubric: Rubric | None) -> Iterator[str]:
    if rubric is not None and rubric.claims:
        yield "1 more for the claims of an answer"
    elif getattr(options, "checklist_model", None) is not None:
        yield "1 more for the checklist of a prompt"
    if getattr(options, "inconsistent", "") == "rejudge":
        yield "a pair that contradicts itself once more in both orders"
    if options.escalate is not None:
        yield "where opinions differ, the stronger judge too"
    if getattr(options, "scoring", "") == "logprobs":
        count = 1 if options.most_samples > 1 else PROFILES["careful"]["samples"]
        also = f", and {count} calls instead of 1 where one tells nothing" if count > 1 else ""
        yield f"1 trial of each judge a run{also}"
    if options.repairs:
        yield "at most 1 repair of each"
