"""The five ways to write a name in a config."""

import re
from typing import TypeAlias

from attrs import frozen

from rmg_core.errors import UnknownName
from rmg_core.registry.claims import is_name

_is_dotted = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*").fullmatch


@frozen
class PackName:
    """`pack/name`: exactly this."""

    pack: str
    name: str


@frozen
class ShortName:
    """`name`: looked up in the packs that a config names."""

    name: str


@frozen
class FileName:
    """`./file.py:name`: code outside packs."""

    file: str
    name: str


@frozen
class ModuleName:
    """`module:name`: code outside packs."""

    module: str
    name: str


@frozen
class DocumentName:
    """`./file.toml`: a file that stands for a grader, without code."""

    file: str

    @property
    def suffix(self) -> str:
        return self.file.rpartition(".")[2]


Use: TypeAlias = PackName | ShortName | FileName | ModuleName | DocumentName

_DOCUMENTS = (".toml",)


def parse_use(noun: str, use: str) -> Use:
    """Read a name as it is written.

    Raises:
        UnknownName: it is written in none of the five ways.
    """
    if ":" in use:
        left, _, name = use.rpartition(":")
        if left and _is_dotted(name):
            if left.endswith(".py") or "/" in left or "\\" in left:
                return FileName(left, name)
            if _is_dotted(left):
                return ModuleName(left, name)
    elif use.endswith(_DOCUMENTS):
        return DocumentName(use)
    elif use.endswith(".py"):
        raise UnknownName(noun, use, remedy=f"say which of its names: '{use}:NAME'")
    else:
        pack, slash, name = use.partition("/")
        if slash and is_name(pack) and is_name(name):
            return PackName(pack, name)
        if is_name(use):
            return ShortName(use)
    raise UnknownName(
        noun,
        use,
        remedy="write 'pack/name', 'name', './file.toml', './file.py:name' or 'module:name'",
    )
