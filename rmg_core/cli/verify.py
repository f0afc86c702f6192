"""`rmg verify`: whether all that is stored of a run is as it was written."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rmg_core.cli import arguments
from rmg_core.cli.exits import FAILED
from rmg_core.cli.screen import counted, one_line, show, show_json, tell
from rmg_core.cli.verbs import example

if TYPE_CHECKING:
    from rmg_core.store import Finding


@click.command("verify", epilog=example("rmg verify runs/qa"))
@click.argument("run", metavar="RUN")
@arguments.as_json
def command(run: str, as_json: bool) -> None:
    """Find every grade of a run that is not as it was written.

    Compares the whole store with its checksums, the calls of models too; RUN is the run
    directory, or the file. Nothing is changed. Exits 1 when something is damaged.
    """
    from rmg_core.runs.finding import store_of
    from rmg_core.store import verify

    file = store_of(run)
    counts = _counts(file)
    findings = verify(file)
    if as_json:
        listed = [_json(each) for each in findings]
        show_json({"store": str(file), "sound": not findings, **counts, "findings": listed})
    elif findings:
        show("\n".join(one_line(str(each), 2000) for each in findings))
    else:
        parts = [counted(count, noun[:-1]) for noun, count in counts.items() if count]
        said = " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))
        show(one_line(f"{file}: {said or 'no cells'}, all as they were written", 4000))
    if findings:
        is_readable = counts["cells"] is not None
        tell(one_line(_advice(file, len(findings), is_readable=is_readable), 4000))
        raise click.exceptions.Exit(FAILED)


def _counts(file: Path) -> dict[str, int | None]:
    """Count what there is to look at; None where it cannot be counted.

    Raises:
        StoreRefused: a newer rmg wrote the file, which is no damage.
        StoreError: it cannot be read for another reason that is not damage.
    """
    from rmg_core.errors import StoreDamaged, StoreRefused
    from rmg_core.store import Store
    from rmg_core.store.schema import UPGRADE

    try:
        with Store.read(file) as store:
            calls = sum(each.calls for each in store.call_totals().values())
            outcomes = sum(store.counts().values())
            return {"cells": store.cell_count(), "outcomes": outcomes, "calls": calls}
    except StoreRefused as fault:
        if fault.remedy == UPGRADE:
            raise
    except StoreDamaged:
        pass
    return {"cells": None, "outcomes": None, "calls": None}


def _json(finding: "Finding") -> dict[str, Any]:
    return {
        "said": finding.said,
        "sample": finding.sample,
        "id": finding.id,
        "column": finding.column or None,
        "repeat": finding.repeat,
        "fingerprint": finding.fingerprint or None,
    }


def _advice(file: Path, count: int, *, is_readable: bool) -> str:
    from rmg_core.runs.finding import again

    said = f"{file}: {counted(count, 'finding')}: bring back a copy of the file, or "
    if is_readable:
        said += f"{again(file.parent)} (what is damaged is not found then, and is graded anew)"
        return f"{said}; if that run cannot use the file, move it away first"
    return f"{said}move it away and {again(file.parent)} (then everything is graded anew)"
