"""Probes: a grader of a stored run asked anew on altered inputs, to see what sways it."""

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from rmg_plugin_stats.probes.probing import probe

__all__ = ["PROBES", "probe"]

PROBES: Final = {
    "repeat": "the same samples several times: does the score stay?",
    "swap": "two answers in both orders: does the verdict stay with the answer?",
    "length": "the same answer, padded and restated: does the score rise?",
    "style": "the same answer with headings, lists, bold and emoji: does the score change?",
    "pairs": "answers made worse in known ways: does the score fall?",
    "attacks": "answers made to gain a score: do they?",
}
"""The probes by their names, and what each asks."""


def __getattr__(name: str) -> Any:
    if name != "probe":
        raise AttributeError(f"module 'rmg_plugin_stats.probes' has no attribute {name!r}")
    from rmg_plugin_stats.probes.probing import probe  # numpy is for whoever probes

    return probe
