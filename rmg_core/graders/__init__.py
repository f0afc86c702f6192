"""What a grader is, read off the signature of a function or an attrs class."""

from rmg_core.graders.declaring import MARK, Declared, grader
from rmg_core.graders.definitions import (
    Grader,
    GraderSpec,
    as_grader,
    option_class,
    spec_of,
    with_options,
)
from rmg_core.graders.inputs import Input, accepts, type_name
from rmg_core.graders.trials import GradeTrial, OrderTrial, Trial, said_of, trials_of

__all__ = [
    "MARK",
    "Declared",
    "GradeTrial",
    "Grader",
    "GraderSpec",
    "Input",
    "OrderTrial",
    "Trial",
    "accepts",
    "as_grader",
    "grader",
    "option_class",
    "said_of",
    "spec_of",
    "trials_of",
    "type_name",
    "with_options",
]
