"""A config as values: what TOML says, with every type checked and no name resolved yet."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeAlias

from attrs import Attribute, field, frozen
from attrs.validators import ge, gt, le, min_len, optional

from rmg_core.config.gates import GateConfig
from rmg_core.config.models import BudgetConfig, ModelConfig, at_least_one
from rmg_core.config.positions import KeyPath
from rmg_core.config.source import Source
from rmg_core.config.uses import ITS_OPTIONS, USE, Options, UseConfig, is_something
from rmg_core.errors import Problem
from rmg_core.mappers import Constant
from rmg_core.outcomes import NOTHING

InputSource: TypeAlias = str | list[str] | Constant
"""What a mapper table says of one input: a path, the first of several, or a constant."""


def _is_local(_: Any, attribute: "Attribute[Any]", value: str | None) -> None:
    if value is None:
        return
    if not value or "\0" in value:
        raise ValueError(f"{attribute.name} must be a path, not {value!r}")
    if value.startswith("~"):
        raise ValueError(f"{attribute.name} must be written without '~': write the path in full")


def _stays_below(_: Any, attribute: "Attribute[Any]", value: str | None) -> None:
    if value is not None and ".." in value.replace("\\", "/").split("/"):
        raise ValueError(
            f"{attribute.name} must not lead out of the config's folder by '..': "
            "write an absolute path if you mean it"
        )


MapperConfig: TypeAlias = UseConfig | Mapping[str, InputSource]
"""A mapper by its name, or what each input is taken from."""


def _as_mapper(written: str | MapperConfig | None) -> MapperConfig | None:
    if written == "":
        raise ValueError("mapper must name something")
    return UseConfig(written) if isinstance(written, str) else written


@frozen
class DatasetConfig:
    """The samples to grade."""

    path: str | None = field(
        default=None,
        validator=_is_local,
        metadata={
            "help": "the file, from the config's folder; '-' is standard input, "
            "in JSON Lines unless `format` says otherwise"
        },
    )
    id: str | None = field(
        default=None,
        validator=optional(min_len(1)),
        metadata={"help": "the field that holds a sample's id"},
    )
    format: str | None = field(
        default=None,
        validator=optional(min_len(1)),
        metadata={"help": "the reader, where the suffix of the file does not tell it"},
    )
    options: Options = field(factory=dict, metadata=ITS_OPTIONS)
    on_bad_row: Literal["fail", "skip"] = field(
        default="fail",
        metadata={"help": "what to do when a row cannot be read; skip counts it"},
    )


@frozen
class GraderConfig:
    """A grader and how to run it."""

    use: str = field(validator=is_something, metadata=USE)
    mapper: MapperConfig | None = field(
        default=None,
        converter=_as_mapper,
        metadata={
            "help": "where each input is in a sample, or the name of a mapper; "
            "without it an input takes the field of its own name",
            "written": str | MapperConfig,
        },
    )
    options: Options = field(factory=dict, metadata=ITS_OPTIONS)
    timeout: float | None = field(
        default=None,
        validator=optional(gt(0)),
        metadata={"help": "seconds after which a cell is an error; else what the grader says"},
    )
    max_concurrency: int | None = field(
        default=None,
        validator=optional(ge(1)),
        metadata={"help": "cells of this grader that run at once"},
    )
    repeats: int = field(
        default=1,
        validator=[ge(1), le(1000)],
        metadata={"help": "how often to grade each sample"},
    )
    isolate: bool = field(
        default=False,
        metadata={"help": "run it in processes of its own, which a time-out kills"},
    )
    when: str | None = field(
        default=None,
        validator=optional(min_len(1)),
        metadata={"help": "the condition over other graders' scores under which it runs"},
    )


@frozen
class AggregatorConfig:
    """An aggregator and what it combines."""

    use: str = field(validator=is_something, metadata=USE)
    options: Options = field(factory=dict, metadata=ITS_OPTIONS)
    repeats_of: str | None = field(
        default=None,
        validator=optional(min_len(1)),
        metadata={"help": "the grader whose repeats it combines"},
    )
    group_by: str | None = field(
        default=None,
        validator=optional(min_len(1)),
        metadata={"help": "the field whose value the samples of one group share"},
    )


@frozen
class RunConfig:
    """Where a run is kept, and how."""

    dir: str | None = field(
        default=None,
        validator=[_is_local, _stays_below],
        metadata={"help": "the run directory; by default runs/<name of the config>"},
    )
    durability: Literal["power", "crash"] = field(
        default="power",
        metadata={
            "help": "what an outcome survives once it counts as done: a loss of power, or only "
            "the end of the process, which waits less for the disk"
        },
    )


@frozen
class Config:
    """A whole config; `source` knows where it is written."""

    requires: tuple[str, ...] = field(
        default=(), metadata={"help": "distributions that must be installed, as pip writes them"}
    )
    packs: tuple[str, ...] = field(
        default=(), metadata={"help": "the packs that short names are looked up in"}
    )
    choose: Mapping[str, str] = field(
        default=NOTHING,
        metadata={"help": "for a pack that several distributions claim: which of them it is"},
    )
    max_concurrency: int | Literal["auto"] = field(
        default=32,
        validator=at_least_one,
        metadata={"help": "cells that run at once; 'auto' is as many as the models can take"},
    )
    max_errors: float = field(
        default=0.02,
        validator=[ge(0), le(1)],
        metadata={"help": "the share of errors, 0..1, above which a run fails"},
    )
    dataset: DatasetConfig = field(factory=DatasetConfig, metadata={"help": "the samples to grade"})
    models: Mapping[str, ModelConfig] = field(
        factory=dict, metadata={"help": "the models that graders ask, by the names they use"}
    )
    graders: Mapping[str, GraderConfig] = field(
        factory=dict, metadata={"help": "the graders; the name of each is a column"}
    )
    aggregators: Mapping[str, AggregatorConfig] = field(
        factory=dict, metadata={"help": "the aggregators; the name of each is a column"}
    )
    gates: Mapping[str, GateConfig] = field(
        factory=dict, metadata={"help": "what a run must come to, which `rmg gate` looks at"}
    )
    sinks: Mapping[str, UseConfig] = field(
        factory=dict, metadata={"help": "where finished cells go, beside the run directory"}
    )
    observers: Mapping[str, UseConfig] = field(
        factory=dict, metadata={"help": "what is told how a run goes"}
    )
    budget: BudgetConfig = field(
        factory=BudgetConfig, metadata={"help": "what all models together may cost a run"}
    )
    run: RunConfig = field(factory=RunConfig, metadata={"help": "where a run is kept"})
    source: Source = field(factory=Source, eq=False, repr=False, metadata={"option": False})

    @property
    def base(self) -> Path:
        """The folder that relative paths start from."""
        return self.source.base

    @property
    def dataset_path(self) -> str | None:
        """The path of the dataset from anywhere, or `-` for standard input."""
        path = self.dataset.path
        return path if path in (None, "-") else str(self.base / path)

    @property
    def run_dir(self) -> Path:
        """The run directory, which need not exist."""
        name = Path(self.source.file).stem if self.source.file else "config"
        return self.base / (self.run.dir or Path("runs") / name)

    def problem(
        self, path: KeyPath, message: str, hint: str = "", at: Literal["key", "value"] = "key"
    ) -> Problem:
        """Say what is wrong at a path of keys, and where that stands."""
        return self.source.problem(path, message, hint, at)
