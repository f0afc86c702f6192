"""Options of judges: what each mode has, what a profile fills in, what is refused."""

import attrs
import pytest

from rmg_core.graders import spec_of
from rmg_core.testing import ScriptedModel
from rmg_plugin_judge.graders import grader_class
from rmg_plugin_judge.inline import Custom
from rmg_plugin_judge.labelled import ExampleFile
from rmg_plugin_judge.options import (
    OPTIONS,
    ChecklistOptions,
    ListwiseOptions,
    PairwiseOptions,
    PointwiseOptions,
)
from rmg_plugin_judge.tables import Escalation, Sampling, Truncation
from rmg_plugin_judge.values import Level, Prompt, Rubric, RubricInput

from .scripted import POINTS

ONE, TWO, THREE = (ScriptedModel("x", name=name) for name in ("one", "two", "three"))

RUBRIC = Rubric(
    name="tone",
    about="Judge the tone.",
    inputs=(RubricInput("response"), RubricInput("author", is_required=False)),
    mode="pointwise",
    prompt=Prompt("Judge."),
    levels=(Level("no", "Rude.", 0.0), Level("yes", "Kind.", 1.0)),
    translations={"zh": Prompt("判断。")},
)
Tone = grader_class(RUBRIC)


def names(mode: str) -> set[str]:
    return {each.name for each in attrs.fields(OPTIONS[mode])}


def test_each_mode_has_the_options_that_mean_something_for_it():
    common = set.intersection(*map(names, OPTIONS))
    assert {mode: sorted(names(mode) - common) for mode in OPTIONS} == {
        "pointwise": [
            "calibrate",
            "degenerate",
            "panel_reduce",
            "panel_weights",
            "reduce",
            "scoring",
            "units",
        ],
        "checklist": [
            "batch",
            "calibrate",
            "checklist_model",
            "degenerate",
            "panel_reduce",
            "panel_weights",
            "reduce",
            "units",
        ],
        "pairwise": [
            "inconsistent",
            "orders",
            "panel_reduce",
            "panel_weights",
            "tie_value",
            "ties",
        ],
        "listwise": ["inconsistent", "orders", "rounds", "ties", "tournament"],
        "tree": ["calibrate", "degenerate", "panel_reduce", "panel_weights", "reduce", "units"],
    }


@pytest.mark.parametrize("cls", [*OPTIONS.values(), Custom])
def test_every_option_says_what_it_is_for(cls):
    assert [each.name for each in attrs.fields(cls) if not each.metadata.get("help")] == []


@pytest.mark.parametrize(
    ("profile", "score", "pair"),
    [
        (None, (1, None), (1, None, "swap", "tie")),
        ("fast", (1, None), (1, None, "random", "tie")),
        ("balanced", (1, None), (1, None, "swap", "tie")),
        ("careful", (5, 0.7), (3, 0.7, "swap", "rejudge")),
    ],
)
def test_a_profile_stands_for_explicit_options(profile, score, pair):
    one = PointwiseOptions(model=ONE, profile=profile)
    two = PairwiseOptions(model=ONE, profile=profile)
    assert (one.samples, one.temperature) == score
    assert (two.samples, two.temperature, two.orders, two.inconsistent) == pair


def test_a_profile_fills_in_only_what_is_not_written():
    made = PointwiseOptions(model=ONE, profile="careful", samples=2)
    assert (made.samples, made.temperature) == (2, 0.7)


def test_a_profile_and_what_it_stands_for_are_one():
    assert PointwiseOptions(model=ONE, profile="careful") == PointwiseOptions(
        model=ONE, samples=5, temperature=0.7
    )


def test_a_judge_is_a_model_and_no_text():
    with pytest.raises(TypeError, match=r"a judge is a model, .*not the text 'm'"):
        PointwiseOptions(model="m")


def test_a_rubric_with_criteria_needs_no_model_to_write_them():
    with pytest.raises(ValueError, match="checklist_model writes criteria, and the rubric has"):
        grader_class(POINTS)(model=ONE, checklist_model=TWO)


def test_the_profile_of_a_panel_wants_two_votes():
    assert PairwiseOptions(panel=(ONE, TWO, THREE), profile="panel").min_votes == 3


def test_what_is_expanded_has_every_option_but_the_profile():
    made = PairwiseOptions(model=ONE, profile="careful")
    assert made.expanded()["samples"] == 3
    assert set(made.expanded()) == names("pairwise") - {"profile"}


def test_samples_may_be_as_many_as_it_takes():
    made = PointwiseOptions(model=ONE, samples=Sampling(min=2, max=9), reduce="mode")
    assert (made.fewest_samples, made.most_samples) == (2, 9)


def test_the_judges_are_the_panel_or_the_one_model():
    assert PointwiseOptions(model=ONE).judges == (ONE,)
    assert PointwiseOptions(panel=(ONE, TWO)).judges == (ONE, TWO)


