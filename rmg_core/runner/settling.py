"""The border to foreign code: whatever a grader or an aggregator does becomes an outcome."""

import inspect
import math
import numbers
import sys
import traceback
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

import attrs
import orjson

from rmg_core.errors import CannotGrade
from rmg_core.outcomes import (
    ERROR_KINDS,
    NOTHING,
    UNIT,
    GraderError,
    GraderRank,
    GraderScore,
    GraderSkip,
    Outcome,
    Scale,
    is_pending,
)
from rmg_core.redaction import redacted, redacted_values

REASON_LIMIT: Final = 64 * 1024
TRACEBACK_LIMIT: Final = 8 * 1024
SHOWN_LIMIT: Final = 200
USUAL: Final = 64

_NUMBERS: Final = frozenset({bool, float, int})


def settler(scale: Scale) -> Callable[[Any], Outcome]:
    """Return what makes an outcome of what a grader with this scale returned."""
    low = -sys.float_info.max if scale.low is None else scale.low
    high = sys.float_info.max if scale.high is None else scale.high
    usual: dict[float, GraderScore] = {}  # most graders give a few scores again and again

    def settle(value: Any) -> Outcome:
        # A score that has nothing to mend passes at once; NaN fails both comparisons.
        if (
            type(value) is GraderScore
            and value.scale is scale
            and type(value.score) is float
            and low <= value.score <= high
            and value.metadata is NOTHING
            and type(value.reason) is str
            and value.reason.isascii()
            and len(value.reason) < REASON_LIMIT
            and (not value.reason or redacted(value.reason) is value.reason)
        ):
            return value
        if type(value) in _NUMBERS and low <= value <= high:
            if not value and math.copysign(1.0, value) < 0.0:
                return GraderScore(float(value), "", NOTHING, scale)
            made = usual.get(value)
            if made is None:
                made = GraderScore(float(value), "", NOTHING, scale)
                if len(usual) < USUAL:
                    usual[value] = made
            return made
        return _settle(value, scale)

    return settle


def _settle(value: Any, scale: Scale | None) -> Outcome:  # noqa: PLR0911 - one for each kind
    if isinstance(value, GraderScore):
        return _settle_score(value, scale or value.scale)
    if _is_number(value):
        return _settle_score(GraderScore(value), scale or UNIT)
    if isinstance(value, GraderRank):
        return _settle_rank(value)
    if isinstance(value, GraderSkip):
        return _with_metadata(attrs.evolve(value, reason=_text(value.reason)))
    if is_pending(value):
        said = "it returned a GraderError of the kind 'pending', which only a model can bring about"
        return GraderError("bad_return", f"{said}; return one of the kind 'grader_error'")
    if isinstance(value, GraderError):
        error, detail = _text(value.error), _text(value.detail)
        return _with_metadata(attrs.evolve(value, error=error, detail=detail))
    if inspect.iscoroutine(value):
        value.close()
        hint = "write it as `async def`, and `await` what it calls"
        if scale is None:
            hint = "an aggregator is a plain function"
        return GraderError("bad_return", f"it returned a coroutine; {hint}")
    hint = 'return a number, or GraderScore(0.5, reason="why"), or raise'
    return GraderError("bad_return", f"it returned {shown(value)}, which is not an outcome; {hint}")


def _settle_score(value: GraderScore, scale: Scale) -> Outcome:
    score: Any = value.score
    if not _is_number(score):
        return GraderError("bad_return", f"the score {shown(score)} is not a number")
    try:
        number = float(score)
    except (OverflowError, ValueError):  # an int of 400 digits; a signalling NaN
        return GraderError("bad_return", f"the score {shown(score)} has no place among floats")
    if not math.isfinite(number):
        return GraderError("bad_return", f"the score is {number}, which is not a number to keep")
    if not scale.contains(number):
        return GraderError("out_of_scale", f"the score {number:g} is not on the scale {scale}")
    return _with_metadata(GraderScore(number, _text(value.reason), value.metadata, scale))


def _settle_rank(value: GraderRank) -> Outcome:
    given = value.rank
    if not all(isinstance(each, numbers.Integral) and each is not True for each in given):
        return GraderError("bad_return", f"the rank {shown(given)} is not whole numbers")
    places = [int(each) for each in given]
    if not places or min(places) != 1 or max(places) > len(places):
        return GraderError("bad_return", f"the rank {shown(given)} is not places from 1 on")
    return _with_metadata(GraderRank(places, _text(value.reason), value.metadata))


def _with_metadata(outcome: Outcome) -> Outcome:
    """Make metadata what it will be when it is read again: the values of JSON, with no secret."""
    if not outcome.metadata:
        return outcome
    try:
        written = orjson.dumps(dict(outcome.metadata))
    except (TypeError, ValueError) as fault:
        return GraderError("bad_return", _text(f"its metadata cannot be written as JSON: {fault}"))
    return attrs.evolve(outcome, metadata=redacted_values(orjson.loads(written)))


