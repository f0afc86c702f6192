"""The graders of a response's length."""

import math
from typing import Any

from attrs import Attribute, field, frozen, validators

from rmg_core import GraderScore, Scale, grader
from rmg_plugin_text.units import UNIT_HELP, UNITS, Unit, pieces

PENALTY = Scale(-1, 0)
OPEN_PENALTY = Scale(None, 0)
REWARD = Scale(-1, 1)

_UNIT = {"help": UNIT_HELP}


def _not_below(other: str) -> Any:
    def check(instance: object, attribute: "Attribute[Any]", value: Any) -> None:
        bound = getattr(instance, other)
        if value is not None and bound is not None and value < bound:
            raise ValueError(f"{attribute.name} ({value}) is below {other} ({bound})")

    return check


def _needs_a_bound(instance: "LengthBetween", attribute: "Attribute[Any]", value: Any) -> None:
    if value is None and instance.minimum == 0:
        raise ValueError(f"set minimum or {attribute.name}: without a bound every response passes")


@grader
@frozen(kw_only=True)
class LengthBetween:
    """1 when the response is at least `minimum` and at most `maximum` long, else 0.

    Definition: minimum <= L <= maximum for a length L.

    Example:
        >>> LengthBetween(maximum=3).grade("one two three four").reason
        '4 words, more than 3'
    """

    minimum: int = field(default=0, validator=validators.ge(0), metadata={"help": "inclusive"})
    maximum: int | None = field(
        default=None,
        validator=[_needs_a_bound, _not_below("minimum")],
        metadata={"help": "inclusive; none: no upper bound", "example": 100},
    )
    unit: Unit = field(default="words", validator=validators.in_(UNITS), metadata=_UNIT)

    def grade(self, response: str) -> GraderScore:
        size = len(pieces(response, self.unit))
        if size < self.minimum:
            return GraderScore(0.0, f"{size} {self.unit}, less than {self.minimum}")
        if self.maximum is not None and size > self.maximum:
            return GraderScore(0.0, f"{size} {self.unit}, more than {self.maximum}")
        return GraderScore(1.0, f"{size} {self.unit}")


@grader(scale=OPEN_PENALTY)
@frozen(kw_only=True)
class LengthPenalty:
    """0 inside `minimum`..`maximum`, and -rate for every unit missing or too many; 0 is best.

    The scale has no lower end: a response can be any length too long.

    Definition: -rate · (minimum - L) below, -rate · (L - maximum) above, for a length L.

    Example:
        >>> LengthPenalty(maximum=3, rate=0.25, unit="words").grade("one two three four").score
        -0.25
    """

    maximum: int = field(
        validator=[validators.ge(0), _not_below("minimum")], metadata={"help": "inclusive"}
    )
    minimum: int = field(default=0, validator=validators.ge(0), metadata={"help": "inclusive"})
    rate: float = field(
        default=0.01,
        validator=[validators.gt(0), validators.lt(math.inf)],
        metadata={"help": "taken away per unit"},
    )
    unit: Unit = field(default="characters", validator=validators.in_(UNITS), metadata=_UNIT)

    def grade(self, response: str) -> GraderScore:
        size = len(pieces(response, self.unit))
        off = max(self.minimum - size, size - self.maximum, 0)
        side = "missing" if size < self.minimum else "too many"
        reason = f"{size} {self.unit}" + (f", {off} {side}" if off else "")
        return GraderScore(0.0 - self.rate * off, reason, scale=OPEN_PENALTY)


@grader(scale=PENALTY)
@frozen(kw_only=True)
class SoftOverlong:
    """0 up to `max_length` - `buffer`, falling evenly to -1 at `max_length`; 0 is best.

    Definition: DAPO (Yu et al. 2025), equation 13, the soft overlong punishment of TRL. With
    m = max_length, b = buffer and length L:
    0 when L ≤ m - b; ((m - b) - L) / b when m - b < L ≤ m; -1 when L > m.
    TRL counts the model's own tokens; `tokens` here are those that need no model.

    Example:
        >>> SoftOverlong(max_length=100, buffer=20, unit="characters").grade("x" * 90).score
        -0.5
    """

    max_length: int = field(validator=validators.gt(0), metadata={"help": "-1 above it"})
    buffer: int = field(
        validator=validators.ge(0), metadata={"help": "how long before it the score starts to fall"}
    )
    unit: Unit = field(default="tokens", validator=validators.in_(UNITS), metadata=_UNIT)

    @buffer.validator
    def _fits(self, attribute: "Attribute[int]", value: int) -> None:
        if value > self.max_length:
            raise ValueError(f"{attribute.name} ({value}) is above max_length ({self.max_length})")

    def grade(self, response: str) -> GraderScore:
        size = len(pieces(response, self.unit))
        start = self.max_length - self.buffer
        if size <= start:
            score = 0.0
        elif size <= self.max_length:
            score = (start - size) / self.buffer
        else:
            score = -1.0
        return GraderScore(score, f"{size} {self.unit}", scale=PENALTY)


@grader(scale=REWARD)
@frozen(kw_only=True)
class CosineLength:
    """From `short` for an empty response to `long` at `max_length`, along half a cosine.

    Definition: the cosine length scaling of Yeo et al. 2025, as reward libraries built on TRL
    have it: long + (short - long) · (1 + cos(π · L / max_length)) / 2 for a length L. Here L stops
    at max_length, beyond which the cosine would rise again. For right answers take short > long,
    for wrong ones short < long: -1 and -0.5 are usual.

    Example:
        >>> CosineLength(max_length=100).grade("x" * 50).score
        0.75
    """

    max_length: int = field(validator=validators.gt(0), metadata={"help": "`long` from here on"})
    short: float = field(
        default=1.0,
        validator=[validators.ge(-1), validators.le(1)],
        metadata={"help": "the score of an empty response"},
    )
    long: float = field(
        default=0.5,
        validator=[validators.ge(-1), validators.le(1)],
        metadata={"help": "the score at max_length"},
    )
    unit: Unit = field(default="characters", validator=validators.in_(UNITS), metadata=_UNIT)

    def grade(self, response: str) -> GraderScore:
        size = len(pieces(response, self.unit))
        share = (1 + math.cos(math.pi * min(size / self.max_length, 1.0))) / 2
        # Weights that sum to 1 keep the ends exact; the formula as written may leave the scale.
        score = self.short * share + self.long * (1 - share)
        return GraderScore(score, f"{size} {self.unit}", scale=REWARD)
