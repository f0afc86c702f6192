"""Code outside packs: what a file or an importable module holds."""

import functools
import hashlib
import importlib
import importlib.util
import sys
from pathlib import Path
from types import FrameType, ModuleType

from attrs import frozen

from rmg_core.errors import BrokenCode, UnknownName
from rmg_core.hints import near_miss
from rmg_core.registry.faults import Blame, is_within, place_of, said


@frozen
class Origin:
    """Where an object comes from: a pack of a distribution, or a file outside packs.

    `source` is a digest of the file's bytes as they were read; it is "" for a pack, and for a
    module that has no file.
    """

    pack: str = ""
    distribution: str = ""
    version: str = ""
    file: Path | None = None
    source: str = ""


@frozen
class Resolved:
    """What a name stands for.

    `name` is `pack/name`, or for code outside packs the name as it was written. Of a name that
    goes out of use, `instead` says what to do.
    """

    noun: str
    name: str
    value: object
    origin: Origin
    instead: str = ""


def from_file(noun: str, use: str, base: Path) -> Resolved:
    """Load `./file.py:name`, where the path is relative to `base`.

    A file is run once, and again when its bytes have changed. Its folder is not put on the import
    path: what it may import must not depend on which config was read first.

    Raises:
        BrokenCode: there is no such file, or it cannot be imported.
        UnknownName: the file has nothing of that name.
    """
    written = use.rpartition(":")[0]
    path = (base / written).resolve()
    with Blame(lambda fault: _broken_file(written, path, fault)):
        is_there = path.is_file()
    if not is_there:
        near = near_miss(path.name, [each.name for each in path.parent.glob("*.py")])
        remedy = f"did you mean {near!r}?" if near else f"its path is relative to {base}"
        raise BrokenCode(written, "there is no such file", remedy)
    with Blame(lambda fault: _broken_file(written, path, fault)):
        source = path.read_bytes()
        module = _run(path, source)
    return _resolved(noun, use, module, Origin(file=path, source=digest_of(source)))


def from_module(noun: str, use: str, base: Path) -> Resolved:
    """Import `module:name` from the import path as it is; `base` is only for the advice.

    Raises:
        BrokenCode: there is no such module, or it cannot be imported.
        UnknownName: the module has nothing of that name.
    """
    written, _, name = use.rpartition(":")
    with Blame(lambda fault: _broken_module(written, name, base, fault)):
        module = importlib.import_module(written)
        file = Path(module.__file__) if module.__file__ else None
        origin = Origin(file=file, source=digest_of(file.read_bytes()) if file else "")
    return _resolved(noun, use, module, origin)


def module_of_file(path: str) -> ModuleType:
    """Run a file of graders as a module, once, as a config that names it does."""
    return _run(Path(path), Path(path).read_bytes())


def _run(path: Path, source: bytes) -> ModuleType:
    key = digest_of(bytes(path) + b"\0" + source)
    name = f"rmg_code_{key}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None:
        raise ImportError(f"{path.name} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # pickle and attrs look a class's module up here
    try:
        # The loader would read the file again, or a cached copy: run the bytes that were hashed.
        exec(compile(source, str(path), "exec"), vars(module))  # noqa: S102 - that is what it is for
    except BaseException:
        del sys.modules[name]
        raise
    return module


def digest_of(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def _resolved(noun: str, use: str, module: ModuleType, origin: Origin) -> Resolved:
    written, _, name = use.rpartition(":")
    with Blame(lambda fault: _unknown(noun, written, name, module, fault)):
        value = functools.reduce(getattr, name.split("."), module)
    return Resolved(noun, use, value, origin)


def _unknown(
    noun: str, written: str, name: str, module: ModuleType, fault: BaseException
) -> UnknownName | BrokenCode:
    if not isinstance(fault, AttributeError):
        return BrokenCode(written, f"looking up {name!r}: {said(fault)}")
    own = [
        each
        for each, value in vars(module).items()
        if not each.startswith("_") and getattr(value, "__module__", None) == module.__name__
    ]
    return UnknownName(noun, name, repr(written), tuple(own))


def _broken_file(written: str, path: Path, fault: BaseException) -> BrokenCode:
    def owns(frame: FrameType) -> bool:
        return frame.f_code.co_filename == str(path)

    place = place_of(fault, owns)
    if isinstance(fault, PermissionError) and not place:
        remedy = "give yourself the right to read it (chmod u+r), or run as its owner"
        return BrokenCode(written, "it cannot be read: permission denied", remedy)
    absent = fault.name if isinstance(fault, ModuleNotFoundError) else None
    if not absent:
        return BrokenCode(written, f"{said(fault)}{place}", "correct the file")
    if (path.parent / f"{absent.partition('.')[0]}.py").is_file():
        remedy = (
            "it lies beside the file, and that folder is not on the import path: set PYTHONPATH"
        )
    else:
        remedy = "install what provides it"
    lacking = f"the module {absent!r}, which it imports{place}, is not there"
    return BrokenCode(written, lacking, remedy)


def _broken_module(written: str, name: str, base: Path, fault: BaseException) -> BrokenCode:
    absent = fault.name if isinstance(fault, ModuleNotFoundError) else None
    if absent and is_within(written, absent):
        file = f"{written.replace('.', '/')}.py"
        if (base / file).is_file():
            remedy = f"the config's folder is not on the import path: write './{file}:{name}'"
        else:
            remedy = "install it, set PYTHONPATH, or name a file as in './graders.py:name'"
        return BrokenCode(written, f"there is no module {absent!r} on the import path", remedy)
    package = written.partition(".")[0]
    place = place_of(fault, lambda frame: is_within(frame.f_globals.get("__name__", ""), package))
    if absent:
        lacking = f"the module {absent!r}, which it imports{place}, is not installed"
        return BrokenCode(written, lacking, "install what provides it")
    return BrokenCode(written, f"{said(fault)}{place}", "correct the module")
