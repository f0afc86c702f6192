"""rmg grades AI responses with graders that anyone can publish.

Imports point down. What a module needs from above stands on the wrong floor.

     8  cli/         grading
     7  summary      results     runs/
     6  runner/      spending    statistics
     5  plan/        store/
     4  registry/    config/      basic/         connections/
     3  hookspecs    limits/
     2  graders/     mappers      aggregators    datasets/       models/     spread
     1  outcomes     redaction/
     0  errors/      hints       layout      deprecations

     testing/       beside the house, for the tests of packs; of the rooms, cli/ alone looks at it

`python -m rmg_core.cli`, installed as `rmg`, is the command line.
"""

from typing import TYPE_CHECKING, Any

from rmg_core.errors import (
    CannotGrade,
    Cause,
    ConfigError,
    DataError,
    ModelFailed,
    ModelStopped,
    Problem,
    ProviderError,
    RmgError,
    RunFailed,
)
from rmg_core.graders import GradeTrial, OrderTrial, grader
from rmg_core.hookspecs import hookimpl
from rmg_core.outcomes import (
    Cell,
    GraderError,
    GraderRank,
    GraderScore,
    GraderSkip,
    Outcome,
    Scale,
)

if TYPE_CHECKING:
    from rmg_core.aggregators import NamedAggregator
    from rmg_core.basic.combining import WeightedSumAggregator
    from rmg_core.config import Fault, GateConfig, read_document
    from rmg_core.datasets import BadRow
    from rmg_core.deprecations import Deprecated, RmgDeprecationWarning
    from rmg_core.grading import GradingRunner
    from rmg_core.models import Model
    from rmg_core.plan import connect
    from rmg_core.redaction import Secret
    from rmg_core.results import Results
    from rmg_core.runs.stored import RunColumn, StoredRun, StoredSample
    from rmg_core.spread import Interval, Spread

__all__ = [
    "BadRow",
    "CannotGrade",
    "Cause",
    "Cell",
    "ConfigError",
    "DataError",
    "Deprecated",
    "Fault",
    "GateConfig",
    "GradeTrial",
    "GraderError",
    "GraderRank",
    "GraderScore",
    "GraderSkip",
    "GradingRunner",
    "Interval",
    "Model",
    "ModelFailed",
    "ModelStopped",
    "NamedAggregator",
    "OrderTrial",
    "Outcome",
    "Problem",
    "ProviderError",
    "Results",
    "RmgDeprecationWarning",
    "RmgError",
    "RunColumn",
    "RunFailed",
    "Scale",
    "Secret",
    "Spread",
    "StoredRun",
    "StoredSample",
    "WeightedSumAggregator",
    "connect",
    "grader",
    "hookimpl",
    "read_document",
]

# A pack's author needs the names above; what runs a plan is imported when it is asked for.
_LATE = {
    "BadRow": "rmg_core.datasets",
    "Deprecated": "rmg_core.deprecations",
    "Fault": "rmg_core.config",
    "GateConfig": "rmg_core.config",
    "GradingRunner": "rmg_core.grading",
    "Interval": "rmg_core.spread",
    "Model": "rmg_core.models",
    "NamedAggregator": "rmg_core.aggregators",
    "Results": "rmg_core.results",
    "RmgDeprecationWarning": "rmg_core.deprecations",
    "RunColumn": "rmg_core.runs.stored",
    "Secret": "rmg_core.redaction",
    "Spread": "rmg_core.spread",
    "StoredRun": "rmg_core.runs.stored",
    "StoredSample": "rmg_core.runs.stored",
    "WeightedSumAggregator": "rmg_core.basic.combining",
    "connect": "rmg_core.plan",
    "read_document": "rmg_core.config",
}


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(f"module 'rmg_core' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_LATE[name]), name)
