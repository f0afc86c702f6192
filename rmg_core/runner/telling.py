"""What a run has to say of graders that would not end, in sentences for the user."""

from collections.abc import Iterable, Iterator

from rmg_core.runner.lanes import Lane


def told_of(lanes: Iterable[Lane]) -> Iterator[str]:
    """Yield what is to be told of each lane when its run is over."""
    for lane in lanes:
        who = f"grader {lane.name!r}"
        if lane.left_behind:
            yield (
                f"{_calls(lane.left_behind)} of {who} passed the time-out of {lane.timeout:g} s; "
                "a thread cannot be stopped, and what it does may go on (set isolate = true)"
            )
        if lane.refusals.count:
            yield (
                f"{_calls(lane.refusals.count)} of {who} swallowed the cancellation and had to be "
                "given up; let it pass, or set isolate = true"
            )
        if lane.workers is not None and lane.workers.printed_bytes:
            yield f"{who} printed {_size(lane.workers.printed_bytes)}, which goes nowhere"


def _calls(count: int) -> str:
    return "1 call" if count == 1 else f"{count:,} calls"


def _size(count: int) -> str:
    size, units = float(count), ["bytes", "kB", "MB", "GB"]
    while size >= 1000 and len(units) > 1:
        size /= 1000
        units.pop(0)
    return f"{size:,.3g} {units[0]}"
