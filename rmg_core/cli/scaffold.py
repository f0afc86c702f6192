"""The files of a new pack: what its author goes on from."""

import re
from collections.abc import Mapping
from string import Template
from types import MappingProxyType
from typing import Final, Literal, TypeAlias, get_args

from packaging.utils import canonicalize_name
from packaging.version import Version

from rmg_core.cli import pack_texts

PREFIX: Final = "rmg-plugin-"
"""By custom the name of a pack's distribution begins so."""

JUDGE: Final = "rmg-plugin-judge"
"""What a pack of rubrics needs."""

Kind: TypeAlias = Literal["functions", "rubrics", "mixed"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

GRADERS: Final[Mapping[Kind, tuple[str, ...]]] = MappingProxyType(
    {"functions": ("is_brief",), "rubrics": ("is_clear",), "mixed": ("is_brief", "is_clear")}
)
"""The graders of a new pack."""

_TEXTS: Final[Mapping[Kind, pack_texts.Texts]] = MappingProxyType(
    {
        "functions": pack_texts.FUNCTIONS,
        "rubrics": pack_texts.RUBRICS,
        "mixed": pack_texts.MIXED,
    }
)

# What the registry takes, in lower case, and may also end the name of a distribution.
_is_fit = re.compile(r"[a-z0-9]+([-_.][a-z0-9]+)*").fullmatch


def fitting(name: str) -> str:
    """Return the name of a pack that `name` is, or was probably meant to be; "" when there is none.

    It can stand in `pack/name`, in the name of a distribution, and in that of a module.
    """
    meant = name if _is_fit(name) else re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    is_long = canonicalize_name(meant).startswith(PREFIX)
    return meant[len(PREFIX) :] if is_long else meant


def distribution_of(name: str) -> str:
    """Return the name of the distribution, and folder, that holds a pack by custom."""
    return canonicalize_name(PREFIX + name)


def package_of(name: str) -> str:
    """Return the name of the package that holds a pack by custom."""
    return distribution_of(name).replace("-", "_")


def requirement(distribution: str, version: str) -> str:
    """Require what is installed, or newer; `version` is "" where it is not known."""
    return f"{distribution}>={Version(version).public}" if version else distribution


def files_of(
    name: str, core_version: str, *, kind: Kind = "functions", judge_version: str = ""
) -> dict[str, str]:
    """Return the texts of a pack by their paths; it requires the versions that it is made for."""
    requirements = ["attrs>=24.2"] if kind != "rubrics" else []
    requirements.append(requirement("rmg-core", core_version))
    if kind != "functions":
        requirements.append(requirement(JUDGE, judge_version))
    package = package_of(name)
    return filled(
        _TEXTS[kind],
        {
            **names_of(name, requirements),
            "module": package,
            "reviewed": name,
            "wheel": "",
            "typing": "strict = true",
            "typed": listed([package, "tests"]),
            "grader": GRADERS[kind][0],
        },
    )


def names_of(name: str, requirements: list[str]) -> dict[str, str]:
    """Return what the name of a pack, and what it requires, are in its files."""
    return {
        "name": name,
        "key": f'"{name}"' if "." in name else name,
        "distribution": distribution_of(name),
        "package": package_of(name),
        "requirements": listed(requirements),
    }


def listed(texts: list[str]) -> str:
    """Write what stands between the brackets of a list, in TOML and in Python."""
    return ", ".join(f'"{each}"' for each in texts)


def filled(texts: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    """Fill the names into texts and their paths."""
    return {
        Template(path).substitute(names): Template(text).substitute(names)
        for path, text in texts.items()
    }
