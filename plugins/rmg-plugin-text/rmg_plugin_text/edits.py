"""Graders by edit distance: how much of one text must change to become the other."""

import functools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias, get_args

from attrs import validators

from rmg_core import CannotGrade, GraderScore, Scale, grader
from rmg_plugin_text.normal import IgnoreCase, IgnorePunctuation, Normal, Strip
from rmg_plugin_text.references import alternatives
from rmg_plugin_text.segments import segments

if TYPE_CHECKING:
    import jiwer

Distance: TypeAlias = Literal["levenshtein", "indel", "osa", "damerau", "hamming"]
Unit: TypeAlias = Literal["words", "characters"]

ERROR_RATE = Scale(0, None, higher_is_better=False)
RAPIDFUZZ = ("rmg-plugin-text[rapidfuzz]",)
JIWER = ("rmg-plugin-text[jiwer]",)


@grader(needs=RAPIDFUZZ)
def edit_similarity(
    response: str,
    reference: str | list[str],
    *,
    distance: Annotated[
        Distance, validators.in_(get_args(Distance)), "what counts as one edit"
    ] = "levenshtein",
    unit: Annotated[Unit, validators.in_(get_args(Unit)), "what is edited"] = "characters",
    strip: Strip = False,
    ignore_case: IgnoreCase = False,
    ignore_punctuation: IgnorePunctuation = False,
) -> float:
    """1 - edit distance / the most edits that texts of these lengths could need.

    That most is the length of the longer text; for `indel`, the sum of both. Two empty texts are
    equal: 1. Of several references the most similar counts.

    `levenshtein` counts insertions, deletions and substitutions; `indel` the first two (the
    ratio of fuzzy matchers); `osa` also swaps of neighbours, `damerau` also where the swapped are
    edited again; `hamming` substitutions, and what one text is longer.

    Definition: Levenshtein 1966, Damerau 1964; as RapidFuzz computes them.

    Example:
        >>> edit_similarity("kitten", "sitting")
        0.5714285714285714
        >>> edit_similarity("the cat sat", "the dog sat", unit="words")
        0.6666666666666667
    """
    similarity = _similarity(distance)
    plain = Normal(strip, ignore_case, ignore_punctuation)

    def prepared(text: str) -> Sequence[str]:
        return plain(text).split() if unit == "words" else plain(text)

    left = prepared(response)
    return max(similarity(left, prepared(text)) for text in alternatives(reference))


@grader(needs=RAPIDFUZZ)
def jaro_winkler(
    response: str,
    reference: str | list[str],
    *,
    prefix_weight: Annotated[
        float,
        validators.ge(0),
        validators.le(0.25),
        "what each of up to 4 equal first characters adds; 0 is plain Jaro",
    ] = 0.1,
    strip: Strip = False,
    ignore_case: IgnoreCase = False,
) -> float:
    """Jaro-Winkler similarity: characters that agree nearby, more for an equal beginning.

    Made for names and other short texts. Of several references the most similar counts.

    Definition: Winkler 1990, with the bonus where the Jaro similarity is above 0.7, as RapidFuzz
    computes it.

    Example:
        >>> round(jaro_winkler("MARTHA", "MARHTA"), 4)
        0.9611
    """
    similarity = _jaro_winkler()
    plain = Normal(strip, ignore_case)
    left = plain(response)
    return max(
        similarity(left, plain(text), prefix_weight=prefix_weight)
        for text in alternatives(reference)
    )


@grader(needs=RAPIDFUZZ)
def token_sort_ratio(
    response: str, reference: str | list[str], *, ignore_case: IgnoreCase = False
) -> float:
    """Indel similarity of the two texts after their words are sorted: order does not count.

    Words are what white space separates. Of several references the most similar counts.

    Definition: `fuzz.token_sort_ratio` of RapidFuzz, / 100.

    Example:
        >>> token_sort_ratio("fuzzy wuzzy was a bear", "wuzzy fuzzy was a bear")
        1.0
    """
    return _best_ratio("token_sort_ratio", response, reference, ignore_case=ignore_case)


@grader(needs=RAPIDFUZZ)
def partial_ratio(
    response: str, reference: str | list[str], *, ignore_case: IgnoreCase = False
) -> float:
    """Indel similarity of the shorter text to the best equally long part of the longer.

    1 when one text contains the other. Of several references the most similar counts.

    Definition: `fuzz.partial_ratio` of RapidFuzz, / 100.

    Example:
        >>> partial_ratio("The answer is Paris.", "Paris")
        1.0
    """
    return _best_ratio("partial_ratio", response, reference, ignore_case=ignore_case)


