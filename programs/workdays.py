"""Working days: Monday to Friday, less the provider's closed days and the federal holidays. Pure.

A business day is the same. `closed` is any set of days, such as those of the closures that touch a program.
"""

from collections.abc import Container
from datetime import date, timedelta
from functools import lru_cache

from .holidays import SATURDAY, federal

DAY = timedelta(days=1)
LONGEST_CLOSED = 3660  # days


def is_working_day(day: date, *, closed: Container[date] = ()) -> bool:
    return day.weekday() < SATURDAY and day not in closed and day not in _federal(day.year)


def after(day: date, count: int, *, closed: Container[date] = ()) -> date:
    """The `count`th working day after `day`, which itself is not counted; 0 gives `day`.

    Raises ValueError for a negative count, and where the provider is closed for more than ten years on end.
    """
    if count < 0:
        raise ValueError(f"{count} working days: count forward")
    last = day
    for _ in range(count):
        last = _next(last, closed)
    return last


def _next(day: date, closed: Container[date]) -> date:
    for ahead in range(1, LONGEST_CLOSED):
        if is_working_day(day + ahead * DAY, closed=closed):
            return day + ahead * DAY
    raise ValueError("no working day in ten years")


@lru_cache(maxsize=64)
def _federal(year: int) -> frozenset[date]:
    return frozenset(day for day, _ in federal(year))
