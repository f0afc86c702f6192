"""A hook ships with its section in the reference, and with a test of its name."""

import ast
import re

from .tree import CORE, ROOT, parsed


def signatures() -> dict[str, str]:
    """Return the hooks, each as its spec writes it."""
    return {
        node.name: f"{node.name}({ast.unparse(node.args)}) -> {ast.unparse(node.returns)}"
        for node in parsed(CORE / "hookspecs.py").body
        if isinstance(node, ast.FunctionDef) and node.returns is not None
    }


def test_every_hook_has_a_section_with_its_exact_signature():
    page = (ROOT / "docs" / "reference" / "hooks.md").read_text("utf-8")
    sections = dict(re.findall(r"^## (\w+)\n\n`([^`\n]+)`$", page, re.MULTILINE))
    assert {name: told for name, told in sections.items() if name.startswith("rmg_")} == (
        signatures()
    )


def test_every_hook_has_an_example():
    page = (ROOT / "docs" / "reference" / "hooks.md").read_text("utf-8")
    for hook in signatures():
        _, _, section = page.partition(f"\n## {hook}\n")
        section, _, _ = section.partition("\n## ")
        assert f"@hookimpl\ndef {hook}(" in section


def test_every_hook_has_a_test_of_its_name():
    tests = {
        node.name
        for node in parsed(ROOT / "tests" / "test_hooks.py").body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert [hook for hook in signatures() if f"test_{hook}" not in tests] == []


def test_hooks_take_nothing_and_return_names():
    assert {told.partition("(")[2] for told in signatures().values()} == {
        ") -> Mapping[str, object]"
    }
