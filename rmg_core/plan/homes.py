"""Where the code of a definition is at home: a release, or a file that anybody may edit."""

import functools
import importlib.metadata
import inspect
import os
import sys
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, Final

from attrs import frozen

OURS: Final = "rmg_core"
_STANDARD: Final = Path(os.__file__).parent
_INSTALLED: Final = frozenset({"site-packages", "dist-packages"})


@frozen
class Home:
    """A module: `text` names it and its release, or is a digest of its file.

    `is_released` says which. Python and rmg itself grade nothing: their releases do not count.
    """

    text: str
    is_released: bool


def home_of(module: object) -> Home | None:
    """Return the home of a module, given itself or by its name; None where it has no file."""
    if isinstance(module, str):
        module = sys.modules.get(module)
    return _home(vars(module)) if isinstance(module, ModuleType) else None


def home_of_code(function: FunctionType) -> Home | None:
    """Return the home of a function's code; None where it was typed, or made of a text."""
    around = function.__globals__
    is_of_file = _is_same(function.__code__.co_filename, around.get("__file__") or "")
    return _home(around) if is_of_file else None


def edited_source(module: str | None) -> str:
    """Digest the file of a module; empty where it is installed, or has none."""
    around = vars(sys.modules.get(module or "", object))
    file = around.get("__file__") or ""
    if not file or _is_ours(around) or _INSTALLED.intersection(Path(file).parts):
        return ""
    return _source(file, around.get("__spec__"))


def named_home(definition: Any) -> str:
    """Say which home a definition has under which name; empty where no home has it.

    What a home has is what its file says, whatever the definition closes over.
    """
    module = sys.modules.get(getattr(definition, "__module__", None) or "")
    name = getattr(definition, "__qualname__", "")
    if module is None or not name:
        return ""
    try:
        found = functools.reduce(getattr, name.split("."), module)
    except AttributeError:
        return ""
    home = home_of(module)
    if found is not definition or home is None:
        return ""
    is_known = home.is_released or _is_written_in(definition, module)
    return f"{home.text}:{name}" if is_known else ""


def _home(around: Mapping[str, Any]) -> Home | None:
    name, file = around.get("__name__", ""), around.get("__file__") or ""
    if _is_ours(around):
        return Home(name, is_released=True)
    package = name.partition(".")[0]
    release = _release_of(package) if _INSTALLED.intersection(Path(file).parts) else ""
    if release:
        return Home(f"{release} {name}", is_released=True)
    source = _source(file, around.get("__spec__")) if file else ""
    return Home(source, is_released=False) if source else None


def _is_written_in(definition: Any, module: ModuleType) -> bool:
    """Tell it from what was typed into a module that has a file, as `python -i` allows."""
    own = vars(definition).values() if isinstance(definition, type) else [definition]
    places = [
        each.__code__.co_filename
        for each in map(_unwrapped, own)
        if isinstance(each, FunctionType) and each.__module__ == module.__name__
    ]
    return all(_is_generated(each) or _is_same(each, module.__file__ or "") for each in places)


def _is_generated(place: str) -> bool:
    return place.startswith("<attrs generated") or place == "<string>"


def _unwrapped(definition: Any) -> Any:
    try:
        return inspect.unwrap(definition)
    except ValueError:  # it wraps itself
        return definition


def _is_same(place: str, file: str) -> bool:
    return place == file or (file != "" and os.path.realpath(place) == os.path.realpath(file))


def _is_ours(around: Mapping[str, Any]) -> bool:
    """Tell a module of rmg or Python, some of which have no file, from others of their names."""
    package = around.get("__name__", "").partition(".")[0]
    if package not in sys.stdlib_module_names:
        return bool(package == OURS)
    path = Path(around.get("__file__") or _STANDARD)
    return path.is_relative_to(_STANDARD) and not _INSTALLED.intersection(path.parts)


_read: dict[tuple[str, int], tuple[object, str]] = {}


def _source(file: str, spec: object) -> str:
    """Digest a file as it was when first looked at: what was imported stays as it was.

    A module that is loaded again has another spec. It is kept, so that no other has its number.
    """
    key = (file, id(spec))
    if key not in _read:
        try:
            content = Path(file).read_bytes()
        except OSError:
            return ""
        _read[key] = (spec, blake2b(content, digest_size=16).hexdigest())
    return _read[key][1]


@functools.cache
def _release_of(package: str) -> str:
    """Say which distribution a package is of; most are named for it, and the others are searched.

    Searching takes about 1 ms a distribution. Where none is found, the digest of the file counts.
    """
    try:
        found = importlib.metadata.distribution(package)
    except (importlib.metadata.PackageNotFoundError, ValueError):
        try:
            names = sorted({*importlib.metadata.packages_distributions().get(package, ())})
            return ",".join(f"{each}=={importlib.metadata.version(each)}" for each in names)
        except (importlib.metadata.PackageNotFoundError, AttributeError, KeyError, TypeError):
            return ""
    return f"{found.name}=={found.version}"
