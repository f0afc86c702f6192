"""How much may run at once, and how often a model may be asked."""

from rmg_core.limits.budget import Budget
from rmg_core.limits.calling import Answered, answered
from rmg_core.limits.clock import SYSTEM, Clock
from rmg_core.limits.door import Door
from rmg_core.limits.places import Limits, take

__all__ = ["SYSTEM", "Answered", "Budget", "Clock", "Door", "Limits", "answered", "take"]
