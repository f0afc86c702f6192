"""What a module may be: short, a noun, told in one sentence."""

import ast
import re
from collections.abc import Iterator

import pytest

from .tree import ROOT, name_of, parsed, shipped, texts

LONGEST = 400
"""Lines; 250 is where one should begin to look for the seam."""

NOT_NOUNS = {"base", "common", "helper", "helpers", "manager", "misc", "util", "utils"}


def test_every_module_is_short():
    lengths = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in shipped()}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST} == {}


def wrong_with(told: str | None) -> str:
    """Say what is wrong with the docstring of a module; nothing when it is one sentence."""
    sentence = (told or "").partition("\n\n")[0]
    if not sentence:
        return "write a docstring"
    if not sentence.endswith("."):
        return f"no sentence: {sentence}"
    return f"two sentences: {sentence}" if re.search(r"[.!?]\s+[A-Z]", sentence) else ""


def test_every_module_is_told_in_one_sentence():
    wrong = {name_of(path): wrong_with(ast.get_docstring(parsed(path))) for path in shipped()}
    assert {name: said for name, said in wrong.items() if said} == {}


@pytest.mark.parametrize("told", [None, "", "A thing", "A thing. It does much."])
def test_a_docstring_that_is_not_one_sentence_is_found(told: str | None):
    assert wrong_with(told)


def test_every_module_is_named_for_what_it_holds():
    modules = [path.relative_to(ROOT) for path in texts() if path.suffix == ".py"]
    assert [str(each) for each in modules if NOT_NOUNS & {each.stem, *each.parent.parts}] == []


def polite_parameters(tree: ast.Module) -> Iterator[str]:
    """Yield each `**` of a signature, unless the function is there to refuse every call."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            refuses = node.returns is not None and ast.unparse(node.returns) == "NoReturn"
            if node.args.kwarg and not refuses:
                yield f"line {node.lineno}: {node.name}(**{node.args.kwarg.arg})"
        elif isinstance(node, ast.Lambda) and node.args.kwarg:
            yield f"line {node.lineno}: lambda **{node.args.kwarg.arg}"


def test_no_function_takes_keywords_that_it_does_not_name():
    found = {name_of(path): [*polite_parameters(parsed(path))] for path in shipped()}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_keywords_that_have_no_name_are_found():
    source = "def f(**kwargs): ...\ndef no(**kwargs) -> NoReturn: ...\nlambda **more: 1"
    assert list(polite_parameters(ast.parse(source))) == [
        "line 1: f(**kwargs)",
        "line 3: lambda **more",
    ]
