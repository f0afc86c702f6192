"""Labels as judges write them, matched with those that are offered."""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final
from unicodedata import normalize

from rmg_plugin_judge.protocols import offered
from rmg_plugin_judge.values import Unreadable, VerdictSpec

LONGEST_LABEL: Final = 1_000
"""Characters; NFKC takes quadratic time over a long text that is made for it."""

_AROUND: Final = " \t\r\n*`\"'“”„«»()[]{}<>「」『』【】《》\u2018\u2019\u201a\u2039\u203a"
_NUMBER: Final = re.compile(r"-?[0-9]{1,30}(?:\.[0-9]{1,30})?")
_SHARE: Final = re.compile(rf"({_NUMBER.pattern})(?:\s*/\s*([0-9]{{1,30}}(?:\.0{{1,30}})?))?")


def plain(said: str) -> str:
    """Return a label as it is compared: NFKC, casefolded, bare of quotes, `*`, `.` and brackets.

    Of ".5" the dot stays, which is another number without it.
    """
    if len(said) > LONGEST_LABEL:
        return ""
    text = normalize("NFKC", said).casefold()
    before = ""
    while before != text:
        before = text
        text = text.strip(_AROUND).rstrip(".。")
    return text if re.match(r"\.[0-9]", text) else text.lstrip("." + _AROUND)


def label_of(said: str, spec: VerdictSpec) -> str:
    """Return the label that is meant; a number may be written "4", "4.0", and of a top of 5 "4/5".

    Raises:
        Unreadable: none is; the kind is `out_of_scale` for a number that is none of the scale.
    """
    labels = offered(spec)
    if said.strip() in labels:
        return said.strip()
    text = plain(said)
    if text:
        found = [label for label in labels if plain(label) == text]
        if len(found) == 1:
            return found[0]
    number = _number_of(text, spec.top)
    if number is None:
        raise Unreadable(f"the verdict is {said.strip()!r:.80}, which is no label")
    return _level_of(number, said, labels)


def order_of(said: str, labels: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return the groups of a ranking such as "B > A = C".

    Raises:
        Unreadable: it does not have each of the labels once.
    """
    known = {plain(label): label for label in labels}
    if len(said) > max(LONGEST_LABEL, 10 * len(known)):
        raise Unreadable(f"the ranking {said!r:.80} is too long")
    groups = [
        tuple(_ranked(each, known, said) for each in group.split("="))
        for group in normalize("NFKC", said).split(">")
    ]
    ranked = [label for group in groups for label in group]
    for label in labels:
        if ranked.count(label) != 1:
            raise Unreadable(f"the ranking {said!r:.80} has {label!r} {ranked.count(label)} times")
    return tuple(groups)


def _ranked(said: str, known: Mapping[str, str], whole: str) -> str:
    label = known.get(plain(said))
    if label is None:
        raise Unreadable(f"the ranking {whole!r:.80} has {said.strip()!r:.80}, which is no label")
    return label


def _number_of(text: str, top: int | None) -> Decimal | None:
    found = _SHARE.fullmatch(text)
    if not found or (found[2] and (top is None or Decimal(found[2]) != top)):
        return None
    return Decimal(found[1])


def _level_of(number: Decimal, said: str, labels: Iterable[str]) -> str:
    levels = {label: Decimal(label) for label in labels if _NUMBER.fullmatch(label)}
    if not levels:
        raise Unreadable(f"the verdict is {said.strip()!r:.80}, which is no label")
    found = [label for label, level in levels.items() if level == number]
    if len(found) != 1:
        raise Unreadable(f"the verdict is {said.strip()!r:.80}, which is no level", "out_of_scale")
    return found[0]
