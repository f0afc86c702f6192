"""Where we differ from what was recorded, with the reasons."""

from collections.abc import Mapping
from types import MappingProxyType

SETS = (
    "there texts are compared, so that numbers in another order are another answer; ours compares "
    "them as the set that they are"
)
LANGUAGES = (
    "there the words for 'answer' of the language tell where it stands; Math-Verify knows those of "
    "English, and takes the last number"
)
SENTENCES = (
    "the gold has words beside its letter: an error, since a reference is a letter or a choice; "
    "there a letter is looked for in it as in a response"
)

DIFFERENT: Mapping[str, str] = MappingProxyType(
    {
        "hendrycks_math_equiv-00001": SETS,
        "hendrycks_math_equiv-00008": SETS,
        "lighteval_extractive-00007": SENTENCES,
        "lighteval_extractive-00008": SENTENCES,
        "lighteval_extractive-00020": LANGUAGES,
        "lighteval_extractive-00026": LANGUAGES,
        "lighteval_extractive-00068": (
            "there a formula over several lines in single dollars is not read; Math-Verify reads "
            "the number in it"
        ),
        "lighteval_extractive-00221": (
            "there the equations of both texts are one list; Math-Verify reads pairs where the "
            "answer has a semicolon"
        ),
        "lighteval_metric_cases-00080": (
            "there x^2/2 without dollars is not read, so that two right responses are wrong"
        ),
        "math_verify-00230": (
            "the reference cannot be parsed, which is an error; there the two are compared as "
            "texts then, so that only a response that writes it the same way is right"
        ),
        "rm_gallery_rewards-00004": "the reference is empty: an error, and no score",
    }
)
"""Row → why we differ."""
