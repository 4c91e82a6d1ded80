"""What people type by the clock on the wall. Pure."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from programs.timetable import moment


def typed_moment(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """The moment, in UTC, of a time somebody typed; of a time that comes twice in fall, the first.

    Raises ValueError with a sentence for a time the clock skips in spring: nobody can meet then.
    """
    at = moment(day, wall, zone)
    if at.astimezone(zone).replace(tzinfo=None) != datetime.combine(day, wall):
        first = at.astimezone(zone)
        raise ValueError(
            f"{wall:%H:%M} does not exist on this day: the clock goes forward. Choose a time from {first:%H}:00 on."
        )
    return at.astimezone(UTC)
