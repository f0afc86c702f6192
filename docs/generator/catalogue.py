"""The catalogue: everything that the first-party packs provide."""

import re
import tomllib
from pathlib import Path
from typing import Any

import attrs

from generator import judges
from generator.markdown import code, table
from generator.options import options_table
from rmg_core.graders import GraderSpec, spec_of
from rmg_core.outcomes import UNIT
from rmg_core.registry import Registry, Resolved

ROOT = Path(__file__).parents[2]
OF_CORE = ("aggregator", "model", "mapper", "reader", "sink", "observer")


def packs() -> list[str]:
    """Return the names of the first-party packs, as their entry points say them."""
    found = []
    for project in sorted(ROOT.glob("plugins/*/pyproject.toml")):
        written = tomllib.loads(project.read_text("utf-8"))
        found += list(written["project"].get("entry-points", {}).get("rmg", ()))
    return found


def values_of(noun: str, *, pack: str) -> dict[str, Any]:
    """Return what a pack provides, by `pack/name`.

    Raises:
        RegistryError: it cannot be used.
    """
    found = {}
    for name, resolved in Registry().names(noun):
        if name.partition("/")[0] == pack:
            if not isinstance(resolved, Resolved):
                raise resolved
            found[name] = resolved.value
    return found


def graders() -> str:
    parts = []
    for pack in packs():
        specs = {name: spec_of(made) for name, made in values_of("grader", pack=pack).items()}
        rows = [
            (f"[`{name}`](#{_anchor(name)})", spec.summary, str(spec.scale), _needs(spec))
            for name, spec in specs.items()
        ]
        if not specs:
            continue
        parts.append(f"## Graders of `{pack}`")
        parts.append(table(("grader", "is", "scale", "needs"), rows))
        parts += [_grader(name, spec) for name, spec in specs.items()]
    return "\n\n".join(parts)


def _grader(name: str, spec: GraderSpec) -> str:
    inputs = table(
        ("input", "type", ""),
        (
            (f"`{each.name}`", code(each.type_name), "" if each.required else "optional")
            for each in spec.inputs
        ),
    )
    scale = "" if spec.scale == UNIT else f"Scale: {spec.scale}."
    needs = f"Needs: {_needs(spec)}." if spec.declared.needs else ""
    if spec.declared.runs_in == "process":
        needs = f"{needs} Runs in processes of its own.".strip()
    if spec.declared.timeout is not None:
        needs = f"{needs} Time-out: {spec.declared.timeout:g} s unless a config says otherwise."
    # The levels that end the text of a judge's class are a table of its section.
    said = spec.summary if judges.rubric_of(spec) else _prose(spec.doc)
    rest = judges.section(spec) if judges.is_judge(spec) else [options_table(spec.options)]
    shown = "" if judges.is_judge(spec) else _example(spec.doc)
    parts = [f"### `{name}`", said, f"{scale} {needs}".strip(), inputs, *rest, shown]
    return "\n\n".join(filter(None, parts))


def _needs(spec: GraderSpec) -> str:
    return ", ".join(code(each) for each in spec.declared.needs)


def others() -> str:
    """Return what `basic` provides, noun by noun."""
    return "\n\n".join(part for noun in OF_CORE for part in _of_noun(noun, "basic"))


def models() -> str:
    """Return the models that the packs can ask."""
    return "\n\n".join(part for pack in packs() for part in _of_noun("model", pack))


def _of_noun(noun: str, pack: str) -> list[str]:
    made = values_of(noun, pack=pack)
    if not made:
        return []
    rows = ((f"[`{n}`](#{_anchor(n)})", _summary(cls)) for n, cls in made.items())
    head = [f"## {noun.capitalize()}s of `{pack}`", table((noun, "is"), rows)]
    return [*head, *(_other(name, cls) for name, cls in made.items())]


def _other(name: str, cls: type[Any]) -> str:
    options = options_table(cls) if attrs.has(cls) else ""
    return "\n\n".join(filter(None, [f"### `{name}`", _prose(cls.__doc__ or ""), options]))


def _summary(cls: type[Any]) -> str:
    return (cls.__doc__ or "").partition("\n")[0]


def _prose(doc: str) -> str:
    """Return the paragraphs of a docstring without its sections `Raises` and `Example`."""
    said = re.split(r"\n\n(?=(?:Raises|Example|Examples|Args|Returns):\n)", _clean(doc))[0]
    return "\n\n".join(" ".join(part.split()) for part in said.split("\n\n"))


def _example(doc: str) -> str:
    """Return the section `Example` of a docstring, which the tests of its pack run.

    It stays indented: a fenced block is one that the tests of the docs run.
    """
    found = re.search(r"^Examples?:\n((?:    .*\n?|\n)+)", _clean(doc), re.MULTILINE)
    return f"Example:\n\n{found[1].rstrip()}" if found else ""


def _clean(doc: str) -> str:
    import inspect

    return inspect.cleandoc(doc)


def _anchor(name: str) -> str:
    """Return the anchor that a heading gets: letters, digits, `_` and `-` in lower case."""
    return re.sub(r"[^\w-]", "", name).lower()


PARTS = {
    "catalogue.graders": graders,
    "catalogue.models": models,
    "catalogue.others": others,
}
