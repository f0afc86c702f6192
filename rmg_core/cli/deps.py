"""`rmg deps`: what pip must install for a config."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from rmg_core.cli import arguments
from rmg_core.cli.screen import show, show_json
from rmg_core.cli.verbs import example

if TYPE_CHECKING:
    from rmg_core.config import Config


@click.command("deps", epilog=example("rmg deps qa.toml > requirements.txt"))
@arguments.config
@arguments.overrides
@arguments.as_json
def command(config: str, overrides: tuple[str, ...], as_json: bool) -> None:
    """Print what pip must install for a config.

    Packs that the config uses are pinned to the version that is installed, unless that is not
    one that the config's `requires` allows. Nothing is imported.
    """
    from packaging.requirements import InvalidRequirement, Requirement
    from packaging.utils import canonicalize_name

    from rmg_core.config import load_config
    from rmg_core.errors import ConfigError
    from rmg_core.registry import installed

    loaded = load_config(config, overrides)
    registry = installed().choosing(loaded.choose)
    pinned = {
        canonicalize_name(Requirement(line).name): line
        for line in registry.requirements_of(_packs(loaded))
    }
    problems = []
    required = []
    for number, line in enumerate(loaded.requires):
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            [unmet] = registry.check_requires([line])
            at = ("requires", number)
            problems.append(loaded.problem(at, unmet.message, unmet.hint, at="value"))
            continue
        name = canonicalize_name(requirement.name)
        if registry.check_requires([line]):
            pinned.pop(name, None)
        if name not in pinned or requirement.extras:
            required.append(line)
    if problems:
        raise ConfigError(problems)
    lines = sorted({*pinned.values(), *required})
    if as_json:
        show_json(lines)
    else:
        show("\n".join(lines))


def _packs(config: "Config") -> Iterator[str]:
    """Name every pack that a config uses; `basic`, which is rmg-core, always."""
    from rmg_core.registry.claims import BASIC

    yield BASIC
    yield from config.packs
    parts = (config.graders, config.aggregators, config.sinks, config.observers)
    uses = [each.use for section in parts for each in section.values()]
    uses += [getattr(each.mapper, "use", "") for each in config.graders.values()]
    for use in (*uses, config.dataset.format or ""):
        pack, slash, _ = use.partition("/")
        if slash and ":" not in use:
            yield pack
