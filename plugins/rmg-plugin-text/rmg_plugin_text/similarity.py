"""The graders that compare a response and a reference as bags of terms."""

import math
from collections import Counter
from typing import Annotated

from attrs import validators

from rmg_core import GraderScore, grader
from rmg_plugin_text.normal import IgnoreCase, IgnorePunctuation, Normal
from rmg_plugin_text.references import best
from rmg_plugin_text.units import Unit, ngrams, pieces

# A term of one of two texts weighs ln((1 + 2) / (1 + 1)) + 1, a term of both ln(3 / 3) + 1 = 1.
_RARE = math.log(1.5) + 1


@grader
def cosine_tfidf(
    response: str,
    reference: str | list[str],
    *,
    ignore_case: IgnoreCase = True,
    ignore_punctuation: IgnorePunctuation = True,
    unit: Unit = "words",
) -> GraderScore:
    """The cosine of the TF-IDF vectors of response and reference; the best of a list.

    The two texts are the whole corpus (n = 2): a term that occurs tf times in a text weighs
    tf · (ln((1 + n) / (1 + df)) + 1), where df texts have it. Two empty sides score 1, one 0.

    Definition: Salton and Buckley 1988, with the smoothed idf of scikit-learn's TfidfVectorizer.

    Raises:
        CannotGrade: the list of references is empty (`bad_input`).

    Example:
        >>> cosine_tfidf("the cat sat", "sat the cat").score
        1.0
        >>> round(cosine_tfidf("red apple", "red car").score, 3)
        0.336
    """
    normal = Normal(ignore_case=ignore_case, ignore_punctuation=ignore_punctuation)
    answer = Counter(pieces(normal(response), unit))

    def compare(text: str) -> tuple[float, str]:
        expected = Counter(pieces(normal(text), unit))
        shared = answer.keys() & expected.keys()
        return _cosine(answer, expected), f"{len(shared)} terms are shared"

    return GraderScore(*best(compare, reference))


def _cosine(answer: Counter[str], expected: Counter[str]) -> float:
    # Equal bags first: rounding would leave their cosine a hair off 1.
    if answer == expected:
        return 1.0
    product = sum(count * expected[term] for term, count in answer.items())
    if not product:
        return 0.0
    return min(1.0, product / math.sqrt(_square(answer, expected) * _square(expected, answer)))


def _square(bag: Counter[str], other: Counter[str]) -> float:
    return sum((count if term in other else count * _RARE) ** 2 for term, count in bag.items())


@grader
def jaccard_ngrams(
    response: str,
    reference: str | list[str],
    *,
    n: Annotated[int, validators.ge(1), "neighbours in an n-gram"] = 2,
    ignore_case: IgnoreCase = True,
    ignore_punctuation: IgnorePunctuation = True,
    unit: Unit = "words",
) -> GraderScore:
    """Shared n-grams / all different n-grams of response and reference; the best of a list.

    A text shorter than n is one n-gram. Two empty sides score 1.

    Definition: Jaccard's index over the sets of n-grams (Broder 1997).

    Raises:
        CannotGrade: the list of references is empty (`bad_input`).

    Example:
        >>> jaccard_ngrams("the cat sat down", "the cat sat up").reason
        '2 of 4 2-grams are shared'
    """
    normal = Normal(ignore_case=ignore_case, ignore_punctuation=ignore_punctuation)
    answer = set(ngrams(pieces(normal(response), unit), n))

    def compare(text: str) -> tuple[float, str]:
        expected = set(ngrams(pieces(normal(text), unit), n))
        both, either = len(answer & expected), len(answer | expected)
        score = both / either if either else 1.0
        return score, f"{both} of {either} {n}-grams are shared"

    return GraderScore(*best(compare, reference))
