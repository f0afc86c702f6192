"""Names and lists as a report of a validation writes them."""

from collections.abc import Iterable


def listed(things: Iterable[object], most: int = 6) -> str:
    """Write a few things in quotes, and how many more there are."""
    held = list(things)
    shown = ", ".join(repr(each) for each in held[:most]) or "none"
    return shown + (f" and {len(held) - most} more" if len(held) > most else "")


def label_name(label: object) -> object:
    """Write a number that is whole as one: 1 for 1.0."""
    if isinstance(label, float) and label.is_integer():
        return int(label)
    return label
