"""A set of small whole numbers: one bit for each number up to the largest."""

from collections.abc import Iterable

from attrs import define, field


@define(eq=False)
class Ticks:
    """Remembers which samples of a run were seen, or outcomes written: 125 KB for a million."""

    _bits: bytearray = field(factory=bytearray)

    def __contains__(self, number: object) -> bool:
        return isinstance(number, int) and not self.missing([number])

    def missing(self, numbers: Iterable[int]) -> list[int]:
        """Return those of some numbers that are not in it."""
        bits, end = self._bits, len(self._bits) << 3
        return [each for each in numbers if each >= end or not bits[each >> 3] >> (each & 7) & 1]

    def update(self, numbers: Iterable[int]) -> None:
        bits = self._bits
        for number in numbers:
            place = number >> 3
            if place >= len(bits):
                bits.extend(bytes(place + 1 - len(bits)))
            bits[place] |= 1 << (number & 7)
