"""Files for pytest: which tests stand in one, and what is believed of a report on them."""

import ast
import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from rmg_core import CannotGrade
from rmg_plugin_code import python_source
from rmg_plugin_code.answers import NoAnswer
from rmg_plugin_code.sandbox import Program, pytest_inside
from rmg_plugin_code.words import shortened

_LIBRARIES: Final = ("pytest", "pluggy", "iniconfig", "packaging", "pygments")


class NotATestFile(ValueError):
    """A text is no file with tests for pytest."""


@frozen
class Report:
    """What became of one test."""

    name: str
    outcome: str
    last_words: str

    @property
    def has_passed(self) -> bool:
        """A test that is skipped has not passed: the program could have made it skip."""
        return self.outcome == "passed"

    @property
    def told(self) -> str:
        said = f": {shortened(self.last_words, quote=False)}" if self.last_words else ""
        return f"{shortened(self.name, quote=False)} {self.outcome}{said}"


@frozen
class PytestFile:
    """The text of a file for pytest, and the names of the tests that can be read off it."""

    text: str
    names: frozenset[str]

    @classmethod
    def read(cls, text: str) -> "PytestFile":
        """Read a file.

        Raises:
            NotATestFile: it is not Python, or has no test.
        """
        try:
            tree = python_source.source(text).tree()
        except python_source.Unparsable as fault:
            raise NotATestFile(f"they are neither cases nor Python: {fault}") from fault
        names = frozenset(_names_in(tree.body))
        if not names:
            raise NotATestFile("no function in them begins with `test`")
        return cls(text, names)

    def program(self, source: str, module: str, packages: tuple[Path, ...] = ()) -> Program:
        """Return what runs the file against a program, which may import from `packages`.

        Raises:
            CannotGrade: pytest is not installed.
        """
        found = [find_spec(each) for each in _LIBRARIES]
        if found[0] is None:
            raise CannotGrade(
                "tests in a file need pytest: run `pip install 'rmg-plugin-code[pytest]'`"
            )
        origins = [Path(spec.origin) for spec in found if spec is not None and spec.origin]
        folders = sorted({_folder_of(origin) for origin in origins})
        arguments = {
            "function": "run",
            "args": [self.text, source, module],
            "kwargs": {},
        }
        inside = Path(pytest_inside.__file__).read_text("utf-8")
        return Program(
            inside, json.dumps(arguments), paths=tuple(dict.fromkeys((*folders, *packages)))
        )

    def report(self, answer: Any) -> list[Report]:
        """Read a report, of which each test that stands in the file must be told.

        Raises:
            NoAnswer: it is not a report on this file.
        """
        if not isinstance(answer, list) or not all(map(_is_report, answer)):
            raise NoAnswer("what was reported is no report")
        found = [Report(*each) for each in answer]
        told = {each.name.partition("[")[0] for each in found}
        if missing := self.names - told:
            raise NoAnswer(f"nothing was reported of {', '.join(sorted(missing)[:5])}")
        return found


def _is_report(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 3 and all(isinstance(v, str) for v in value)


def _folder_of(origin: Path) -> Path:
    """Return the folder that a library is imported from."""
    return origin.parent.parent if origin.name == "__init__.py" else origin.parent


def _names_in(body: list[ast.stmt], within: str = "") -> list[str]:
    found = []
    for each in body:
        match each:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                if name.startswith("test") and not _mentions(each.decorator_list, "fixture"):
                    found.append(f"{within}{name}")
            case ast.ClassDef(name=name, body=inner):
                if name.startswith("Test") or _mentions(each.bases, "TestCase"):
                    found += _names_in(inner, f"{within}{name}::")
            case _:
                pass
    return found


def _mentions(expressions: list[ast.expr], name: str) -> bool:
    return any(name in ast.unparse(each) for each in expressions)
