"""The keys of a config, table by table."""

from functools import partial

from generator.options import options_table
from rmg_core.config import (
    AggregatorConfig,
    Config,
    DatasetConfig,
    GraderConfig,
    RunConfig,
    UseConfig,
)

TABLES = {
    "top": Config,
    "dataset": DatasetConfig,
    "graders": GraderConfig,
    "aggregators": AggregatorConfig,
    "use": UseConfig,
    "run": RunConfig,
}
PARTS = {f"config.{name}": partial(options_table, cls, "key") for name, cls in TABLES.items()}
