"""A year's holidays as days to close: the federal ones, what the year before was closed besides, and what is closed."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from programs.holidays import federal
from programs.models import Closure, Location, Program

SATURDAY = 5
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Reach:
    """What is closed: a program, a location, or with neither the whole provider."""

    program: Program | None = None
    location: Location | None = None

    def __str__(self) -> str:
        return str(self.program or self.location or "The whole provider")

    def closures(self) -> Q:
        """Closures that close all of it."""
        everywhere = Q(program=None, location=None)
        if self.program:
            return everywhere | Q(program=self.program) | Q(location=self.program.location_id)
        return everywhere | Q(location=self.location) if self.location else everywhere


@dataclass(frozen=True)
class Offer:
    """A day of the year that may be closed. `is_usual`: a first guess that the provider closes it."""

    day: date
    name: str
    is_usual: bool


def closed_days(reach: Reach, first: date, last: date) -> dict[date, str]:
    """Days from `first` to `last` on which it is closed already, with why; one query."""
    found: dict[date, str] = {}
    closures = Closure.objects.filter(reach.closures(), starts_on__lte=last, ends_on__gte=first).order_by("pk")
    for closure in closures:
        day, end = max(first, closure.starts_on), min(last, closure.ends_on)
        while day <= end:
            found.setdefault(day, closure.reason)
            day += DAY
    return found


def offers(year: int, reach: Reach, *, today: date) -> list[Offer]:
    """The federal holidays of the year from `today` on, and last year's other closed days at their place in this one.

    A federal holiday, or its observed day, is usual where last year was closed on it or under its name. Where none was
    closed last year, whatever else was, each that falls on a weekday is.
    """
    before = list(Closure.objects.filter(reach.closures(), starts_on__year=year - 1).order_by("starts_on", "pk"))
    last_year = [(row.starts_on, row.reason) for row in before if row.starts_on == row.ends_on]
    kept = (name for day, name in federal(year - 1) if any(row.starts_on <= day <= row.ends_on for row in before))
    federal_names = {name.casefold() for _, name in [*federal(year - 1), *federal(year)]}
    names = {name.casefold() for name in [*(name for _, name in last_year), *kept]} & federal_names
    found = {
        day: Offer(day, name, _plain(name) in names if names else day.weekday() < SATURDAY)
        for day, name in federal(year)
    }
    for day, name in last_year:
        if _plain(name) not in federal_names:
            again = next_year(day)
            found[again] = Offer(again, found[again].name if again in found else name, is_usual=True)
    return [found[day] for day in sorted(found) if day >= today]


def _plain(name: str) -> str:
    """The name of a holiday, also for the day on which it is observed."""
    return name.casefold().removesuffix(" (observed)")


def next_year(day: date) -> date:
    """The day's place in the following year: beside the same federal holiday, or else the same date."""
    for holiday, name in federal(day.year):
        if abs(day - holiday) <= DAY:
            same = [other for other, its_name in federal(day.year + 1) if its_name == name]
            if same:
                return same[0] + (day - holiday)
    leap_day = (day.month, day.day) == (2, 29)
    return date(day.year + 1, 2, 28) if leap_day else day.replace(year=day.year + 1)
