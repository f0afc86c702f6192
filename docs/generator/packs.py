"""The directory of packs, from the one file that lists them."""

import tomllib
from pathlib import Path

from generator.markdown import code, table

FILE = Path(__file__).parents[1] / "packs.toml"


def directory() -> dict[str, dict[str, str]]:
    return tomllib.loads(FILE.read_text("utf-8"))


def _short() -> str:
    rows = [(code(name), each["grades"], each["needs"]) for name, each in directory().items()]
    return table(("pack", "grades", "needs"), rows)


def _whole() -> str:
    rows = [
        (
            code(name),
            each["grades"],
            each["needs"],
            code(f"pip install {each['distribution']}"),
            f"[{each['by']}]({each['home']})" if "home" in each else "rmg",
        )
        for name, each in directory().items()
    ]
    return table(("pack", "grades", "needs", "install", "by"), rows)


PARTS = {"packs": _whole, "packs-short": _short}
