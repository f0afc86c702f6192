"""A module of graders as its text says it: nothing of it is imported."""

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeGuard

from attrs import frozen

from rmg_core.errors import ConfigError, Problem

_OUTCOMES = frozenset(
    {"float", "int", "bool", "GraderScore", "GraderRank", "GraderSkip", "GraderError", "Outcome"}
)


@frozen
class Definition:
    """A grader that a module defines, and the inputs that it needs."""

    address: str
    inputs: tuple[str, ...]


@frozen
class Source:
    """What is there: `top` is a package or a module, below the folder that imports start from.

    `graders` are what it defines, `passed_over` says of what looks like one why it is none,
    `imports` are the modules of others. `has_hooks` tells that `top` is a pack's already.
    """

    place: Path
    top: str
    is_package: bool
    graders: Mapping[str, Definition]
    passed_over: tuple[str, ...]
    imports: tuple[str, ...]
    has_hooks: bool

    @property
    def project(self) -> Path:
        """The folder of the project, which may have its code in a folder `src`."""
        return self.place.parent if self.place.name == "src" else self.place


def source_of(path: Path) -> Source:
    """Read a module, or every module right in a package.

    Raises:
        ConfigError: it is neither, it is no Python, or it has no graders.
        OSError: it cannot be read.
    """
    inner = path / "__init__.py"
    if not path.exists():
        hint = "name the file of a module, or the folder of a package"
        raise ConfigError([Problem(f"there is no {str(path)!r}", hint)])
    if path.is_dir() and not inner.is_file():
        hint = "name a file, or a folder with __init__.py"
        raise ConfigError([Problem(f"the folder {str(path)!r} is no package of Python", hint)])
    if not path.is_dir() and path.suffix != ".py":
        raise ConfigError([Problem(f"{str(path)!r} is no module of Python", "name a .py file")])
    files = [inner, *sorted(set(path.glob("*.py")) - {inner})] if path.is_dir() else [path]
    place, top = _top_of(path.absolute())
    if not top.isidentifier() or top in sys.stdlib_module_names:
        fault = f"{top!r} cannot be the name of a module that others install"
        raise ConfigError(
            [Problem(fault, "rename it: letters, digits and '_', and none of Python's")]
        )
    trees = {_dotted(place, file.absolute()): _parsed(file) for file in files}
    graders: dict[str, Definition] = {}
    passed_over: list[str] = []
    for module, tree in trees.items():
        for name, inputs in _definitions(tree):
            address, taken = f"{module}:{name}", graders.get(_lower(name))
            if inputs is None:
                passed_over.append(f"{address} does not say what it returns, such as -> float")
            elif taken:
                passed_over.append(f"{address} has the name of {taken.address}; rename it")
            else:
                graders[_lower(name)] = Definition(address, inputs)
    if not graders:
        hint = "; ".join(passed_over) or (
            "a grader is a public function that says that it returns a float, a bool or a "
            "GraderScore, or a class with a method grade"
        )
        raise ConfigError([Problem(f"{str(path)!r} has no graders", hint)])
    package = place / top
    first = package / "__init__.py" if package.is_dir() else package.with_suffix(".py")
    return Source(
        place,
        top,
        package.is_dir(),
        graders,
        tuple(passed_over),
        tuple(sorted({each for tree in trees.values() for each in _imports(tree, place)} - {top})),
        any(map(_is_hook, _parsed(first).body)),
    )


def _top_of(path: Path) -> tuple[Path, str]:
    """Return the folder that imports start from, and the first name of what is imported."""
    while (path.parent / "__init__.py").is_file():
        path = path.parent
    return path.parent, path.stem


def _dotted(place: Path, file: Path) -> str:
    parts = file.relative_to(place).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _parsed(file: Path) -> ast.Module:
    try:
        return ast.parse(file.read_bytes(), str(file))
    except (SyntaxError, ValueError) as fault:
        line = getattr(fault, "lineno", None) or 1
        raise ConfigError([Problem(f"{file}:{line} is no Python: {fault}", "mend it")]) from fault


def _definitions(tree: ast.Module) -> Iterator[tuple[str, tuple[str, ...] | None]]:
    """Yield what may be a grader, with its inputs; with None where it does not say that it is."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            for method in node.body:
                if _is_function(method) and method.name == "grade":
                    yield node.name, _inputs(method)[1:]
        elif _is_function(node) and not (node.name.startswith("_") or _is_hook(node)):
            inputs = _inputs(node)
            if _is_marked(node, "grader") or (inputs and _gives_outcome(node)):
                yield node.name, inputs
            elif inputs and node.returns is None:
                yield node.name, None


def _is_function(node: ast.stmt) -> "TypeGuard[ast.FunctionDef | ast.AsyncFunctionDef]":
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)


def _inputs(node: "ast.FunctionDef | ast.AsyncFunctionDef") -> tuple[str, ...]:
    """Return the names of the parameters that have no default, and are no options."""
    given = [*node.args.posonlyargs, *node.args.args]
    return tuple(each.arg for each in given[: len(given) - len(node.args.defaults)])


def _gives_outcome(node: "ast.FunctionDef | ast.AsyncFunctionDef") -> bool:
    if node.returns is None or node.args.vararg or node.args.kwarg:
        return False
    return bool({*re.findall(r"\w+", ast.unparse(node.returns))} & _OUTCOMES)


def _is_hook(node: ast.stmt) -> bool:
    return _is_function(node) and _is_marked(node, "hookimpl")


def _is_marked(node: "ast.FunctionDef | ast.AsyncFunctionDef", word: str) -> bool:
    """Tell whether the last name of a decorator, which may be called, is `word`."""
    marks = (ast.unparse(each).partition("(")[0] for each in node.decorator_list)
    return any(each.rpartition(".")[2] == word for each in marks)


def _imports(tree: ast.Module, place: Path) -> Iterator[str]:
    """Yield the modules that others have to install."""
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            names = [node.module]
        for name in names:
            top = name.partition(".")[0]
            is_near = (place / top).is_dir() or (place / f"{top}.py").is_file()
            if top not in sys.stdlib_module_names and top != "rmg_core" and not is_near:
                yield top


def _lower(name: str) -> str:
    """Write the name of a class as graders are named."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
