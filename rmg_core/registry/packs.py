"""One pack: imported, and asked for the names that it provides."""

import functools
import importlib
import inspect
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import pluggy
from attrs import field, frozen

from rmg_core import hookspecs
from rmg_core.deprecations import Deprecated
from rmg_core.errors import HookMismatch
from rmg_core.hints import suggestion
from rmg_core.registry.claims import PackInfo, is_name
from rmg_core.registry.faults import Blame, broken, broken_by

HOOKS: Mapping[str, str] = MappingProxyType(
    {
        hook.removeprefix("rmg_").removesuffix("s"): hook
        for hook in vars(hookspecs)
        if hook.startswith("rmg_")
    }
)
"""The hook that provides each noun: a `grader` comes from `rmg_graders`."""


@frozen
class Pack:
    """A pack that was imported: for each noun, its names and what they stand for.

    A text stands for what `"module:attribute"` holds, which `value_of` imports.
    """

    info: PackInfo
    names: Mapping[str, Mapping[str, object]] = field(repr=False)


def load(info: PackInfo) -> Pack:
    """Import a pack and call its hooks.

    Raises:
        BrokenPack: it cannot be imported, or a hook raises or returns something else than names.
        HookMismatch: a hook is not one that rmg calls.
    """
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    with Blame(lambda fault: broken_by(info, "", fault)):
        plugin = _imported(info.target)
        _check_hooks(info, plugin, manager)
        manager.register(plugin, info.name)
        manager.check_pending()
    names = {noun: _names(info, noun, getattr(manager.hook, hook)) for noun, hook in HOOKS.items()}
    return Pack(info, MappingProxyType(names))


def value_of(pack: Pack, noun: str, name: str) -> object:
    """Return what a name of the pack stands for, imported if it is a `"module:attribute"`.

    Raises:
        BrokenPack: the text leads to nothing.
    """
    value = pack.names[noun][name]
    if isinstance(value, Deprecated):
        value = value.value
    if not isinstance(value, str):
        return value
    module, _, attribute = value.partition(":")
    if not (module and attribute):
        fault = f"{noun} {name!r} is the text {value!r}"
        raise broken(pack.info, fault, "a text must read 'module:attribute'")
    with Blame(lambda fault: broken_by(pack.info, f"{noun} {name!r} ({value})", fault)):
        return _imported(value)


def _imported(target: str) -> Any:
    module, _, attribute = target.partition(":")
    found = importlib.import_module(module)
    return functools.reduce(getattr, filter(None, attribute.split(".")), found)


def _check_hooks(info: PackInfo, plugin: object, manager: pluggy.PluginManager) -> None:
    """Find what pluggy would let pass, or would refuse without saying how to write it."""
    marked = 0
    for attribute in dir(plugin):
        options = manager.parse_hookimpl_opts(plugin, attribute)
        if options is not None:
            marked += 1
            hook = options.get("specname") or attribute
            if options.get("optionalhook") and hook not in HOOKS.values():
                continue  # the author says that this rmg may not have it yet
            _check_hook(info, hook, getattr(plugin, attribute))
        elif attribute in HOOKS.values() and inspect.isfunction(getattr(plugin, attribute)):
            raise _mismatch(info, attribute, "is not marked", "put @hookimpl above it")
    if not marked:
        raise broken(
            info,
            f"{info.target} implements no hook",
            f"write a function {HOOKS['grader']}() and put @hookimpl above it",
        )


def _check_hook(info: PackInfo, hook: str, function: Callable[..., object]) -> None:
    if hook not in HOOKS.values():
        raise _mismatch(info, hook, "is not a hook of rmg", suggestion(hook, HOOKS.values()))
    declared = inspect.signature(getattr(hookspecs, hook)).parameters
    signature = f"{hook}({', '.join(declared)})"
    unknown = [
        repr(name)
        for name, parameter in inspect.signature(function).parameters.items()
        if name not in declared and parameter.default is parameter.empty
    ]
    if unknown:
        raise _mismatch(
            info,
            hook,
            f"takes {' and '.join(unknown)}, and its signature is {signature}",
            "take it out, or upgrade rmg-core if the pack was written for a newer one",
        )
    if inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function):
        raise _mismatch(
            info,
            hook,
            "is a wrapper, a coroutine or a generator",
            f"write a plain function {signature} that returns a dict",
        )


def _mismatch(info: PackInfo, hook: str, fault: str, remedy: str) -> HookMismatch:
    return HookMismatch(info.name, info.distribution, info.version, hook, fault, remedy)


def _names(info: PackInfo, noun: str, hook: pluggy.HookCaller) -> Mapping[str, object]:
    """Collect what the pack's implementations of one hook return.

    They are called one by one: pluggy drops a result of None without a word.
    """
    names: dict[str, object] = {}
    for implementation in hook.get_hookimpls():
        with Blame(lambda fault: broken_by(info, f"its hook {hook.name} raised", fault)):
            returned = implementation.function()
            if not isinstance(returned, Mapping):
                raise broken(
                    info,
                    f"its hook {hook.name} returned a {type(returned).__name__}",
                    "return a dict of names",
                )
            for name, value in returned.items():
                _check_name(info, noun, name, value, names)
                names[name] = value
    return MappingProxyType(names)


def _check_name(
    info: PackInfo, noun: str, name: object, value: object, names: Mapping[str, object]
) -> None:
    if not (isinstance(name, str) and is_name(name)):
        fault, remedy = f"{name!r}, which is not a name", "use letters, digits, '_', '-' and '.'"
    elif name in names:
        fault, remedy = f"{name!r} twice", "keep one of them"
    elif value is None:
        fault, remedy = (
            f"{name!r} as None",
            f"give the {noun} itself, or the text 'module:attribute'",
        )
    else:
        return
    raise broken(info, f"its hook {HOOKS[noun]} gives {fault}", remedy)
