"""The instructions about capital and small letters."""

from attrs import field, frozen

from rmg_core import GraderScore, grader
from rmg_plugin_instruct.arguments import IS_RELATION, RELATION, Relation, compare, loose, whole
from rmg_plugin_instruct.findings import Finding, graded
from rmg_plugin_instruct.language import written_in


@grader(needs=("rmg-plugin-instruct[nltk]",))
@frozen(kw_only=True)
class CapitalWordFrequency:
    """1 when at least, or less than, `capital_frequency` words are in capitals, else 0.

    A word with a hyphen is one, a contraction such as `I'M` is two, `I` and `A` count.

    Definition: `change_case:capital_word_frequency` of IFEval (Zhou et al. 2023); words are those
    of NLTK's tokeniser, which needs no data.

    Example:
        >>> wanted = CapitalWordFrequency(capital_frequency=2, capital_relation="at least")
        >>> wanted.grade("HELLO, NASA-TV. How are you?").reason
        '2 capital words, at least 2'
    """

    capital_frequency: int = whole("how many words")
    capital_relation: Relation = field(validator=IS_RELATION, metadata=RELATION)
    loose: bool = loose()

    def finding(self, response: str) -> Finding:
        from nltk.tokenize import NLTKWordTokenizer

        count = sum(word.isupper() for word in NLTKWordTokenizer().tokenize(response))
        return compare(count, self.capital_relation, self.capital_frequency, unit="capital word")

    def grade(self, response: str) -> GraderScore:
        return graded(self.finding, response, loose=self.loose)


@grader(needs=("rmg-plugin-instruct[language]",))
@frozen(kw_only=True)
class EnglishCapital:
    """1 when the response is in English and has capital letters only, else 0.

    Definition: `change_case:english_capital` of IFEval (Zhou et al. 2023). The language is
    identified as `response_language` does it, to which capitals and small letters are alike.

    Example:
        >>> EnglishCapital().grade("WHERE IS THE nearest STATION?").reason
        'has small letters'
    """

    loose: bool = loose()

    def finding(self, response: str) -> Finding:
        if not response.isupper():
            return _wrong_case(response, "small")
        return written_in("en", response)

    def grade(self, response: str) -> GraderScore:
        return graded(self.finding, response, loose=self.loose)


@grader(needs=("rmg-plugin-instruct[language]",))
@frozen(kw_only=True)
class EnglishLowercase:
    """1 when the response is in English and has small letters only, else 0.

    Definition: `change_case:english_lowercase` of IFEval (Zhou et al. 2023). The language is
    identified as `response_language` does it.

    Example:
        >>> EnglishLowercase().grade("where is the Nearest station?").reason
        'has capital letters'
    """

    loose: bool = loose()

    def finding(self, response: str) -> Finding:
        if not response.islower():
            return _wrong_case(response, "capital")
        return written_in("en", response)

    def grade(self, response: str) -> GraderScore:
        return graded(self.finding, response, loose=self.loose)


def _wrong_case(response: str, case: str) -> Finding:
    has_letters = response.lower() != response.upper()
    return Finding(
        followed=False, reason=f"has {case} letters" if has_letters else "has no letters"
    )
