"""Half-open intervals `[start, end)`: the end is not in it, so back to back is no overlap. Pure; no dates, no models.

The functions take numbers (minutes of a week) or moments. Moments must share one zone that has no clock changes, which
`moments()` sees to: Python compares two times of one zone by their wall clock, and an hour appears or goes at DST.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

type Span[P] = tuple[P, P]


def union[Point: (int, datetime)](spans: Iterable[Span[Point]]) -> list[Span[Point]]:
    """The same time as sorted spans that neither overlap nor touch; empty spans (end not after start) are left out."""
    joined: list[Span[Point]] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def overlap[Point: (int, datetime)](first: Iterable[Span[Point]], second: Iterable[Span[Point]]) -> list[Span[Point]]:
    """The time in both."""
    others = union(second)
    return union((max(a, c), min(b, d)) for a, b in union(first) for c, d in others)


def subtract[Point: (int, datetime)](spans: Iterable[Span[Point]], taken: Iterable[Span[Point]]) -> list[Span[Point]]:
    """The time of `spans` that is not in `taken`."""
    holes = union(taken)
    left: list[Span[Point]] = []
    for begin, end in union(spans):
        start = begin
        for hole_start, hole_end in holes:
            if hole_end <= start or hole_start >= end:
                continue
            left.append((start, hole_start))
            start = hole_end
        left.append((start, end))
    return union(left)


def clash[Point: (int, datetime)](first: Span[Point], second: Span[Point]) -> bool:
    """Whether two spans share any time; back to back they do not."""
    return bool(overlap([first], [second]))


def length(spans: Iterable[Span[int]]) -> int:
    """The length of the union of number spans, in their unit."""
    return sum(end - start for start, end in union(spans))


def moments(spans: Iterable[Span[datetime]]) -> list[Span[datetime]]:
    """The same spans in UTC, where arithmetic is true. Raises ValueError for a time without a zone."""
    return [(moment(start), moment(end)) for start, end in spans]


def minutes(spans: Iterable[Span[datetime]]) -> int:
    """Whole minutes of the union of spans of aware times, floored once."""
    whole = sum((end - start for start, end in union(moments(spans))), timedelta())
    return whole // timedelta(minutes=1)


def moment(at: datetime) -> datetime:
    """The time in UTC. Raises ValueError for a time without a zone."""
    if at.utcoffset() is None:
        raise ValueError("a time without a zone")
    return at.astimezone(UTC)
