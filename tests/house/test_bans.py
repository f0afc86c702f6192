"""What no module may do, but for the places in these tables, each with its reason."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from .tree import ROOT, name_of, parsed, shipped, texts

CATCH_ALL = {
    "plugins/rmg-plugin-litellm/rmg_plugin_litellm/line.py": "litellm raises whatever it meets",
    "plugins/rmg-plugin-math/rmg_plugin_math/reading.py": "the parser raises bare exceptions",
    "rmg_core/cli/inputs.py": "a mapper is the code of a user or a pack",
    "rmg_core/config/bounds.py": "a validator is the code of a pack",
    "rmg_core/config/strict.py": "validators and converters are the code of a pack",
    "rmg_core/datasets/dataset.py": "a reader is the code of a pack",
    "rmg_core/registry/claims.py": "a damaged distribution spoils its own pack only",
    "rmg_core/registry/faults.py": "`__str__` of a foreign exception is foreign code",
    "rmg_core/runner/delivery.py": "a sink or an observer is the code of a pack",
    "rmg_core/runner/settling.py": "the border to graders and aggregators",
    "rmg_core/runner/session.py": "`aopen` and `aclose` of a grader are the code of a pack",
    "rmg_core/testing/cancelling.py": "what a grader raises when cancelled is what is looked for",
    "rmg_core/runner/addressing.py": "a mapper is the code of a user or a pack",
    "rmg_core/runner/apart.py": "a mapper is the code of a user or a pack",
    "rmg_core/runner/calls.py": "the border to async graders",
    "rmg_core/runner/progress.py": "what shows progress is the code of a notebook or a stream",
    "rmg_core/runner/foresight.py": "what is raised in a thread is raised where it is waited for",
    "rmg_core/runner/waiting.py": "what is raised in a thread is raised where it is waited for",
    "rmg_core/runner/streaming.py": "what ends a run is raised again where its stream is read",
    "rmg_core/runner/threads.py": "what is raised in a thread is raised where it is waited for",
    "rmg_core/runner/work.py": "the border to graders and mappers",
    "rmg_core/runner/worker.py": "the border to graders, in a process of theirs",
    "rmg_core/statistics.py": "a statistic is the code of a pack",
    "rmg_core/runs/stored.py": "a mapper is the code of a user or a pack",
}

CODE_OR_OBJECTS_FROM_TEXT = {
    "plugins/rmg-plugin-code/rmg_plugin_code/sandbox/launcher.py": {
        "exec": "it is the sandbox, in which the program of a response runs"
    },
    "rmg_core/registry/code.py": {"exec": "a config may name a file of graders"},
}

STANDARD_STREAMS = {
    "plugins/rmg-plugin-code/rmg_plugin_code/query_child.py": "its parent reads them",
    "plugins/rmg-plugin-text/rmg_plugin_text/search_child.py": "its parent reads them",
    "rmg_core/runner/progress.py": "a caller who asks for progress wants it there",
    "rmg_core/runner/worker.py": "its parent reads them",
}

BANNED_MODULES = {"cloudpickle", "dill", "jsonpickle", "marshal", "pickle", "shelve"}
BANNED_CALLS = {"eval", "exec", "yaml.load", "yaml.unsafe_load"}
FOR_THE_SCREEN = {"click", "rich"}


def catch_alls(tree: ast.Module) -> Iterator[int]:
    """Yield the line of each handler that takes any exception and does not let it go on."""
    for node in ast.walk(tree):
        match node:
            case ast.ExceptHandler(type=caught, body=[*_, last]):
                passes_on = isinstance(last, ast.Raise) and last.exc is None
                if (caught is None or takes_all(caught)) and not passes_on:
                    yield node.lineno
            case ast.Call(func=function, args=caught) if dotted(function).endswith("suppress"):
                if any(takes_all(each) for each in caught):
                    yield node.lineno


def takes_all(caught: ast.expr) -> bool:
    each = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(dotted(one) in {"Exception", "BaseException"} for one in each)


def dotted(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=name):
            return f"{dotted(value)}.{name}"
        case _:
            return ""


def makers(tree: ast.Module) -> Iterator[str]:
    """Yield each use of what makes code or objects out of a text."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (each.name for each in names if each.name in BANNED_MODULES)
            case ast.ImportFrom(module=str(module)) if module in BANNED_MODULES:
                yield module
            case ast.Call(func=function) if dotted(function) in BANNED_CALLS:
                yield dotted(function)


