"""The grader of the citations that a response must have."""

import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal, TypeAlias, get_args

from attrs import validators

from rmg_core import CannotGrade, GraderScore, grader
from rmg_plugin_format.prose import paragraphs, without_code
from rmg_plugin_format.unreadable import counted, quoted

Style: TypeAlias = Literal["numbers", "links", "author_year"]
Per: TypeAlias = Literal["response", "paragraph", "sentence"]

_NUMBERS = re.compile(r"\[\^?(\d{1,3}(?:\s*[,;\u2013-]\s*\^?\d{1,3})*)\]")
_NUMBER = re.compile(r"(\d+)(?:\s*[\u2013-]\s*(\d+))?")
_IMAGE = re.compile(r"!\[[^\[\]]*\]\([^()]*\)")
_LINKS = re.compile(r"\[[^\[\]]+\]\(<?(https?://[^\s()<>]+)|\b(https?://[^\s()<>\]]+)")
_BRACKETS = re.compile(r"\(([^()]*)\)")
_YEAR = r"(?:1[5-9]|20)\d\d[a-z]?"
_AFTER_NAME = re.compile(rf",\s*{_YEAR}\b")
_LETTER = re.compile(r"[^\W\d_]")
_NAME = r"(?<![\w'\u2019-])[^\W\d_][\w'\u2019-]*"
_NAMED = re.compile(rf"({_NAME}(?:\s+et\s+al\.|\s+(?:and|&)\s+{_NAME})?)\s+\(({_YEAR})\)")
_LIST_HEADING = re.compile(
    r"^\s{0,3}(?:#{1,6}\s*|\*\*|__)?"
    r"(?:references|sources|bibliography|works cited|citations)"
    r"\s*:?\s*(?:\*\*|__)?:?\s*#*\s*$",
    re.IGNORECASE,
)
_HEADING = re.compile(r"\s{0,3}#{1,6}\s")
_ENTRY = re.compile(r"^\s{0,3}(?:[-*]\s+)?\[\^?(\d{1,3})\]:?\s|^\s{0,3}(\d{1,3})[.)]\s")
_DEFINITION = re.compile(r"^\s{0,3}\[\^?(\d{1,3})\]:")
_CITED = r"\[\^?\d[^\[\]]*\]"
_ENDS = re.compile(
    rf"(?<=[.!?。\uff01\uff1f])[\"'”\u2019)]*(?:\s*{_CITED})*\s+(?=\S)"
    rf"|(?<=[。\uff01\uff1f])(?:{_CITED})*(?=[^\s\[])"
)


@grader
def citations_present(
    response: str,
    sources: Sequence[Any] | int | None = None,
    *,
    style: Annotated[
        Style, validators.in_(get_args(Style)), "`[1]`, addresses, or `(Name, 2020)`"
    ] = "numbers",
    minimum: Annotated[int, validators.ge(1), "the fewest different citations"] = 1,
    per: Annotated[
        Per, validators.in_(get_args(Per)), "what must have citations; of parts, the share that has"
    ] = "response",
) -> GraderScore:
    """1 when the response cites: at least `minimum` sources, and none that there is not, else 0.

    With `per` the score is the share of the paragraphs or sentences that cite `minimum` sources;
    headings, and what has no words, are no parts. Citations are looked for outside of code and of
    the list of sources that ends the response. `numbers` are `[1]`, `[2, 4]`, `[1-3]`, `[^1]`;
    `links` are Markdown links and bare addresses; `author_year` is `(Name, 2020)` and
    `Name (2020)`.

    The optional `sources` say what there is to cite: their number or a list, of which number 1 is
    the first; for `links` their addresses. Without it, the list of sources of the response itself
    does where it is numbered. One citation of what there is not makes the score 0.

    Definition: our own; the share of sentences is what ALCE (Gao et al. 2023) asks of an answer
    before it looks at whether the sources say so.

    Raises:
        CannotGrade: `sources` is not what the style needs (`bad_input`).

    Example:
        >>> citations_present("It is so [1]. It was so [2, 3].", 3).reason
        'cites 3 sources'
        >>> citations_present("It is so [4].", ["a", "b"]).reason
        'cites [4], and there are 2 sources'
    """
    known = _known(sources, style)
    if not response or response.isspace():
        return GraderScore(0.0, "the response is empty")
    text, listed = _without_list(without_code(response))
    if known is None and style == "numbers" and listed:
        known = listed
    cited = _cited(text, style)
    if known is not None:
        for each in cited:
            if each not in known:
                shown = f"[{each}]" if style == "numbers" else quoted(each)
                return GraderScore(
                    0.0, f"cites {shown}, and there are {counted(len(known), 'source')}"
                )
    if per == "response":
        is_enough = len(cited) >= minimum
        more = "" if is_enough else f", and at least {minimum} are asked for"
        return GraderScore(float(is_enough), f"cites {counted(len(cited), 'source')}{more}")
    parts = _parts(text, per)
    if not parts:
        return GraderScore(0.0, f"there is no {per}")
    enough = [_count(part, style) >= minimum for part in parts]
    reason = f"{sum(enough)} of {counted(len(parts), per)} cite"
    if not all(enough):
        reason = f"{reason}, not {quoted(parts[enough.index(False)])}"
    return GraderScore(sum(enough) / len(parts), reason)


