"""The grader of how many paths lead through Python."""

import ast
from collections.abc import Sequence
from statistics import fmean
from typing import Annotated, Literal, TypeAlias, get_args

from attrs import frozen, validators

from rmg_core import CannotGrade, GraderScore, GraderSkip, Scale, grader
from rmg_plugin_code.python_source import Unparsable, parsed

PATHS = Scale(1, None, higher_is_better=False)
Reduce: TypeAlias = Literal["max", "mean"]


@frozen
class Part:
    """A function, a method, or what stands outside of them."""

    name: str
    complexity: int


@grader(scale=PATHS, needs=("rmg-plugin-code[complexity]",), runs_in="process")
def complexity(
    response: str,
    *,
    reduce: Annotated[
        Reduce, validators.in_(get_args(Reduce)), "the most complex part, or the mean of all parts"
    ] = "max",
) -> GraderScore | GraderSkip:
    r"""The cyclomatic complexity of the Python of the response; 1 is simplest.

    Parts are functions and methods, also those inside of others; code outside of them is a part
    where it has a branch, or where there is no other part. radon's own ranks: up to 5 is simple, up
    to 10 well structured, above 20 complex, above 40 alarming. A response without Python, or with
    Python that does not parse, is a skip; `syntax` scores that.

    Definition: McCabe 1976, the branches of a part + 1, as radon counts them.

    Raises:
        CannotGrade: the code is nested deeper than radon can follow, or the response has more than
            200,000 characters (`bad_input`).

    Example:
        >>> complexity("def f(x):\n    return x if x else 0").reason
        'the most is 2 in f; 1 part'
    """
    try:
        sources = parsed(response)
    except Unparsable as fault:
        return GraderSkip(f"nothing to measure: {fault}")
    parts = [part for _, tree in sources for part in _parts(tree)]
    most = max(parts, key=lambda part: part.complexity)
    mean = fmean(part.complexity for part in parts)
    count = f"{len(parts)} {'part' if len(parts) == 1 else 'parts'}"
    reason = f"the most is {most.complexity} in {most.name}; {count}"
    if reduce == "mean":
        reason = f"{mean:.4g} on average; {reason}"
    score = float(most.complexity) if reduce == "max" else mean
    return GraderScore(
        score, reason, {"max": most.complexity, "mean": mean, "parts": len(parts)}, PATHS
    )


def _parts(tree: ast.Module) -> list[Part]:
    parts = []
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name, body=body) | ast.AsyncFunctionDef(name=name, body=body):
                parts.append(Part(name, 1 + _branches(body)))
            case ast.ClassDef(name=name, body=body) if branches := _branches(body):
                parts.append(Part(f"the body of class {name}", 1 + branches))
    branches = _branches(tree.body)
    if branches or not parts:
        parts.append(Part("the code outside of functions", 1 + branches))
    return parts


def _branches(body: Sequence[ast.stmt]) -> int:
    """Count the branches of statements, without those of the functions and classes among them."""
    from radon.visitors import ComplexityVisitor

    visitor = ComplexityVisitor(off=False)
    for inner in ("FunctionDef", "AsyncFunctionDef", "ClassDef"):
        # These are parts of their own; radon would forget what is inside of some of them.
        setattr(visitor, f"visit_{inner}", lambda _: None)
    try:
        for statement in body:
            visitor.visit(statement)
    except RecursionError as fault:
        raise CannotGrade("the code is nested deeper than radon can follow", "bad_input") from fault
    return int(visitor.complexity)
