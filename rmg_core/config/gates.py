"""The gates of a config: what a run must come to, to be let through."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Final, TypeAlias

from attrs import field, frozen
from attrs.validators import ge, le, lt, min_len, optional

from rmg_core.config.findings import Fault
from rmg_core.config.positions import KeyPath
from rmg_core.hints import suggestion
from rmg_core.outcomes import Scale

RULES: Final = ("min", "max", "max_drop", "min_coverage", "max_errors")
"""The keys of a gate that ask something."""

Slice: TypeAlias = Mapping[str, str | bool | int | float]


@frozen
class GateConfig:
    """Rules for one column of a run, which `rmg gate` holds it against."""

    column: str | None = field(
        default=None,
        validator=optional(min_len(1)),
        metadata={"help": "the grader or aggregator; without it, the one of the gate's name"},
    )
    min: float | None = field(
        default=None, metadata={"help": "the mean is at least this, in units of the score"}
    )
    max: float | None = field(
        default=None, metadata={"help": "the mean is at most this, in units of the score"}
    )
    max_drop: float | None = field(
        default=None,
        validator=optional(ge(0)),
        metadata={
            "help": "the mean is worse than that of the run to compare with by at most this, in "
            "units of the score"
        },
    )
    min_coverage: float | None = field(
        default=None,
        validator=optional([ge(0), le(1)]),
        metadata={"help": "the share of samples with a score is at least this"},
    )
    max_errors: float | None = field(
        default=None,
        validator=optional([ge(0), le(1)]),
        metadata={"help": "the share of samples with an error is at most this"},
    )
    by: str | None = field(
        default=None,
        validator=optional(min_len(1)),
        metadata={"help": "the field by whose values samples are told apart; each slice must pass"},
    )
    slice: Slice | None = field(
        default=None,
        validator=optional(min_len(1)),
        metadata={"help": "fields and their values: only samples that have all of these count"},
    )
    cluster: str | None = field(
        default=None,
        validator=optional(min_len(1)),
        metadata={"help": "the field whose value samples share that are not independent"},
    )
    level: float = field(
        default=0.95,
        validator=[ge(0.5), lt(1)],
        metadata={"help": "the level of the intervals that decide"},
    )

    @property
    def rules(self) -> dict[str, float]:
        """What is asked, by the keys that ask."""
        asked = {name: getattr(self, name) for name in RULES}
        return {name: bound for name, bound in asked.items() if bound is not None}


def gate_faults(
    gates: Mapping[str, GateConfig], columns: Mapping[str, Scale | None]
) -> Iterator[Fault]:
    """Yield what is wrong with gates, for columns on scales; None is a scale that is not known."""
    for name, gate in gates.items():
        at: KeyPath = ("gates", name)
        if not gate.rules:
            hint = f"add one: {', '.join(RULES)}"
            yield Fault(at, f"gate {name!r} has no rule", hint, at="key")
        if gate.by is not None and gate.slice is not None:
            said = f"gate {name!r} is of one slice, and of every slice by {gate.by!r}"
            yield Fault((*at, "by"), said, "leave out slice or by")
        column = gate.column or name
        if column not in columns:
            said = f"gate {name!r} is of {column!r}, which is no grader and no aggregator"
            hint = suggestion(column, columns, "columns")
            if gate.column is None:
                yield Fault(at, said, hint, at="key")
            else:
                yield Fault((*at, "column"), said, hint)
        else:
            yield from chain(_of_scale(at, gate, column, columns[column]), _of_ends(at, gate))


def _of_ends(at: KeyPath, gate: GateConfig) -> Iterator[Fault]:
    if gate.min is not None and gate.max is not None and gate.min > gate.max:
        said = f"no mean is at least {gate.min:g} and at most {gate.max:g}"
        yield Fault((*at, "min"), said, "let min be below max")


def _of_scale(at: KeyPath, gate: GateConfig, column: str, scale: Scale | None) -> Iterator[Fault]:
    if scale is None:
        return
    for rule in ("min", "max"):
        bound = gate.rules.get(rule)
        if bound is not None and not scale.contains(bound):
            said = f"{rule} {bound:g} is outside of the scale of {column!r}, which is {scale}"
            yield Fault((*at, rule), said)
    if gate.max_drop is None or scale.low is None or scale.high is None:
        return
    if gate.max_drop > scale.high - scale.low:
        said = f"max_drop {gate.max_drop:g} is more than the scale of {column!r}, which is {scale}"
        yield Fault((*at, "max_drop"), said)
