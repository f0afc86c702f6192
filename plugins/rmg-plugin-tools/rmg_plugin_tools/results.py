"""The graders of what an agent learns from the results of its calls."""

import math
from statistics import fmean
from typing import Annotated

from attrs import validators

from rmg_core import GraderScore, GraderSkip, grader
from rmg_plugin_tools.novelty import Texts
from rmg_plugin_tools.trajectories import Given, acted


@grader
def information_gain(
    response: Given,
    *,
    threshold: Annotated[
        float,
        validators.and_(validators.ge(0), validators.le(1)),
        "from this similarity to an earlier result on, a result counts less than it differs",
    ] = 0.5,
    min_characters: Annotated[
        int, validators.ge(1), "shorter results, such as `ok`, are left out"
    ] = 10,
) -> GraderScore | GraderSkip:
    """How much the results of the calls differ from those before them, on average.

    Results are the messages with the role `tool`. Two are similar as their words are shared, in
    lower case: words in both / words in either. The first result is new. A response without
    results that are long enough is skipped.

    Definition: the mean of (1 - s) · exp(-2 · max(0, s - threshold)), s being the similarity to
    the most similar earlier result; OpenJudge's observation information gain.

    Raises:
        CannotGrade: the response cannot be read (`bad_input`).

    Example:
        >>> call = {"role": "assistant", "tool_calls": [{"name": "look", "arguments": {}}]}
        >>> rain, sun = ({"role": "tool", "content": f"{each} in Rome"} for each in ("rain", "sun"))
        >>> information_gain([call, rain, call, sun]).reason
        'mean gain 0.750 of 2 results; the least new, number 2, gains 0.500'
    """
    texts = [each.text for each in acted(response, results=True).results]
    long = [each for each in texts if len(each.strip()) >= min_characters]
    if not long:
        least = f" of at least {min_characters} characters" if texts else ""
        return GraderSkip(f"the response has no results{least}")
    gains = [gain * math.exp(-2 * max(0.0, 1 - gain - threshold)) for gain in _gains(long)]
    least_gain = min(gains)
    reason = f"mean gain {fmean(gains):.3f} of {len(gains)} result{'' if len(gains) == 1 else 's'}"
    if least_gain < 1:
        reason += f"; the least new, number {gains.index(least_gain) + 1}, gains {least_gain:.3f}"
    return GraderScore(fmean(gains), reason, {"gains": gains})


@grader
def usage_efficiency(response: Given) -> GraderScore | GraderSkip:
    """How well calls are used: new results, no call twice, and more than one tool.

    The gain of a result is 1 minus its similarity, as in `information_gain`, to the most similar
    earlier one; an empty result gains nothing. A response without results is skipped.

    Definition: 0.4 · mean gain + 0.4 · (1 - repeated calls / calls)
    + 0.2 · min(1, different tools / calls + 0.3); OpenJudge's tool usage efficiency.

    Raises:
        CannotGrade: the response cannot be read (`bad_input`).

    Example:
        >>> look = {"role": "assistant", "tool_calls": [{"name": "look", "arguments": {}}]}
        >>> rain = {"role": "tool", "content": "rain in Rome"}
        >>> usage_efficiency([look, rain, look, rain]).reason
        'mean gain 0.500, 1 of 2 calls repeated, 1 different tool'
    """
    done = acted(response, results=True)
    if not done.results:
        return GraderSkip("the response has no results of calls")
    calls = done.calls
    gains = _gains([each.text for each in done.results])
    repeated = len(calls) - len({each.key for each in calls})
    different = len({each.name for each in calls})
    score = (
        0.4 * fmean(gains)
        + 0.4 * (1 - repeated / len(calls))
        + 0.2 * min(1.0, different / len(calls) + 0.3)
    )
    reason = (
        f"mean gain {fmean(gains):.3f}, {repeated} of {len(calls)} calls repeated, "
        f"{different} different tool{'' if different == 1 else 's'}"
    )
    return GraderScore(min(1.0, score), reason, {"gains": gains})


def _gains(texts: list[str]) -> list[float]:
    earlier = Texts()
    gains = []
    for text in texts:
        gains.append(1 - earlier.closest(text) if text.split() else 0.0)
        earlier.add(text)
    return gains
