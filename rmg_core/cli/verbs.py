"""The group of verbs: ours, and those of packs, each loaded when it is asked for."""

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import IO, Any

import click

from rmg_core.cli.exits import exits
from rmg_core.cli.screen import one_line, ready, redacting, tell

_MODULES = {"show": "showing"}
"""A module `show` would hide `rmg_core.cli.show`, which verbs of packs write with."""

NOUN = "command"
"""What the registry calls a verb."""


class VerbGroup(click.Group):
    """A click group of the verbs that `known` describes, each in a module of this package.

    Any other verb is looked up in the installed packs, which nothing else here imports.
    """

    def __init__(self, name: str, known: Mapping[str, str]) -> None:
        super().__init__(
            name,
            help="Grade AI responses with graders that anyone can publish.",
            epilog="Packs may add verbs: `rmg plugins` lists them.\n\n"
            + example("rmg graders", "rmg check qa.toml", "rmg run qa.toml"),
            params=[
                click.Option(
                    ["--version"],
                    is_flag=True,
                    is_eager=True,
                    expose_value=False,
                    callback=_say_version,
                    help="Say which version this is.",
                )
            ],
        )
        self.known = known

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(self.known)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in self.known:
            name = _MODULES.get(cmd_name, cmd_name.replace("-", "_"))
            module = import_module(f"rmg_core.cli.{name}")
            found: click.Command = module.command
            return found
        if cmd_name.startswith("-") or ctx.resilient_parsing:
            return None
        return _of_packs(cmd_name, self.known)

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        formatter: click.HelpFormatter,
    ) -> None:
        # click would import every verb for its short help.
        with formatter.section("Verbs"):
            formatter.write_dl(list(self.known.items()))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ready()
        ctx.obj = tuple(args)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        with redacting(), exits(), _telling_deprecations():
            return super().invoke(ctx)


def example(*commands: str) -> str:
    """Write the end of a verb's help: commands that one may copy."""
    head = "Example:" if len(commands) == 1 else "Examples:"
    return "\b\n" + "\n".join([head, *(f"  {command}" for command in commands)])


def written(ctx: click.Context) -> tuple[str, ...]:
    """Return the command line as it was written, from `rmg` on."""
    return ("rmg", *(ctx.find_root().obj or ()))


@contextmanager
def _telling_deprecations() -> Iterator[None]:
    """Tell in one line what goes out of use, each time that a verb meets it."""
    show = warnings.showwarning

    def tell_it(message: Any, category: Any, *where: Any) -> None:
        from rmg_core.deprecations import RmgDeprecationWarning

        if issubclass(category, RmgDeprecationWarning):
            tell(f"deprecated: {one_line(str(message), 2000)}")
        else:
            show(message, category, *where)

    warnings.showwarning = tell_it  # type: ignore[assignment]  # Python passes no keywords to it
    try:
        yield
    finally:
        warnings.showwarning = show


@contextmanager
def opened(file: str, run_dir: Path) -> Iterator[IO[bytes]]:
    """Open a file that a verb was told to write, which appears when it is whole.

    It is never a file of the run that the verb reads, in `run_dir`.

    Raises:
        ConfigError: nothing could be written there.
        OSError: writing failed; it names `file`.
    """
    from rmg_core.cli import outputs  # tempfile and others, which no other verb needs

    with outputs.opened(file, run_dir) as stream:
        yield stream


def _say_version(ctx: click.Context, _: click.Parameter, is_asked: bool) -> None:
    if is_asked:
        from rmg_core.registry.claims import CORE, core_version

        click.echo(f"{CORE} {core_version(None) or '(from a source tree)'}")
        ctx.exit()


def _of_packs(verb: str, known: Mapping[str, str]) -> click.Command:
    """Return a verb that a pack provides, written `verb` or `pack/verb`.

    Raises:
        RegistryError: no pack has it, several have it, or the one that has it is broken.
    """
    from rmg_core.errors import BrokenPack, RegistryError, UnknownName
    from rmg_core.registry import Pack, installed

    registry = installed()
    packs: list[Pack] = []
    for name in registry.pack_names:
        with suppress(RegistryError):
            packs.append(registry.pack(name))
    if "/" not in verb and not any(verb in pack.names[NOUN] for pack in packs):
        verbs = {*known, *(each for pack in packs for each in pack.names[NOUN])}
        raise UnknownName("verb", verb, choices=tuple(verbs))
    found = registry.resolve(NOUN, verb, [pack.info.name for pack in packs], allow_code=False)
    if not isinstance(found.value, click.Command):
        origin = found.origin
        fault = f"its verb {verb!r} is a {type(found.value).__name__}"
        remedy = "it must be a click.Command"
        raise BrokenPack(origin.pack, origin.distribution, origin.version, fault, remedy)
    return found.value
