"""The instructions about single words and letters."""

import re

from attrs import field, frozen

from rmg_core import GraderScore, grader
from rmg_plugin_instruct.arguments import (
    IS_RELATION,
    RELATION,
    Relation,
    compare,
    letter,
    loose,
    text,
    texts,
    whole,
)
from rmg_plugin_instruct.findings import Finding, graded, listed


@grader
@frozen(kw_only=True)
class KeywordExistence:
    """1 when the response has every keyword, in whatever case, else 0.

    A keyword may be part of a longer word, and is no pattern.

    Definition: `keywords:existence` of IFEval (Zhou et al. 2023).

    Example:
        >>> KeywordExistence(keywords=("river", "bridge")).grade("Two Rivers.").reason
        "lacks the keyword 'bridge'"
    """

    keywords: tuple[str, ...] = texts("each must be there")
    loose: bool = loose()

    def finding(self, response: str) -> Finding:
        missing = [each for each in self.keywords if not _occurrences(each, response)]
        if missing:
            return Finding(followed=False, reason=f"lacks the {listed('keyword', missing)}")
        return Finding(followed=True, reason="has every keyword")

    def grade(self, response: str) -> GraderScore:
        return graded(self.finding, response, loose=self.loose)


@grader
@frozen(kw_only=True)
class KeywordFrequency:
    """1 when the keyword is there at least, or less than, `frequency` times, else 0.

    It counts in whatever case, also as part of a longer word, and is no pattern.

    Definition: `keywords:frequency` of IFEval (Zhou et al. 2023).

    Example:
        >>> counted = KeywordFrequency(keyword="sun", frequency=2, relation="at least")
        >>> counted.grade("Sunday is for the sun.").score
        1.0
    """

    keyword: str = text("white space around it does not count")
    frequency: int = whole("how many times")
    relation: Relation = field(validator=IS_RELATION, metadata=RELATION)
    loose: bool = loose()

    def finding(self, response: str) -> Finding:
        keyword = self.keyword.strip()
        count = _occurrences(keyword, response)
        return compare(count, self.relation, self.frequency, unit="time")

    def grade(self, response: str) -> GraderScore:
        return graded(self.finding, response, loose=self.loose)


@grader
@frozen(kw_only=True)
class ForbiddenWords:
    """1 when the response has none of the words, in whatever case, else 0.

    A word counts as a whole, not as part of a longer one, and is no pattern.

    Definition: `keywords:forbidden_words` of IFEval (Zhou et al. 2023).

    Example:
        >>> ForbiddenWords(forbidden_words=("cat", "dog")).grade("A Dog, a catalogue.").reason
        "has the forbidden word 'dog'"
    """

    forbidden_words: tuple[str, ...] = texts("none may be there")
    loose: bool = loose()

    def finding(self, response: str) -> Finding:
        found = [each for each in self.forbidden_words if _is_word_in(each, response)]
        if found:
            return Finding(followed=False, reason=f"has the {listed('forbidden word', found)}")
        return Finding(followed=True, reason="has no forbidden word")

    def grade(self, response: str) -> GraderScore:
        return graded(self.finding, response, loose=self.loose)


@grader
@frozen(kw_only=True)
class LetterFrequency:
    """1 when the letter is there at least, or less than, `let_frequency` times, else 0.

    Any character can be counted, `#` and `é` too; a capital and a small letter are one.

    Definition: `keywords:letter_frequency` of IFEval (Zhou et al. 2023). Its code replaces what is
    no letter from a to z by a random letter; here it is counted.

    Example:
        >>> counted = LetterFrequency(letter="#", let_frequency=2, let_relation="at least")
        >>> counted.grade("# Title").reason
        '1 time, not at least 2'
    """

    letter: str = letter("the character to count")
    let_frequency: int = whole("how many times")
    let_relation: Relation = field(validator=IS_RELATION, metadata=RELATION)
    loose: bool = loose()

    def finding(self, response: str) -> Finding:
        count = response.lower().count(self.letter.lower())
        return compare(count, self.let_relation, self.let_frequency, unit="time")

    def grade(self, response: str) -> GraderScore:
        return graded(self.finding, response, loose=self.loose)


def _occurrences(keyword: str, response: str) -> int:
    return len(re.findall(re.escape(keyword), response, re.IGNORECASE))


def _is_word_in(word: str, response: str) -> bool:
    # `\b` would ask for a letter after a word such as "C++".
    return bool(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", response, re.IGNORECASE))
