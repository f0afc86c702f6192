"""The options that aggregators share: their help and the checks of their values."""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Literal, TypeAlias

import attrs

from rmg_core.aggregators import Impute, OnMissing
from rmg_core.outcomes import Scale

Attribute: TypeAlias = "attrs.Attribute[Any]"
Validator: TypeAlias = Callable[[Any, Attribute, Any], None]

Stop: TypeAlias = Literal["error", "abstain"]
"""What to do when a part has no score, where there is no going on without it."""

GRADER: Final = {"help": "the grader or aggregator"}
GRADERS: Final = {"help": "the graders and aggregators to combine; without it, all graders"}
RAW: Final = {
    "help": "combine raw scores although the scales differ; else such scores are normalised"
}
ON_MISSING: Final = {
    "help": "when a part has no score: error, renormalise (go on without it), abstain (skip), or "
    "{ impute = value }"
}
ON_MISSING_FIXED: Final = {
    "help": "when a part has no score: error, abstain (skip), or { impute = value }"
}
STOP: Final = {"help": "when a part has no score: error, or abstain (skip)"}
MIN_COVERAGE: Final = {
    "help": "share of the parts that must have a score, for on_missing = renormalise; 0..1"
}


def finite(value: Any, option: str) -> float:
    """Return an option's value as a number.

    Raises:
        ValueError: it is not one: text, a bool, NaN or infinite.
    """
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value):
        raise ValueError(f"{option} must be a finite number, not {value!r}")
    return float(value)


def numbers(values: Mapping[str, float], option: str) -> dict[str, float]:
    """Return an option that is a table of numbers.

    Raises:
        TypeError: it is no table.
        ValueError: a value in it is not a number.
    """
    if not isinstance(values, Mapping):
        raise TypeError(f"{option} must be a table of names and numbers, not {values!r}")
    return {name: finite(value, f"{option}.{name}") for name, value in values.items()}


def number(_: Any, attribute: Attribute, value: Any) -> None:
    finite(value, attribute.name)


def optional_number(_: Any, attribute: Attribute, value: Any) -> None:
    if value is not None:
        finite(value, attribute.name)


def count(_: Any, attribute: Attribute, value: Any) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"{attribute.name} must be a whole number of at least 1, not {value!r}")


def a_name(_: Any, attribute: Attribute, value: Any) -> None:
    if not isinstance(value, str) or not value:
        raise ValueError(f"{attribute.name} must be the name of a grader, not {value!r}")


def one_of(*words: str | int) -> Validator:
    def check(_: Any, attribute: Attribute, value: Any) -> None:
        if value not in words or isinstance(value, bool):
            known = " or ".join(map(repr, words))
            raise ValueError(f"{attribute.name} must be {known}, not {value!r}")

    return check


def as_names(names: Iterable[str] | None) -> tuple[str, ...] | None:
    """Return the names of parts as a tuple.

    Raises:
        ValueError: they are not names, there are none, or one stands there twice.
    """
    if names is None:
        return None
    made = () if isinstance(names, str) else tuple(names)
    if not made or not all(isinstance(name, str) for name in made):
        raise ValueError(f"graders must be a list of names, not {names!r}")
    for name in made:
        if made.count(name) > 1:
            raise ValueError(f"graders names {name!r} twice")
    return made


def as_on_missing(given: OnMissing | Mapping[str, float]) -> OnMissing:
    """Return the rule for missing parts, of which `{impute = value}` is a table."""
    if isinstance(given, Mapping) and set(given) == {"impute"}:
        return Impute(given["impute"])
    return given  # type: ignore[return-value]  # the validator refuses any other table


def on_missing(_: Any, __: Attribute, value: Any) -> None:
    _check_on_missing(value, "'error', 'renormalise', 'abstain'")


def no_renormalise(why: str) -> Validator:
    """Return the check of `on_missing` where there is no going on with fewer parts."""

    def check(_: Any, __: Attribute, value: Any) -> None:
        if value == "renormalise":
            raise ValueError(f"on_missing = 'renormalise' is refused: {why}")
        _check_on_missing(value, "'error', 'abstain'")

    return check


def _check_on_missing(value: Any, words: str) -> None:
    if isinstance(value, Impute):
        finite(value.impute, "on_missing.impute")
    elif value not in ("error", "renormalise", "abstain"):
        raise ValueError(f"on_missing must be {words} or {{ impute = number }}, not {value!r}")


def min_coverage(options: Any, _: Attribute, value: Any) -> None:
    if not 0 < finite(value, "min_coverage") <= 1:
        raise ValueError(f"min_coverage must be above 0 and at most 1, not {value:g}")
    renormalises = options.on_missing == "renormalise"
    if renormalises and value == 1:
        raise ValueError(
            "on_missing = 'renormalise' goes on without the missing parts: say what share of all "
            "must be there, such as min_coverage = 0.5"
        )
    if not renormalises and value != 1:
        raise ValueError("min_coverage counts only with on_missing = 'renormalise'")


def check_impute(rule: OnMissing, parts: Mapping[str, Scale]) -> None:
    """Check that a value put in the place of any part is on that part's scale.

    Raises:
        ValueError: it is not.
    """
    if isinstance(rule, Impute):
        for name, scale in parts.items():
            check_on_scale("on_missing.impute", rule.impute, name, scale)


def check_on_scale(option: str, value: float, name: str, scale: Scale) -> None:
    """Check that an option's value is a possible score of the part.

    Raises:
        ValueError: it is not.
    """
    if not scale.contains(value):
        raise ValueError(f"{option} = {value:g} lies outside the scale {scale} of {name}")
