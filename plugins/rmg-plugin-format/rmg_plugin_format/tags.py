"""Tags such as `<think>` and `</think>`: their blocks, and the grader that counts them."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from attrs import Attribute, field, frozen, validators

from rmg_core import GraderScore, grader
from rmg_plugin_format.unreadable import Unreadable, counted, quoted

_NAME = re.compile(r"[A-Za-z_][\w.:-]*")


@frozen
class Block:
    """What stands between an opening and its closing tag."""

    name: str
    text: str


@frozen
class Parts:
    """The blocks of a response in their order, and the texts before, between and after them."""

    blocks: Sequence[Block]
    outside: Sequence[str]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(block.name for block in self.blocks)


def parts_of(text: str, names: Sequence[str], opaque: Collection[str] = ()) -> Parts:
    """Take a response apart at its tags; no tag may stand in a block but in an opaque one.

    Raises:
        Unreadable: a tag is not closed, closes nothing, or stands in a block.
    """
    found: list[Block] = []
    outside: list[str] = []
    tag = _tag(names)
    end = 0
    while opening := tag.search(text, end):
        name = opening[2]
        if opening[1]:
            raise Unreadable(f"</{name}> closes nothing")
        close = text.find(f"</{name}>", opening.end())
        if close < 0:
            raise Unreadable(f"<{name}> is not closed")
        inside = text[opening.end() : close]
        if inner := _tag([name] if name in opaque else names).search(inside):
            raise Unreadable(f"{inner[0]} stands inside of <{name}>")
        outside.append(text[end : opening.start()])
        found.append(Block(name, inside))
        end = close + len(f"</{name}>")
    outside.append(text[end:])
    return Parts(found, outside)


def _tag(names: Sequence[str]) -> re.Pattern[str]:
    return re.compile(f"<(/?)({'|'.join(map(re.escape, names))})>")


def is_tag_name(_: object, attribute: "Attribute[Any]", value: str) -> None:
    """Refuse what is no name of a tag."""
    if not _NAME.fullmatch(value):
        raise ValueError(
            f"{attribute.name} must be the name of a tag without its brackets, such as 'think', "
            f"not {value!r}"
        )


def _are_different(_: object, attribute: "Attribute[Any]", value: tuple[str, ...]) -> None:
    if twice := next((name for name, times in Counter(value).items() if times > 1), None):
        raise ValueError(f"{attribute.name} must name each tag once, and has {twice!r} twice")


@grader
@frozen(kw_only=True)
class TagsOnce:
    """1 when each of the tags opens once and closes once, in their order, else 0.

    In their order: each closes before the next opens. Without `in_order` each only opens before it
    closes. With `share` the score is the share of the tags, opening and closing ones counted
    apart, that stand exactly once in the response, wherever that is.

    Definition: with `share` that of the tag count reward of Open R1 (a quarter for each of
    `<think>`, `</think>`, `<answer>`, `</answer>`), but for the line breaks that it asks for.

    Example:
        >>> TagsOnce(tags=("think", "answer")).grade("<think>a</think><answer>b").reason
        '</answer> stands 0 times'
        >>> TagsOnce(tags=("think", "answer"), share=True).grade("<think>a</think><answer>b").score
        0.75
    """

    tags: tuple[str, ...] = field(
        validator=[
            validators.min_len(1),
            validators.deep_iterable(is_tag_name),
            _are_different,
        ],
        metadata={"help": "the names of the tags, without brackets", "example": ["think"]},
    )
    in_order: bool = field(
        default=True, metadata={"help": "each closes before the next of `tags` opens"}
    )
    share: bool = field(
        default=False, metadata={"help": "score the share of tags that stand once, in any place"}
    )

    def grade(self, response: str) -> GraderScore:
        places: dict[str, list[int]] = {
            f"<{sign}{name}>": [] for name in self.tags for sign in ("", "/")
        }
        for found in _tag(self.tags).finditer(response):
            places[found[0]].append(found.start())
        wrong = [tag for tag, starts in places.items() if len(starts) != 1]
        if self.share:
            once = len(places) - len(wrong)
            return GraderScore(once / len(places), f"{once} of {len(places)} tags stand once")
        if wrong:
            times = len(places[wrong[0]])
            return GraderScore(0.0, f"{wrong[0]} stands {counted(times, 'time')}")
        starts = [places[f"<{sign}{name}>"][0] for name in self.tags for sign in ("", "/")]
        pairs = [sorted(starts)] if self.in_order else []
        is_right = (
            starts == pairs[0]
            if pairs
            else all(a < b for a, b in zip(starts[::2], starts[1::2], strict=True))
        )
        if not is_right:
            wanted = "".join(places) if self.in_order else "each before it closes"
            return GraderScore(0.0, f"the tags stand in another order than {quoted(wanted)}")
        return GraderScore(1.0, f"{counted(len(self.tags), 'tag')}, each once")
