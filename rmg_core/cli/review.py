"""`rmg plugins --check`: an installed pack, held to the quick part of the contract."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from click.exceptions import Exit

from rmg_core.cli.exits import FAILED
from rmg_core.cli.screen import counted, in_columns, one_line, show, show_json

if TYPE_CHECKING:
    from rmg_core.registry import Registry
    from rmg_core.testing import Reviewed


def review(name: str, *, exempt: "Sequence[str]", as_json: bool) -> None:
    """Show what each check of a pack came to.

    Raises:
        RegistryError: no such pack is installed.
        ConfigError: there is nothing that could be exempt.
        Exit: the pack fails.
    """
    from rmg_core.registry import installed
    from rmg_core.testing import review_pack

    registry = installed()
    pack = _meant(registry, name)
    origin = _origin(registry, pack)
    free = [_exemption(registry, pack, each) for each in exempt]
    made = review_pack(pack, exempt=free, registry=registry)
    fails = any(each.findings for each in made)
    if as_json:
        show_json(
            {
                "pack": pack,
                "from": origin,
                "passes": not fails,
                "checks": [_as_json(each) for each in made],
                "left_to_its_tests": _left(),
            }
        )
    else:
        _show(pack, origin, made)
    if fails:
        raise Exit(FAILED)


def _meant(registry: "Registry", name: str) -> str:
    """Return the name of a pack, which may also be written as pip knows it."""
    from rmg_core.cli.scaffold import distribution_of, fitting

    wanted = distribution_of(fitting(name))
    meant = [each for each in registry.pack_names if distribution_of(each) == wanted]
    return meant[0] if name not in registry.pack_names and len(meant) == 1 else name


def _origin(registry: "Registry", pack: str) -> str:
    """Say which distribution a pack is from; "" where that is not clear, as the review tells.

    Raises:
        PackNotInstalled: there is no such pack.
    """
    from rmg_core.errors import PackNotInstalled, RegistryError

    try:
        info = registry.info(pack)
    except PackNotInstalled:
        raise
    except RegistryError:
        return ""
    return f"{info.distribution} {info.version}".strip()


def _exemption(registry: "Registry", pack: str, text: str) -> "str | tuple[str, str]":
    """Read CHECK or GRADER/CHECK.

    Raises:
        ConfigError: the pack has no such grader, or the quick part no such check.
    """
    from rmg_core.errors import ConfigError, Problem, RegistryError
    from rmg_core.hints import suggestion
    from rmg_core.testing.review import QUICK_CHECKS

    grader, slash, check = text.rpartition("/")
    checks = [each.name for each in QUICK_CHECKS]
    if check not in checks:
        fault = f"there is no check {check!r} to be exempt from"
        raise ConfigError([Problem(fault, suggestion(check, checks, "checks"))])
    try:
        graders = [*registry.pack(pack).names["grader"]]
    except RegistryError:  # which the review tells
        return (grader, check) if slash else check
    if slash and grader not in graders:
        fault = f"pack {pack!r} has no grader {grader!r} to exempt"
        raise ConfigError([Problem(fault, suggestion(grader, graders, "graders"))])
    return (grader, check) if slash else check


def _as_json(made: "Reviewed") -> dict[str, object]:
    return {
        "check": made.check,
        "protects": made.protects,
        "result": made.result,
        "looked_at": made.looked_at,
        "exempt": made.exempt,
        "findings": [{"of": each.subject, "message": each.message} for each in made.findings],
    }


def _left() -> list[str]:
    from rmg_core.testing.review import SLOW_CHECKS

    return [*SLOW_CHECKS]


def _show(pack: str, origin: str, checks: "Sequence[Reviewed]") -> None:
    rows = [("check", "of", "result", "protects")]
    rows += [(made.check, _of(made, pack), _result(made), made.protects) for made in checks]
    show(f"{pack}{origin and f', from {origin}'}\n\n{in_columns(rows)}")
    found = [each for made in checks for each in made.findings]
    for each in found:
        who = pack if each.subject == pack else f"{pack}/{each.subject}"
        show(f"\n{one_line(who)}, {each.check}: {one_line(each.message, 2000)}")
    if not found:
        show(f"\nleft to its own tests: {', '.join(_left())}")
        return
    verdict = f"it fails {counted(sum(bool(made.findings) for made in checks), 'check')}"
    if unmade := sum(made.result == "not made" for made in checks):
        verdict += f", and {counted(unmade, 'check')} could not be made"
    show(f"\n{verdict}")


def _of(made: "Reviewed", pack: str) -> str:
    names = (*made.looked_at, *made.exempt)
    if names == (pack,):
        return "the pack"
    return counted(len(names), "grader") if names else "nothing"


def _result(made: "Reviewed") -> str:
    faulty = {each.subject for each in made.findings}
    said = f"{len(faulty)} fail" if faulty and len(made.looked_at) > 1 else made.result
    return f"{said}, {len(made.exempt)} exempt" if made.exempt and made.looked_at else said
