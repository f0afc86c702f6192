"""What can be seen of a pack without grading anything."""

import inspect
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, Final

import attrs
from packaging.utils import canonicalize_name

from rmg_core.config import OptionsError, options_schema, structure_options
from rmg_core.config.kinds import default_of, is_anything, is_required, options_of, written_type
from rmg_core.errors import DefinitionError, RegistryError
from rmg_core.graders import GraderSpec, type_name
from rmg_core.registry import HOOKS
from rmg_core.registry.claims import CORE
from rmg_core.testing.nouns import check_noun
from rmg_core.testing.subject import GraderCheck, PackCheck, Subject

IMPORT_SECONDS: Final = 1.0
LONGEST_SUMMARY: Final = 100
HEAVY: Final = ("torch", "transformers", "litellm", "openai", "numpy", "pandas")
IN_MEMORY: Final = "rmg_testing_"
"""What the module of a pack is called that was never written to a file."""

_MISSPELT: Final = "no_such_option"

_is_plain_name = re.compile(r"[a-z0-9][a-z0-9_.-]*").fullmatch

# Core first: what it costs is not the pack's.
_IMPORT: Final = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
import rmg_core
from importlib import import_module
from time import process_time
found = {}
for module in json.loads(sys.argv[2]):
    before, began = {*sys.modules}, process_time()
    import_module(module)
    seconds = process_time() - began
    found[module] = [seconds, sorted({*sys.modules} - before)]
