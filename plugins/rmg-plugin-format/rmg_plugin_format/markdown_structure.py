"""The grader of the structure of a response in Markdown."""

from collections.abc import Iterator
from typing import Any

from attrs import Attribute, field, frozen, validators

from rmg_core import GraderScore, grader
from rmg_plugin_format.markdown import ELEMENTS, Document, Element, Heading, read_markdown
from rmg_plugin_format.unreadable import quoted


def _are_not_required(
    instance: Any, attribute: "Attribute[Any]", value: tuple[Element, ...]
) -> None:
    both = sorted({*value} & {*instance.elements})
    if both:
        raise ValueError(f"{attribute.name} must not name what elements asks for: {both[0]!r}")


def _are_allowed(instance: Any, attribute: "Attribute[Any]", value: tuple[str, ...]) -> None:
    if value and "heading" in instance.forbidden:
        raise ValueError(f"{attribute.name} must be empty where forbidden names 'heading'")
    if any(not _plain(each) for each in value):
        raise ValueError(f"{attribute.name} must hold no empty text")


@grader(needs=("rmg-plugin-format[markdown]",))
@frozen(kw_only=True)
class MarkdownStructure:
    r"""1 when the response's Markdown is in order and has what is asked for, else 0.

    In order: code fences are closed, no heading is empty, no heading skips a level on the way
    down, at most one is of level 1, and every row of a table has as many cells as its header.
    Every text without such elements is in order: say with `elements` and `headings` what there
    must be. With `share` the score is the share of the rules and wishes that hold. An empty
    response scores 0.

    Definition: CommonMark 0.31 with the tables and strikethrough of GFM, as markdown-it-py reads
    them; the rules MD001, MD025 and MD056 of markdownlint, which are about levels and cells.

    Raises:
        CannotGrade: the response has more than 200,000 characters (`bad_input`).

    Example:
        >>> MarkdownStructure(headings=("Answer",)).grade("# Answer\n\nIt is 4.").score
        1.0
        >>> MarkdownStructure(elements=("table",)).grade("# Answer\n\n### Why").reason
        "heading 'Why' is of level 3 after level 1; there is no table"
    """

    elements: tuple[Element, ...] = field(
        default=(),
        validator=validators.deep_iterable(validators.in_(ELEMENTS)),
        metadata={"help": "what there must be"},
    )
    forbidden: tuple[Element, ...] = field(
        default=(),
        validator=[validators.deep_iterable(validators.in_(ELEMENTS)), _are_not_required],
        metadata={"help": "what there must not be"},
    )
    headings: tuple[str, ...] = field(
        default=(),
        validator=_are_allowed,
        metadata={"help": "headings that there must be, in this order; case does not count"},
    )
    share: bool = field(
        default=False, metadata={"help": "score the share of the rules and wishes that hold"}
    )

    def grade(self, response: str) -> GraderScore:
        if not response or response.isspace():
            return GraderScore(0.0, "the response is empty")
        checks = list(self._checks(read_markdown(response)))
        broken = [fault for fault in checks if fault]
        if not broken:
            return GraderScore(1.0, f"all {len(checks)} rules hold")
        score = 1 - len(broken) / len(checks) if self.share else 0.0
        return GraderScore(score, "; ".join(broken[:3]))

    def _checks(self, document: Document) -> Iterator[str]:
        """Yield for each rule and wish what breaks it, or an empty text."""
        yield "a code fence is not closed" if document.has_open_fence else ""
        yield "a heading is empty" if any(not each.text for each in document.headings) else ""
        yield _skipped_level(document)
        tops = [each for each in document.headings if each.level == 1]
        yield f"{len(tops)} headings are of level 1" if len(tops) > 1 else ""
        yield _uneven_row(document)
        for name in self.elements:
            yield "" if name in document.elements else f"there is no {_noun(name)}"
        for name in self.forbidden:
            yield f"there is a {_noun(name)}" if name in document.elements else ""
        found = iter([_plain(each.text) for each in document.headings])
        for text in self.headings:
            # What comes before is used up: the order counts.
            is_there = _plain(text) in found
            yield "" if is_there else f"there is no heading {quoted(text)} in its place"


def _skipped_level(document: Document) -> str:
    before: Heading | None = None
    for each in document.headings:
        if before is not None and each.level > before.level + 1:
            levels = f"of level {each.level} after level {before.level}"
            return f"heading {quoted(each.text)} is {levels}"
        before = each
    return ""


def _uneven_row(document: Document) -> str:
    for table in document.tables:
        for number, width in enumerate(table.widths, 1):
            if width != len(table.header):
                return f"row {number} of a table has {width} cells for {len(table.header)} columns"
    return ""


def _plain(text: str) -> str:
    return " ".join(text.split()).rstrip(":").casefold()


def _noun(element: Element) -> str:
    return element.replace("_", " ")
