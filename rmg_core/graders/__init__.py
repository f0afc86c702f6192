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

__all__ = [
    "MARK",
    "Declared",
    "Grader",
    "GraderSpec",
    "Input",
    "accepts",
    "as_grader",
    "grader",
    "option_class",
    "spec_of",
    "type_name",
    "with_options",
]