REFUSED = [
    (
        PointwiseOptions,
        'there is no judge: write model = "NAME", or panel = ["NAME", "NAME"]',
    ),
    (
        lambda: PointwiseOptions(model=ONE, panel=(ONE, TWO)),
        "panel and model are both written; take one of them out",
    ),
    (lambda: PointwiseOptions(panel=(ONE,)), "panel has one judge; write model instead"),
    (
        lambda: PointwiseOptions(panel=(ONE, ONE)),
        "panel has the same judge twice, whose votes would be the same",
    ),
    (
        lambda: PointwiseOptions(model=ONE, profile="panel"),
        'profile \'panel\' needs panel = ["NAME", "NAME", "NAME"]',
    ),
    (lambda: PointwiseOptions(model=ONE, samples=0), "samples must be at least 1, not 0"),
    (lambda: Sampling(min=3, max=3), "max must be above min, which is 3, not 3"),
    (
        lambda: PointwiseOptions(model=ONE, samples=3, temperature=0.0),
        "temperature must be above 0 where there are several samples",
    ),
    (
        lambda: PointwiseOptions(panel=(ONE, TWO), panel_reduce="weighted"),
        "panel_weights must have a weight for each of the panel: 2 of them, not 0",
    ),
    (
        lambda: PointwiseOptions(panel=(ONE, TWO), panel_weights=(1.0, 2.0)),
        "panel_weights are for panel_reduce = 'weighted'",
    ),
    (
        lambda: PointwiseOptions(panel=(ONE, TWO), min_votes=3),
        "min_votes must be at most 2, the number of votes",
    ),
    (
        lambda: PointwiseOptions(model=ONE, escalate=Escalation(to=TWO)),
        "escalate needs several votes, which can differ: set samples or panel",
    ),
    (
        lambda: PointwiseOptions(model=ONE, examples=ExampleFile(("{}",))),
        "shots must be at least 1 for examples to be shown",
    ),
    (
        lambda: Tone(model=ONE, shots=2),
        "shots must be at most 0, the examples of the rubric; see examples",
    ),
    (
        lambda: Tone(model=ONE, language="de"),
        "language 'de' is no translation; there are: zh",
    ),
    (
        lambda: Tone(model=ONE, candidate="model"),
        "candidate names 'model', which is no input: response, author",
    ),
    (
        lambda: Tone(model=ONE, truncate=Truncation(field="query", keep="head", characters=9)),
        "truncate names 'query', which is no input: response, author",
    ),
    (
        lambda: ListwiseOptions(model=ONE, tournament="all", rounds=3),
        "rounds are those of tournament = 'swiss'",
    ),
    (
        lambda: ListwiseOptions(model=ONE, tournament="swiss", orders="rotate"),
        "orders must be 'swap', 'random' or 'one' for a tournament of pairs",
    ),
    (
        lambda: Custom(model=ONE, criteria="Kind?", candidate="model"),
        "candidate names 'model', which is no input: response, query, context, reference",
    ),
    (
        lambda: PointwiseOptions(model=ONE, reduce="trimmed"),
        "reduce = 'trimmed' needs samples = 3 or more",
    ),
    (
        lambda: PointwiseOptions(model=ONE, reduce="trimmed", samples=5, min_votes=1),
        "reduce = 'trimmed' needs three votes of each judge; leave min_votes out",
    ),
    (
        lambda: PairwiseOptions(model=ONE, samples={"min": 2, "max": 5}, min_votes=9),
        "min_votes must be at most 4, the number of votes, that are asked for in any case",
    ),
    (
        lambda: PointwiseOptions(model=ONE, samples=3, escalate={"to": ONE}),
        "escalate.to is one of the judges, whose word is known: name another",
    ),
    (
        lambda: ListwiseOptions(model=ONE, inconsistent="error"),
        "inconsistent is for the pairs of a tournament, and there is none",
    ),
    (
        lambda: Custom(model=ONE, criteria=" "),
        "criteria must say what is judged, and is blank",
    ),
    (
        lambda: Custom(model=ONE, criteria="Kind?", scale=(0, 1), levels={"0": "no", "1": " "}),
        "levels must describe each of 0 to 1: '1' is blank",
    ),
    (
        lambda: Custom(model=ONE, criteria="Is {respons} kind?"),
        "criteria names the input {respons}, which is none: response, query, context, reference",
    ),
    (
        lambda: Custom(model=ONE, criteria="Kind?", scale=(5, 0)),
        "scale must go up, by at most 100, and not from 5 to 0",
    ),
    (
        lambda: Custom(model=ONE, criteria="Kind?", scale=(0, 2), levels={"0": "no"}),
        "levels must describe each of 0 to 2: '1' is not described",
    ),
]


@pytest.mark.parametrize(("make", "said"), REFUSED, ids=[said[:40] for _, said in REFUSED])
def test_options_that_do_not_go_together_are_refused(make, said):
    with pytest.raises(ValueError) as refused:
        make()
    assert str(refused.value) == said


def test_both_orders_of_a_pair_are_votes_that_can_differ():
    made = PairwiseOptions(model=ONE, escalate=Escalation(to=TWO))
    assert made.escalate == Escalation(to=TWO)


def test_a_checklist_may_be_asked_in_batches():
    assert ChecklistOptions(model=ONE, batch=3).batch == 3


def test_the_judge_of_a_config_has_the_inputs_of_an_answer():
    spec = spec_of(Custom)
    assert [(each.name, each.required) for each in spec.inputs] == [
        ("response", True),
        ("query", False),
        ("context", False),
        ("reference", False),
        ("answered_by", False),
    ]


def test_tables_may_be_mappings_in_python():
    made = PointwiseOptions(model=ONE, units={"unit": "step"}, samples={"min": 1, "max": 3},
        reduce="mode", truncate={"field": "query", "keep": "head", "characters": 9})  # fmt: skip
    assert (made.units.unit, made.samples.max, made.truncate.keep) == ("step", 3, "head")


def test_a_rotation_may_have_more_votes_than_two_orders():
    assert ListwiseOptions(model=ONE, orders="rotate", min_votes=6).min_votes == 6
