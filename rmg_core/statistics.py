"""What rmg itself asks of statistics, where the pack that has them is installed."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from rmg_core.errors import RegistryError
from rmg_core.registry import installed
from rmg_core.spread import Interval, Spread

PACK: Final = "stats"
"""Asked without being named by a config: what it says changes no grade."""

_NOUN: Final = "statistic"


def statistic(name: str) -> Callable[..., Any] | None:
    """Return one of the functions of the pack's hook `rmg_statistics`.

    None where the pack is not installed, cannot be used (`rmg plugins` says why) or lacks it.
    """
    registry = installed()
    if PACK not in registry.pack_names:
        return None
    with suppress(RegistryError):
        if name in registry.pack(PACK).names[_NOUN]:
            found = registry.resolve(_NOUN, f"{PACK}/{name}", [], allow_code=False).value
            return found if callable(found) else None
    return None


def interval_of(spread: Spread) -> Interval | None:
    """Return the interval of a mean; None where nobody knows one."""
    interval = statistic("interval")
    if interval is None:
        return None
    try:
        made = interval(spread)
    except Exception as fault:  # noqa: BLE001 - the code of a pack
        return Interval(why=f"the pack {PACK} raised {type(fault).__name__}: {fault}")
    return made if isinstance(made, Interval) else Interval(why=f"the pack {PACK} gave no Interval")
