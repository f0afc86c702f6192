"""The command line: what every verb does, and what it takes.

Written from the parameters themselves: the layout of a help text is click's, and changes with it.
"""

import click

from generator.catalogue import packs, values_of
from generator.markdown import code, table
from rmg_core.cli import rmg


def verbs() -> str:
    """Return a section for each verb, in the order of `rmg --help`.

    Raises:
        LookupError: a verb that is listed is not there.
    """
    context = click.Context(rmg, info_name="rmg")
    parts = []
    for name in rmg.list_commands(context):
        command = rmg.get_command(context, name)
        if command is None:
            raise LookupError(f"there is no verb {name!r}")
        parts.append(_verb(name, command))
    return "\n\n".join(parts)


def verbs_of_packs() -> str:
    """Return a section for each verb of the first-party packs.

    Raises:
        RegistryError: a pack cannot be used.
    """
    parts = []
    for pack in packs():
        for name, command in values_of("command", pack=pack).items():
            text = _verb(name.partition("/")[2], command)
            head, _, rest = text.partition("\n\n")
            parts.append(f"{head}\n\nOf the pack `{pack}`.\n{rest}")
    return "\n\n".join(parts)


def _verb(name: str, command: click.Command) -> str:
    arguments = [each for each in command.params if isinstance(each, click.Argument)]
    options = [each for each in command.params if isinstance(each, click.Option)]
    usage = " ".join(["rmg", name, *(_argument(each) for each in arguments)])
    rows = [(_option(each), each.help or "", _default(each)) for each in options]
    examples = (command.epilog or "").replace("\b\n", "").splitlines()[1:]
    parts = [
        f"## `{usage}`",
        "\n\n".join(" ".join(part.split()) for part in (command.help or "").split("\n\n")),
        table(("option", "does", "default"), rows) if rows else "",
        "\n".join(f"    {line.strip()}" for line in examples),
    ]
    return "\n\n".join(filter(None, parts))


def _argument(argument: click.Argument) -> str:
    name = argument.metavar or (argument.name or "").upper()
    return name if argument.required else f"[{name}]"


def _option(option: click.Option) -> str:
    value = ""
    if isinstance(option.type, click.Choice):
        value = " " + "|".join(map(str, option.type.choices))
    elif not option.is_flag:
        value = f" {option.metavar or (option.name or '').upper()}"
    return ", ".join(code(f"{each}{value}") for each in option.opts)


def _default(option: click.Option) -> str:
    if option.required:
        return "**required**"
    default = option.default
    return code(str(default)) if isinstance(default, str | int) and not option.is_flag else ""


PARTS = {"cli.packs": verbs_of_packs, "cli.verbs": verbs}
