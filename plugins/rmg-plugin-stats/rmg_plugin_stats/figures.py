"""A figure of a report: a value with its interval, what it rests on, or why there is none."""

from attrs import frozen


@frozen
class Figure:
    """`value` with its 95 % interval unless `level` says another; None where it is not available.

    `n` counts what it rests on (samples, pairs, votes: `unit` says which). `rule` says in a few
    words which definition, tie rule and missing rule were used; `why` says why there is no value,
    or no interval.
    """

    name: str
    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = 0
    unit: str = "samples"
    level: float = 0.95
    rule: str = ""
    why: str = ""
