"""A config: TOML made into frozen values, strictly, and every problem with its position."""

from rmg_core.config.documents import read_document
from rmg_core.config.findings import Fault, OptionsError
from rmg_core.config.gates import GateConfig, gate_faults
from rmg_core.config.load import Draft, draft_config, load_config, parse_config
from rmg_core.config.model import (
    AggregatorConfig,
    Config,
    DatasetConfig,
    GraderConfig,
    RunConfig,
)
from rmg_core.config.models import BudgetConfig, ModelConfig
from rmg_core.config.names import name_fault
from rmg_core.config.positions import KeyPath
from rmg_core.config.schema import config_schema, options_schema
from rmg_core.config.strict import structure_options
from rmg_core.config.uses import UseConfig
from rmg_core.config.variables import expanded

__all__ = [
    "AggregatorConfig",
    "BudgetConfig",
    "Config",
    "DatasetConfig",
    "Draft",
    "Fault",
    "GateConfig",
    "GraderConfig",
    "KeyPath",
    "ModelConfig",
    "OptionsError",
    "RunConfig",
    "UseConfig",
    "config_schema",
    "draft_config",
    "expanded",
    "gate_faults",
    "load_config",
    "name_fault",
    "options_schema",
    "parse_config",
    "read_document",
    "structure_options",
]
