"""Graders of machine translation: n-grams, character n-grams and edits against references."""

import functools
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias, get_args

from attrs import validators

from rmg_core import Scale, grader
from rmg_plugin_text.meteor import meteor_of
from rmg_plugin_text.references import alternatives
from rmg_plugin_text.segments import Segment, segments
from rmg_plugin_text.tokens import TokenizerOption, tokens

if TYPE_CHECKING:
    from sacrebleu.metrics.base import Metric
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.metrics.chrf import CHRF
    from sacrebleu.metrics.ter import TER

BleuTokenizer: TypeAlias = Literal["13a", "intl", "char", "zh", "none"]
Smoothing: TypeAlias = Literal["exp", "floor", "add-k", "none"]

SACREBLEU = ("rmg-plugin-text[sacrebleu]",)

IgnoreCase: TypeAlias = Annotated[bool, "compare lower-cased texts"]
TokenizeOption: TypeAlias = Annotated[
    BleuTokenizer,
    validators.in_(get_args(BleuTokenizer)),
    "WMT's mteval-v13a, its international form, characters, Chinese, or white space alone",
]
MaxOrder: TypeAlias = Annotated[int, validators.ge(1), "longest n-gram that is counted"]
SmoothOption: TypeAlias = Annotated[
    Smoothing,
    validators.in_(get_args(Smoothing)),
    "what an n-gram order without a match counts as",
]
SmoothValue: TypeAlias = Annotated[
    float | None,
    validators.optional(validators.ge(0)),
    "for `floor` (else 0.1) and `add-k` (else 1)",
]


@grader(needs=SACREBLEU)
def bleu(
    response: str | list[str],
    reference: str | list[str | list[str]],
    *,
    tokenize: TokenizeOption = "13a",
    ignore_case: IgnoreCase = False,
    max_order: MaxOrder = 4,
    smooth: SmoothOption = "exp",
    smooth_value: SmoothValue = None,
) -> float:
    """BLEU / 100 of a document: n-gram precisions, with a penalty for being too short.

    A list of references are alternatives, used together. A list of segments is a document, with
    the counts of its segments summed. For one short text take `sentence_bleu`: here a text of
    fewer than `max_order` words scores 0.

    Definition: Papineni et al. 2002, as sacrebleu computes corpus BLEU.

    Example:
        >>> round(bleu("the cat is on a mat", "the cat is on the mat"), 4)
        0.5373
    """
    metric = _bleu(tokenize, ignore_case, max_order, smooth, smooth_value, effective_order=False)
    return _share(_document_score(metric, segments(response, reference)))


@grader(needs=SACREBLEU)
def sentence_bleu(
    response: str,
    reference: str | list[str],
    *,
    tokenize: TokenizeOption = "13a",
    ignore_case: IgnoreCase = False,
    max_order: MaxOrder = 4,
    smooth: SmoothOption = "exp",
    smooth_value: SmoothValue = None,
) -> float:
    """BLEU / 100 of one sentence: as `bleu`, over the n-gram orders that the response reaches.

    Definition: as `bleu`, with sacrebleu's `effective_order`.

    Example:
        >>> sentence_bleu("the cat", ["the cat", "a cat"])
        1.0
    """
    metric = _bleu(tokenize, ignore_case, max_order, smooth, smooth_value, effective_order=True)
    return _share(metric.sentence_score(response, alternatives(reference)).score)


@grader(needs=SACREBLEU)
def chrf(
    response: str | list[str],
    reference: str | list[str | list[str]],
    *,
    char_order: Annotated[int, validators.ge(1), "longest character n-gram"] = 6,
    word_order: Annotated[int, validators.ge(0), "longest word n-gram; 2 makes it chrF++"] = 0,
    beta: Annotated[int, validators.ge(1), "how much recall counts against precision"] = 2,
    ignore_case: IgnoreCase = False,
    whitespace: Annotated[bool, "count white space as characters"] = False,
    eps_smoothing: Annotated[bool, "smooth as NLTK and the first chrF++ do"] = False,
) -> float:
    """The chrF score / 100: F-score of character n-grams, with `word_order` of word n-grams too.

    Of several references the best counts. Documents as for `bleu`.

    Definition: Popović 2015 and 2017, as sacrebleu computes it.

    Example:
        >>> round(chrf("the cats sat", "the cat sat"), 4)
        0.7478
    """
    metric = _chrf(
        char_order,
        word_order,
        beta,
        ignore_case=ignore_case,
        whitespace=whitespace,
        eps_smoothing=eps_smoothing,
    )
    return _share(_document_score(metric, segments(response, reference)))


@grader(scale=Scale(0, None, higher_is_better=False), needs=SACREBLEU)
def ter(
    response: str | list[str],
    reference: str | list[str | list[str]],
    *,
    ignore_case: IgnoreCase = True,
    ignore_punctuation: Annotated[bool, "drop punctuation first"] = False,
    normalise: Annotated[bool, "tokenise as the first TER does"] = False,
    asian_support: Annotated[bool, "split Chinese and Japanese into characters"] = False,
) -> float:
    """Translation edit rate: edits per word of the reference, a shifted phrase being one edit.

    0 is best; above 1 when the response has many words too many. Of several references the one
    with the fewest edits counts, over their mean length. Documents as for `bleu`.

    Definition: Snover et al. 2006, as sacrebleu computes it, / 100.

    Example:
        >>> ter("b a c d", "a b c d")
        0.25
    """
    metric = _ter(normalise, ignore_punctuation, asian_support, case_sensitive=not ignore_case)
    return _document_score(metric, segments(response, reference)) / 100


