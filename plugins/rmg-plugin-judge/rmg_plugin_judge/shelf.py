"""Where the rubrics of packages lie, and the graders that they stand for."""

from collections.abc import Iterator, Mapping
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

SUFFIX: Final = ".toml"


def rubrics_in(package: str) -> Mapping[str, str]:
    """List the rubrics of a package, as a pack offers them.

    It is all that a pack of rubrics needs: its hook returns this of its own `__name__`. Every
    `*.toml` in the package's folder counts, and in the folder `rubrics` within; a file is read
    when a config names it.

    Raises:
        ModuleNotFoundError: there is no such package.
        ValueError: two files have the same name.
    """
    found: dict[str, str] = {}
    for folder, name in _files(package):
        if name in found:
            raise ValueError(f"the package {package} has two rubrics {name!r}; rename one of them")
        found[name] = f"{__name__}:SHELF.{_encoded(package)}.{_encoded(folder + name)}"
    return found


def grader_of(path: Path) -> type[Any]:
    """Return the grader that a rubric file stands for.

    Raises:
        ConfigError: with every mistake of the file, its line and column.
    """
    return _made(path, path.name.removesuffix(SUFFIX))


def _made(path: Path, name: str) -> type[Any]:
    from rmg_plugin_judge.graders import grader_class
    from rmg_plugin_judge.rubric import read_rubric

    return grader_class(read_rubric(path, name))


class Row:
    """The rubrics of one package, as attributes with encoded names."""

    def __init__(self, package: str) -> None:
        self._package = package

    def __getattr__(self, encoded: str) -> type[Any]:
        _refuse_special(encoded)
        folder, slash, name = _decoded(encoded).rpartition("/")
        place = files(self._package)
        file = (place / folder if slash else place) / f"{name}{SUFFIX}"
        if not file.is_file():
            raise AttributeError(f"the package {self._package} has no rubric {name!r}")
        with as_file(file) as path:
            return _made(path, name)


class Shelf:
    """The packages that hold rubrics, as attributes with encoded names."""

    def __getattr__(self, encoded: str) -> Row:
        _refuse_special(encoded)
        return Row(_decoded(encoded))


SHELF: Final = Shelf()
"""`SHELF.<package>.<rubric>` is a grader, read when it is looked up."""


def _files(package: str) -> Iterator[tuple[str, str]]:
    place = files(package)
    for folder, prefix in ((place, ""), (place / "rubrics", "rubrics/")):
        if folder.is_dir():
            yield from ((prefix, name) for name in sorted(_names(folder)))


def _names(folder: Traversable) -> Iterator[str]:
    for each in folder.iterdir():
        if each.name.endswith(SUFFIX) and each.is_file():
            yield each.name.removesuffix(SUFFIX)


def _encoded(text: str) -> str:
    """Write a name as one attribute, of which a dot would be the end."""
    return text.replace("%", "%25").replace(".", "%2E")


def _decoded(encoded: str) -> str:
    return encoded.replace("%2E", ".").replace("%25", "%")


def _refuse_special(name: str) -> None:
    """Refuse what Python itself looks for at any object.

    Raises:
        AttributeError: always for such a name.
    """
    if name.startswith("__"):
        raise AttributeError(name)
