"""What a model has used in a run: calls, tokens, money, time."""

from attrs import frozen

from rmg_core.connections.ledger import Tally


@frozen
class ModelSummary:
    """What a model has used, in one run.

    `calls` are attempts, of which `retries` were made again; `failed` requests came to nothing,
    and `hits` were answered by stored replies. `usd` is None where no price is known, and else
    leaves out the `unpriced` replies. Of `suspect` replies the provider's usage cannot be.
    `queued` are the seconds in which calls waited, and `served` those in which they were answered.
    `stopped` says why it could not be asked any more, and is empty where it could.
    """

    name: str
    calls: int
    retries: int
    failed: int
    hits: int
    input_tokens: int
    output_tokens: int
    usd: float | None
    unpriced: int
    suspect: int
    queued: float
    served: float
    stopped: str = ""

    @classmethod
    def of(cls, used: Tally, stopped: str = "") -> "ModelSummary":
        return cls(
            name=used.name,
            calls=used.calls,
            retries=used.retries,
            failed=used.failed,
            hits=used.hits,
            input_tokens=used.input_tokens,
            output_tokens=used.output_tokens,
            usd=None if used.unpriced and used.unpriced == used.replies else used.usd,
            unpriced=used.unpriced,
            suspect=used.suspect,
            queued=used.queued,
            served=used.served,
            stopped=stopped,
        )

    def __str__(self) -> str:
        said = [_count(self.calls, "call")]
        if self.retries:
            said[0] += f" ({_count(self.retries, 'retry', 'retries')})"
        if self.failed:
            said.append(f"{self.failed:,} without an answer")
        if self.hits:
            said.append(f"{_count(self.hits, 'stored reply', 'stored replies')} used")
        if self.calls:
            said.append(f"{self.input_tokens:,} tokens read, {self.output_tokens:,} written")
            said.append(_money(self.usd, self.unpriced))
            waited, served = self.queued / self.calls, self.served / self.calls
            said.append(f"{served:.2g} s a call, after {waited:.2g} s in the queue")
        if self.suspect:
            said.append(f"usage of {_count(self.suspect, 'reply', 'replies')} cannot be")
        return f"model {self.name}: {'; '.join(said)}"


def _count(count: int, noun: str, plural: str = "") -> str:
    return f"1 {noun}" if count == 1 else f"{count:,} {plural or noun + 's'}"


def _money(usd: float | None, unpriced: int) -> str:
    if usd is None:
        return "price unknown"
    without = f", without {_count(unpriced, 'reply', 'replies')} of unknown price"
    return f"${usd:,.4f}" + (without if unpriced else "")