@grader(scale=ERROR_RATE, needs=JIWER)
def wer(
    response: str | list[str],
    reference: str | list[str | list[str]],
    *,
    ignore_case: IgnoreCase = False,
    ignore_punctuation: IgnorePunctuation = False,
) -> GraderScore:
    """Word error rate: substitutions, insertions and deletions per word of the reference.

    0 is best; above 1 when the response has many words too many. Of several references the one
    with the lowest rate counts. A list of segments is a document: the errors and the words of all
    its segments are summed, and `reference` has one text or list of texts for each.

    Definition: edit distance over words / words of the reference, as jiwer computes it; where the
    reference has no words, jiwer returns the number of errors, which is no rate: an error here.

    Raises:
        CannotGrade: the reference has no words and the response has some, or a document and its
            references do not fit (`bad_input`).

    Example:
        >>> wer("this is the prediction", "this is the reference").score
        0.25
        >>> wer(["one two", "three"], ["one two", "four"]).reason
        '1 error over 3 words'
    """
    return _error_rate("words", response, reference, ignore_case, ignore_punctuation)


@grader(scale=ERROR_RATE, needs=JIWER)
def cer(
    response: str | list[str],
    reference: str | list[str | list[str]],
    *,
    ignore_case: IgnoreCase = False,
    ignore_punctuation: IgnorePunctuation = False,
) -> GraderScore:
    """Character error rate: as `wer`, over characters; white space at the ends is dropped.

    0 is best. References and documents as for `wer`.

    Definition: as `wer`.

    Raises:
        CannotGrade: as `wer`.

    Example:
        >>> cer("abxd", "abcd").score
        0.25
    """
    return _error_rate("characters", response, reference, ignore_case, ignore_punctuation)


@functools.lru_cache
def _similarity(distance: Distance) -> Callable[[Sequence[str], Sequence[str]], float]:
    from rapidfuzz import distance as distances

    measures: dict[Distance, Any] = {
        "levenshtein": distances.Levenshtein,
        "indel": distances.Indel,
        "osa": distances.OSA,
        "damerau": distances.DamerauLevenshtein,
        "hamming": distances.Hamming,
    }
    similarity: Callable[[Sequence[str], Sequence[str]], float]
    similarity = measures[distance].normalized_similarity
    return similarity


@functools.lru_cache
def _jaro_winkler() -> Callable[..., float]:
    from rapidfuzz.distance import JaroWinkler

    return JaroWinkler.normalized_similarity


@functools.lru_cache
def _ratio(name: str) -> Callable[[str, str], float]:
    from rapidfuzz import fuzz

    ratio: Callable[[str, str], float] = getattr(fuzz, name)
    return ratio


def _best_ratio(
    name: str, response: str, reference: str | list[str], *, ignore_case: bool
) -> float:
    ratio = _ratio(name)
    plain = Normal(ignore_case=ignore_case)
    left = plain(response)
    return max(ratio(left, plain(text)) for text in alternatives(reference)) / 100


def _error_rate(
    unit: Unit,
    response: str | list[str],
    reference: str | list[str | list[str]],
    ignore_case: bool,
    ignore_punctuation: bool,
) -> GraderScore:
    import jiwer

    measure = jiwer.process_words if unit == "words" else jiwer.process_characters
    plain = Normal(ignore_case=ignore_case, ignore_punctuation=ignore_punctuation)
    errors = length = 0
    for text, references in segments(response, reference):
        answer = plain(text)
        counts = [_counts(measure(plain(each), answer)) for each in references]
        best_errors, best_length = min(counts, key=_rate)
        errors += best_errors
        length += best_length
    if errors and not length:
        raise CannotGrade(f"reference has no {unit}: there is no rate over none", "bad_input")
    return GraderScore(
        errors / length if length else 0.0,
        reason=f"{errors} {'error' if errors == 1 else 'errors'} over {length} {unit}",
        scale=ERROR_RATE,
    )


def _counts(output: "jiwer.WordOutput | jiwer.CharacterOutput") -> tuple[int, int]:
    lost = output.substitutions + output.deletions
    return lost + output.insertions, lost + output.hits


def _rate(counts: tuple[int, int]) -> float:
    errors, length = counts
    if length:
        return errors / length
    return float("inf") if errors else 0.0
