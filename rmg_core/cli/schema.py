"""`rmg schema`: the JSON Schema of a config, for editors."""

import click
from attrs import frozen

from rmg_core.cli.screen import show_json, tell
from rmg_core.cli.verbs import example


@click.command("schema", epilog=example("rmg schema > rmg.schema.json"))
def command() -> None:
    """Print the JSON Schema of a config, for editors.

    It knows the options of everything that the installed packs provide. Name it in the first
    line of a config: #:schema ./rmg.schema.json
    """
    from rmg_core.cli.catalogue import entry_of
    from rmg_core.config import config_schema
    from rmg_core.errors import DefinitionError, RegistryError
    from rmg_core.registry import installed

    classes: dict[str, dict[str, type]] = {}
    about: dict[str, dict[str, str]] = {}
    reasons: dict[str, None] = {}
    registry = installed()
    for noun in ("grader", "mapper", "aggregator", "model", "reader", "sink", "observer"):
        made, told = classes[noun], about[f"{noun}s"] = {}, {}
        for name, found in registry.names(noun):
            told[name] = ""
            try:
                if isinstance(found, RegistryError):
                    raise found
                told[name] = entry_of(found).summary
                options = _options_of(noun, found.value)
            except (RegistryError, DefinitionError) as fault:
                reasons[str(fault)] = None
                continue
            made[name.rpartition("/")[2] if noun == "reader" else name] = options
    show_json(
        config_schema(
            graders=classes["grader"],
            mappers=classes["mapper"],
            aggregators=classes["aggregator"],
            models=classes["model"],
            readers=classes["reader"],
            sinks=classes["sink"],
            observers=classes["observer"],
            about=about,
        )
    )
    for reason in reasons:
        tell(reason)


@frozen
class _None:
    """The options of what has none."""


def _options_of(noun: str, value: object) -> type:
    """Return the class of the options."""
    import attrs

    from rmg_core.graders import spec_of

    if noun == "grader" and callable(value) and not attrs.has(type(value)):
        return spec_of(value).options
    return value if isinstance(value, type) and attrs.has(value) else _None
