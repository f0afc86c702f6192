"""The probe `attacks`: answers made to gain a score, each against the sample's own answer."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from typing import Final

from attrs import frozen

from rmg_core import GraderScore, Scale
from rmg_plugin_stats.figures import Figure
from rmg_plugin_stats.probes.effects import (
    control,
    coverage,
    mean_move,
    mean_written,
    rate_of,
    share_of,
)
from rmg_plugin_stats.probes.items import Item
from rmg_plugin_stats.probes.settings import Altered, Answers, Moves, Probe, Setting
from rmg_plugin_stats.probes.texts import filler
from rmg_plugin_stats.reports import Grid, Section
from rmg_plugin_stats.samples import Flags

CANARY: Final = "canary"
CARRIER: Final = "carrier"
"""The answer to another sample by itself, which is held against what attacks make of it."""

PADDING: Final = 600
OPEN_TOP: Final = "10"
"""What is asked for on a scale without an upper end."""

NOTE: Final = (
    "Only samples below the best end of the scale can gain; only those above the worst end are "
    "held against what has nothing in it."
)

HOLE: Final = re.compile(r"\{(top|wrong|answer|filler|nonce)\}")

NO_ROOM = "no sample's own answer scores below the best end of the scale"
NO_FLOOR = "no sample's own answer scores above the worst end of the scale"


@frozen
class Attack:
    """A text that tries to gain a score."""

    family: str
    name: str
    text: str

    @property
    def kind(self) -> str:
        return self.name if self.family == self.name else f"{self.family}: {self.name}"

    @property
    def is_worthless(self) -> bool:
        """It has nothing in it for which the sample's own answer was scored."""
        return "{answer}" not in self.text


@cache
def attacks() -> tuple[Attack, ...]:
    """Return the attacks, in the order in which they are written."""
    written = tomllib.loads(files(__package__).joinpath("attacks.toml").read_text("utf-8"))
    return tuple(
        Attack(family, name, text)
        for family, texts in written.items()
        for name, text in texts.items()
    )


def unfit(setting: Setting) -> str:
    """Say why no answer can be put in the place of another."""
    return setting.answer.why


def alter(setting: Setting) -> Iterator[Altered]:
    """Yield each attack on each sample; the wrong answer is that of the next sample."""
    name = setting.answer.name or ""
    texts = [item.inputs.get(name) for item in setting.items]
    own = [text if isinstance(text, str) else "" for text in texts]
    for place, item in enumerate(setting.items):
        if not isinstance(texts[place], str):
            continue
        wrong = _wrong(own, place)
        held = {
            "top": _top(setting.scale),
            "wrong": wrong,
            "answer": own[place],
            "filler": filler(PADDING, wrong, item.chance("attack", setting.seed)),
            "nonce": nonce_of(item, setting.seed),
        }
        for attack in attacks():
            if wrong or "{wrong}" not in attack.text:
                yield setting.altered(place, attack.kind, _filled(attack.text, held))


def _filled(text: str, held: Mapping[str, str]) -> str:
    """Fill the holes in one pass, so that what an answer says is never taken for one."""
    return HOLE.sub(lambda hole: held[hole[1]], text)


def _wrong(own: Sequence[str], place: int) -> str:
    """Return the answer of the next sample that has another one; "" where there is none."""
    later = [*own[place + 1 :], *own[:place]]
    mine = own[place].strip().casefold()
    return next((each for each in later if each.strip() and each.strip().casefold() != mine), "")


def _top(scale: Scale) -> str:
    end = scale.high if scale.higher_is_better else scale.low
    return OPEN_TOP if end is None else f"{end:g}"


def nonce_of(item: Item, seed: int) -> str:
    """Return a word that no answer has, which is the same each time."""
    return f"zq{blake2b(f'{seed}{item.key}'.encode(), digest_size=5).hexdigest()}"


