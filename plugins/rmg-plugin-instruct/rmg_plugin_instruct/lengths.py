"""The instructions about how many sentences, paragraphs and words a response has."""

import re

from attrs import field, frozen

from rmg_core import GraderScore, grader
from rmg_plugin_instruct.arguments import (
    IS_RELATION,
    RELATION,
    Relation,
    compare,
    loose,
    text,
    whole,
)
from rmg_plugin_instruct.findings import Finding, counted, graded
from rmg_plugin_instruct.sentences import count_sentences

_WORD = re.compile(r"\w+")
_AFTER_FIRST_WORD = re.compile(r"[.,?!'\"]")


@grader(needs=("rmg-plugin-instruct[nltk]",))
@frozen(kw_only=True)
class NumberSentences:
    """1 when the response has at least, or less than, `num_sentences` sentences, else 0.

    Definition: `length_constraints:number_sentences` of IFEval (Zhou et al. 2023). Sentences are
    those of NLTK's Punkt with a list of abbreviations, in place of the trained English model, which
    is a download.

    Raises:
        CannotGrade: there are more than 25,000 different places where a sentence may end
            (`bad_input`), as two megabytes of prose have.

    Example:
        >>> NumberSentences(num_sentences=3, relation="less than").grade("Dr. No is in. Go!").reason
        '2 sentences, less than 3'
    """

    num_sentences: int = whole("how many sentences")
    relation: Relation = field(validator=IS_RELATION, metadata=RELATION)
    loose: bool = loose()

    def finding(self, response: str) -> Finding:
        count = count_sentences(response)
        return compare(count, self.relation, self.num_sentences, unit="sentence")

    def grade(self, response: str) -> GraderScore:
        return graded(self.finding, response, loose=self.loose)


@grader
@frozen(kw_only=True)
class NumberWords:
    """1 when the response has at least, or less than, `num_words` words, else 0.

    A word is a run of letters, digits and underscores: `don't` is two.

    Definition: `length_constraints:number_words` of IFEval (Zhou et al. 2023).

    Example:
        >>> NumberWords(num_words=3, relation="at least").grade("Two words.").reason
        '2 words, not at least 3'
    """

    num_words: int = whole("how many words")
    relation: Relation = field(validator=IS_RELATION, metadata=RELATION)
    loose: bool = loose()

    def finding(self, response: str) -> Finding:
        count = sum(1 for _ in _WORD.finditer(response))
        return compare(count, self.relation, self.num_words, unit="word")

    def grade(self, response: str) -> GraderScore:
        return graded(self.finding, response, loose=self.loose)


@grader
@frozen(kw_only=True)
class NumberParagraphs:
    r"""1 when the response has exactly `num_paragraphs` paragraphs with `***` between them, else 0.

    A divider may stand before the first paragraph and after the last; an empty paragraph between
    two others is wrong.

    Definition: `length_constraints:number_paragraphs` of IFEval (Zhou et al. 2023).

    Example:
        >>> NumberParagraphs(num_paragraphs=2).grade("One.\n***\nTwo.").score
        1.0
    """

    num_paragraphs: int = whole("how many paragraphs")
    loose: bool = loose()

    def finding(self, response: str) -> Finding:
        first, *middle = (part.strip() for part in response.split("***"))
        last = middle.pop() if middle else ""
        if not all(middle):
            return Finding(followed=False, reason="has an empty paragraph between others")
        count = len(middle) + bool(first) + bool(last)
        return _exactly(count, self.num_paragraphs)

    def grade(self, response: str) -> GraderScore:
        return graded(self.finding, response, loose=self.loose)


@grader
@frozen(kw_only=True)
class NthParagraphFirstWord:
    r"""1 when an empty line parts `num_paragraphs`, of which one begins with `first_word`, else 0.

    The word is compared in whatever case, without quotes before it, up to `.`, `,`, `?`, `!` or a
    quote.

    Definition: `length_constraints:nth_paragraph_first_word` of IFEval (Zhou et al. 2023). An
    empty paragraph counts as a place, not as a paragraph, as there.

    Example:
        >>> second = NthParagraphFirstWord(num_paragraphs=2, nth_paragraph=2, first_word="then")
        >>> second.grade("First, we go.\n\nThen, we come back.").score
        1.0
    """

    num_paragraphs: int = whole("how many paragraphs, exactly", minimum=1)
    nth_paragraph: int = whole("which of them, from 1", minimum=1)
    first_word: str = text("what it begins with")
    loose: bool = loose()

    def __attrs_post_init__(self) -> None:
        if self.nth_paragraph > self.num_paragraphs:
            raise ValueError(
                f"nth_paragraph ({self.nth_paragraph}) is above "
                f"num_paragraphs ({self.num_paragraphs})"
            )

    def finding(self, response: str) -> Finding:
        places = [part.strip() for part in response.split("\n\n")]
        found = _exactly(sum(map(bool, places)), self.num_paragraphs)
        if not found.followed:
            return found
        place = places[self.nth_paragraph - 1]
        word = _first_word(place)
        return Finding(
            word == self.first_word.lower(),
            f"{found.reason}; number {self.nth_paragraph} "
            + (f"begins with {word!r}" if place else "is empty"),
        )

    def grade(self, response: str) -> GraderScore:
        return graded(self.finding, response, loose=self.loose)


def _exactly(count: int, wanted: int) -> Finding:
    followed = count == wanted
    reason = counted(count, "paragraph")
    return Finding(followed, reason if followed else f"{reason}, not {wanted}")


def _first_word(paragraph: str) -> str:
    words = paragraph.split(maxsplit=1)
    if not words:
        return ""
    bare = words[0].lstrip("'").lstrip('"')
    return _AFTER_FIRST_WORD.split(bare, maxsplit=1)[0].lower()
