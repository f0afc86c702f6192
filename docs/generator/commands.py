"""The command line: the help of every verb."""

import click

from rmg_core.cli import rmg


def verbs() -> str:
    context = click.Context(rmg, info_name="rmg", max_content_width=88, terminal_width=88)
    parts = ["## `rmg`", _indented(rmg.get_help(context))]
    for name in rmg.list_commands(context):
        command = rmg.get_command(context, name)
        if command is not None:
            inner = click.Context(
                command, info_name=name, parent=context, max_content_width=88, terminal_width=88
            )
            parts += [f"## `rmg {name}`", _indented(command.get_help(inner))]
    return "\n\n".join(parts)


def _indented(text: str) -> str:
    """Write text as Markdown shows it unchanged, without a fence."""
    return "\n".join(f"    {line}".rstrip() for line in text.splitlines())


PARTS = {"cli.verbs": verbs}
