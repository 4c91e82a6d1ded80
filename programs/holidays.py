"""The holidays of the United States government (5 U.S.C. 6103), with the weekdays on which they are observed. Pure."""

from datetime import date

from dateutil.relativedelta import FR, MO, TH, relativedelta, weekday

FRIDAY, SATURDAY, SUNDAY = 4, 5, 6

FIXED = (
    (1, 1, "New Year's Day"),
    (6, 19, "Juneteenth"),
    (7, 4, "Independence Day"),
    (11, 11, "Veterans Day"),
    (12, 25, "Christmas Day"),
)
FLOATING = (
    (1, MO(3), "Martin Luther King Jr. Day"),
    (2, MO(3), "Washington's Birthday"),
    (5, MO(-1), "Memorial Day"),
    (9, MO(1), "Labor Day"),
    (10, MO(2), "Columbus Day"),
    (11, TH(4), "Thanksgiving Day"),
)


def federal(year: int) -> list[tuple[date, str]]:
    """The holidays of a year in order, and the weekdays on which those of a weekend are observed in it.

    New Year's Day on a Saturday is observed on the last day of the year before.
    """
    own = [(date(year, month, day), name) for month, day, name in FIXED]
    own += [(date(year, month, 1) + _to(nth), name) for month, nth, name in FLOATING]
    observed = [(observed_on(day), f"{name} (observed)") for day, name in own if day.weekday() >= SATURDAY]
    if (last := date(year, 12, 31)).weekday() == FRIDAY:
        observed.append((last, "New Year's Day (observed)"))
    return sorted(own + [(day, name) for day, name in observed if day.year == year])


def observed_on(day: date) -> date:
    """The weekday on which a holiday is kept: Friday for a Saturday, Monday for a Sunday."""
    if day.weekday() == SATURDAY:
        return day + relativedelta(weekday=FR(-1))
    return day + relativedelta(weekday=MO(1)) if day.weekday() == SUNDAY else day


def _to(nth: weekday) -> relativedelta:
    """From the first of a month to its nth such weekday; a negative one counts from the end."""
    return relativedelta(day=31 if (nth.n or 1) < 0 else 1, weekday=nth)
