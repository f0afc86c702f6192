"""What went wrong in foreign code, and whom to ask about it."""

import re
import traceback
from collections.abc import Callable
from types import FrameType

from attrs import frozen
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from rmg_core.errors import BrokenPack, RegistryError
from rmg_core.registry.claims import CORE, PackInfo


@frozen
class Blame:
    """Surrounds foreign code: whatever it raises becomes the error that `error_of` makes of it.

    `SystemExit` and others outside `Exception` are taken too: importing a pack must not end rmg.
    """

    error_of: Callable[[BaseException], RegistryError]

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: object
    ) -> None:
        if fault is not None and not isinstance(fault, KeyboardInterrupt | RegistryError):
            raise self.error_of(fault) from fault


def said(fault: BaseException) -> str:
    """Write an exception in one line, even one that cannot write itself."""
    name = type(fault).__name__
    try:
        text = " ".join((fault.msg if isinstance(fault, SyntaxError) else str(fault)).split())
    except Exception:  # noqa: BLE001 `__str__` is foreign code too
        return f"{name}, whose message cannot be read"
    return f"{name}: {text[:300]}" if text else name


def place_of(fault: BaseException, owns: Callable[[FrameType], bool]) -> str:
    """Return " at file:line" of the last line of the owner's code on the way to the fault."""
    if isinstance(fault, SyntaxError) and fault.filename and not fault.filename.startswith("<"):
        return f" at {fault.filename}:{fault.lineno}"
    places = [
        f" at {frame.f_code.co_filename}:{line}"
        for frame, line in traceback.walk_tb(fault.__traceback__)
        if owns(frame)
    ]
    return places[-1] if places else ""


def is_within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def broken(info: PackInfo, fault: str, remedy: str) -> BrokenPack:
    return BrokenPack(info.name, info.distribution, info.version, fault, remedy)


def broken_by(info: PackInfo, doing: str, fault: BaseException) -> BrokenPack:
    """Say why code of a pack failed while `doing` something: "" for importing the pack itself."""
    lead = f"{doing}: " if doing else ""
    place = place_of(
        fault, lambda frame: is_within(frame.f_globals.get("__name__", ""), info.package)
    )
    absent = fault.name if isinstance(fault, ModuleNotFoundError) else None
    if absent and is_within(absent, info.package):
        return broken(
            info,
            f"{lead}its module {absent!r} is not there"
            + (f", and is imported{place}" if place else ""),
            f"run `pip install --force-reinstall {info.distribution}`, "
            "or correct the name if it is yours",
        )
    if isinstance(fault, ImportError) and fault.name and is_within(fault.name, "rmg_core"):
        return broken(
            info,
            f"{lead}{said(fault)}{place}",
            "it was written for another version of rmg-core: "
            f"run `pip install --upgrade {CORE} {info.distribution}`",
        )
    if absent:
        return broken(
            info,
            f"{lead}the module {absent!r}, which it imports{place}, is not installed",
            f"run `pip install {_providing(info, absent)}`",
        )
    return broken(
        info,
        f"{lead}{said(fault)}{place}",
        f"upgrade {info.distribution}, tell its authors, or correct it if it is yours",
    )


def _providing(info: PackInfo, module: str) -> str:
    """Return the pack's distribution, with the extra that brings the module if one does."""
    wanted = canonicalize_name(module.partition(".")[0])
    for line in info.requires:
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            continue
        if canonicalize_name(requirement.name) == wanted and requirement.marker:
            extra = re.search(r"\bextra == \"([^\"]+)\"", str(requirement.marker))
            if extra:
                return f"'{info.distribution}[{extra.group(1)}]'"
    return info.distribution
