"""The strings that try to change a verdict."""

import tomllib
from pathlib import Path

WRITTEN = tomllib.loads((Path(__file__).parent / "attacks.toml").read_text("utf-8"))

FAMILIES = {
    family: [each if isinstance(each, str) else each["unit"] * each["times"] for each in attacks]
    for family, attacks in WRITTEN.items()
}

ATTACKS = [attack for attacks in FAMILIES.values() for attack in attacks]
