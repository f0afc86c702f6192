"""`rmg show`: what a name takes, and how to use it."""

import inspect
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rmg_core.cli import arguments
from rmg_core.cli.screen import in_columns, show, show_json, tell
from rmg_core.cli.verbs import example

if TYPE_CHECKING:
    from rmg_core.cli.catalogue import Entry
    from rmg_core.errors import UnknownName
    from rmg_core.registry import Registry, Resolved


@click.command("show", epilog=example("rmg show basic/weighted_sum", "rmg show ./mine.py:polite"))
@click.argument("name")
@arguments.as_json
def command(name: str, as_json: bool) -> None:
    """Say what a grader, mapper, aggregator or model takes, and how to use it.

    NAME is pack/name, the name alone, ./file.toml, ./file.py:name or module:name.
    The code of a file or module is run.
    """
    from rmg_core.cli.catalogue import entry_of
    from rmg_core.registry import installed

    found = _found(installed(), name)
    pages = [(entry_of(each), _sections(each.value)) for each in found]
    if as_json:
        show_json([{**entry.to_json(), "sections": sections} for entry, sections in pages])
        return
    for number, (entry, sections) in enumerate(pages):
        show(("\n" if number else "") + _page(entry, sections))


def _sections(value: Any) -> dict[str, list[str]]:
    """Return what a definition tells of itself beside its docstring.

    Its class may have a class method `sections`, which returns lines of text under titles.
    """
    tell: Any = getattr(value, "sections", None)
    # A method of an object is none of the class, and cannot be called here.
    made: Mapping[str, Sequence[str]] = tell() if inspect.ismethod(tell) else {}
    return {str(title): [str(line) for line in lines] for title, lines in made.items()}


def _found(registry: "Registry", name: str) -> "list[Resolved]":
    """Return what `name` stands for, under every noun that it has.

    Raises:
        RegistryError: it leads to nothing that can be used.
    """
    from rmg_core.cli.catalogue import NOUNS
    from rmg_core.errors import RegistryError, UnknownName
    from rmg_core.registry import Resolved

    if ":" in name:
        found = registry.resolve("grader", name, base=Path())
        return [Resolved(_noun_of(found.value), name, found.value, found.origin)]
    packs = []
    is_exact = "/" in name and not name.endswith(".toml")
    for each in () if is_exact else registry.pack_names:
        try:
            registry.pack(each)
        except RegistryError as fault:
            tell(str(fault))
        else:
            packs.append(each)
    made: list[Resolved] = []
    missing: list[UnknownName] = []
    for noun in NOUNS:
        try:
            made.append(registry.resolve(noun, name, packs))
        except UnknownName as fault:
            missing.append(fault)
    if not made:
        raise _unknown(name, missing)
    return made


def _unknown(name: str, missing: "list[UnknownName]") -> "UnknownName":
    from rmg_core.cli.catalogue import NOUNS
    from rmg_core.errors import UnknownName
    from rmg_core.hints import near_miss

    pack, slash, bare = name.rpartition("/")
    known = tuple(dict.fromkeys(each for fault in missing for each in fault.choices))
    near = near_miss(bare, known)
    remedy = f"did you mean '{pack}{slash}{near}'?" if near else ""
    return UnknownName(f"{', '.join(NOUNS[:-1])} or {NOUNS[-1]}", name, "", known, remedy)


def _noun_of(value: Any) -> str:
    """Tell what code outside packs is, which no hook says."""
    from rmg_core.graders import MARK

    if not hasattr(value, MARK):
        if hasattr(value, "combine") or hasattr(value, "combine_group"):
            return "aggregator"
        if hasattr(value, "chat") or hasattr(value, "embed"):
            return "model"
        parameters = getattr(getattr(value, "__code__", None), "co_varnames", ())
        if hasattr(value, "map") or parameters[:1] == ("sample",):
            return "mapper"
    return "grader"


def _page(entry: "Entry", sections: Mapping[str, Sequence[str]]) -> str:
    from rmg_core.cli.paste import shown_default, toml_of

    origin = entry.origin
    place = f"{origin.distribution} {origin.version}".strip() if origin.pack else str(origin.file)
    parts = [f"{entry.name}  ({entry.noun}, from {place})"]
    if entry.doc:
        parts.append(entry.doc)
    parts += [f"{title}\n" + _indented("\n".join(lines)) for title, lines in sections.items()]
    if entry.inputs:
        rows = [
            (each.name, each.type_name, "" if each.required else "optional")
            for each in entry.inputs
        ]
        parts.append("inputs\n" + in_columns(rows, "  "))
    if entry.options:
        table = []
        for option in entry.options:
            default = "required" if option.is_required else shown_default(option) or "optional"
            table.append((option.name, option.type_name, default, option.help))
        parts.append("options\n" + in_columns(table, "  "))
    if entry.scale is not None:
        parts.append(f"scale\n  {entry.scale}")
    if entry.needs:
        parts.append("needs\n  " + "\n  ".join(entry.needs))
    if entry.runs_in == "process":
        parts.append("runs in\n  processes of its own")
    if entry.timeout is not None:
        parts.append(f"time-out\n  {entry.timeout:g} s a cell, unless the config says otherwise")
    parts.append("in a config\n\n" + _indented(toml_of(entry)))
    return "\n\n".join(parts)


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" if line else "" for line in text.splitlines())
