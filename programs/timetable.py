"""The weekly pattern of a program: its minutes for one patient, and its dates. Pure: no models, no clock.

A week here is the patient's own week in a track, counted from 1: week n is the seven days from their start + 7(n − 1).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from dateutil.rrule import WEEKLY, rrule

from . import intervals
from .breaks import Break
from .choices import AttendedBy

DAY = 24 * 60


@dataclass(frozen=True, kw_only=True)
class Dose:
    """A service set per patient: `times` a week, `minutes` each. It has no hours of its own, so it overlaps nothing."""

    times: int
    minutes: int
    first_week: int | None = None
    last_week: int | None = None
    countable: bool = True
    attended_by: str = AttendedBy.PATIENT

    def in_force(self, day: date) -> bool:
        return True


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A weekly meeting by the wall clock. Weekday as `date.weekday()`; weeks and dates inclusive, None is open.

    `key` names the row it comes from, for whoever expands it.
    """

    weekday: int
    start: time
    end: time
    breaks: tuple[Break, ...] = ()
    first_week: int | None = None
    last_week: int | None = None
    countable: bool = True
    attended_by: str = AttendedBy.PATIENT
    from_: date | None = None
    to: date | None = None
    key: int | None = None

    def in_force(self, day: date) -> bool:
        return (self.from_ is None or self.from_ <= day) and (self.to is None or day <= self.to)

    def spans(self, *, exclude_breaks: bool = True) -> list[tuple[int, int]]:
        """Its time as minutes of the week from Monday 0:00, without its breaks or, where the policy says so, with."""
        taken = [self._span(*pause) for pause in self.breaks] if exclude_breaks else []
        return intervals.subtract([self._span(self.start, self.end)], taken)

    def _span(self, start: time, end: time) -> tuple[int, int]:
        midnight = self.weekday * DAY
        return midnight + minute_of_day(start), midnight + minute_of_day(end)


@dataclass(frozen=True)
class Weeks:
    """Weeks of a track with the same minutes; `last` None: from there on."""

    first: int
    last: int | None
    minutes: int

    def __str__(self) -> str:
        return weeks_in_words(self.first, self.last)


@dataclass(frozen=True)
class Meeting:
    """One date of a slot. `day` is the local day; the times are in UTC, so that their differences are true."""

    day: date
    starts_at: datetime
    ends_at: datetime
    breaks: tuple[tuple[datetime, datetime], ...] = ()

    @property
    def net_minutes(self) -> int:
        """Minutes from start to end less the breaks."""
        return intervals.minutes(intervals.subtract([(self.starts_at, self.ends_at)], self.breaks))


class Level(StrEnum):
    """What a week's minutes amount to."""

    BELOW = "below the minimum"
    ENOUGH = "intensive outpatient"
    PARTIAL_HOSPITALIZATION = "partial-hospitalization level"


def week_minutes(
    pattern: Iterable[Slot | Dose], *, week: int | None = None, day: date, exclude_breaks: bool = True
) -> int:
    """Countable minutes one patient can attend in a week: the union of the slots in force on `day`, plus the doses.

    Groups at the same hours are alternatives and count once. Family-only groups and services that do not count give
    nothing (R-45). `week` is the patient's week in the track; None asks no weeks, so that every phase is in it.
    """
    items = [item for item in _countable(pattern, day) if week is None or _includes(item, week)]
    spans = [span for item in items if isinstance(item, Slot) for span in item.spans(exclude_breaks=exclude_breaks)]
    doses = sum(item.times * item.minutes for item in items if isinstance(item, Dose))
    return intervals.length(spans) + doses


def minutes_by_weekday(
    pattern: Iterable[Slot | Dose], *, week: int | None = None, day: date, exclude_breaks: bool = True
) -> dict[int, int]:
    """Countable minutes of each weekday that has any, for `min_day_minutes`. Doses have no weekday and are left out."""
    slots = [item for item in pattern if isinstance(item, Slot)]
    by_day = {
        weekday: week_minutes(
            [slot for slot in slots if slot.weekday == weekday], week=week, day=day, exclude_breaks=exclude_breaks
        )
        for weekday in range(7)
    }
    return {weekday: minutes for weekday, minutes in by_day.items() if minutes}