def without_secrets(outcome: Outcome) -> Outcome:
    """Return an outcome that another process made, or itself where it holds no secret."""
    said: dict[str, Any] = {
        name: clean
        for name in ("reason", "error", "detail")
        if (text := getattr(outcome, name, "")) and (clean := redacted(text)) is not text
    }
    if said:
        outcome = attrs.evolve(outcome, **said)
    return _with_metadata(outcome)


def _text(reason: Any) -> str:
    """Make a reason that can be stored: no secret, no lone surrogates, not beyond the limit."""
    if reason is None:
        return ""
    text = reason if isinstance(reason, str) else shown(reason)
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode("utf-8")
    text = redacted(text)
    return text if len(text) < REASON_LIMIT else text[: REASON_LIMIT - 20] + " … (cut at 64 KB)"


def _is_number(value: Any) -> bool:
    """Tell whether a value is a real number; neither Decimal nor numpy's bool says so itself."""
    if isinstance(value, numbers.Real | Decimal):
        return True
    kind = type(value)
    return kind.__module__ == "numpy" and kind.__name__ in ("bool", "bool_")


def shown(value: Any) -> str:
    """Show a foreign value in an error: its repr, short, whatever the repr does."""
    try:
        text = repr(value)
    except BaseException as fault:  # noqa: BLE001 - a foreign __repr__
        pass_interrupt(fault)
        text = f"<{type(value).__name__} whose repr raises {type(fault).__name__}>"
    text = redacted(text)  # before it is cut: half a key would not be found
    cut = text[:SHOWN_LIMIT] + ("…" if len(text) > SHOWN_LIMIT else "")
    return cut.encode("utf-8", "replace").decode("utf-8")


def said_by(fault: BaseException) -> str:
    """Say what was raised in words, `ValueError: no such model`, whatever its `__str__` does."""
    name = type(fault).__name__
    message = _message_of(fault)
    return _text(f"{name}: {message}" if message else name)


def _message_of(fault: BaseException) -> str:
    try:
        return str(fault)
    except BaseException as another:  # noqa: BLE001 - a foreign __str__
        pass_interrupt(another)
        return "its message cannot be shown"


def error_of(fault: BaseException, kind: str) -> GraderError:
    """Return what was raised as an error outcome.

    A `CannotGrade` brings its own kind and needs no traceback.

    Raises:
        KeyboardInterrupt: `fault` is one; it is the user's, never a grader's.
    """
    pass_interrupt(fault)
    if isinstance(fault, CannotGrade):
        is_known = isinstance(fault.kind, str) and fault.kind in ERROR_KINDS
        own = fault.kind if is_known and fault.kind != "pending" else kind
        return GraderError(own, _text(_message_of(fault)))
    return GraderError(kind, said_by(fault), _trace_of(fault))


def pass_interrupt(fault: BaseException) -> None:
    """Raise a `KeyboardInterrupt`, also one that came out of a grader's own task group."""
    if isinstance(fault, BaseExceptionGroup):
        if fault.subgroup(KeyboardInterrupt):
            raise fault
    elif isinstance(fault, KeyboardInterrupt):
        raise fault


def _trace_of(fault: BaseException) -> str:
    try:
        # The first frame is ours: it called the foreign code.
        inner = fault.__traceback__.tb_next if fault.__traceback__ else None
        lines = traceback.format_exception(type(fault), fault, inner, chain=True)
    except BaseException as another:  # noqa: BLE001 - formatting calls the foreign __str__ again
        pass_interrupt(another)
        return ""
    text = redacted("".join(lines).encode("utf-8", "replace").decode("utf-8"))
    return text if len(text) <= TRACEBACK_LIMIT else "… " + text[-TRACEBACK_LIMIT + 2 :]


def combined(call: Callable[[Any], Any], parts: Mapping[str, Outcome]) -> Outcome:
    """Call an aggregator, and settle what comes of it."""
    try:
        return _settle(call(parts), None)
    except BaseException as fault:  # noqa: BLE001 - a foreign aggregator
        return error_of(fault, "aggregator_error")


def combined_group(call: Callable[[Any], Any], group: list[Mapping[str, Outcome]]) -> list[Outcome]:
    """Combine a group, one outcome for each member; a failure is every member's."""
    try:
        made = list(call(group))
    except BaseException as fault:  # noqa: BLE001 - a foreign aggregator
        return [error_of(fault, "aggregator_error")] * len(group)
    if len(made) != len(group):
        said = f"it returned {len(made)} outcomes for a group of {len(group)}"
        return [GraderError("aggregator_error", said)] * len(group)
    return [_settle(outcome, None) for outcome in made]
