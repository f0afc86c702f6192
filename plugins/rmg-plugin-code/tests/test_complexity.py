import pytest

from rmg_core import CannotGrade, GraderSkip
from rmg_core.graders import spec_of
from rmg_plugin_code.complexity import complexity

# Branches by McCabe, + 1 each: `straight` 1; `branches` 1 + if + elif + for + and = 5.
TWO = """
def straight(x):
    return x

def branches(x):
    if x:
        return 1
    elif not x and x is None:
        return 2
    for each in ():
        pass
"""


def test_the_most_complex_part_counts_and_is_named():
    outcome = complexity(TWO)
    assert (outcome.score, outcome.reason) == (5.0, "the most is 5 in branches; 2 parts")


def test_the_mean_of_all_parts_is_an_option():
    outcome = complexity(TWO, reduce="mean")
    assert (outcome.score, outcome.reason) == (
        3.0,
        "3 on average; the most is 5 in branches; 2 parts",
    )


@pytest.mark.parametrize(
    "outer", ["def f():", "class C:", "async def f():", "if True:\n  class C:\n   class D:"]
)
def test_functions_are_found_wherever_they_are(outer):
    inner = "def g(x):\n     return 1 if x else 2 if not x else 3"
    assert "the most is 3 in g" in complexity(f"{outer}\n    {inner}\n").reason


def test_code_outside_of_functions_is_a_part_where_it_has_a_branch():
    assert complexity("def f():\n    pass\nif f:\n    f()\n").metadata["parts"] == 2
    assert complexity("def f():\n    pass\nf()\n").metadata["parts"] == 1


def test_straight_code_without_functions_is_as_simple_as_can_be():
    assert complexity("x = 1\n").score == 1.0


def test_branches_in_the_body_of_a_class_count():
    assert "3 in the body of class C" in complexity(
        "class C:\n    if 1:\n        x = 1\n    y = 1 if 2 else 3\n"
    ).reason  # fmt: skip


def test_parts_of_all_blocks_count():
    assert complexity(f"```python\n{TWO}```\n" * 2).metadata["parts"] == 4


def test_code_that_does_not_parse_is_not_measured():
    assert complexity("def f(:") == GraderSkip("nothing to measure: invalid syntax (line 1)")


def test_code_nested_deeper_than_radon_can_follow_is_an_error():
    with pytest.raises(CannotGrade, match="nested deeper than radon can follow"):
        complexity("1" + "+1" * 1500)


def test_a_reduction_that_is_not_known_is_refused():
    with pytest.raises(ValueError, match="'reduce' must be in"):
        spec_of(complexity).options(reduce="median")


def test_code_that_would_take_long_is_refused():
    with pytest.raises(CannotGrade, match="at most 200000 are read") as caught:
        complexity("x = 1\n" * 40_000)
    assert caught.value.kind == "bad_input"
