"""The grader for a response that must be the reference itself."""

from rmg_core import GraderScore, grader
from rmg_plugin_text.normal import (
    IgnoreArticles,
    IgnoreCase,
    IgnorePunctuation,
    Normal,
    Remove,
    Strip,
)
from rmg_plugin_text.references import alternatives


@grader
def exact_match(
    response: str,
    reference: str | list[str],
    *,
    strip: Strip = False,
    ignore_case: IgnoreCase = False,
    ignore_punctuation: IgnorePunctuation = False,
    ignore_articles: IgnoreArticles = False,
    remove: Remove = (),
) -> GraderScore:
    """1 when the response equals the reference, or any reference of a list, else 0.

    Without options every character counts. Both sides get the same treatment, in this order:
    `remove`, case, punctuation, articles, white space at the ends.

    Definition: string equality; the options of `exact_match` in Hugging Face evaluate, except
    that `remove` holds texts and not patterns.

    Example:
        >>> exact_match("Paris", ["Paris", "City of Paris"]).score
        1.0
        >>> exact_match("paris.", "Paris").score
        0.0
        >>> exact_match("paris.", "Paris", ignore_case=True, ignore_punctuation=True).score
        1.0
    """
    normal = Normal(strip, ignore_case, ignore_punctuation, ignore_articles)

    def plain(text: str) -> str:
        for each in remove:
            text = text.replace(each, "")
        return normal(text)

    texts = alternatives(reference)
    answer = plain(response)
    for place, text in enumerate(texts, 1):
        if answer == plain(text):
            which = "the reference" if len(texts) == 1 else f"reference {place} of {len(texts)}"
            return GraderScore(1.0, f"equal to {which}")
    return GraderScore(
        0.0, "differs from the reference" if len(texts) == 1 else f"equal to none of {len(texts)}"
    )
