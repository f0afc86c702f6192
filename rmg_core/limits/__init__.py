"""How much may run at once, and how often a model may be asked."""

from rmg_core.limits.places import Limits, take

__all__ = ["Limits", "take"]
