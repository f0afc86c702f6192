"""Imported only when a config uses it."""


def weigh(response: str) -> float:
    """The share of a hundred characters that the response has, at most 1."""
    return min(len(response) / 100, 1.0)