@grader
def gleu(
    response: str | list[str],
    reference: str | list[str | list[str]],
    *,
    min_order: Annotated[int, validators.ge(1), "shortest n-gram that is counted"] = 1,
    max_order: MaxOrder = 4,
    tokenize: TokenizerOption = "words",
    ignore_case: IgnoreCase = False,
) -> float:
    """Google's BLEU for sentences: the smaller of precision and recall over all n-grams together.

    Of several references the best counts. A list of segments is a document, with the matches and
    the n-grams of its segments summed. 0 when there is no n-gram to count.

    Definition: Wu et al. 2016, section 7; sums over a document as in NLTK's `corpus_gleu`.

    Example:
        >>> gleu("the cat is on a mat", "the cat is on the mat")
        0.6111111111111112
    """
    matches = total = 0
    for text, references in segments(response, reference):
        grams = _grams(tokens(text, tokenize, ignore_case), min_order, max_order)
        size = grams.total()
        best = (0, 0)
        for each in references:
            wanted = _grams(tokens(each, tokenize, ignore_case), min_order, max_order)
            found = ((grams & wanted).total(), max(size, wanted.total()))
            if found[1] and (not best[1] or found[0] * best[1] > best[0] * found[1]):
                best = found
        matches += best[0]
        total += best[1]
    return matches / total if total else 0.0


@grader(needs=("rmg-plugin-text[rouge]",))
def meteor(
    response: str,
    reference: str | list[str],
    *,
    alpha: Annotated[float, validators.ge(0), validators.le(1), "weight of recall"] = 0.9,
    beta: Annotated[float, validators.ge(0), "how steeply scattered matches are punished"] = 3.0,
    gamma: Annotated[float, validators.ge(0), validators.le(1), "the most they can cost"] = 0.5,
    stem: Annotated[bool, "match words of one Porter stem after equal words"] = True,
    tokenize: TokenizerOption = "words",
    ignore_case: IgnoreCase = True,
) -> float:
    """METEOR: F-score of matched words, less for matches that are scattered.

    Words match when they are equal, then when their stems are; WordNet's synonyms are not used,
    for they need data that is downloaded. The same text scores a little below 1: its matches are
    one chunk, and that costs gamma * (1 / matches) ** beta. Of several references the best
    counts.

    Definition: Lavie and Agarwal 2007; alignment and defaults as NLTK's `meteor_score`, and its
    Porter stemmer, which the extra `rouge` brings.

    Example:
        >>> round(meteor("the cats sat", "a cat sat"), 4)
        0.625
    """
    left = tokens(response, tokenize, ignore_case)
    return max(
        meteor_of(left, tokens(text, tokenize, ignore_case), alpha, beta, gamma, stem=stem)
        for text in alternatives(reference)
    )


def _share(percent: float) -> float:
    # The mean of logarithms in BLEU gives 100.00000000000004 for equal texts.
    return min(percent / 100, 1.0)


def _document_score(metric: "Metric", pairs: Sequence[Segment]) -> float:
    # sacrebleu takes references by stream, and None where a segment has fewer than others.
    streams = max(len(references) for _, references in pairs)
    columns = [
        [references[i] if i < len(references) else None for _, references in pairs]
        for i in range(streams)
    ]
    score = metric.corpus_score([text for text, _ in pairs], columns)  # type: ignore[arg-type]
    return float(score.score)


def _grams(tokens: Sequence[str], low: int, high: int) -> Counter[tuple[str, ...]]:
    return Counter(
        tuple(tokens[start : start + size])
        for size in range(low, high + 1)
        for start in range(len(tokens) - size + 1)
    )


@functools.lru_cache
def _bleu(
    tokenize: BleuTokenizer,
    ignore_case: bool,
    max_order: int,
    smooth: Smoothing,
    smooth_value: float | None,
    *,
    effective_order: bool,
) -> "BLEU":
    from sacrebleu.metrics.bleu import BLEU

    return BLEU(
        lowercase=ignore_case,
        force=True,
        tokenize=tokenize,
        smooth_method=smooth,
        smooth_value=smooth_value,
        max_ngram_order=max_order,
        effective_order=effective_order,
    )


@functools.lru_cache
def _chrf(
    char_order: int,
    word_order: int,
    beta: int,
    *,
    ignore_case: bool,
    whitespace: bool,
    eps_smoothing: bool,
) -> "CHRF":
    from sacrebleu.metrics.chrf import CHRF

    return CHRF(char_order, word_order, beta, ignore_case, whitespace, eps_smoothing)


@functools.lru_cache
def _ter(
    normalise: bool, ignore_punctuation: bool, asian_support: bool, *, case_sensitive: bool
) -> "TER":
    from sacrebleu.metrics.ter import TER

    return TER(normalise, ignore_punctuation, asian_support, case_sensitive)
