"""Something that a config names, with its options."""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from attrs import Attribute, field, frozen

Options: TypeAlias = Mapping[str, Any]
ITS_OPTIONS: Final = {"help": "its options"}


def is_something(_: Any, attribute: "Attribute[Any]", value: Any) -> None:
    if value is None or value == "":  # in Python it may be the object itself
        raise ValueError(f"{attribute.name} must name something")


USE: Final = {
    "help": "'pack/name', 'name' in one of the packs, './file.toml', './file.py:name' or "
    "'module:name'"
}


@frozen
class UseConfig:
    """A mapper, sink or observer by its name, with its options."""

    use: str = field(validator=is_something, metadata=USE)
    options: Options = field(factory=dict, metadata=ITS_OPTIONS)
