"""The border to foreign code: whatever a grader or an aggregator does becomes an outcome."""

import inspect
import math
import numbers
import sys
import traceback
from collections.abc import Callable, Mapping
from typing import Any, Final

import anyio
import attrs
import orjson

from rmg_core.errors import CannotGrade
from rmg_core.outcomes import (
    NOTHING,
    UNIT,
    GraderError,
    GraderRank,
    GraderScore,
    GraderSkip,
    Outcome,
    Scale,
)

REASON_LIMIT: Final = 64 * 1024
TRACEBACK_LIMIT: Final = 8 * 1024
SHOWN_LIMIT: Final = 200


def settler(scale: Scale) -> Callable[[Any], Outcome]:
    """Return what makes an outcome of what a grader with this scale returned."""
    low = -sys.float_info.max if scale.low is None else scale.low
    high = sys.float_info.max if scale.high is None else scale.high

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
        ):
            return value
        return _settle(value, scale)

    return settle


def _settle(value: Any, scale: Scale | None) -> Outcome:
    if isinstance(value, GraderScore):
        return _settle_score(value, scale or value.scale)
    if isinstance(value, numbers.Real) or _is_numpy_bool(value):
        return _settle_score(GraderScore(value), scale or UNIT)  # type: ignore[arg-type]
    if isinstance(value, GraderRank):
        return _settle_rank(value)
    if isinstance(value, GraderSkip):
        return _with_metadata(attrs.evolve(value, reason=_text(value.reason)))
    if isinstance(value, GraderError):
        return _with_metadata(attrs.evolve(value, error=_text(value.error)))
    if inspect.iscoroutine(value):
        value.close()
        return GraderError("bad_return", "it returned a coroutine; write it as `async def`")
    hint = "; it must return a score or raise" if value is None else ""
    return GraderError("bad_return", f"it returned {shown(value)}, which is not an outcome{hint}")


def _settle_score(value: GraderScore, scale: Scale) -> Outcome:
    score: Any = value.score
    if not isinstance(score, numbers.Real) and not _is_numpy_bool(score):
        return GraderError("bad_return", f"the score {shown(score)} is not a number")
    number = float(score)
    if not math.isfinite(number):
        return GraderError("bad_return", f"the score is {number}, which is not a number to keep")
    if not scale.contains(number):
        return GraderError("out_of_scale", f"the score {number:g} is not on the scale {scale}")
    return _with_metadata(GraderScore(number, _text(value.reason), value.metadata, scale))


def _settle_rank(value: GraderRank) -> Outcome:
    places = value.rank
    if not places or not all(type(place) is int and 1 <= place <= len(places) for place in places):
        return GraderError("bad_return", f"the rank {shown(places)} is not places from 1 on")
    return _with_metadata(attrs.evolve(value, reason=_text(value.reason)))


def _with_metadata(outcome: Outcome) -> Outcome:
    if not outcome.metadata:
        return outcome
    try:
        orjson.dumps(dict(outcome.metadata))
    except (TypeError, ValueError) as fault:
        return GraderError("bad_return", f"its metadata cannot be written as JSON: {fault}")
    return outcome


def _text(reason: Any) -> str:
    """Make a reason that can be stored: no lone surrogates, and not longer than the limit."""
    text = reason if isinstance(reason, str) else shown(reason)
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode("utf-8")
    return text if len(text) < REASON_LIMIT else text[: REASON_LIMIT - 20] + " … (cut at 64 KB)"


def _is_numpy_bool(value: Any) -> bool:
    kind = type(value)
    return kind.__module__ == "numpy" and kind.__name__ in ("bool", "bool_")


def shown(value: Any) -> str:
    """Show a foreign value in an error: its repr, short, whatever the repr does."""
    try:
        text = repr(value)
    except Exception as fault:  # noqa: BLE001 - a foreign __repr__
        text = f"<{type(value).__name__} whose repr raises {type(fault).__name__}>"
    text = text.encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= SHOWN_LIMIT else text[:SHOWN_LIMIT] + "…"


def error_of(fault: BaseException, kind: str) -> GraderError:
    """Return what was raised as an error outcome.

    A `CannotGrade` brings its own kind and needs no traceback.

    Raises:
        KeyboardInterrupt: `fault` is one; it is the user's, never a grader's.
    """
    if isinstance(fault, KeyboardInterrupt):
        raise fault
    if isinstance(fault, CannotGrade):
        return GraderError(fault.kind, _text(str(fault)))
    try:
        said = str(fault)
    except Exception:  # noqa: BLE001 - a foreign __str__
        said = "its message cannot be shown"
    name = type(fault).__name__
    return GraderError(kind, _text(f"{name}: {said}" if said else name), _trace_of(fault))


def _trace_of(fault: BaseException) -> str:
    try:
        # The first frame is ours: it called the foreign code.
        inner = fault.__traceback__.tb_next if fault.__traceback__ else None
        lines = traceback.format_exception(type(fault), fault, inner, chain=True)
    except Exception:  # noqa: BLE001 - formatting calls the foreign __str__ again
        return ""
    text = "".join(lines).encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= TRACEBACK_LIMIT else "… " + text[-TRACEBACK_LIMIT + 2 :]


def is_our_cancellation() -> bool:
    """Tell whether the current task is being cancelled by a scope around it.

    If not, a cancellation that a grader lets out is the grader's own doing.
    """
    return anyio.current_effective_deadline() == -math.inf


def combined(call: Callable[[Any], Any], parts: Mapping[str, Outcome]) -> Outcome:
    """Call an aggregator, and settle what comes of it."""
    try:
        return _settle(call(parts), None)
    except BaseException as fault:  # noqa: BLE001 - a foreign aggregator
        return error_of(fault, "aggregator_error")


def combined_group(
    call: Callable[[Any], Any], group: list[Mapping[str, Outcome]]
) -> list[Outcome]:
    """Combine a group, one outcome for each member; a failure is every member's."""
    try:
        made = list(call(group))
    except BaseException as fault:  # noqa: BLE001 - a foreign aggregator
        return [error_of(fault, "aggregator_error")] * len(group)
    if len(made) != len(group):
        said = f"it returned {len(made)} outcomes for a group of {len(group)}"
        return [GraderError("aggregator_error", said)] * len(group)
    return [_settle(outcome, None) for outcome in made]


