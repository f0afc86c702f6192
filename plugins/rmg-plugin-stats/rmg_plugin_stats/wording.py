"""What a figure says of its rules, in one line."""


def joined(*rules: str) -> str:
    """Return rules with semicolons between, each once, without those that are empty."""
    parts = [part for rule in rules for part in rule.split("; ") if part]
    return "; ".join(dict.fromkeys(parts))
