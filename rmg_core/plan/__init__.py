"""The plan: a config with every name resolved and every option checked."""

from rmg_core.plan.build import (
    dataset_of_draft,
    plan_of_config,
    plan_of_draft,
    plan_of_objects,
)
from rmg_core.plan.connecting import connect
from rmg_core.plan.identity import Identity
from rmg_core.plan.values import NamedPart, Plan, PlannedAggregator, PlannedGrader

__all__ = [
    "Identity",
    "NamedPart",
    "Plan",
    "PlannedAggregator",
    "PlannedGrader",
    "connect",
    "dataset_of_draft",
    "plan_of_config",
    "plan_of_draft",
    "plan_of_objects",
]
