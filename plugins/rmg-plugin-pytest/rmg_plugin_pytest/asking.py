"""What a test asks rmg to grade with, as its call or the nearest marker says it."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from os import PathLike
from pathlib import Path
from typing import Any, Final

import pytest
from attrs import asdict, evolve, fields_dict, frozen

from rmg_core import GradingRunner
from rmg_plugin_pytest.failures import Misused

BARS: Final = ("threshold", "share", "mean", "bound", "scored")
"""What the grades have to come up to; the other words say what is graded, and how."""


@frozen
class Asked:
    """What is graded with what, and what the grades have to come up to; None is not said."""

    graders: Any = None
    threshold: float | Mapping[str, float] | None = None
    share: float | Mapping[str, float] | None = None
    mean: float | Mapping[str, float] | None = None
    bound: float | Mapping[str, float] | None = None
    scored: float | Mapping[str, float] | None = None
    repeats: int | None = None
    max_errors: float | None = None

    def or_else(self, others: Iterable["Asked"]) -> "Asked":
        """Fill in what is not said by what the first of the others says."""
        made = self
        for other in others:
            said = asdict(other, recurse=False)
            missing = [name for name in said if getattr(made, name) is None]
            made = evolve(made, **{name: said[name] for name in missing})
        return made


def asked_by(marker: pytest.Mark) -> Asked:
    """Read a marker.

    Raises:
        Misused: it says something that nobody understands.
    """
    known = list(fields_dict(Asked))
    if len(marker.args) > 1 or (marker.args and "graders" in marker.kwargs):
        raise Misused(
            "@pytest.mark.rmg takes what grades once, and all else by name: several graders are a "
            "list, or a mapping of names to them"
        )
    for name in marker.kwargs:
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"it takes {', '.join(known)}"
            raise Misused(f"@pytest.mark.rmg takes no {name!r}; {hint}")
    return Asked(*marker.args, **marker.kwargs)


def runner_of(asked: Asked, folder: Path) -> GradingRunner:
    """Make what grades; a config is looked for from the folder of the test.

    Raises:
        Misused: nothing is said, or not in one way.
        ConfigError: it cannot be run.
    """
    graders, repeats = asked.graders, asked.repeats
    if graders is None:
        raise Misused(
            'nothing says what grades: write rmg.check(sample, "text/exact_match", …), or '
            '@pytest.mark.rmg("text/exact_match", …) over the test'
        )
    is_path = isinstance(graders, PathLike)
    if is_path or (isinstance(graders, str) and graders.endswith(".toml")):
        _refuse_repeats(repeats, "a config", "[graders.NAME] repeats in it")
        return GradingRunner.from_config(folder / graders)
    if isinstance(graders, GradingRunner):
        _refuse_repeats(repeats, "a GradingRunner", "repeats of its graders")
        return graders
    entries = _entries_of(graders)
    if repeats is not None:
        entries = {name: {"repeats": repeats, **entry} for name, entry in entries.items()}
    return GradingRunner(entries)


def _refuse_repeats(repeats: int | None, what: str, instead: str) -> None:
    if repeats is not None:
        raise Misused(f"repeats={repeats} says nothing to {what}; write {instead}")


def _entries_of(graders: Any) -> dict[str, dict[str, Any]]:
    if isinstance(graders, Mapping):
        return {
            name: dict(each) if isinstance(each, Mapping) else {"grader": each}
            for name, each in graders.items()
        }
    several = graders if _is_list(graders) else [graders]
    made: dict[str, dict[str, Any]] = {}
    for each in several:
        name = _name_of(each)
        if name in made:
            raise Misused(
                f'two graders are called {name!r}: name them, as in {{"first": …, "second": …}}'
            )
        made[name] = {"grader": each}
    return made


def _is_list(graders: Any) -> bool:
    return isinstance(graders, Sequence) and not isinstance(graders, str)


def _name_of(grader: Any) -> str:
    """Return what the column of a grader is called: `exact_match` of `text/exact_match`."""
    if isinstance(grader, str):
        return grader.replace(":", "/").rsplit("/", 1)[-1]
    return str(getattr(grader, "__name__", type(grader).__name__))
