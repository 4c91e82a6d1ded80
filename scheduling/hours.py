"""A person's minutes in one session, and what their times make of the attendance. Pure: aware times in, no clock.

Arrival and departure are None for who was there from start to end. They are kept as typed elsewhere; here they are
clamped to the session, so early and late hours give no minutes (R-40).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

from programs import intervals

type Presence = Literal["P", "L", "E", "LE"]


def net_minutes(
    start: datetime,
    end: datetime,
    arrival: datetime | None,
    departure: datetime | None,
    breaks: Iterable[tuple[datetime, datetime]] = (),
) -> int:
    """Whole minutes of [arrival, departure] within [start, end] less the breaks, floored once.

    Someone who came after the end or left before the start has 0. A departure before the arrival, an end before the
    start or a time without a zone is impossible and raises ValueError (R-40 refuses it before it is saved).
    """
    return intervals.minutes(intervals.subtract(within(start, end, arrival, departure), intervals.moments(breaks)))


def within(
    start: datetime, end: datetime, arrival: datetime | None, departure: datetime | None
) -> list[tuple[datetime, datetime]]:
    """The time of [arrival, departure] within [start, end], in UTC, breaks included; errors as in `net_minutes`."""
    return intervals.overlap(_span(start, end), _there(start, end, arrival, departure))


def presence(  # noqa: PLR0917 - the times and their two graces, in the order of net_minutes
    start: datetime,
    end: datetime,
    arrival: datetime | None,
    departure: datetime | None,
    grace_late: int,
    grace_early: int,
) -> Presence:
    """The status that the times give, against the session's actual start and end (R-38).

    Late is an arrival later than start + `grace_late` minutes, early a departure sooner than end − `grace_early`;
    exactly at the grace is in time. Seconds count.
    """
    [(came, left)] = _there(start, end, arrival, departure)
    [(begins, ends)] = _span(start, end)
    late = came > begins + timedelta(minutes=grace_late)
    early = left < ends - timedelta(minutes=grace_early)
    if late:
        return "LE" if early else "L"
    return "E" if early else "P"


def _there(
    start: datetime, end: datetime, arrival: datetime | None, departure: datetime | None
) -> list[tuple[datetime, datetime]]:
    """From arrival to departure in UTC; a missing one is the session's own, or the other where that lies outside it."""
    [(begins, ends)] = _span(start, end)
    came = begins if arrival is None else intervals.moment(arrival)
    left = ends if departure is None else intervals.moment(departure)
    if arrival is None:
        came = min(came, left)
    elif departure is None:
        left = max(came, left)
    if left < came:
        raise ValueError("The departure is before the arrival.")
    return [(came, left)]


def _span(start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    [(begins, ends)] = intervals.moments([(start, end)])
    if ends < begins:
        raise ValueError("The session ends before it starts.")
    return [(begins, ends)]
