"""How much of a text was there before: the closest of the earlier ones."""

from collections import Counter


class Texts:
    """Earlier texts, as sets of words in lower case, found by the words that they share."""

    def __init__(self) -> None:
        self._sizes: list[int] = []
        self._with: dict[str, list[int]] = {}
        self._known: set[frozenset[str]] = set()

    def closest(self, text: str) -> float:
        """Return the highest Jaccard index of the words of `text` and of an earlier one.

        >>> texts = Texts()
        >>> texts.add("Sunny in Rome")
        >>> texts.closest("rainy in Rome"), texts.closest("")
        (0.5, 0.0)
        """
        words = frozenset(text.lower().split())
        if words in self._known:
            return 1.0
        shared: Counter[int] = Counter()
        for word in words:
            shared.update(self._with.get(word, ()))
        return max(
            (both / (len(words) + self._sizes[at] - both) for at, both in shared.items()),
            default=0.0,
        )

    def add(self, text: str) -> None:
        words = frozenset(text.lower().split())
        if not words or words in self._known:
            return
        self._known.add(words)
        for word in words:
            self._with.setdefault(word, []).append(len(self._sizes))
        self._sizes.append(len(words))
