"""What a response is compared with: one text, or several of which the best counts."""

from collections.abc import Callable, Sequence

from rmg_core import CannotGrade

SHOWN = 48


def alternatives(value: str | list[str], name: str = "reference") -> Sequence[str]:
    """Return one text or a list of texts as a sequence.

    Raises:
        CannotGrade: the list is empty (`bad_input`).
    """
    if isinstance(value, str):
        return (value,)
    if not value:
        raise CannotGrade(f"{name} is an empty list: there is nothing to look at", "bad_input")
    return value


def best(
    compare: Callable[[str], tuple[float, str]], reference: str | list[str]
) -> tuple[float, str]:
    """Return the highest score that `compare` gives to a reference, and its reason.

    Of references that score alike the first one counts.

    Raises:
        CannotGrade: the list is empty (`bad_input`).
    """
    texts = alternatives(reference)
    if len(texts) == 1:
        return compare(texts[0])
    scored = [compare(text) for text in texts]
    place = max(range(len(scored)), key=lambda index: scored[index][0])
    score, reason = scored[place]
    return score, f"reference {place + 1} of {len(texts)}: {reason}"


def quoted(text: str) -> str:
    """Quote `text` for a reason, cut to 48 characters."""
    return repr(text if len(text) <= SHOWN else text[: SHOWN - 1] + "…")