def report(answers: Answers) -> Section:
    """Say what each attack scores, and how often it gains over the sample's own answer."""
    asked = [each for each in attacks() if each.kind in answers.kinds]
    known = [each for each in asked if each.family != CARRIER]
    worthless = [each.kind for each in known if each.is_worthless]
    every = answers.moves(*(each.kind for each in known))
    rising = every.with_room(up=True)
    figures = [
        rate_of("attempts that gain", rising.gain > 0, rising, GAIN, NO_ROOM),
        _by_sample("samples that some attack lifts", rising, rising.gain > 0, GAIN, NO_ROOM),
        _as_good(answers.moves(*worthless)),
    ]
    for family in dict.fromkeys(each.family for each in known if each.family != CANARY):
        moves = answers.moves(*(each.kind for each in known if each.family == family))
        moves = moves.with_room(up=True)
        figures.append(
            _by_sample(f"{family}: samples lifted", moves, moves.gain > 0, GAIN, NO_ROOM)
        )
    figures += [_over_the_carrier(answers, known), _canary(answers)]
    families = {
        family: [each.kind for each in asked if each.family == family]
        for family in dict.fromkeys(each.family for each in asked)
    }
    return Section(
        PROBE.key,
        PROBE.title,
        [*figures, *control(answers)],
        [_table(answers, asked), coverage(answers, families)],
        [
            _verdict(figures[0], int((rising.gain > 0).sum())),
            NOTE,
            "A code word that comes out may be a quotation by a judge that explains itself.",
        ],
    )


GAIN: Final = "scores above the sample's own answer, asked anew; of those not at the best end"


def _verdict(figure: Figure, hits: int) -> str:
    if figure.value is None:
        return f"Attacks: not available, {figure.why}."
    if not hits:
        return f"Attacks: none of {figure.n:,} attempts gains."
    said = f"Attacks: {hits:,} of {figure.n:,} attempts gain"
    return f"{said}; what asking again alone does stands under 'unaltered'."


def _by_sample(name: str, moves: Moves, flags: Flags, rule: str, none: str) -> Figure:
    """Return the share of samples of which some attack is so."""
    hit = dict.fromkeys(moves.places.tolist(), False)
    for place, is_so in zip(moves.places.tolist(), flags.tolist(), strict=True):
        hit[place] = hit[place] or is_so
    return share_of(name, hit.values(), rule, none)


def _as_good(every: Moves) -> Figure:
    moves = every.with_room(up=False)
    rule = "as high as the sample's own answer or higher; of those not at the worst end"
    name = "attempts without content that score as well"
    return rate_of(name, moves.gain >= 0, moves, rule, NO_FLOOR)


def _over_the_carrier(answers: Answers, known: Sequence[Attack]) -> Figure:
    """Return what attacks add to the answer to another sample, which is wrong here by itself."""
    kinds = [each.kind for each in known if "{wrong}" in each.text]
    moves = answers.moves(*kinds, over=CARRIER)
    return mean_move(
        "attacks on another sample's answer: mean change",
        moves.gain,
        moves,
        rule="with the attack - without; above 0 is better",
        none="no answer to another sample has a score with an attack and without",
    )


def _canary(answers: Answers) -> Figure:
    items = answers.setting.items
    return share_of(
        "canary: code word came out",
        [
            nonce_of(items[altered.place], answers.setting.seed) in _said(outcome)
            for altered, outcome in answers.of(CANARY)
            if isinstance(outcome, GraderScore)
        ],
        "the word stands in the reason or the metadata of the score",
        "no sample with a code word has a score",
    )


def _said(outcome: GraderScore) -> str:
    """Return all that a score says."""
    return outcome.reason + json.dumps(outcome.metadata, default=str)


def _table(answers: Answers, known: Sequence[Attack]) -> Grid:
    rows: list[tuple[str, ...]] = [
        ("attack", "samples", "its score", "own score", "gains", "could", "as good", "could be")
    ]
    for attack in known:
        moves = answers.moves(attack.kind)
        up, down = moves.with_room(up=True), moves.with_room(up=False)
        rows.append(
            (
                attack.kind,
                f"{len(moves):,}",
                mean_written(moves.altered),
                mean_written(moves.honest),
                f"{int((up.gain > 0).sum()):,}",
                f"{len(up):,}",
                f"{int((down.gain >= 0).sum()):,}" if attack.is_worthless else "",
                f"{len(down):,}" if attack.is_worthless else "",
            )
        )
    return Grid("what each attack scores", rows)


PROBE = Probe("attacks", "answers made to gain a score", unfit, alter, report, limit=20)
