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

from rmg_core.aggregators import as_aggregator
from rmg_core.config import OptionsError, options_schema, structure_options
from rmg_core.errors import DefinitionError, RegistryError
from rmg_core.graders import GraderSpec, as_grader, spec_of
from rmg_core.mappers import as_map_function
from rmg_core.testing.subject import GraderCheck, PackCheck, Subject

IMPORT_SECONDS: Final = 1.0
HEAVY: Final = ("torch", "transformers", "litellm", "openai", "numpy", "pandas")
IN_MEMORY: Final = "rmg_testing_"
"""What the module of a pack is called that was never written to a file."""

_MISSPELT: Final = "no_such_option"

_is_plain_name = re.compile(r"[a-z0-9][\w.-]*", re.ASCII).fullmatch

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
    if info.module.startswith(IN_MEMORY):
        return
    distribution = f"rmg-plugin-{canonicalize_name(subject.name)}"
    if canonicalize_name(info.distribution) != distribution:
        yield (
            f"its distribution is called {info.distribution!r}; "
            f"call it {distribution!r}, which users are told to install"
        )
    package = f"rmg_plugin_{re.sub('[-.]', '_', subject.name)}"
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
    read = {"grader": _read_grader, "mapper": as_map_function, "aggregator": _read_aggregator}
    for noun, names in pack.names.items():
        for name in sorted(names):
            try:
                offered = subject.value(noun, name)
                if noun in read:
                    read[noun](offered, name)
            except (RegistryError, DefinitionError) as fault:
                yield str(fault)


def _read_grader(offered: Any, _: str) -> None:
    is_definition = inspect.isclass(offered) or inspect.isroutine(offered)
    spec_of(offered) if is_definition else as_grader(offered)


def _read_aggregator(offered: Any, name: str) -> None:
    if not inspect.isclass(offered):
        as_aggregator(offered, name)
    elif not (hasattr(offered, "combine") or hasattr(offered, "combine_group")):
        raise DefinitionError("aggregator", name, "give it a method `combine(self, outcomes)`")


def _imports(subject: Subject) -> Iterator[str]:
    try:
        info = subject.registry.info(subject.name)
    except RegistryError:
        return
    if info.module.startswith(IN_MEMORY):
        return
    modules = [info.module]
    for noun in ("grader", "mapper", "aggregator"):
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


def _names(subject: Subject) -> Iterator[str]:
    for noun in subject.pack.names if subject.names("grader") else ():
        for name in subject.names(noun):
            if not _is_plain_name(name):
                yield f"{noun} {name!r}: begin a name with a lower-case letter"


def _docstring(_: Subject, __: str, spec: GraderSpec) -> Iterator[str]:
    if not spec.summary:
        yield 'it has no docstring; begin it with what a list shows: """1 when …, else 0."""'
    elif not spec.summary.rstrip().endswith((".", "!", "?")):
        yield f"the first line of its docstring is no sentence: {spec.summary!r}; end it with '.'"


def _inputs(_: Subject, __: str, spec: GraderSpec) -> Iterator[str]:
    for each in spec.inputs:
        if each.annotation in (inspect.Parameter.empty, Any):
            yield (
                f"input {each.name!r} has no type; annotate it, such as `{each.name}: str`, "
                "or `object` where any will do"
            )


def _options(_: Subject, name: str, spec: GraderSpec) -> Iterator[str]:
    options = [each for each in attrs.fields(spec.options) if each.init]
    for each in options:
        if each.type in (None, Any):
            yield f"option {each.alias!r} has no type; annotate it, such as `{each.alias}: int`"
        help_text = each.metadata.get("help") or ""
        if not help_text and not re.search(rf"\b{re.escape(each.alias)}\b", spec.doc):
            yield (
                f"option {each.alias!r} is told of nowhere; name it in the docstring, or give "
                'it help: Annotated[…, "help"], metadata={"help": …}'
            )
    try:
        options_schema(spec.options)
    except DefinitionError as fault:
        yield f"its options have no JSON Schema: {fault}"
        return
    owner = f"grader {name!r}"
    if not any(path == (_MISSPELT,) for path, _ in _refused(spec, {_MISSPELT: 1}, owner)):
        yield "it takes an option that it does not have; take **kwargs out"
    defaults = {
        each.alias: each.default
        for each in options
        if isinstance(each.default, bool | int | float | str)
    }
    for path, message in _refused(spec, defaults, owner):
        if path and path[0] in defaults:
            yield f"a default is not what the option takes: {message}"


def _refused(
    spec: GraderSpec, table: dict[str, Any], owner: str
) -> list[tuple[tuple[str | int, ...], str]]:
    try:
        structure_options(spec.options, table, owner=owner)
    except OptionsError as fault:
        return [(each.path, each.message) for each in fault.faults]
    return []


PACK_CHECKS: Final = (
    PackCheck("declared", "users install and name the pack by one rule", _declared),
    PackCheck("hooks", "every name that a list shows leads to something that works", _hooks),
    PackCheck("imports", "naming the pack in a config costs next to nothing", _imports),
    PackCheck("names", "a name reads the same in every config", _names),
)
GRADER_CHECKS: Final = (
    GraderCheck("docstring", "lists and the catalogue say what the grader is", _docstring),
    GraderCheck("inputs", "a wrong field is found before the grader sees it", _inputs),
    GraderCheck("options", "a wrong option is found before a run", _options),
)
