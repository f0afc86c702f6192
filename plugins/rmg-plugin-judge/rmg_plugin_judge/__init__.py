"""The pack `judge`: graders that ask a model, each written as a rubric."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rmg_core import hookimpl

if TYPE_CHECKING:
    from rmg_plugin_judge.named import AccuracyGrader, HelpfulnessGrader, RelevanceGrader
    from rmg_plugin_judge.shelf import rubrics_in

__all__ = [
    "AccuracyGrader",
    "HelpfulnessGrader",
    "RelevanceGrader",
    "rmg_documents",
    "rmg_graders",
    "rubrics_in",
]


@hookimpl
def rmg_graders() -> Mapping[str, str]:
    """Offer every rubric of the pack, and those that a config writes itself."""
    from rmg_plugin_judge.shelf import rubrics_in

    inline = {
        "custom": "Custom",
        "custom_checklist": "CustomChecklist",
        "custom_preference": "CustomPreference",
        "custom_ranking": "CustomRanking",
        "decision_tree": "DecisionTree",
    }
    return {
        **rubrics_in(__name__),
        **{name: f"rmg_plugin_judge.inline:{made}" for name, made in inline.items()},
    }


@hookimpl
def rmg_documents() -> Mapping[str, str]:
    """Read `./file.toml` as a rubric."""
    return {"toml": "rmg_plugin_judge.shelf:grader_of"}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    home = "shelf" if name == "rubrics_in" else "named"
    return getattr(import_module(f"rmg_plugin_judge.{home}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