def minutes_by_week(pattern: Iterable[Slot | Dose], *, day: date, exclude_breaks: bool = True) -> list[Weeks]:
    """The weekly minutes over the patient's weeks, neighbors of equal minutes joined; [] when nothing counts.

    The list ends with the last week of the last phase, or goes on where something has no last week.
    """
    items = _countable(pattern, day)
    if not items:
        return []
    starts = {1} | {item.first_week for item in items if item.first_week}
    starts |= {item.last_week + 1 for item in items if item.last_week}
    lasts = [item.last_week for item in items if item.last_week is not None]
    end = max(lasts) if len(lasts) == len(items) else None
    firsts = sorted(start for start in starts if end is None or start <= end)
    found: list[Weeks] = []
    for first, following in zip(firsts, [*firsts[1:], None], strict=True):
        last = following - 1 if following else end
        minutes = week_minutes(items, week=first, day=day, exclude_breaks=exclude_breaks)
        if found and found[-1].minutes == minutes:
            found[-1] = Weeks(found[-1].first, last, minutes)
        else:
            found.append(Weeks(first, last, minutes))
    return found


def averages(spans: Sequence[Weeks], over: int) -> list[float]:
    """The mean minutes of each `over` weeks of a track, counted from its first; the last ones may be fewer."""
    if not spans:
        return []
    end = spans[-1].last or spans[-1].first + 2 * over
    minutes = [span.minutes for span in spans for _ in range(span.first, (span.last or end) + 1)]
    blocks = [minutes[first : first + over] for first in range(0, len(minutes), over)]
    return [sum(block) / len(block) for block in blocks]


def at_once(first: Slot, second: Slot) -> bool:
    """Whether two slots share hours of a weekday, in weeks and on dates they share."""
    same_hours = first.weekday == second.weekday and first.start < second.end and second.start < first.end
    same_weeks = _before_end(first.first_week, second.last_week) and _before_end(second.first_week, first.last_week)
    return same_hours and same_weeks and _before_end(first.from_, second.to) and _before_end(second.from_, first.to)


def week_minimum(age: int, *, adult: int, adolescent: int, adolescent_under: int) -> int:
    """The weekly minimum in minutes for someone of this age on the day asked (R-06)."""
    return adolescent if age < adolescent_under else adult


def level(minutes: int, *, minimum: int, partial_hospitalization: int) -> Level:
    """What a week's countable minutes amount to under `min_week_minutes_*` and `php_minutes` (R-25)."""
    if minutes >= partial_hospitalization:
        return Level.PARTIAL_HOSPITALIZATION
    return Level.ENOUGH if minutes >= minimum else Level.BELOW


def meetings(slot: Slot, *, zone: ZoneInfo, first: date, last: date) -> Iterator[Meeting]:
    """The dates of a slot from `first` to `last`, both inclusive and within the slot's own dates; 18:00 stays 18:00.

    A start that the clock skips in spring moves forward by the hour that is missing, and the meeting keeps its length
    (RFC 5545); a time that comes twice in fall is the first of the two.
    """
    begin, end = max(first, slot.from_ or first), min(last, slot.to or last)
    if begin > end:
        return
    rule = rrule(WEEKLY, byweekday=slot.weekday, dtstart=_midnight(begin), until=_midnight(end))
    for midnight in rule:
        yield _meeting(slot, midnight.date(), zone)


def moment(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """The moment, in UTC, of a wall-clock time: skipped times move forward, doubled ones are the first (RFC 5545)."""
    return datetime.combine(day, wall, tzinfo=zone).astimezone(UTC)


def minute_of_day(wall: time) -> int:
    return wall.hour * 60 + wall.minute


def last_day(ends_on: date | None, retired_on: date | None) -> date | None:
    """The last day of something that ends on a day or is retired from a day on, whichever comes first."""
    days = [day for day in (ends_on, retired_on and retired_on - timedelta(days=1)) if day]
    return min(days, default=None)


def weeks_in_words(first: int | None, last: int | None) -> str:
    if last is None:
        return "every week" if first in {None, 1} else f"from week {first}"
    return f"week {last}" if first == last else f"weeks {first or 1}–{last}"


def _countable(pattern: Iterable[Slot | Dose], day: date) -> list[Slot | Dose]:
    return [
        item for item in pattern if item.countable and item.attended_by != AttendedBy.FAMILY_ONLY and item.in_force(day)
    ]


def _includes(item: Slot | Dose, week: int) -> bool:
    return (item.first_week or 1) <= week and (item.last_week is None or week <= item.last_week)


def _before_end[Place: (int, date)](first: Place | None, last: Place | None) -> bool:
    """Whether something that begins at `first` begins by `last`; an empty one is open."""
    return first is None or last is None or first <= last


def _meeting(slot: Slot, day: date, zone: ZoneInfo) -> Meeting:
    starts_at = moment(day, slot.start, zone)
    wall = starts_at.astimezone(zone).replace(tzinfo=None)
    moved = wall - datetime.combine(day, slot.start)

    def at(clock: time) -> datetime:
        if not moved:
            return moment(day, clock, zone)
        return starts_at + (datetime.combine(day, clock) - datetime.combine(day, slot.start))

    return Meeting(day, starts_at, at(slot.end), tuple((at(start), at(end)) for start, end in slot.breaks))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())
