"""A grader with models among its options is known by which models these are."""

from typing import Any

import pytest
from attrs import field, frozen, validators

from rmg_core import GradingRunner
from rmg_core.config import OptionsError, structure_options
from rmg_core.models import Model
from rmg_core.plan import PlannedGrader
from rmg_core.testing import ScriptedModel

from .clients import Client, connection

A, B = connection(Client(), "a"), connection(Client(max_tokens=9), "b")
A_BY_ANOTHER_NAME = connection(Client(), "c", rpm=3, timeout=1.0)


@frozen
class Judge:
    models: tuple[Model, ...] = field(validator=validators.min_len(1))
    named: dict[str, Model] = field(factory=dict)
    maybe: Model | None = field(
        default=None, validator=validators.optional(validators.instance_of(Model))
    )

    async def grade(self, response: str) -> float:
        return 1.0


def planned(**options: Any) -> PlannedGrader:
    [made] = GradingRunner({"j": {"grader": Judge, "options": options}}).plan.graders
    return made


def test_which_models_in_which_order_and_under_which_names_is_part_of_a_grader():
    options: list[dict[str, Any]] = [
        {"models": [A]},
        {"models": [B]},
        {"models": [A, B]},
        {"models": [B, A]},
        {"models": [A], "maybe": A},
        {"models": [A], "maybe": B},
        {"models": [A], "named": {"x": A}},
        {"models": [A], "named": {"y": A}},
        {"models": [A], "named": {"x": B}},
    ]
    digests = {planned(**each).identity.digest for each in options}
    assert len(digests) == len(options)
    assert b"" not in digests


def test_the_name_and_the_limits_of_a_model_are_no_part_of_a_grader():
    one, other = (
        planned(models=[each], named={"x": each}, maybe=each) for each in (A, A_BY_ANOTHER_NAME)
    )
    assert one.identity == other.identity
    assert (one.models, other.models) == ((A,), (A_BY_ANOTHER_NAME,))


def test_a_scripted_model_is_an_option_like_any_other():
    made = planned(models=[ScriptedModel("yes")], maybe=ScriptedModel("no"))
    assert made.models == ()
    assert made.identity.is_stable


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"models": []}, "option 'models' of grader 'j' must not be empty"),
        (
            {"models": ["c"]},
            "option 'models.0' of grader 'j' names the model 'c', which there is not; models: a, b",
        ),
        (
            {"models": ["a"], "maybe": 3},
            (
                "option 'maybe' of grader 'j' must be the name of a model, not 3; "
                "write NAME for the table [models.NAME]"
            ),
        ),
    ],
)
def test_what_is_no_model_is_refused(options, said):
    with pytest.raises(OptionsError) as caught:
        structure_options(Judge, options, owner="grader 'j'", models={"a": A, "b": B})
    assert str(caught.value) == said
