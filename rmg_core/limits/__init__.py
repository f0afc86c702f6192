"""How much may run at once, and how often a model may be asked."""

from rmg_core.limits.budget import Budget
from rmg_core.limits.calling import Answered, answered
from rmg_core.limits.clock import SYSTEM, Clock
from rmg_core.limits.door import Door
from rmg_core.limits.places import Limits, take
from rmg_core.limits.policy import Verdict, fault_in, verdict_on

__all__ = [
    "SYSTEM",
    "Answered",
    "Budget",
    "Clock",
    "Door",
    "Limits",
    "Verdict",
    "answered",
    "fault_in",
    "take",
    "verdict_on",
]
