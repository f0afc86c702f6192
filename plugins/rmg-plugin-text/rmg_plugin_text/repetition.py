"""The graders that measure how often a response repeats itself."""

from typing import Annotated, TypeAlias

from attrs import validators

from rmg_core import GraderScore, Scale, grader
from rmg_plugin_text.normal import IgnoreCase, Normal
from rmg_plugin_text.units import Unit, ngrams, pieces

PENALTY = Scale(-1, 0)

Order: TypeAlias = Annotated[int, validators.ge(1), "neighbours in an n-gram"]


@grader(scale=PENALTY)
def repetition_penalty(
    response: str,
    *,
    n: Order = 3,
    max_penalty: Annotated[float, validators.ge(0), validators.le(1), "the most taken away"] = 1.0,
    threshold: Annotated[
        float, validators.ge(0), validators.le(1), "the share of repeats that costs nothing"
    ] = 0.0,
    ignore_case: IgnoreCase = True,
    unit: Unit = "words",
) -> GraderScore:
    """-max_penalty · (share of repeated n-grams - threshold), between -1 and 0; 0 is best.

    The share of repeats is 1 - different n-grams / all n-grams; below the threshold it costs
    nothing. A text shorter than n repeats nothing.

    Definition: the repetition penalty of Yeo et al. 2025 ("Demystifying Long Chain-of-Thought
    Reasoning in LLMs"), which is threshold = 0.

    Example:
        >>> repetition_penalty("so so so so", n=2).reason
        '1 of 3 2-grams are different'
        >>> round(repetition_penalty("the the the the the", n=2, threshold=0.3).score, 2)
        -0.45
    """
    different, every = _counts(response, n, unit, ignore_case=ignore_case)
    repeated = 1 - different / every if every else 0.0
    score = 0.0 - max_penalty * max(0.0, repeated - threshold)
    return GraderScore(score, f"{different} of {every} {n}-grams are different", scale=PENALTY)


@grader
def distinct_n(
    response: str, *, n: Order = 2, ignore_case: IgnoreCase = True, unit: Unit = "words"
) -> GraderScore:
    """Different n-grams / all n-grams of the response.

    A text shorter than n is one n-gram and scores 1; an empty response has none and scores 0.

    Definition: distinct-n of Li et al. 2016 ("A Diversity-Promoting Objective Function for Neural
    Conversation Models"), for one text.

    Example:
        >>> distinct_n("so so so so").reason
        '1 of 3 2-grams are different'
    """
    different, every = _counts(response, n, unit, ignore_case=ignore_case)
    score = different / every if every else 0.0
    return GraderScore(score, f"{different} of {every} {n}-grams are different")


def _counts(text: str, n: int, unit: str, *, ignore_case: bool) -> tuple[int, int]:
    runs = list(ngrams(pieces(Normal(ignore_case=ignore_case)(text), unit), n))
    return len(set(runs)), len(runs)
