"""The exceptions, with the messages of the registry and of configs as rmg prints them."""

import inspect
import tempfile
from collections.abc import Iterable
from contextlib import chdir
from pathlib import Path

from generator.markdown import code, table
from generator.mistakes import FILE, MISTAKES, Mistake
from rmg_core import errors
from rmg_core.errors import (
    AmbiguousName,
    BrokenCode,
    BrokenPack,
    CodeNotAllowed,
    ConfigError,
    HookMismatch,
    PackBlocked,
    PackConflict,
    PackNotInstalled,
    PackTooOld,
    Problem,
    RegistryError,
    UnknownName,
)
from rmg_core.plan import plan_of_config
from rmg_core.registry import Registry

X = ("x", "rmg-plugin-x", "1.2")

SAMPLES: tuple[RegistryError, ...] = (
    PackNotInstalled("txet", ("basic", "text"), "rmg-plugin-txet"),
    PackNotInstalled("chemistry", ("basic", "text"), "rmg-plugin-chemistry"),
    UnknownName("grader", "exact_mach", "pack 'text'", (), "did you mean 'text/exact_match'?"),
    UnknownName("grader", "loudness", "pack 'text'", ("contains", "exact_match", "regex")),
    UnknownName(
        "grader",
        "exact_match",
        "pack 'basic'",
        remedy="name the pack that has it: packs = [\"…\"], or 'pack/name'",
    ),
    UnknownName("mapper", "answers", "pack 'text'"),
    AmbiguousName("grader", "polite", ("tone", "x")),
    PackConflict("x", (("rmg-plugin-x", "1.2", "rmg_plugin_x"), ("acme-x", "0.3", "acme_x"))),
    PackConflict("x", (("acme-x", "0.3", "acme_x"),), "rmg-plugin-x"),
    PackBlocked("x"),
    PackTooOld(*X, "rmg-core>=0.4", "0.1.0", core_is_older=True),
    PackTooOld(*X, "rmg-core<0.1", "0.1.0", core_is_older=False),
    BrokenPack(
        *X,
        "the module 'numpy', which it imports at rmg_plugin_x/maths.py:3, is not installed",
        "run `pip install 'rmg-plugin-x[maths]'`",
    ),
    BrokenPack(
        *X,
        "its module 'rmg_plugin_x.old' is not there",
        "run `pip install --force-reinstall rmg-plugin-x`, or correct the name if it is yours",
    ),
    BrokenPack(
        *X,
        "its hook rmg_graders raised: KeyError: 'limit' at rmg_plugin_x/__init__.py:9",
        "upgrade rmg-plugin-x, or tell its authors",
    ),
    BrokenPack(
        *X,
        "ImportError: cannot import name 'Judge' from 'rmg_core' at rmg_plugin_x/__init__.py:3",
        "it was written for another version of rmg-core: "
        "run `pip install --upgrade rmg-core rmg-plugin-x`",
    ),
    BrokenPack(
        *X,
        "rmg_plugin_x implements no hook",
        "write a function rmg_graders() and put @hookimpl above it",
    ),
    BrokenPack(*X, "its hook rmg_graders returned a list", "return a dict of names"),
    BrokenPack(
        *X,
        "its hook rmg_graders gives 'is polite', which is not a name",
        "use letters, digits, '_', '-' and '.'",
    ),
    BrokenPack(
        *X,
        "its hook rmg_graders gives 'polite' as None",
        "give the grader itself, or the text 'module:attribute'",
    ),
    BrokenPack(*X, "its hook rmg_graders gives 'polite' twice", "keep one of them"),
    BrokenPack(
        *X,
        "grader 'polite' is the text 'tone.polite'",
        "a text must read 'module:attribute'",
    ),
    BrokenPack(
        "x",
        "",
        "",
        "the distribution that brings rmg_plugin_x has no readable METADATA",
        "install it again",
    ),
    BrokenCode("./graders.py", "there is no such file", "did you mean 'my_graders.py'?"),
    BrokenCode(
        "./graders.py",
        "the module 'words', which it imports at graders.py:2, is not there",
        "it lies beside the file, and that folder is not on the import path: set PYTHONPATH",
    ),
    BrokenCode(
        "mine.graders",
        "there is no module 'mine' on the import path",
        "install it, set PYTHONPATH, or name a file as in './graders.py:name'",
    ),
    BrokenCode(
        "./graders.py", "SyntaxError: '(' was never closed at graders.py:4", "correct the file"
    ),
    HookMismatch(*X, "rmg_grader", "is not a hook of rmg", "did you mean 'rmg_graders'?"),
    HookMismatch(
        *X,
        "rmg_graders",
        "takes 'config', and its signature is rmg_graders()",
        "take it out, or upgrade rmg-core if the pack was written for a newer one",
    ),
    HookMismatch(*X, "rmg_graders", "is not marked", "put @hookimpl above it"),
    HookMismatch(
        *X,
        "rmg_graders",
        "is a wrapper, a coroutine or a generator",
        "write a plain function rmg_graders() that returns a dict",
    ),
    CodeNotAllowed("./graders.py:polite", "RMG_NO_CODE"),
)


def tree() -> str:
    """Return the tree of exceptions as the module draws it."""
    _, _, drawn = inspect.cleandoc(errors.__doc__ or "").partition("\n\n")
    return "\n".join(f"    {line}" for line in drawn.splitlines())


def registry() -> str:
    """Return every registry error: what it is about, what it says and what it advises.

    Raises:
        LookupError: a class of them has no sample here.
    """
    shown = {type(each) for each in SAMPLES}
    if unshown := [each.__name__ for each in RegistryError.__subclasses__() if each not in shown]:
        raise LookupError(f"write a sample of {', '.join(unshown)}")
    parts = []
    for cls in dict.fromkeys(type(each) for each in SAMPLES):
        problems = [each.problem for each in SAMPLES if type(each) is cls]
        doc = inspect.cleandoc(cls.__doc__ or "").partition("\n")[0]
        parts += [f"### `{cls.__name__}`", doc, _problems(problems)]
    return "\n\n".join(parts)


def _problems(problems: Iterable[Problem]) -> str:
    return table(("message", "remedy"), ((code(p.message), code(p.hint)) for p in problems))


def config() -> str:
    """Return every message about a config, made by configs that have the mistakes."""
    parts = []
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        for heading, mistakes in MISTAKES.items():
            rows = []
            for mistake in mistakes:
                problem = _problem_of(mistake)
                rows.append((code(mistake.shown), code(problem.message), code(problem.hint)))
            parts += [f"### {heading}", table(("written", "message", "remedy"), rows)]
    return "\n\n".join(parts)


def _problem_of(mistake: Mistake) -> Problem:
    """Return the one problem that a config has.

    Raises:
        LookupError: it has none, or several.
    """
    file = Path(FILE)
    if isinstance(mistake.text, bytes):
        file.write_bytes(mistake.text)
    else:
        file.write_text(mistake.text, "utf-8")
    try:
        # What a registry has loaded before shows in its advice.
        plan_of_config(file, mistake.overrides, Registry())
    except ConfigError as fault:
        if len(fault.problems) == 1:
            return fault.problems[0]
        raise LookupError(f"{mistake.shown!r} makes several problems:\n{fault}") from fault
    raise LookupError(f"{mistake.shown!r} is no mistake")


PARTS = {"errors.tree": tree, "errors.registry": registry, "errors.config": config}
