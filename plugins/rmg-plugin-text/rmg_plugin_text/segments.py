"""Response and reference as segments, each with the references that it may match."""

from collections.abc import Sequence

from rmg_core import CannotGrade
from rmg_plugin_text.references import alternatives

Segment = tuple[str, Sequence[str]]


def segments(response: str | list[str], reference: str | list[str | list[str]]) -> list[Segment]:
    """Pair each segment of `response` with its references.

    A text is one segment, and a list of references are alternatives. A list is a document: its
    segment i goes with `reference[i]`, which is a text or a list of alternatives.

    Raises:
        CannotGrade: the two do not fit (`bad_input`).
    """
    if isinstance(response, str):
        return [(response, _texts(reference))]
    if not response:
        raise CannotGrade("response is an empty list: there is nothing to look at", "bad_input")
    if isinstance(reference, str) or len(reference) != len(response):
        given = "is one text" if isinstance(reference, str) else f"has {len(reference)}"
        raise CannotGrade(
            f"response has {len(response)} segments and reference {given}: "
            "give one text, or one list of alternatives, for each segment",
            "bad_input",
        )
    return [(text, alternatives(each)) for text, each in zip(response, reference, strict=True)]


def _texts(reference: str | list[str | list[str]]) -> Sequence[str]:
    if isinstance(reference, str):
        return (reference,)
    texts = [each for each in reference if isinstance(each, str)]
    if len(texts) < len(reference):
        raise CannotGrade(
            "reference holds lists and response is one text: give a text or a list of texts",
            "bad_input",
        )
    return alternatives(texts)
