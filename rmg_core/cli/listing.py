"""The verbs that list a noun: `graders`, `mappers`, `aggregators`, `models`."""

from typing import TYPE_CHECKING

import click

from rmg_core.cli.screen import in_columns, show, show_json, tell
from rmg_core.cli.verbs import example

if TYPE_CHECKING:
    from rmg_core.cli.catalogue import Entry


def listing_of(noun: str) -> click.Command:
    """Make the verb that lists one noun."""

    @click.command(
        f"{noun}s",
        help=f"List the {noun}s of the installed packs.",
        epilog=example(f"rmg {noun}s --pack basic"),
        context_settings={"allow_extra_args": True},  # the name of a pack, which is told below
    )
    @click.option("--pack", metavar="PACK", help="Only those of this pack.")
    @click.option("--json", "as_json", is_flag=True, help="Write JSON, with everything known.")
    @click.pass_context
    def command(context: click.Context, pack: str | None, as_json: bool) -> None:
        if context.args:
            said = f"{context.args[0]!r} is too much; for those of one pack write --pack PACK"
            raise click.UsageError(said, context)
        from rmg_core.runner.collecting import collecting_rarely

        with collecting_rarely():  # whatever is imported here stays
            from rmg_core.cli.catalogue import catalogue_of
            from rmg_core.registry import installed

            found = catalogue_of(installed(), noun, pack)
        if as_json:
            listed = [entry.to_json() for entry in found.entries]
            broken = [{"name": name, "reason": reason} for name, reason in found.broken]
            show_json({f"{noun}s": listed, "broken": broken})
        elif found.entries:
            rows = [(each.name, each.signature, _about(each)) for each in found.entries]
            show(in_columns(rows if noun == "grader" else [(row[0], row[2]) for row in rows]))
        else:
            tell(f"there are no {noun}s" + (f" in pack {pack!r}" if pack else ""))
        for _, reason in found.broken:
            tell(reason)

    return command


def _about(entry: "Entry") -> str:
    return f"deprecated, {entry.instead}: {entry.summary}" if entry.instead else entry.summary
