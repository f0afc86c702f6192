"""The models of a config, and what they may cost."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from attrs import Attribute, field, frozen
from attrs.validators import ge, gt, le, optional

from rmg_core.config.uses import ITS_OPTIONS, USE, Options, is_something


@frozen
class _AtLeastOneOrAuto:
    keywords: ClassVar[Mapping[str, Any]] = {"minimum": 1}

    def __call__(self, _: Any, attribute: "Attribute[Any]", value: Any) -> None:
        if value != "auto" and value < 1:
            raise ValueError(f"{attribute.name} must be at least 1, not {value}")


at_least_one = _AtLeastOneOrAuto()


@frozen
class PriceConfig:
    """What a model costs, in US dollars for a million tokens."""

    input: float = field(validator=ge(0), metadata={"help": "of what it reads"})
    output: float = field(validator=ge(0), metadata={"help": "of what it writes"})
    cached_input: float | None = field(
        default=None,
        validator=optional(ge(0)),
        metadata={"help": "of what it has read before; as `input` without it"},
    )


@frozen
class ModelConfig:
    """A model, and how often and how long it may be asked."""

    use: str = field(validator=is_something, metadata=USE)
    options: Options = field(factory=dict, metadata=ITS_OPTIONS)
    max_concurrency: int | Literal["auto"] = field(
        default="auto",
        validator=at_least_one,
        metadata={"help": "calls at once; 'auto' finds out how many the provider takes"},
    )
    rpm: int | None = field(
        default=None, validator=optional(ge(1)), metadata={"help": "requests a minute"}
    )
    tpm: int | None = field(
        default=None,
        validator=optional(ge(1)),
        metadata={"help": "tokens a minute, of requests and replies together"},
    )
    timeout: float = field(
        default=60.0,
        validator=gt(0),
        metadata={"help": "seconds after which an attempt of a call is given up"},
    )
    attempts: int = field(
        default=6,
        validator=[ge(1), le(100)],
        metadata={"help": "how often a call is tried that may succeed the next time"},
    )
    price: PriceConfig | None = field(
        default=None,
        metadata={"help": "what it costs, where its pack does not know or it costs otherwise"},
    )


@frozen
class BudgetConfig:
    """What all models together may cost a run; it stops where the next call would cost more."""

    usd: float | None = field(
        default=None, validator=optional(ge(0)), metadata={"help": "US dollars"}
    )
    calls: int | None = field(
        default=None, validator=optional(ge(0)), metadata={"help": "calls, each attempt one"}
    )
    tokens: int | None = field(
        default=None,
        validator=optional(ge(0)),
        metadata={"help": "tokens, of requests and replies together"},
    )
