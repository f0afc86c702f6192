"""The graders that look for given texts in a response."""

import operator
from collections.abc import Callable, Sequence
from typing import Annotated, TypeAlias

from attrs import frozen

from rmg_core import CannotGrade, GraderScore, grader
from rmg_plugin_text.normal import (
    IgnoreArticles,
    IgnoreCase,
    IgnorePunctuation,
    Normal,
    Strip,
)
from rmg_plugin_text.references import alternatives, quoted

Share: TypeAlias = Annotated[bool, "score the share of the needles that are found"]
EitherWay: TypeAlias = Annotated[
    bool, "also when a needle contains the response; an empty text then matches only an empty one"
]


@frozen
class _Search:
    """The needles as given, and those of them that were found."""

    needles: Sequence[str]
    found: Sequence[str]

    @property
    def share(self) -> float:
        return len(self.found) / len(self.needles)

    def any(self, verb: str) -> GraderScore:
        if self.found:
            return GraderScore(1.0, f"{verb} {quoted(self.found[0])}")
        if len(self.needles) == 1:
            return GraderScore(0.0, f"{verb} not {quoted(self.needles[0])}")
        return GraderScore(0.0, f"{verb} none of {len(self.needles)} needles")

    def counted(self, score: float) -> GraderScore:
        reason = f"contains {len(self.found)} of {len(self.needles)} needles"
        missing = next((each for each in self.needles if each not in self.found), None)
        if missing is not None:
            reason = f"{reason}, not {quoted(missing)}"
        return GraderScore(score, reason)


def _search(
    response: str,
    needles: str | list[str],
    normal: Normal,
    holds: Callable[[str, str], bool] = operator.contains,
) -> _Search:
    response = normal(response)
    given = alternatives(needles, "needles")
    found = []
    for each in given:
        needle = normal(each)
        # What every text contains by an accident of the options would pass everything.
        if each and not needle:
            raise CannotGrade(
                f"needle {quoted(each)} is empty once the options are applied to it", "bad_input"
            )
        if holds(response, needle):
            found.append(each)
    return _Search(given, found)


def _overlaps(response: str, needle: str) -> bool:
    if not response or not needle:
        return response == needle
    return needle in response or response in needle


@grader
def contains(
    response: str,
    needles: str | list[str],
    *,
    strip: Strip = False,
    ignore_case: IgnoreCase = False,
    ignore_punctuation: IgnorePunctuation = False,
    ignore_articles: IgnoreArticles = False,
    either_way: EitherWay = False,
) -> GraderScore:
    """1 when the response contains the needle, or any needle of a list, else 0.

    An empty needle is in every response, as an empty string is in every string.

    Definition: `includes` of OpenAI evals; with `either_way` and the three `ignore_` options its
    `fuzzy_match`.

    Raises:
        CannotGrade: the list is empty, or the options leave nothing of a needle (`bad_input`).

    Example:
        >>> contains("It is Paris, I think.", "Paris").score
        1.0
        >>> contains("paris", ["Paris", "Lyon"]).reason
        'contains none of 2 needles'
    """
    normal = Normal(strip, ignore_case, ignore_punctuation, ignore_articles)
    holds = _overlaps if either_way else operator.contains
    return _search(response, needles, normal, holds).any("contains")


@grader
def contains_all(
    response: str,
    needles: str | list[str],
    *,
    strip: Strip = False,
    ignore_case: IgnoreCase = False,
    ignore_punctuation: IgnorePunctuation = False,
    ignore_articles: IgnoreArticles = False,
    share: Share = False,
) -> GraderScore:
    """1 when the response contains every needle, else 0; with `share` the share that it contains.

    Definition: substrings found / substrings looked for, or whether all are found.

    Raises:
        CannotGrade: the list is empty, or the options leave nothing of a needle (`bad_input`).

    Example:
        >>> contains_all("red and green", ["red", "green", "blue"]).score
        0.0
        >>> contains_all("red and green", ["red", "green", "blue", "grey"], share=True).score
        0.5
    """
    normal = Normal(strip, ignore_case, ignore_punctuation, ignore_articles)
    search = _search(response, needles, normal)
    return search.counted(search.share if share else float(search.share == 1))


@grader
def contains_any(
    response: str,
    needles: str | list[str],
    *,
    strip: Strip = False,
    ignore_case: IgnoreCase = False,
    ignore_punctuation: IgnorePunctuation = False,
    ignore_articles: IgnoreArticles = False,
    share: Share = False,
) -> GraderScore:
    """1 when the response contains at least one needle, else 0; with `share` the share of them.

    Definition: substrings found / substrings looked for, or whether any is found.

    Raises:
        CannotGrade: the list is empty, or the options leave nothing of a needle (`bad_input`).

    Example:
        >>> contains_any("red and green", ["blue", "green"]).score
        1.0
        >>> contains_any("red and green", ["blue", "green"], share=True).score
        0.5
    """
    normal = Normal(strip, ignore_case, ignore_punctuation, ignore_articles)
    search = _search(response, needles, normal)
    return search.counted(search.share if share else float(search.share > 0))


@grader
def starts_with(
    response: str,
    needles: str | list[str],
    *,
    strip: Strip = False,
    ignore_case: IgnoreCase = False,
    ignore_punctuation: IgnorePunctuation = False,
    ignore_articles: IgnoreArticles = False,
) -> GraderScore:
    """1 when the response starts with the needle, or any needle of a list, else 0.

    Definition: `match` of OpenAI evals.

    Raises:
        CannotGrade: the list is empty, or the options leave nothing of a needle (`bad_input`).

    Example:
        >>> starts_with("Yes, it is.", ["Yes", "No"]).score
        1.0
        >>> starts_with(" yes", "Yes", strip=True, ignore_case=True).score
        1.0
    """
    normal = Normal(strip, ignore_case, ignore_punctuation, ignore_articles)
    return _search(response, needles, normal, str.startswith).any("starts with")


@grader
def ends_with(
    response: str,
    needles: str | list[str],
    *,
    strip: Strip = False,
    ignore_case: IgnoreCase = False,
    ignore_punctuation: IgnorePunctuation = False,
    ignore_articles: IgnoreArticles = False,
) -> GraderScore:
    """1 when the response ends with the needle, or any needle of a list, else 0.

    Definition: the suffix test of Python's `str.endswith`.

    Raises:
        CannotGrade: the list is empty, or the options leave nothing of a needle (`bad_input`).

    Example:
        >>> ends_with("The answer is B.", "B", ignore_punctuation=True).score
        1.0
        >>> ends_with("The answer is B.", "B").reason
        "ends with not 'B'"
    """
    normal = Normal(strip, ignore_case, ignore_punctuation, ignore_articles)
    return _search(response, needles, normal, str.endswith).any("ends with")
