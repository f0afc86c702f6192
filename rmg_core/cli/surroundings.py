"""What makes a pack of graders that are there already: files around them, and nothing changed."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from attrs import frozen
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from rmg_core.cli import pack_texts
from rmg_core.cli.grader_sources import Source
from rmg_core.cli.scaffold import (
    distribution_of,
    filled,
    listed,
    names_of,
    package_of,
    requirement,
)

PROJECT: Final = "pyproject.toml"
_CALL: Final = '"$name", golden=golden'
_EXEMPT_CALL: Final = """
    "$name",
    golden=golden,
    exempt={"declared": "the package is older than the pack"},
"""


@frozen
class Surroundings:
    """The texts around graders, by their paths in `project`; `module` is what rmg imports.

    `hooks` is the file in which that module says what the pack has, `reviewed` is the pack with
    what it is exempt from, as the command line takes it.
    """

    project: Path
    module: str
    hooks: str
    reviewed: str
    files: Mapping[str, str]


def surroundings_of(name: str, source: Source, core_version: str) -> Surroundings:
    """Return what a pack has around its graders."""
    package = package_of(name)
    home = source.top if source.is_package else package
    module = source.top if source.has_hooks else f"{source.top}.hooks"
    if not (source.is_package or source.has_hooks):
        module = package
    is_ours = module.partition(".")[0] == package
    source_folder = f"{source.place.name}/" if source.place != source.project else ""
    hooks = f"{source_folder}{module.replace('.', '/')}"
    hooks += "/__init__.py" if module == package else ".py"
    graders = source.graders
    reviewed = name if is_ours else f"{name} --exempt declared"
    names = {
        **names_of(name, [requirement("rmg-core", core_version)]),
        "module": module,
        "hooks": hooks,
        "reviewed": reviewed,
        "typing": "check_untyped_defs = true",
        "typed": listed([f"{source_folder}{each}" for each in _shipped(source, home)] + ["tests"]),
        "wheel": _wheel(source, home, source_folder),
        "grader": next(iter(graders)),
        "offers": "".join(f"        {_offer(key, source)},\n" for key in graders),
        "samples": "".join(f"    {_sample(key, source)}\n" for key in graders),
        "call": (_CALL if is_ours else _EXEMPT_CALL).replace("$name", name),
    }
    texts = {key: text for key, text in pack_texts.AROUND.items() if key != "$package/py.typed"}
    if source.has_hooks:
        del texts["$hooks"]
    if source.is_package or not source.has_hooks:  # a module alone cannot say that it has types
        texts[f"{source_folder}{home}/py.typed"] = ""
    return Surroundings(source.project, module, hooks, reviewed, filled(texts, names))


def _offer(name: str, source: Source) -> str:
    return f'"{name}": "{source.graders[name].address}"'


def _sample(name: str, source: Source) -> str:
    inputs = ", ".join(f'"{each}": …' for each in source.graders[name].inputs)
    return f'"{name}": [],  # Golden({{{inputs}}}, SCORE)'


def _shipped(source: Source, home: str) -> list[str]:
    """Return what a wheel has to hold, in the folder that imports start from."""
    if source.is_package:
        return [home]
    return [f"{source.top}.py"] if source.has_hooks else [home, f"{source.top}.py"]


def _wheel(source: Source, home: str, source_folder: str) -> str:
    shipped = [f"{source_folder}{each}" for each in _shipped(source, home)]
    lines = ["[tool.hatch.build.targets.wheel]"]
    if source.is_package:
        lines.append(f"packages = [{listed(shipped)}]")
    else:
        lines.append(f"only-include = [{listed(shipped)}]")
        lines += [f'sources = ["{source_folder.rstrip("/")}"]'] if source_folder else []
    return "\n".join([*lines, "", ""])


def standing(made: Surroundings) -> list[str]:
    """Return the paths of what is there already, or stands there in another form."""
    there = [each for each in made.files if _is_there(made.project / each)]
    flows = made.project / ".github" / "workflows"
    if any(each.suffix in (".yml", ".yaml") for each in flows.glob("*")):
        there += [each for each in made.files if each.startswith(".github/")]
    return sorted({*there})


def _is_there(path: Path) -> bool:
    return path.exists() or path.is_symlink()


def left_to_do(name: str, made: Surroundings, source: Source) -> Iterator[str]:
    """Say what only the author can do."""
    tests = f"tests/test_{package_of(name)}.py"
    if _is_there(made.project / PROJECT):
        yield from _missing(made.project / PROJECT, name, made.module)
    elif source.imports:
        yield f"{PROJECT}: add to dependencies what brings {', '.join(source.imports)}"
    if not source.is_package and not source.has_hooks:
        yield (
            f"{source.top}.py: move it into {package_of(name)}/, and its address in {made.hooks} "
            "with it; others may have a module of that name too"
        )
    for grader in source.graders:
        address = source.graders[grader].address
        if not source.has_hooks and address not in _read(made, made.hooks, else_=address):
            yield f"{made.hooks}: let rmg_graders() return {_offer(grader, source)} too"
    told = _read(made, tests, else_="")
    bare = [each for each in source.graders if _is_bare(each, told)]
    if bare:
        yield f"{tests}: give a sample whose grade you know to {', '.join(bare)}"
    yield from source.passed_over


def _read(made: Surroundings, path: str, *, else_: str) -> str:
    """Read a file of the project; `else_` stands for one that is not there yet."""
    try:
        return (made.project / path).read_text("utf-8")
    except (OSError, UnicodeError):
        return else_


def _is_bare(grader: str, tests: str) -> bool:
    """Tell whether the tests have no golden sample of a grader, or the empty list to fill in."""
    return f'"{grader}": [' not in tests or f'"{grader}": []' in tests


def _missing(file: Path, name: str, module: str) -> Iterator[str]:
    """Say what a project that is there lacks of a pack."""
    try:
        project = tomllib.loads(file.read_text("utf-8")).get("project")
    except (ValueError, OSError) as fault:
        yield f"{PROJECT} cannot be read: {fault}"
        return
    if not isinstance(project, dict):
        yield f"{PROJECT}: it has no [project], by which pip installs a pack; add it"
        return
    key = f'"{name}"' if "." in name else name
    points = _table(_table(project, "entry-points"), "rmg")
    if points.get(name) != module:
        yield f'{PROJECT}, in [project]: entry-points.rmg.{key} = "{module}"'
    if not any(map(_is_core, _list(project, "dependencies"))):
        yield f'{PROJECT}, in [project]: add "rmg-core" to dependencies'
    if not any(map(_is_core, _list(_table(project, "optional-dependencies"), "test"))):
        yield (
            f'{PROJECT}, in [project]: optional-dependencies.test = ["mypy", "rmg-core[testing]"]'
        )
    wanted = distribution_of(name)
    if canonicalize_name(str(project.get("name", ""))) != wanted:
        yield f"{PROJECT}, in [project]: users look for a distribution that is called {wanted!r}"


def _table(within: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = within.get(key)
    return found if isinstance(found, dict) else {}


def _list(within: Mapping[str, Any], key: str) -> list[Any]:
    found = within.get(key)
    return found if isinstance(found, list) else []


def _is_core(text: object) -> bool:
    try:
        return canonicalize_name(Requirement(str(text)).name) == "rmg-core"
    except InvalidRequirement:
        return False
