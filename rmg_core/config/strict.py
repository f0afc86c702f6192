"""Options from plain values, with no coercion and every fault at once."""

import functools
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_origin

import attrs

from rmg_core.config import kinds
from rmg_core.config.bounds import choices_of, must, refusals
from rmg_core.config.findings import Finding, OptionsError, Refused, near, other_kind, own_words
from rmg_core.config.kinds import convert, default_of, is_required, options_of, written_type
from rmg_core.config.variables import not_secret, secret_of
from rmg_core.hints import near_miss, suggestion
from rmg_core.outcomes import NOTHING
from rmg_core.redaction import Secret

if TYPE_CHECKING:
    from cattrs import Converter

Cls = TypeVar("Cls")

_MODELS: ContextVar[Mapping[str, Any]] = ContextVar("models", default=NOTHING)
_BASE: ContextVar[Path] = ContextVar("base", default=Path())


class Unmade(str):
    """The name of a model that could not be made, which is a mistake of its own table.

    It stands for the model, so that what else is wrong with a grader is told too.
    """

    __slots__ = ()


def structure_options(
    cls: type[Cls],
    table: Mapping[str, Any],
    *,
    owner: str,
    noun: str = "option",
    models: Mapping[str, Any] = NOTHING,
    base: Path = Path(),
) -> Cls:
    """Make an instance of an attrs class of the values that a config writes for its fields.

    No value is coerced: `"3"` is not 3, true is not 1, `"abc"` is not a list. An integer may stand
    for a float, and a list for a tuple or a set. NaN and infinities are no values.
    Where a converter takes another type than the field's, `metadata={"written": …}` says which.

    Args:
        cls: any attrs class; fields that are not parameters of it are no options.
        table: the options by name.
        owner: whose options these are, as the faults are to say it: `"grader 'text/contains'"`.
        noun: what they are called; without one, faults call each by its path alone.
        models: what the names of models stand for, which options of that type take.
        base: the folder that relative paths start from.

    Raises:
        OptionsError: with every fault of the table.
        DefinitionError: the class cannot be read.
    """
    known, folder = _MODELS.set(models), _BASE.set(base)
    try:
        return _structure_class(table, cls, noun or "key")
    except Refused as refused:
        faults = [finding.named(noun, owner) for finding in refused.findings]
    finally:
        _MODELS.reset(known)
        _BASE.reset(folder)
    raise OptionsError(tuple(faults))


def _structure_class(table: Any, cls: type[Cls], noun: str = "key") -> Cls:
    if isinstance(table, cls):
        return table
    if not isinstance(table, Mapping):
        raise other_kind(table, cls)
    options = options_of(cls)
    values: dict[str, Any] = {}
    findings = [_unknown(key, options, noun) for key in table if key not in options]
    for name, option in options.items():
        if name in table:
            try:
                values[name] = _structure(table[name], written_type(option))
            except Refused as refused:
                findings += [finding.under(name) for finding in refused.findings]
        elif is_required(option):
            remedy = option.metadata.get("help", "")
            findings.append(
                Finding((), f"needs {noun} {name!r}", f"{name}: {remedy}" if remedy else "")
            )
    if findings:
        raise Refused([*findings, *_bounds(cls, options, values, are_whole=False)])
    try:
        return cls(**values)
    except Exception as fault:  # noqa: BLE001 - validators and converters are a pack's code
        findings = _bounds(cls, options, values) or [own_words(fault, values, "")]
    raise Refused(findings)


def _unknown(key: str, options: Mapping[str, Any], noun: str) -> Finding:
    nearest = near_miss(str(key), options)
    known = f"{noun}s: {', '.join(sorted(options))}" if options else "it takes none"
    hint = f"did you mean {nearest!r}? {known}" if nearest else known
    return Finding((key,), f"has no {noun} {key!r}", hint, subject=())


def _bounds(
    cls: type[Any],
    options: Mapping[str, "attrs.Attribute[Any]"],
    values: Mapping[str, Any],
    *,
    are_whole: bool = True,
) -> list[Finding]:
    """Run converters and validators one by one, where attrs stops at the first that refuses.

    Where the options are not whole, since one is misspelt or of another type, a validator sees
    none but its own: what it says of several would only follow from that mistake.
    """
    blank = object.__new__(cls)
    ready = []
    findings = []
    for name, option in options.items():
        if name not in values and (is_required(option) or not are_whole):
            continue
        try:
            given = values[name] if name in values else default_of(option, blank)
            value = convert(option, blank, given)
        except Exception as fault:  # noqa: BLE001 - a converter is a pack's code
            findings.append(own_words(fault, {name: given}, name))
            continue
        object.__setattr__(blank, option.name, value)
        ready.append((name, option, value))
    is_complete = are_whole and len(ready) == len(options)
    for name, option, value in ready:
        seen = blank if are_whole else _alone(cls, option, value)
        for path, part, validator, refusal in refusals(option.validator, seen, option, value):
            if isinstance(refusal, AttributeError) and not is_complete:
                continue  # it looks at an option that is at fault itself
            if (asked := must(validator, part)) is None:
                findings.append(own_words(refusal, values, name, path))
            else:
                where = (name, *path)
                hint = near(part, choices_of(validator))
                findings.append(Finding(where, asked, hint, subject=where))
    return findings


def _alone(cls: type[Any], option: "attrs.Attribute[Any]", value: Any) -> Any:
    """Make an instance that has one option, and fails a validator that asks it for others."""
    made = object.__new__(cls)
    object.__setattr__(made, option.name, value)
    return made


def _structure(value: Any, kind: Any) -> Any:
    from cattrs import BaseValidationError

    try:
        return _converter().structure(value, kind)
    except (BaseValidationError, ValueError, TypeError, KeyError) as fault:
        raise other_kind(value, kind) from fault


