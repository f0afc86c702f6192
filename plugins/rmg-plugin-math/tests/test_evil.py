"""Expressions that never end: a time-out of ours ends them, and costs nothing else a grade."""

import pytest

from rmg_core import GradingRunner

EVIL = {
    "a tower of powers": "$9^{9^{9^{9}}}$",
    "braces": "$" + "{" * 10_000 + "5" + "}" * 10_000 + "$",
    "a factorial": "$(10^9)!$",
    "a matrix": "".join(
        (
            r"$\begin{pmatrix}",
            r"\\".join("&".join(f"x_{{{i}}}^{{{j}}}" for j in range(150)) for i in range(150)),
            r"\end{pmatrix}$",
        )
    ),
}


@pytest.fixture(scope="module")
def outcomes():
    rows = []
    for text in EVIL.values():
        rows += [{"response": text, "reference": "5"}, {"response": "$5$", "reference": "5"}]
    entry = {"grader": "math/math_equal", "timeout": 2.0}
    results = GradingRunner({"equal": entry}, max_errors=1.0).run(rows)
    return list(results["equal"])


@pytest.mark.parametrize("place", range(len(EVIL)), ids=list(EVIL))
def test_what_never_ends_is_an_error_of_kind_timeout(outcomes, place):
    assert (outcomes[2 * place].status, outcomes[2 * place].kind) == ("error", "timeout")


def test_every_other_cell_has_its_grade(outcomes):
    assert [each.score for each in outcomes[1::2]] == [1.0] * len(EVIL)
