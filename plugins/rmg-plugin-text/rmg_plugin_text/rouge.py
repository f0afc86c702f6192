"""ROUGE: n-grams and common subsequences that a response shares with a reference."""

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias, get_args

from attrs import validators

from rmg_core import GraderScore, grader
from rmg_plugin_text.references import alternatives

if TYPE_CHECKING:
    from rouge_score.rouge_scorer import RougeScorer

ROUGE = ("rmg-plugin-text[rouge]",)

Measure: TypeAlias = Literal["f", "precision", "recall"]
MeasureOption: TypeAlias = Annotated[
    Measure,
    validators.in_(get_args(Measure)),
    "precision: share of the response; recall: of the reference; f: their harmonic mean",
]
StemOption: TypeAlias = Annotated[bool, "compare the Porter stems of words longer than 3 letters"]


@grader(needs=ROUGE)
def rouge1(
    response: str,
    reference: str | list[str],
    *,
    measure: MeasureOption = "f",
    use_stemmer: StemOption = False,
) -> GraderScore:
    """ROUGE-1: words that the response shares with the reference.

    Words are lower-case runs of a-z and 0-9: texts in other scripts have none, and score 0.
    Of several references the one with the highest F-score counts.

    Definition: Lin 2004, as rouge-score computes it (the same numbers as the Perl ROUGE-1.5.5).

    Example:
        >>> rouge1("testing", "testing one two").score
        0.5
    """
    return _score("rouge1", response, reference, measure, use_stemmer)


@grader(needs=ROUGE)
def rouge2(
    response: str,
    reference: str | list[str],
    *,
    measure: MeasureOption = "f",
    use_stemmer: StemOption = False,
) -> GraderScore:
    """ROUGE-2: pairs of words that the response shares with the reference.

    Words and references as for `rouge1`.

    Definition: as `rouge1`.

    Example:
        >>> rouge2("testing one", "testing one two", measure="recall").score
        0.5
    """
    return _score("rouge2", response, reference, measure, use_stemmer)


@grader(needs=ROUGE)
def rouge3(
    response: str,
    reference: str | list[str],
    *,
    measure: MeasureOption = "f",
    use_stemmer: StemOption = False,
) -> GraderScore:
    """ROUGE-3: runs of 3 words that the response shares with the reference.

    Words and references as for `rouge1`.

    Definition: as `rouge1`.

    Example:
        >>> rouge3("a b c", "a b c d", measure="precision").score
        1.0
    """
    return _score("rouge3", response, reference, measure, use_stemmer)


@grader(needs=ROUGE)
def rouge4(
    response: str,
    reference: str | list[str],
    *,
    measure: MeasureOption = "f",
    use_stemmer: StemOption = False,
) -> GraderScore:
    """ROUGE-4: runs of 4 words that the response shares with the reference.

    Words and references as for `rouge1`.

    Definition: as `rouge1`.

    Example:
        >>> rouge4("a b c d", "a b c d e", measure="recall").score
        0.5
    """
    return _score("rouge4", response, reference, measure, use_stemmer)


@grader(needs=ROUGE)
def rouge5(
    response: str,
    reference: str | list[str],
    *,
    measure: MeasureOption = "f",
    use_stemmer: StemOption = False,
) -> GraderScore:
    """ROUGE-5: runs of 5 words that the response shares with the reference.

    Words and references as for `rouge1`.

    Definition: as `rouge1`.

    Example:
        >>> rouge5("a b c d e", "a b c d e f", measure="recall").score
        0.5
    """
    return _score("rouge5", response, reference, measure, use_stemmer)


@grader(needs=ROUGE)
def rougeL(  # noqa: N802  # the name that the literature gives it
    response: str,
    reference: str | list[str],
    *,
    measure: MeasureOption = "f",
    use_stemmer: StemOption = False,
) -> GraderScore:
    """ROUGE-L: the longest sequence of words that both have in this order, with gaps.

    Words and references as for `rouge1`.

    Definition: as `rouge1`.

    Example:
        >>> rougeL("testing two", "testing one two").score
        0.8
    """
    return _score("rougeL", response, reference, measure, use_stemmer)


@grader(needs=ROUGE)
def rougeLsum(  # noqa: N802  # the name that the literature gives it
    response: str,
    reference: str | list[str],
    *,
    measure: MeasureOption = "f",
    use_stemmer: StemOption = False,
) -> GraderScore:
    r"""ROUGE-L of a summary: each sentence of the reference against all of the response.

    Sentences are lines: put each on a line of its own. Words and references as for
    `rouge1`.

    Definition: as `rouge1`.

    Example:
        >>> rougeLsum("Second line.\nFirst line.", "First line.\nSecond line.").score
        1.0
    """
    return _score("rougeLsum", response, reference, measure, use_stemmer)


def _score(
    kind: str, response: str, reference: str | list[str], measure: str, use_stemmer: bool
) -> GraderScore:
    references: Sequence[str] = alternatives(reference)
    found = _scorer(kind, use_stemmer).score_multi(references, response)[kind]
    chosen = found.fmeasure if measure == "f" else getattr(found, measure)
    return GraderScore(
        float(chosen), reason=f"precision {found.precision:.4g}, recall {found.recall:.4g}"
    )


@functools.lru_cache
def _scorer(kind: str, use_stemmer: bool) -> "RougeScorer":
    from rouge_score.rouge_scorer import RougeScorer

    return RougeScorer([kind], use_stemmer=use_stemmer)