@functools.cache
def _converter() -> "Converter":
    """Return the converter: it finds the hook for a type, and its hooks coerce nothing."""
    from cattrs import Converter

    made = Converter(structure_fallback_factory=lambda _: _structure_instance)
    for kind in (bool, int, float, str, Path):
        made.register_structure_hook(kind, _structure_plain)
    made.register_structure_hook(Secret, _structure_secret)
    for is_kind, hook in (
        (kinds.is_anything, _structure_anything),
        (kinds.is_enum, _structure_enum),
        (kinds.is_literal, _structure_literal),
        (kinds.is_list, _structure_list),
        (kinds.is_table, _structure_table),
        (kinds.is_union, _structure_union),
        (kinds.is_model, _structure_model),
        (attrs.has, _structure_class),
    ):
        made.register_structure_hook_func(is_kind, hook)
    return made


def _structure_plain(value: Any, kind: Any) -> Any:
    if kinds.is_enum(kind):
        return _structure_enum(value, kind)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            raise other_kind(value, kind) from None
    if issubclass(kind, Path) and isinstance(value, str):
        return kind(_BASE.get() / value)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise other_kind(value, kind)
    return _finite(value)


def _structure_secret(value: Any, kind: Any) -> Any:
    if isinstance(value, Secret):
        return value
    if (made := secret_of(value)) is None:
        raise not_secret(value, kind)
    return made


def _finite(value: Any) -> Any:
    if not kinds.is_finite(value):
        raise Refused([Finding((), f"must be a finite number, not {value!r}")])
    return value


def _structure_anything(value: Any, _: Any) -> Any:
    match value:
        case Mapping():
            return dict(_collect((key, part, Any) for key, part in value.items()))
        case list():
            return _elements(value, repeat(Any))
        case _:
            return _finite(value)


def _structure_list(value: Any, kind: Any) -> Any:
    if not isinstance(value, list | tuple | set | frozenset):
        raise other_kind(value, kind)
    fixed = kinds.fixed_elements(kind)
    if fixed is not None and len(fixed) != len(value):
        raise other_kind(value, kind)
    made = _elements(value, repeat(kinds.element(kind)) if fixed is None else fixed)
    return kinds.LISTS[get_origin(kind) or kind](made)


def _structure_table(value: Any, kind: Any) -> Any:
    if not isinstance(value, Mapping):
        raise other_kind(value, kind)
    each = kinds.element(kind)
    return dict(_collect((key, part, each) for key, part in value.items()))


def _elements(values: Iterable[Any], types: Iterable[Any]) -> list[Any]:
    parts = zip(values, types, strict=False)
    return [made for _, made in _collect((i, *part) for i, part in enumerate(parts))]


def _collect(parts: Iterable[tuple[Any, Any, Any]]) -> list[tuple[Any, Any]]:
    """Structure every part of a list or table: its key or index, its value, its type."""
    made = []
    findings: list[Finding] = []
    for step, value, kind in parts:
        try:
            made.append((step, _structure(value, kind)))
        except Refused as refused:
            findings += [finding.under(step) for finding in refused.findings]
    if findings:
        raise Refused(findings)
    return made


def _structure_literal(value: Any, kind: Any) -> Any:
    return _choose(value, kind, [(choice, choice) for choice in get_args(kind)])


def _structure_enum(value: Any, kind: Any) -> Any:
    if isinstance(value, kind):
        return value
    return _choose(value, kind, [(member.value, member) for member in kind])


def _choose(value: Any, kind: Any, choices: list[tuple[Any, Any]]) -> Any:
    for choice, made in choices:
        if choice == value and type(choice) is type(value):
            return made
    raise other_kind(value, kind, near(value, [c for c, _ in choices if isinstance(c, str)]))


def _structure_union(value: Any, kind: Any) -> Any:
    """Take the first type of the union that fits, of a secret and a text the secret.

    An integer is no float where it may be both.

    When none fits, a type whose shape does says what is wrong: before others one that has all it
    needs, and then one with few findings.
    """
    if value is None and type(None) in get_args(kind):
        return None
    refusals: list[Refused] = []
    order = {Secret: 0, float: 2}
    for part in sorted(kinds.members(kind), key=lambda part: order.get(part, 1)):
        try:
            return _structure(value, part)
        except Refused as refused:
            refusals.append(refused)
    alike = [r for r in refusals if not any(f.is_other_kind and not f.path for f in r.findings)]
    if alike:
        raise min(alike, key=_misfit)
    hints = (finding.hint for refused in refusals for finding in refused.findings)
    raise other_kind(value, kind, next(filter(None, hints), ""))


def _misfit(refused: Refused) -> tuple[bool, int]:
    return any(not finding.path for finding in refused.findings), len(refused.findings)


def _structure_model(value: Any, kind: Any) -> Any:
    """Take a model by its name in the config, or one that was made in Python."""
    if not isinstance(value, str):
        return _structure_instance(value, kind, "write NAME for the table [models.NAME]")
    models = _MODELS.get()
    if value not in models:
        hint = suggestion(value, models, "models") if models else f"add a table [models.{value}]"
        raise Refused([Finding((), f"names the model {value!r}, which there is not", hint)])
    return Unmade(value) if models[value] is None else models[value]


def _structure_instance(
    value: Any, kind: Any, hint: str = "a config cannot write such a value"
) -> Any:
    """Take what only Python can give: a model, a compiled pattern."""
    try:
        fits = isinstance(value, kind)
    except TypeError:  # such as a protocol: it is for the class itself to check
        fits = not isinstance(value, str | int | float | list | Mapping)
    if not fits:
        raise other_kind(value, kind, hint)
    return value