sys.stdout.write("\\n" + json.dumps(found))
"""


def _declared(subject: Subject) -> Iterator[str]:
    try:
        info = subject.registry.info(subject.name)
    except RegistryError as fault:
        yield str(fault)
        return
    if info.module.startswith(IN_MEMORY) or info.distribution == CORE:
        return
    distribution = f"rmg-plugin-{canonicalize_name(subject.name)}"
    if canonicalize_name(info.distribution) != distribution:
        yield (
            f"its distribution is called {info.distribution!r}; "
            f"call it {distribution!r}, which users are told to install"
        )
    yield from _faults_of_name(subject.name)
    package = distribution.replace("-", "_")
    if info.module.partition(".")[0] != package:
        yield f"its entry point leads to {info.module!r}; call the package {package!r}"


def _hooks(subject: Subject) -> Iterator[str]:
    try:
        pack = subject.pack
    except RegistryError as fault:
        yield str(fault)
        return
    if not any(pack.names.values()):
        yield "it provides nothing; return names from a hook such as rmg_graders()"
    for noun, names in pack.names.items():
        for name in sorted(names):
            try:
                check_noun(noun, name, subject.value(noun, name))
            except (RegistryError, DefinitionError) as fault:
                yield str(fault)


def _imports(subject: Subject) -> Iterator[str]:
    try:
        info = subject.registry.info(subject.name)
    except RegistryError:
        return
    if info.module.startswith(IN_MEMORY):
        return
    modules = [info.module]
    for noun in ("grader", "mapper", "aggregator", "model"):
        texts = [subject.pack.names[noun][name] for name in subject.names(noun)]
        modules += [each.partition(":")[0] for each in texts if isinstance(each, str)]
    arguments = [json.dumps(sys.path), json.dumps(list(dict.fromkeys(modules)))]
    ended = subprocess.run(  # noqa: S603 - this interpreter, and a text of ours
        [sys.executable, "-c", _IMPORT, *arguments],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if ended.returncode:
        yield f"it cannot be imported by itself: {ended.stderr.strip().splitlines()[-1]}"
        return
    for module, (seconds, loaded) in json.loads(ended.stdout.splitlines()[-1]).items():
        if seconds > IMPORT_SECONDS:
            yield (
                f"importing {module} takes {seconds:.1f} s of CPU, more than {IMPORT_SECONDS:g} s; "
                "import what is heavy in the function that needs it"
            )
        heavy = [each for each in HEAVY if each in loaded]
        if heavy:
            yield (
                f"importing {module} imports {', '.join(heavy)}; "
                "import that in the function that needs it"
            )


def _others(subject: Subject) -> Iterator[str]:
    for noun in HOOKS:
        for name in subject.names(noun) if noun != "grader" else ():
            try:
                offered = subject.value(noun, name)
                check_noun(noun, name, offered)
            except (RegistryError, DefinitionError):
                continue  # `hooks` tells it
            for fault in _faults_of_other(noun, name, offered):
                yield f"{noun} {name!r}: {fault}"


def _faults_of_other(noun: str, name: str, offered: Any) -> Iterator[str]:
    yield from _faults_of_name(name)
    doc = _doc_of(offered)
    if noun in ("mapper", "aggregator", "model"):  # which lists show
        yield from _faults_of_summary(doc.partition("\n")[0])
    if inspect.isclass(offered) and attrs.has(offered):
        yield from _faults_of_options(offered, doc, f"{noun} {name!r}")


def _doc_of(offered: Any) -> str:
    if inspect.isroutine(offered):
        doc = offered.__doc__
    else:
        # A class without a docstring has that of its parent, which speaks of something else.
        doc = vars(offered if inspect.isclass(offered) else type(offered)).get("__doc__")
    return inspect.cleandoc(doc) if doc else ""


def _name(_: Subject, name: str, __: GraderSpec) -> Iterator[str]:
    return _faults_of_name(name)


def _faults_of_name(name: str) -> Iterator[str]:
    if not _is_plain_name(name):
        plain = re.sub(r"[^a-z0-9_.-]+", "-", name.lower()).strip("-_.")
        yield f"its name {name!r} has capitals; call it {plain!r}"


def _docstring(_: Subject, __: str, spec: GraderSpec) -> Iterator[str]:
    return _faults_of_summary(spec.summary)


def _faults_of_summary(line: str) -> Iterator[str]:
    if not line:
        yield 'it has no docstring; begin it with what a list shows: """1 when …, else 0."""'
    elif not line.rstrip().endswith((".", "!", "?")):
        yield f"the first line of its docstring is no sentence: {line!r}; end it with '.'"
    elif len(line) > LONGEST_SUMMARY:
        yield (
            f"the first line of its docstring has {len(line)} characters, and a list shows "
            f"{LONGEST_SUMMARY}; say more below it"
        )


def _inputs(_: Subject, __: str, spec: GraderSpec) -> Iterator[str]:
    for each in spec.inputs:
        if each.annotation in (inspect.Parameter.empty, Any):
            yield (
                f"input {each.name!r} has no type; annotate it, such as `{each.name}: str`, "
                "or `object` where any will do"
            )


def _options(_: Subject, name: str, spec: GraderSpec) -> Iterator[str]:
    return _faults_of_options(spec.options, spec.doc, f"grader {name!r}")


def _faults_of_options(cls: type[Any], doc: str, owner: str) -> Iterator[str]:
    try:
        properties, options = options_schema(cls)["properties"], options_of(cls)
    except DefinitionError as fault:
        yield f"its options have no JSON Schema: {fault}"
        return
    for name, each in options.items():
        kind = written_type(each)
        if is_anything(kind):
            yield f"option {name!r} has no type; annotate it, such as `{name}: int`"
        elif not {*properties[name]} - {"description", "default"}:
            yield (
                f"option {name!r} is a {type_name(kind)}, which no config can write; "
                "take a text or a number, and make it of that"
            )
        if not each.metadata.get("help") and not re.search(rf"\b{re.escape(name)}\b", doc):
            yield (
                f"option {name!r} is told of nowhere; name it in the docstring, or give "
                'it help: Annotated[…, "help"], metadata={"help": …}'
            )
        table = {_MISSPELT: 1}
        # A default that is written otherwise, such as a path, is never written at all.
        is_written = "written" not in each.metadata and not is_required(each)
        if is_written and not getattr(each.default, "takes_self", False):
            table[name] = default_of(each, None)
        for path, message in _refused(cls, table, owner):
            if path[:1] == (name,):
                yield f"a default is not what the option takes: {message}"
    if not any(path == (_MISSPELT,) for path, _ in _refused(cls, {_MISSPELT: 1}, owner)):
        yield "it takes an option that it does not have; let no other class pass for its own"


def _refused(
    cls: type[Any], table: dict[str, Any], owner: str
) -> list[tuple[tuple[str | int, ...], str]]:
    """Return what is refused of a table, each option by itself where one of them is misspelt."""
    try:
        structure_options(cls, table, owner=owner)
    except OptionsError as fault:
        return [(each.path, each.message) for each in fault.faults]
    return []


PACK_CHECKS: Final = (
    PackCheck("declared", "users install and name the pack by one rule", _declared),
    PackCheck("hooks", "every name that a list shows leads to something that works", _hooks),
    PackCheck("imports", "naming the pack in a config costs next to nothing", _imports),
    PackCheck("others", "mappers, aggregators and the like are told as graders are", _others),
)
GRADER_CHECKS: Final = (
    GraderCheck("name", "a name can be guessed, and written on any system", _name),
    GraderCheck("docstring", "lists and the catalogue say what the grader is", _docstring),
    GraderCheck("inputs", "a wrong field is found before the grader sees it", _inputs),
    GraderCheck("options", "a wrong option is found before a run", _options),
)
