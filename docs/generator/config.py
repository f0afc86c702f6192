"""The keys of a config, table by table."""

from functools import partial

from generator.options import options_table
from rmg_core.config import (
    AggregatorConfig,
    BudgetConfig,
    Config,
    DatasetConfig,
    GateConfig,
    GraderConfig,
    ModelConfig,
    RunConfig,
    UseConfig,
)
from rmg_core.config.models import PriceConfig

TABLES = {
    "top": Config,
    "dataset": DatasetConfig,
    "graders": GraderConfig,
    "aggregators": AggregatorConfig,
    "gates": GateConfig,
    "models": ModelConfig,
    "price": PriceConfig,
    "budget": BudgetConfig,
    "use": UseConfig,
    "run": RunConfig,
}
PARTS = {f"config.{name}": partial(options_table, cls, "key") for name, cls in TABLES.items()}
