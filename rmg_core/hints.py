"""What to do about a word that is not known: the near miss, or what there is."""

from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches


def near_miss(word: str, choices: Iterable[str]) -> str | None:
    """Return the one of `choices` that `word` was probably meant to be."""
    for choice in get_close_matches(word, list(choices), n=3, cutoff=0.6):
        alike = SequenceMatcher(a=word, b=choice).ratio()
        letters = alike * (len(word) + len(choice)) / 2
        # In a short word one wrong letter is a large share: 'rad' is 'red', 'zero' is not 'error'.
        if alike >= 0.7 or round(letters) >= max(len(word), len(choice)) - 1:
            return choice
    return None


def suggestion(word: str, choices: Iterable[str], noun: str = "known") -> str:
    """Say the near miss of `word`, or else list what there is."""
    names = sorted(choices)
    if near := near_miss(word, names):
        return f"did you mean {near!r}?"
    if not names:
        return "there are none"
    shown = ", ".join(names[:12]) + (f", … ({len(names)} in all)" if len(names) > 12 else "")
    return f"{noun}: {shown}"


def absent_field(name: str, fields: Iterable[str]) -> str:
    """Say what to do where there is no field `name` among `fields`.

    A table that was read with another delimiter than its own has one field: the whole header.
    """
    known = list(fields)
    for delimiter in (";", "\t", "|", ","):
        if len(known) == 1 and delimiter in known[0] and name in known[0].split(delimiter):
            shown = "\\t" if delimiter == "\t" else delimiter
            return (
                f'the header is not split: set options = {{ delimiter = "{shown}" }} in [dataset]'
            )
    return suggestion(name, known, "fields")
