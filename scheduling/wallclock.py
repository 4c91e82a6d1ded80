"""What people read and type by the clock on the wall. Pure."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from programs.breaks import span
from programs.models import GroupSlot
from programs.timetable import moment

TYPED = re.compile(r"(\d{1,2})(?:[:.]?(\d{2}))?\s*([ap])?\.?m?\.?", re.IGNORECASE)
UNREADABLE = "Write a time such as 7:38 PM or 19:38."
NOON, LAST_HOUR, LAST_MINUTE = 12, 23, 59


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


def weekly_times(slots: Iterable[GroupSlot]) -> list[tuple[str, str]]:
    """Weekly meetings as days and times, equal times said once: “Mon, Wed, Fri”, “9:00 AM–12:15 PM”.

    A room of their own is said with them; fetch it.
    """
    days: dict[str, list[str]] = {}
    for slot in slots:
        room = f", {slot.room}" if slot.room else ""
        days.setdefault(f"{span(slot.start, slot.end)}{room}", []).append(slot.get_weekday_display()[:3])
    return [(", ".join(names), times) for times, names in days.items()]


def typed_near(text: str, start: datetime, end: datetime, zone: ZoneInfo) -> datetime:
    """The moment of a time typed as 7:38 PM, 19:38, 738p or 7:38, for a session from `start` to `end`.

    Where the text leaves the half of the day open, and where the session goes past midnight, it is the moment nearest
    to the session. Raises ValueError with a sentence for anything that is no time.
    """
    days = {at.astimezone(zone).date() for at in (start, end)}
    found, skipped = [], None
    for wall in _walls(text):
        for day in sorted(days):
            try:
                found.append(typed_moment(day, wall, zone))
            except ValueError as error:
                skipped = error
    if skipped and not found:
        raise skipped
    return min(found, key=lambda at: max(start - at, at - end, timedelta()))


def _walls(text: str) -> list[time]:
    """The times of day that a text can mean: two where it says neither AM nor PM and could be either."""
    match = TYPED.fullmatch(text.strip())
    if match is None:
        raise ValueError(UNREADABLE)
    hour, minute, half = int(match[1]), int(match[2] or 0), (match[3] or "").lower()
    if half:
        hours = [hour % NOON + NOON * (half == "p")] if 1 <= hour <= NOON else []
    elif match[1].startswith("0") or hour > NOON:
        hours = [hour]
    else:
        hours = [hour % NOON, hour % NOON + NOON]
    if not hours or hours[0] > LAST_HOUR or minute > LAST_MINUTE:
        raise ValueError(UNREADABLE)
    return [time(hour, minute) for hour in hours]
