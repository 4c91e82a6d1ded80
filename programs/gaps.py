"""Days that dated rows leave open. Pure: no models, no clock."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Protocol

DAY = timedelta(days=1)


class Dated(Protocol):
    """Something that holds from a day to a day, both included; no last day: it goes on."""

    starts_on: date
    ends_on: date | None


def gaps(rows: Iterable[Dated], first: date, last: date | None) -> Iterator[tuple[date, date | None]]:
    """The stretches from `first` to `last`, both included (None: no end), on which none of the rows holds."""
    for row in sorted(rows, key=lambda row: row.starts_on):
        if last is not None and row.starts_on > last:
            break
        if row.starts_on > first:
            yield first, row.starts_on - DAY
        if row.ends_on is None:
            return
        first = max(first, row.ends_on + DAY)
    if last is None or first <= last:
        yield first, last