def _known(sources: Sequence[Any] | int | None, style: Style) -> frozenset[str] | None:
    if sources is None:
        return None
    if style == "author_year":
        raise CannotGrade("sources are not compared in the style 'author_year'", "bad_input")
    if style == "links":
        if isinstance(sources, int) or not all(isinstance(each, str) for each in sources):
            raise CannotGrade("sources must be addresses in the style 'links'", "bad_input")
        return frozenset(_address(each) for each in sources)
    number = sources if isinstance(sources, int) else len(sources)
    if number < 0:
        raise CannotGrade(f"sources must be a number from 0, not {number}", "bad_input")
    return frozenset(map(str, range(1, number + 1)))


def _without_list(text: str) -> tuple[str, frozenset[str]]:
    """Take the list of sources off the end of a text, and return the numbers that it has."""
    lines = text.split("\n")
    listed: set[str] = set()
    kept: list[str] = []
    is_list = False
    for line in lines:
        if _LIST_HEADING.match(line):
            is_list = True
        elif _HEADING.match(line):
            is_list = False
        entry = _ENTRY.match(line) if is_list else _DEFINITION.match(line)
        if entry:
            listed.add(next(filter(None, entry.groups())).lstrip("0") or "0")
        elif not is_list:
            kept.append(line)
    return "\n".join(kept), frozenset(listed)


def _cited(text: str, style: Style) -> Sequence[str]:
    """Return what a text cites, each once, in the order of the text."""
    found: dict[str, None] = {}
    if style == "numbers":
        for new in _numbers(text):
            found |= dict.fromkeys(str(n) for n in range(new.bit_length()) if new >> n & 1)
    elif style == "links":
        for link in _LINKS.finditer(_IMAGE.sub(" ", text)):
            found[_address(link[1] or link[2])] = None
    else:
        for each in _NAMED.finditer(text):
            found[f"{' '.join(each[1].split())}, {each[2]}"] = None
        for brackets in _BRACKETS.finditer(text):
            for part in brackets[1].split(";"):
                year, letter = _AFTER_NAME.search(part), _LETTER.search(part)
                if year and letter and letter.start() < year.start():
                    found[" ".join(part[letter.start() : year.end()].split())] = None
    return list(found)


def _count(text: str, style: Style) -> int:
    if style != "numbers":
        return len(_cited(text, style))
    return sum(new.bit_count() for new in _numbers(text))


def _numbers(text: str) -> Iterator[int]:
    """Yield for each number or range what it adds, as the bits of an integer.

    Texts may hold very many ranges, which have most of their numbers in common.
    """
    cited = 0
    for brackets in _NUMBERS.finditer(text):
        for first, last in _NUMBER.findall(brackets[1]):
            low, high = int(first), int(last or first)
            new = ((1 << high + 1) - 1 >> low << low) & ~cited
            if new:
                cited |= new
                yield new


def _address(written: str) -> str:
    return written.rstrip(".,;:!?'\"*_/").casefold()


def _parts(text: str, per: Per) -> Sequence[str]:
    bodies = [
        "\n".join(line for line in part.split("\n") if not _HEADING.match(line))
        for part in paragraphs(text)
    ]
    if per == "sentence":
        bodies = [sentence for body in bodies for sentence in _sentences(body)]
    return [body.strip() for body in bodies if _LETTER.search(body)]


def _sentences(text: str) -> Sequence[str]:
    """Part a text at the ends of sentences; a citation after the stop is of the sentence before."""
    sentences = []
    start = 0
    for end in _ENDS.finditer(text):
        sentences.append(text[start : end.end()])
        start = end.end()
    return [*sentences, text[start:]]