def prints(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="print")):
                yield node.lineno
            case ast.Attribute() if dotted(node) in {"sys.stdout", "sys.stderr"}:
                yield node.lineno
            case ast.Import(names=names):
                yield from (node.lineno for each in names if is_for_the_screen(each.name))
            case ast.ImportFrom(module=str(module)) if is_for_the_screen(module):
                yield node.lineno


def is_for_the_screen(module: str) -> bool:
    return module.partition(".")[0] in FOR_THE_SCREEN


def found_in(
    paths: Iterable[Path], look: Callable[[ast.Module], Iterable[object]]
) -> dict[str, list[object]]:
    """Return what is found, by the name of the module; no name where that is nothing."""
    found = {name_of(path): [*look(parsed(path))] for path in paths}
    return {name: lines for name, lines in found.items() if lines}


def found_by(look: object, source: str) -> list[object]:
    return list(look(ast.parse(source)))  # type: ignore[operator]


def test_any_exception_is_caught_only_where_foreign_code_enters():
    found = found_in(shipped(), catch_alls)
    assert {name: lines for name, lines in found.items() if name not in CATCH_ALL} == {}
    assert [name for name in CATCH_ALL if name not in found] == [], "take them out of CATCH_ALL"


@pytest.mark.parametrize(
    "source",
    [
        "try: grade()\nexcept Exception: pass",
        "try: grade()\nexcept: score = 0",
        "try: grade()\nexcept (OSError, BaseException) as fault: raise Other from fault",
        "with contextlib.suppress(Exception): grade()",
    ],
)
def test_a_handler_that_takes_any_exception_is_found(source: str):
    assert found_by(catch_alls, source) == [2 if source.startswith("try") else 1]


@pytest.mark.parametrize(
    "source",
    ["try: grade()\nexcept OSError: pass", "try: grade()\nexcept BaseException:\n tidy()\n raise"],
)
def test_a_handler_that_is_narrow_or_lets_go_is_not_found(source: str):
    assert found_by(catch_alls, source) == []


def test_no_text_becomes_code_or_objects():
    allowed = {name: {*calls} for name, calls in CODE_OR_OBJECTS_FROM_TEXT.items()}
    found = found_in(shipped(), makers)
    assert {name: {*calls} for name, calls in found.items()} == allowed


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "def late():\n    from marshal import loads",
        "score = eval(formula)",
        "yaml.load(text)",
    ],
)
def test_a_text_that_becomes_code_or_objects_is_found(source: str):
    assert len(found_by(makers, source)) == 1


def test_only_the_command_line_prints():
    elsewhere = [path for path in shipped() if "cli" not in path.relative_to(ROOT).parts]
    found = found_in(elsewhere, prints)
    assert {name: lines for name, lines in found.items() if name not in STANDARD_STREAMS} == {}
    assert [each for each in STANDARD_STREAMS if each not in found] == [], "take them out"


@pytest.mark.parametrize(
    "source", ["print(1)", "sys.stderr.write('')", "from rich.table import Table", "import click"]
)
def test_what_prints_is_found(source: str):
    assert found_by(prints, source) == [1]


def test_every_place_of_the_tables_is_there():
    places = {*CATCH_ALL, *CODE_OR_OBJECTS_FROM_TEXT, *STANDARD_STREAMS}
    assert [place for place in places if not (ROOT / place).is_file()] == []


ELSEWHERE = re.compile(
    r"(?<![\w./~:])/(?:work|farm|home|Users|root|tmp|mnt|private|var/folders)/"
    r"|(?:\bpypi|pythonhosted)\.org|\b(?:artifactor[y]|nexu[s])\b"
)


def test_no_file_names_a_place_on_one_machine_or_a_package_index():
    assert [
        f"{name_of(path)}, line {number}: {line}"
        for path in texts()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if ELSEWHERE.search(line)
    ] == []


def test_a_place_on_one_machine_is_found():
    assert ELSEWHERE.search("see {}home/ada/rmg".format("/"))
    assert not ELSEWHERE.search("mapper = 'output.answer' in tests/home/rmg")
