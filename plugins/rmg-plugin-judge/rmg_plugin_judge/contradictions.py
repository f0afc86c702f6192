"""What options of a judge may not say together."""

from typing import Any, Final

from rmg_plugin_judge.judges import name_of
from rmg_plugin_judge.labelled import check_labels
from rmg_plugin_judge.profiles import TWICE
from rmg_plugin_judge.reductions import LEAST_TO_TRIM
from rmg_plugin_judge.tables import Sampling
from rmg_plugin_judge.units import CONVERSATIONS
from rmg_plugin_judge.values import Rubric

ANSWERED_BY: Final = "answered_by"
"""The input of every judge that names the model which answered, or those that did; never shown."""

JUDGED: Final = ("response", "response_a", "response_b", "responses")
"""The inputs that are answers wherever a rubric has them."""


def check_together(options: Any) -> None:
    """See that the options of a judge go together.

    Raises:
        ValueError: they do not.
        TypeError: a judge is no model.
    """
    _check_judges(options)
    _check_opinions(options)
    if options.escalate is not None and options.escalate.to in options.judges:
        raise ValueError("escalate.to is one of the judges, whose word is known: name another")
    _check_names(options)


def _check_judges(options: Any) -> None:
    for each in options.judges:
        if type(each) is str:
            raise TypeError(f"a judge is a model, such as connect(…), and not the text {each!r}")
    if options.model is None and not options.panel:
        raise ValueError('there is no judge: write model = "NAME", or panel = ["NAME", "NAME"]')
    if options.model is not None and options.panel:
        raise ValueError("panel and model are both written; take one of them out")
    if len(options.panel) == 1:
        raise ValueError("panel has one judge; write model instead")
    if any(each in options.panel[:at] for at, each in enumerate(options.panel)):
        raise ValueError("panel has the same judge twice, whose votes would be the same")
    names = [name_of(each) for each in options.panel]
    if twice := [name for at, name in enumerate(names) if name in names[:at]]:
        raise ValueError(f"panel has two judges with the name {twice[0]!r}: give each its own")
    weights = getattr(options, "panel_weights", ())
    is_weighted = getattr(options, "panel_reduce", "") == "weighted"
    if is_weighted and len(weights) != len(options.panel):
        raise ValueError(
            "panel_weights must have a weight for each of the panel: "
            f"{len(options.panel)} of them, not {len(weights)}"
        )
    if weights and not is_weighted:
        raise ValueError("panel_weights are for panel_reduce = 'weighted'")


def _check_opinions(options: Any) -> None:
    if options.most_samples > 1 and options.temperature == 0:
        raise ValueError("temperature must be above 0 where there are several samples")
    if isinstance(options.samples, Sampling) and not _can_stop(options):
        raise ValueError(
            "samples = { min, max } stops where the rest could change nothing: that is for pairs, "
            "and for levels with reduce = 'mode'; else write a number"
        )
    orders = 2 if getattr(options, "orders", None) in TWICE else 1
    most = len(options.judges) * options.most_samples
    _check_enough(options, len(options.judges) * options.fewest_samples * orders)
    if options.escalate is not None and most * orders < 2:
        raise ValueError("escalate needs several votes, which can differ: set samples or panel")


def _check_enough(options: Any, fewest: int) -> None:
    """See that as many votes are asked for as the rules need."""
    # How many orders a rotation has depends on the list.
    is_known = getattr(options, "orders", None) != "rotate"
    if options.min_votes is not None and is_known and options.min_votes > fewest:
        surely = ", that are asked for in any case" if options.most_samples > 1 else ""
        raise ValueError(f"min_votes must be at most {fewest}, the number of votes{surely}")
    if getattr(options, "reduce", "") != "trimmed":
        return
    if options.fewest_samples < LEAST_TO_TRIM:
        raise ValueError(f"reduce = 'trimmed' needs samples = {LEAST_TO_TRIM} or more")
    if options.min_votes is not None:
        raise ValueError("reduce = 'trimmed' needs three votes of each judge; leave min_votes out")


def _can_stop(options: Any) -> bool:
    """Tell whether what is left of the opinions may be unable to change anything."""
    if hasattr(options, "scoring"):
        return bool(options.reduce == "mode" and options.scoring == "label")
    return hasattr(options, "tie_value") or getattr(options, "tournament", None) is not None


def _check_names(options: Any) -> None:
    if options.examples and not options.shots:
        raise ValueError("shots must be at least 1 for examples to be shown")
    rubric = options.asked
    if rubric is None:
        return
    _check_shots(options, rubric)
    if options.language and options.language not in rubric.translations:
        known = ", ".join(sorted(rubric.translations)) or "none"
        raise ValueError(f"language {options.language!r} is no translation; there are: {known}")
    names = [each.name for each in rubric.inputs]
    cut = "" if options.truncate is None else options.truncate.field
    units = getattr(options, "units", None)
    steps = "" if units is None else units.steps
    if units is not None and units.unit != "step" and not set(names) & set(CONVERSATIONS):
        known = ", ".join(CONVERSATIONS)
        raise ValueError(f"units of turns need a conversation among the inputs: one of {known}")
    if units is not None and units.unit == "step" and rubric.claims:
        raise ValueError("units of steps are not for claims, which are those of the whole answer")
    candidate = "" if options.candidate == ANSWERED_BY else options.candidate
    for option, name in (("candidate", candidate), ("truncate", cut), ("steps", steps)):
        if name and name not in names:
            raise ValueError(f"{option} names {name!r}, which is no input: {', '.join(names)}")
    if candidate in JUDGED:
        raise ValueError(f"candidate names {candidate!r}, which is what is judged")


def _check_shots(options: Any, rubric: Rubric) -> None:
    if options.shots and rubric.mode == "tree":
        raise ValueError("shots are for one verdict, and a tree asks for one after the other")
    if options.shots and not options.examples and options.shots > len(rubric.examples):
        has = len(rubric.examples)
        raise ValueError(f"shots must be at most {has}, the examples of the rubric; see examples")
    if options.labelled is not None:
        check_labels(options.labelled.examples(), rubric)
