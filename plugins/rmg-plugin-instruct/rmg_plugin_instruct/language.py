"""The language of a response."""

import functools
from typing import TYPE_CHECKING

from attrs import field, frozen, validators

from rmg_core import GraderScore, grader
from rmg_plugin_instruct.arguments import loose
from rmg_plugin_instruct.findings import Finding, graded

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

LANGUAGES = (
    *("af", "ar", "bg", "bn", "ca", "cs", "cy", "da", "de", "el", "en", "es", "et", "fa", "fi"),
    *("fr", "gu", "he", "hi", "hr", "hu", "id", "it", "ja", "kn", "ko", "lt", "lv", "mk", "ml"),
    *("mr", "ne", "nl", "no", "pa", "pl", "pt", "ro", "ru", "sk", "sl", "so", "sq", "sv", "sw"),
    *("ta", "te", "th", "tl", "tr", "uk", "ur", "vi", "zh"),
)
"""The ISO 639 codes that a response is told apart by: those that the code of IFEval knows."""


@grader(needs=("rmg-plugin-instruct[language]",))
@frozen(kw_only=True)
class ResponseLanguage:
    """1 when the response is most probably written in `language`, else 0.

    A response whose language nothing shows, such as a number or "ok", follows, as IFEval has it.

    Definition: `language:response_language` of IFEval (Zhou et al. 2023). py3langid identifies the
    language among those that langdetect knows, which the code of IFEval asks, and which is
    random unless seeded: on short texts the two often differ. `zh` is both ways to write Chinese.

    Example:
        >>> ResponseLanguage(language="de").grade("Where is the nearest station?").reason
        "written in 'en', not 'de'"
    """

    language: str = field(
        validator=validators.in_(LANGUAGES), metadata={"help": "ISO 639 code, such as `de`"}
    )
    loose: bool = loose()

    def finding(self, response: str) -> Finding:
        return written_in(self.language, response)

    def grade(self, response: str) -> GraderScore:
        return graded(self.finding, response, loose=self.loose)


def written_in(language: str, text: str) -> Finding:
    """Return whether a text is in a language, which one without any sign counts as."""
    if not any(map(str.isalpha, text)):  # digits would show languages in whose texts they abound
        return Finding(followed=True, reason="has no letters, so that it is in any language")
    identifier, no_sign = _identifier()
    found, score = identifier.classify(text)
    if score <= no_sign:
        return Finding(followed=True, reason="is too short to show its language")
    if found != language:
        return Finding(followed=False, reason=f"written in {found!r}, not {language!r}")
    return Finding(followed=True, reason=f"written in {found!r}")


@functools.cache
def _identifier() -> tuple["LanguageIdentifier", float]:
    """Return what identifies languages, and the score that it gives when nothing points to any."""
    from py3langid.langid import MODEL_FILE, RAW_FLOOR, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(frozenset(LANGUAGES))
    return identifier, RAW_FLOOR
