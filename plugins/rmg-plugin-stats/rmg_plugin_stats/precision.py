"""How precise the means of a run will be, by what an earlier one came to."""

from collections.abc import Mapping
from typing import Any

from rmg_core import StoredRun
from rmg_plugin_stats.planning import best_repeats, half_width, items_for_half_width, pilot
from rmg_plugin_stats.reading import ColumnScores, read

FEWEST = 10
"""So many scores of a pilot are the least that tell how much scores vary."""


def precision(run: StoredRun, *, width: float, samples: int) -> list[Mapping[str, Any]]:
    """Return for each column of a pilot run how precise a mean over `samples` will be.

    Each mapping has `name`, `pilot` (scores of the pilot), `deviation` (their standard deviation),
    `half_width` (of the 95 % interval over `samples`), `wanted`, `needed` (samples for that width),
    `best_repeats` (None where the pilot has no repeats) and `why` (why there is nothing to say).
    Samples are taken as independent.
    """
    scores = read(run)
    return [_advice(each, width, samples) for each in scores.columns.values()]


def _advice(column: ColumnScores, width: float, samples: int) -> Mapping[str, Any]:
    found = pilot(column.scores, repeats=column.repeats)
    made: dict[str, Any] = {
        "name": column.name,
        "pilot": column.scored,
        "deviation": found.deviation,
        "half_width": None,
        "wanted": width,
        "needed": None,
        "best_repeats": None,
        "why": "",
    }
    if column.scored < FEWEST or found.deviation is None:
        return made | {"why": f"{column.scored} scores are too few, {FEWEST} are the least"}
    if found.deviation == 0:
        return made | {"why": "all scores are the same, which tells nothing of how they vary"}
    made["half_width"] = half_width(samples, deviation=found.deviation)
    made["needed"] = items_for_half_width(width, deviation=found.deviation)
    if found.between is not None and found.within is not None:
        made["best_repeats"] = best_repeats(between=found.between, within=found.within)
    return made
