"""What a run needs of its models, and whether its budget allows that, as `rmg plan` shows it."""

from typing import Any, Final

from rmg_core.cli.preflight import Ready
from rmg_core.cli.screen import counted, in_columns
from rmg_core.cli.surveying import Outlook
from rmg_core.connections.ledger import MISSING_SHOWN
from rmg_core.runner.needs import Need

_NOUNS: Final = ("usd", "calls", "tokens")


def needs_json(ready: Ready, outlook: Outlook, *, is_offline: bool) -> dict[str, Any]:
    """Return what there is to say of models, for programs."""
    made: dict[str, Any] = {"models": [], "budget": None, "notes": []}
    if not ready.config.models:
        return made
    needs = {each.name: each for each in outlook.needs}
    for name, table in ready.config.models.items():
        need = needs.get(name, Need(name))
        made["models"].append(
            {
                "name": name,
                "use": table.use,
                "calls": need.calls,
                "calls_are": need.calls_are,
                "is_estimate": need.calls > 0 or need.calls_are != "exact",
                "stored": need.stored,
                "tokens_read": need.read,
                "tokens_written": need.written,
                "usd": need.usd,
                "max_concurrency": table.max_concurrency,
                "rpm": table.rpm,
                "tpm": table.tpm,
                "seconds_at_least": need.seconds,
            }
        )
    made["budget"] = _budget(ready, made["models"])
    made["notes"] = [each.complaint for each in outlook.looks if each.complaint]
    if is_offline:
        made["offline"] = _offline(outlook)
    return made


def _budget(ready: Ready, models: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return each limit of the budget, and what is needed of it, which is None if unknown."""
    budget = ready.config.budget
    prices = [each["usd"] for each in models]
    needed = {
        "usd": None if None in prices else sum(prices),
        "calls": sum(each["calls"] for each in models),
        "tokens": sum(each["tokens_read"] + each["tokens_written"] for each in models),
    }
    limits = {noun: getattr(budget, noun) for noun in _NOUNS}
    fits = [
        None if needed[noun] is None else needed[noun] <= limit
        for noun, limit in limits.items()
        if limit is not None
    ]
    if not fits:
        return None
    is_enough = False if False in fits else None if None in fits else True
    return {"limits": limits, "needed": needed, "is_enough": is_enough}


def _offline(outlook: Outlook) -> dict[str, Any]:
    lacking = round(sum(each.cells_lacking for each in outlook.looks))
    missing = sorted(each for look in outlook.looks for each in look.missing)
    return {
        "gradable": max(0, outlook.survey.to_run - lacking),
        "is_estimate": any(each.share > 1 or each.complaint for each in outlook.looks),
        "missing": [said for *_, said in missing[:MISSING_SHOWN]],
        "missing_count": lacking,
    }


def needs_text(made: dict[str, Any]) -> list[str]:
    """Return the paragraphs of it, for people."""
    models = made["models"]
    if not models:
        return []
    head = ("model", "uses", "calls", "stored", "tokens read", "tokens written", "usd", "limits")
    parts = [in_columns([head, *map(_row, models)])]
    said = [
        f"model {each['name']!r}: price unknown: write it as price in [models.{each['name']}]"
        for each in models
        if each["usd"] is None
    ]
    said += made["notes"]
    if any("at least" in each["calls_are"] for each in models):
        said.append("at least: what a grader asks after a reply that is not there is not counted")
    slowest = max(models, key=lambda each: each["seconds_at_least"])
    if minutes := slowest["seconds_at_least"] / 60:
        said.append(f"it takes at least {minutes:,.0f} min, by the limits of {slowest['name']!r}")
    if made["budget"] is not None and "offline" not in made:
        said.append(_allowed(made["budget"]))
    if said:
        parts.append("\n".join(said))
    if "offline" in made:
        parts.append(_offline_text(made["offline"], made["cells_to_run"]))
    return parts


def _row(model: dict[str, Any]) -> tuple[str, ...]:
    sense = "" if model["calls_are"] == "exact" else f"{model['calls_are']} "
    limits = [f"{model['max_concurrency']} at once"] if model["max_concurrency"] != "auto" else []
    limits += [f"{model[key]:,} {key}" for key in ("rpm", "tpm") if model[key] is not None]
    return (
        model["name"],
        model["use"],
        f"{sense}{model['calls']:,}",
        f"{model['stored']:,}",
        f"{model['tokens_read']:,}",
        f"{model['tokens_written']:,}",
        "unknown" if model["usd"] is None else _amount(model["usd"]),
        ", ".join(limits) or "-",
    )


def _amount(usd: float) -> str:
    return f"{usd:,.2f}" if usd >= 10 else f"{usd:,.4f}" if usd else "0"


def _allowed(budget: dict[str, Any]) -> str:
    """Say whether a budget allows what is foreseen."""
    short: list[str] = []
    enough: list[str] = []
    for noun, limit in budget["limits"].items():
        needed = budget["needed"][noun]
        if limit is None:
            continue
        if needed is not None:
            figures = f"{needed:,} of {limit:,}"
            if noun == "usd":
                figures = f"{_amount(needed)} of {_amount(limit)}"
            (enough if needed <= limit else short).append(f"{figures} {noun}")
    if short:
        return (
            f"the budget does not allow it: {', '.join(short)}; the run would stop there: "
            "raise [budget], or run again to go on"
        )
    if budget["is_enough"] is None:
        return "whether the budget allows it is not known without the price"
    return f"the budget allows it: {', '.join(enough)}"


def _offline_text(offline: dict[str, Any], to_run: int) -> str:
    about = "about " if offline["is_estimate"] else ""
    gradable = f"{about}{offline['gradable']:,} of {counted(to_run, 'cell')} to run"
    said = [f"offline: {gradable} can be graded with stored replies", *offline["missing"]]
    if (unsaid := offline["missing_count"] - len(offline["missing"])) > 0:
        lack = "lacks" if unsaid == 1 else "lack"
        said.append(f"… {about}{counted(unsaid, 'more cell')} {lack} a reply")
    return "\n".join(said)
