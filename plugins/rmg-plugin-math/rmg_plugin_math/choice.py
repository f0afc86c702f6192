"""The grader of the letter that a response chooses."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal, TypeAlias, get_args

from attrs import Attribute, frozen, validators

from rmg_core import CannotGrade, GraderScore, grader
from rmg_plugin_math.places import after as behind
from rmg_plugin_math.places import alternatives, bare, boxes, quoted
from rmg_plugin_math.plain import narrowed


def _are_letters(_: object, attribute: "Attribute[str]", value: str) -> None:
    if not re.fullmatch("[A-Z]{2,26}", value) or len(set(value)) < len(value):
        raise ValueError(
            f"{attribute.name} must be 2 to 26 different capital letters, such as 'ABCDE', "
            f"and not {quoted(value)}"
        )


Profile: TypeAlias = Literal["standard", "strict"]
ProfileOption: TypeAlias = Annotated[
    Profile,
    validators.in_(get_args(Profile)),
    "strict: for rewards; the response is the letter, or has one box or one answer line",
]
LettersOption: TypeAlias = Annotated[
    str,
    _are_letters,
    "the letters that are offered; with the input `choices`, as many of them as there are choices",
]

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

# In the languages whose benchmarks have letters: answer, choice.
_ANSWER = (
    r"(?:final\s+answer|answer(?:\s+choice)?|antwort|r[ée]ponse|respuesta|risposta|resposta"
    r"|ответ|答案|正解|答え|정답|الإجابة|उत्तर)"
)
_OPTION = r"(?:option|choice|choose|select|pick|选项|选择)"
_IS = r"(?:\s{0,3}(?:(?:is|are|ist|est|es|è|é)\b|是|为|為|は|هي))?"
_AROUND = r"[\s*_:\uff1a=($\[「\uff08\"'\\{]{0,12}"  # with the full-width colon and bracket
_LINE = re.compile(
    r"^[ \t#>*_]*(?:final\s+)?answer\s*[:\uff1a][ \t]*(.*)$", re.IGNORECASE | re.MULTILINE
)
_LATEX = re.compile(r"\\(?:text|mathrm|textbf|mathbf)\s*\{([^{}]*)\}")
_JOINT = re.compile(r"\s*(?:,|;|/|&|\band\b|\s)\s*", re.IGNORECASE)
_HEDGE = re.compile(r"\s*,?\s*(?:\b(?:or|oder|ou)\b|或)\s*", re.IGNORECASE)
_DOUBT = re.compile(r"\b(?:not|n't|neither|nor|or|except|wrong|incorrect)\b", re.IGNORECASE)


@grader
def multiple_choice(
    response: str,
    reference: str | list[str],
    choices: list[str] | None = None,
    *,
    letters: LettersOption = "ABCD",
    profile: ProfileOption = "standard",
    after: Annotated[str, "only what follows this text is read, such as `</think>`"] = "",
) -> GraderScore:
    r"""1 when the response chooses the reference's letter, or letters, else 0.

    Looked at are, until one tells: the last `\boxed{}`; the last "Answer: B", "the answer is (B)"
    or the like, in ten languages; a response that is the letter or begins with it, as `B`, `(B)`,
    `**B**` or `B. Rome`; with `choices` a response that is the text of one; a letter in brackets
    or stars in the last line, or at its end. "B or C" chooses nothing. A small letter counts where
    it stands alone: `b`, `(b)`, `Answer: b`.

    The reference is a letter, several that must all be chosen (`A, C`), or the text of a choice;
    of a list any counts. In profile strict only a response that is the letter, one box, or one
    line "Answer: B" counts.

    Definition: the letter rules of MMLU-like benchmarks, as simple-evals and lighteval extract it.

    Raises:
        CannotGrade: a reference is neither a letter nor a choice, or a list is empty (`bad_input`).

    Example:
        >>> multiple_choice("A is tempting, but the answer is **(B)**.", "B").score
        1.0
        >>> multiple_choice("Rome", "B", ["Paris", "Rome"]).reason
        'chooses B'
        >>> multiple_choice("Answer: B or C", "B").reason
        "'B or C' chooses several"
    """
    offer = _offer(letters, choices)
    wanted = [offer.letters_of_reference(text) for text in alternatives(reference)]
    text = behind(response, after)
    if text is None:
        return GraderScore(0.0, f"{quoted(after)} is not in the response")
    places = _strict_places if profile == "strict" else _places
    for place in places(narrowed(text), offer):
        chosen = offer.chosen(place)
        if chosen is None:
            return GraderScore(0.0, f"{quoted(place)} chooses several")
        if chosen:
            hit = set(chosen) in map(set, wanted)
            expected = " or ".join(map(_listed, wanted))
            said = f"chooses {_listed(chosen)}"
            return GraderScore(float(hit), said if hit else f"{said}, and not {expected}")
    if profile == "strict":
        return GraderScore(0.0, "the response is not one letter, one box or one answer line")
    return GraderScore(0.0, "no choice can be read in the response")


def _listed(letters: Sequence[str]) -> str:
    return ", ".join(letters)


@frozen
class _Offer:
    """What may be chosen: letters, and the texts that they stand for where these are known."""

    letters: str
    texts: Mapping[str, str]

    def chosen(self, place: str) -> Sequence[str] | None:
        """Return the letters that a place begins with; None where it offers them as alternatives.

        A place that begins with none, and is not the text of a choice, gives an empty sequence.
        """
        text = bare(_LATEX.sub(r"\1", place)).strip("$ ")
        if known := self.texts.get(_key(text)):
            return known
        if alone := self.small_letter(text):
            return (alone,)
        letter = re.compile(rf"[(\[*_\"']*\s*([{self.letters}])\s*[)\]*_\"']*(?![A-Za-z\d'\u2019])")
        found = letter.match(text)
        chosen = []
        while found:
            chosen.append(found[1])
            end = found.end()
            if (hedge := _HEDGE.match(text, end)) and letter.match(text, hedge.end()):
                return None
            joint = _JOINT.match(text, end)
            found = letter.match(text, joint.end()) if joint else None
        return tuple(dict.fromkeys(chosen))

    def small_letter(self, text: str) -> str:
        """Return, as a capital, the small letter that a text is but for brackets; or nothing."""
        plain = text.strip(" \t\n()[]*_.,:$")
        return plain.upper() if len(plain) == 1 and plain in self.letters.lower() else ""

    def letters_of_reference(self, text: str) -> Sequence[str]:
        """Return the letters that a reference asks for.

        Raises:
            CannotGrade: it is neither a letter that is offered nor a choice (`bad_input`).
        """
        if known := self.texts.get(_key(text)):
            return known
        plain = narrowed(text).strip().strip("()[].").strip()
        if re.fullmatch(rf"[{self.letters}](?:(?:\s*,\s*|\s+)?[{self.letters}])*", plain):
            return tuple(dict.fromkeys(re.findall("[A-Z]", plain)))
        # A letter with its text, as (D) Alina.
        if found := re.match(rf"\(?([{self.letters}])[).:]\s|([{self.letters}])\)$", text.strip()):
            return (found[1] or found[2],)
        raise CannotGrade(
            f"reference {quoted(text)} is no letter of {self.letters} and no choice; the option "
            "letters says which are offered, the input choices what they stand for",
            "bad_input",
        )


def _offer(letters: str, choices: Sequence[str] | None) -> _Offer:
    if choices is None:
        return _Offer(letters, {})
    if not choices or len(choices) > len(LETTERS):
        raise CannotGrade(f"there are {len(choices)} choices, and may be 1 to 26", "bad_input")
    if len(choices) > len(letters):
        letters = LETTERS
    letters = letters[: len(choices)]
    texts = {_key(text): letter for text, letter in zip(choices, letters, strict=True)}
    # A text that is a letter, or stands there twice, tells nothing.
    twice = {key for key in texts if sum(_key(text) == key for text in choices) > 1}
    unclear = twice | {"", *letters.lower()}
    return _Offer(letters, {key: letter for key, letter in texts.items() if key not in unclear})


def _key(text: str) -> str:
    return " ".join(bare(narrowed(text)).lower().split())


def _strict_places(text: str, offer: _Offer) -> Iterator[str]:
    lines = [line for line in _LINE.findall(text) if not any(boxes(line))]
    found: list[str | None] = [*boxes(text), *lines] or [text]
    if len(found) == 1 and found[0] and _is_letters(found[0], offer):
        yield found[0]


def _is_letters(place: str, offer: _Offer) -> bool:
    """Say whether a place has letters that are offered, and nothing else."""
    plain = re.sub(r"[\s()\[\]*_.,$]", "", _LATEX.sub(r"\1", place))
    is_letter = re.fullmatch(f"[{offer.letters}]+", plain) or offer.small_letter(plain)
    return bool(is_letter) or _key(place) in offer.texts


def _places(text: str, offer: _Offer) -> Iterator[str]:
    """Yield what a response says of its choice, the most explicit first."""
    yield from reversed([each for each in boxes(text) if each])
    letter = rf"[{offer.letters}](?![A-Za-z\d'\u2019])"
    for words in (_ANSWER, _OPTION):
        said = rf"(?i:{words}{_IS}){_AROUND}"
        yield from _rest(rf"{said}(?={letter})", text)
        yield from _rest(rf"{said}(?=\S)", text)
    yield from _beginning(text, offer)
    *_, last = text.strip().splitlines() or [""]
    yield from _rest(rf"[(\[*]+(?={letter}\s*[)\]*])", last)
    *_, sentence = re.split(r"[.!?;]\s", last)
    if not _DOUBT.search(sentence) and len(re.findall(rf"\b{letter}", sentence)) == 1:
        yield from _rest(rf"\s(?={letter}\W*$)", sentence)


def _rest(pattern: str, text: str) -> Iterator[str]:
    """Yield what follows the last match of a pattern, up to the end of the line."""
    ends = [found.end() for found in re.finditer(pattern, text)]
    for end in ends[-1:]:
        yield text[end:].partition("\n")[0]


def _beginning(text: str, offer: _Offer) -> Iterator[str]:
    """Yield a response that begins with a letter as an answer does."""
    start = text.strip()
    sign = rf"[(\[*_$]*[{offer.letters}]\s*(?:[)\].:,;。、\uff1a*_$]|\n|$)"
    is_text = _key(start) in offer.texts or offer.small_letter(start)
    # "C Cecile" is a choice; "A cat" is not, nor is "I think".
    is_spaced = re.match(rf"(?![AI]\s)[{offer.letters}]\s", start)
    if is_text or is_spaced or re.match(sign, start):
        yield start
