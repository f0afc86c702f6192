"""`rmg plugins`: the installed packs, and whether each can be used."""

from typing import Any

import click

from rmg_core.cli import arguments
from rmg_core.cli.screen import in_columns, one_line, show, show_json
from rmg_core.cli.verbs import NOUN, example


@click.command(
    "plugins", epilog=example("rmg plugins", "rmg plugins --json", "rmg plugins --check text")
)
@click.option("--check", "pack", metavar="PACK", help="Review one pack: what needs no grading.")
@click.option(
    "--exempt",
    multiple=True,
    metavar="CHECK",
    help="A check that is not asked of the pack, or GRADER/CHECK. May be repeated.",
)
@arguments.as_json
def command(pack: str | None, exempt: tuple[str, ...], as_json: bool) -> None:
    """List the installed packs, and whether each can be used.

    A pack is ok, broken, in conflict with another that has its name, blocked by
    RMG_BLOCK_PACKS, or too old for this rmg (or this rmg for the pack).

    With --check one pack is held to the part of the contract that needs no grading; it exits with
    1 where the pack fails.
    """
    if pack is not None:
        from rmg_core.cli.review import review

        review(pack, exempt=exempt, as_json=as_json)
    elif exempt:
        raise click.UsageError("--exempt says something of --check PACK alone")
    else:
        _list(as_json=as_json)


def _list(*, as_json: bool) -> None:
    from rmg_core.registry import installed

    registry = installed()
    found: list[dict[str, Any]] = []
    for pack in registry.states():
        info = pack.info
        names = registry.pack(info.name).names if pack.state == "ok" else {}
        found.append(
            {
                "pack": info.name,
                "distribution": info.distribution,
                "version": info.version,
                "module": info.target,
                "state": pack.state,
                "reason": pack.reason,
                "provides": {f"{noun}s": len(of) for noun, of in names.items() if of},
                "verbs": sorted(names.get(NOUN, ())),
            }
        )
    if as_json:
        show_json(found)
        return
    rows = [("pack", "from", "state", "provides")]
    rows += [
        (
            each["pack"],
            f"{each['distribution']} {each['version']}".strip(),
            each["state"],
            _provided(each["provides"], each["verbs"]),
        )
        for each in found
    ]
    show(in_columns(rows))
    for each in found:
        if each["reason"]:
            show(f"\n{one_line(each['pack'])} is {each['state']}: {one_line(each['reason'], 2000)}")


def _provided(counts: dict[str, int], verbs: list[str]) -> str:
    said = [
        f"{count} {noun if count > 1 else noun[:-1]}"
        for noun, count in counts.items()
        if noun != f"{NOUN}s"
    ]
    if verbs:
        said.append(f"the verb{'s' if len(verbs) > 1 else ''} {', '.join(verbs)}")
    return ", ".join(said)
