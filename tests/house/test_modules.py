"""What a module may be: short, a noun, told in one sentence."""

import ast
import re
from pathlib import Path

import pytest

from .tree import CORE, PACKS, modules_in, name_of, parsed, shipped, texts

LONGEST = 400
"""Lines; 250 is where one should begin to look for the seam."""

NOT_NOUNS = {"base", "common", "helper", "helpers", "manager", "misc", "util", "utils"}

KEEPS_ERRORS_PRIVATE = "an exception that leaves its room belongs into errors.py"


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


@pytest.mark.parametrize(
    "path", [path for path in texts() if path.suffix == ".py"], ids=name_of
)
def test_the_module_is_named_for_what_it_holds(path: Path):
    assert not NOT_NOUNS & {path.stem, *path.parent.parts}


@pytest.mark.parametrize("path", modules_in(CORE, *PACKS), ids=name_of)
def test_no_function_takes_keywords_that_it_does_not_name(path: Path):
    polite = [
        f"line {node.lineno}: **{node.args.kwarg.arg}"
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        and node.args.kwarg
    ]
    assert polite == []
