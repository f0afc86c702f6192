"""Judges: the keys of a rubric file, the options of each mode, and what a grader asks."""

from functools import partial
from typing import Any

import attrs

from generator.markdown import code, table
from generator.options import options_table
from rmg_core.graders import GraderSpec
from rmg_plugin_judge.inline import (
    Custom,
    CustomChecklist,
    CustomPreference,
    CustomRanking,
    DecisionTree,
)
from rmg_plugin_judge.layout import (
    CriterionTable,
    LevelTable,
    NodeTable,
    PromptTable,
    RubricFile,
)
from rmg_plugin_judge.options import (
    ChecklistOptions,
    JudgeOptions,
    ListwiseOptions,
    PairwiseOptions,
    PointwiseOptions,
    ScoreOptions,
)
from rmg_plugin_judge.profiles import OF_PAIRS, PROFILES
from rmg_plugin_judge.tables import Escalation, Sampling, Truncation
from rmg_plugin_judge.units import Units
from rmg_plugin_judge.values import Rubric

OPTIONS_OF = {
    "common": JudgeOptions,
    "score": ScoreOptions,
    "pointwise": PointwiseOptions,
    "checklist": ChecklistOptions,
    "pairwise": PairwiseOptions,
    "listwise": ListwiseOptions,
    "custom": Custom,
    "custom_checklist": CustomChecklist,
    "custom_preference": CustomPreference,
    "custom_ranking": CustomRanking,
    "decision_tree": DecisionTree,
    "samples": Sampling,
    "escalate": Escalation,
    "truncate": Truncation,
    "units": Units,
}

KEYS_OF: dict[type[Any], dict[str, str]] = {
    RubricFile: {
        "about": "what it judges, in one line: the entry of the catalogue",
        "inputs": "what a sample must have; a name that ends with `?` may be missing",
        "mode": "what comes out: a level, a checklist, a preference, a ranking, the end of a way",
        "prompt": "what the judge is told, and its translations: below",
        "version": "yours to raise; a changed text is another grader without it",
        "scale": "the lowest and the highest level, whole numbers, at most 101 of them",
        "levels": "what each level means: below",
        "criteria": "what a checklist asks, one table each: below",
        "criteria_from": "the input that brings each sample's own criteria instead",
        "claims": "what a claim is: those that the answer makes are listed, and are the criteria",
        "nodes": "the questions of a decision tree, a table each: below",
        "may_abstain": "the judge may say that it cannot tell, which is a skip",
        "examples": "inputs with the verdict that they deserve: below",
        "tests": "minimal pairs: below",
    },
    LevelTable: {
        "value": "the score that it stands for; of a checklist, the share of the weight, 0..1",
        "text": "what it means",
    },
    CriterionTable: {
        "id": "one word, under which its verdict is given and stored",
        "text": "what must be so for it to be met",
        "weight": "what it earns; a negative one takes points away where it is met",
    },
    NodeTable: {
        "ask": "the question",
        "answers": "the labels, each with the name of the next question or with a score",
    },
    PromptTable: {
        "task": "what is judged, in a sentence or two",
        "consider": "what counts",
        "ignore": "what must not count, such as length",
        "steps": "what the judge does before it gives its verdict",
    },
}


def keys(cls: type[Any]) -> str:
    """Write the keys of a table of a rubric file.

    Raises:
        LookupError: a key has no meaning here, or one that is not there has.
    """
    said = KEYS_OF[cls]
    if unlike := said.keys() ^ {each.name for each in attrs.fields(cls)}:
        raise LookupError(f"{cls.__name__} and its meanings differ in {', '.join(sorted(unlike))}")
    return options_table(cls, "key", said)


def own_options(cls: type[Any]) -> str:
    """Write the options that a class has, and those before it have not."""
    own = [each.name for each in attrs.fields(cls) if not each.inherited]
    return options_table(cls, names=own)


def profiles() -> str:
    """Write what each profile fills in."""
    names = list(dict.fromkeys(name for chosen in PROFILES.values() for name in chosen))
    rows = [(f"`{profile}`", *(_filled(profile, name) for name in names)) for profile in PROFILES]
    return table(("profile", *(f"`{name}`" for name in names)), rows)


def _filled(profile: str, name: str) -> str:
    value = PROFILES[profile].get(name)
    said = "" if value is None else code(str(value))
    of_pairs = OF_PAIRS.get(profile, {}).get(name)
    return said if of_pairs is None else f"{said}, of pairs and lists {code(str(of_pairs))}"


def is_judge(spec: GraderSpec) -> bool:
    return issubclass(spec.options, JudgeOptions)


def rubric_of(spec: GraderSpec) -> Rubric | None:
    """Return the rubric that a grader is made of; an inline judge has none."""
    return getattr(spec.options, "rubric", None)


def section(spec: GraderSpec) -> list[str]:
    """Return what a judge asks, and where its options are told."""
    rubric = rubric_of(spec)
    if rubric is None:
        return [_options("an inline judge", "inline")]
    parts = [f"Mode: {rubric.mode}. {_options('its mode', rubric.mode)}"]
    if rubric.translations:
        parts.append(f"Translations: {', '.join(map(code, rubric.translations))}.")
    if rubric.may_abstain:
        parts.append("The judge may abstain.")
    if rubric.criteria_from:
        whose = "are the claims of the answer, or come" if rubric.claims else "come"
        parts.append(f"The criteria {whose} with each sample, in `{rubric.criteria_from}`.")
    return list(filter(None, [" ".join(parts), _levels(rubric), _criteria(rubric)]))


def _options(whose: str, anchor: str) -> str:
    return f"Options: those of [{whose}](judge-options.md#{anchor})."


def _levels(rubric: Rubric) -> str:
    if rubric.mode in ("pairwise", "listwise"):
        return ""
    rows = [
        (
            code(level.label),
            "" if level.label == f"{level.value:g}" else f"{level.value:g}",
            level.text,
        )
        for level in rubric.levels
    ]
    return table(("level", "score", "means"), rows)


def _criteria(rubric: Rubric) -> str:
    rows = [(code(each.id), f"{each.weight:g}", each.text) for each in rubric.criteria]
    return table(("criterion", "weight", "is met where"), rows) if rows else ""


PARTS = {
    "rubric.keys": partial(keys, RubricFile),
    "rubric.level": partial(keys, LevelTable),
    "rubric.criterion": partial(keys, CriterionTable),
    "rubric.node": partial(keys, NodeTable),
    "rubric.prompt": partial(keys, PromptTable),
    **{f"judge.{name}": partial(own_options, cls) for name, cls in OPTIONS_OF.items()},
    "judge.profiles": profiles,
}
