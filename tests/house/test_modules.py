"""What a module may be: short, a noun, told in one sentence."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from .tree import name_of, parsed, shipped, texts

LONGEST = 400
"""Lines; 250 is where one should begin to look for the seam."""

NOT_NOUNS = {"base", "common", "helper", "helpers", "manager", "misc", "util", "utils"}


@pytest.mark.parametrize("path", shipped(), ids=name_of)
def test_the_module_is_short(path: Path):
    assert len(path.read_text("utf-8").splitlines()) <= LONGEST


@pytest.mark.parametrize("path", shipped(), ids=name_of)
def test_the_module_is_told_in_one_sentence(path: Path):
    told = ast.get_docstring(parsed(path))
    assert told, "write a docstring"
    sentence = told.partition("\n\n")[0]
    assert sentence.endswith("."), sentence
    assert not re.search(r"[.!?]\s+[A-Z]", sentence), f"two sentences: {sentence}"


@pytest.mark.parametrize("path", [path for path in texts() if path.suffix == ".py"], ids=name_of)
def test_the_module_is_named_for_what_it_holds(path: Path):
    assert not NOT_NOUNS & {path.stem, *path.parent.parts}


def polite_parameters(tree: ast.Module) -> Iterator[str]:
    """Yield each `**` of a signature, unless the function is there to refuse every call."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            refuses = node.returns is not None and ast.unparse(node.returns) == "NoReturn"
            if node.args.kwarg and not refuses:
                yield f"line {node.lineno}: {node.name}(**{node.args.kwarg.arg})"
        elif isinstance(node, ast.Lambda) and node.args.kwarg:
            yield f"line {node.lineno}: lambda **{node.args.kwarg.arg}"


@pytest.mark.parametrize("path", shipped(), ids=name_of)
def test_no_function_takes_keywords_that_it_does_not_name(path: Path):
    assert list(polite_parameters(parsed(path))) == []


def test_keywords_that_have_no_name_are_found():
    source = "def f(**kwargs): ...\ndef no(**kwargs) -> NoReturn: ...\nlambda **more: 1"
    assert list(polite_parameters(ast.parse(source))) == [
        "line 1: f(**kwargs)",
        "line 3: lambda **more",
    ]
