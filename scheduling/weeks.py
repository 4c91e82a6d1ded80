"""A person's minutes of a week, day by day. Pure: aware times in, no clock, no models.

Three numbers, never one: planned (countable minutes on the schedule), attended (all minutes delivered) and countable
(those of them that count toward the weekly hours, R-45). Each is the union of a day's intervals and never their sum
(R-29), net of breaks, in whole minutes floored once a day.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from programs import intervals

type Spans = Sequence[tuple[datetime, datetime]]
DAYS = 7
WEEKDAYS = {"Monday": 0, "Sunday": 6}


@dataclass(frozen=True)
class Visit:
    """One session as it concerns one person: the session's own net time, and the net time the person was there.

    `is_planned`: the person was expected. `is_not_logged`: it is over, and nobody has said what became of the person.
    `is_ahead`: it is not over, and nobody has.
    """

    day: date
    held: Spans
    there: Spans = ()
    is_countable: bool = True
    is_planned: bool = True
    is_not_logged: bool = False
    is_ahead: bool = False


@dataclass(frozen=True)
class LedgerDay:
    """Minutes of one local day."""

    day: date
    planned: int = 0
    attended: int = 0
    countable: int = 0
    not_logged: int = 0
    ahead: int = 0

    @property
    def uncounted(self) -> int:
        """Attended and shown, but outside the hours: a 12-step meeting (R-45)."""
        return self.attended - self.countable

    def reaches(self, minimum: int) -> bool:
        """Whether the day has the minutes that a day needs to be billed (`min_day_minutes`, R-43)."""
        return self.countable >= minimum


@dataclass(frozen=True)
class Week:
    """Seven days against the weekly minimum. The shortfall is what is missing of the countable minutes."""

    days: tuple[LedgerDay, ...]
    minimum: int

    @property
    def first(self) -> date:
        return self.days[0].day

    @property
    def last(self) -> date:
        return self.days[-1].day

    @property
    def planned(self) -> int:
        return sum(day.planned for day in self.days)

    @property
    def attended(self) -> int:
        return sum(day.attended for day in self.days)

    @property
    def countable(self) -> int:
        return sum(day.countable for day in self.days)

    @property
    def uncounted(self) -> int:
        return sum(day.uncounted for day in self.days)

    @property
    def not_logged(self) -> int:
        """Planned minutes of past sessions that nobody has logged: they may still turn out to have been attended."""
        return sum(day.not_logged for day in self.days)

    @property
    def ahead(self) -> int:
        """Planned minutes still to come."""
        return sum(day.ahead for day in self.days)

    @property
    def shortfall(self) -> int:
        return max(self.minimum - self.countable, 0)


def week_days(day: date, week_start: str) -> list[date]:
    """The seven days of the week that `day` is in; `week_start` is the policy's Sunday or Monday."""
    first = day - timedelta(days=(day.weekday() - WEEKDAYS[week_start]) % DAYS)
    return [first + timedelta(days=number) for number in range(DAYS)]


def week(days: Iterable[date], visits: Iterable[Visit], *, minimum: int) -> Week:
    """The ledger of these days; visits of other days are left out."""
    known = list(visits)
    return Week(tuple(ledger_day(day, [visit for visit in known if visit.day == day]) for day in days), minimum)


def ledger_day(day: date, visits: Sequence[Visit]) -> LedgerDay:
    """The minutes of one day's visits."""
    counting = [visit for visit in visits if visit.is_countable]
    expected = [visit for visit in counting if visit.is_planned]
    there = _union(visit.there for visit in counting)
    open_time = _union(visit.held for visit in expected if visit.is_not_logged)
    coming = _union(visit.held for visit in expected if visit.is_ahead)
    return LedgerDay(
        day,
        planned=intervals.minutes(_union(visit.held for visit in expected)),
        attended=intervals.minutes(_union(visit.there for visit in visits)),
        countable=intervals.minutes(there),
        not_logged=intervals.minutes(intervals.subtract(open_time, there)),
        ahead=intervals.minutes(intervals.subtract(coming, [*there, *open_time])),
    )


def _union(many: Iterable[Spans]) -> list[tuple[datetime, datetime]]:
    return intervals.union(intervals.moments(span for spans in many for span in spans))
