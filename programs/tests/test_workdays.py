from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs import workdays
from programs.holidays import federal

DAY = timedelta(days=1)
DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))
HOLIDAYS = {
    2026: "01-01 01-19 02-16 05-25 06-19 07-03 07-04 09-07 10-12 11-11 11-26 12-25",
    2027: "01-01 01-18 02-15 05-31 06-18 06-19 07-04 07-05 09-06 10-11 11-11 11-25 12-24 12-25 12-31",
    2028: "01-01 01-17 02-21 05-29 06-19 07-04 09-04 10-09 11-10 11-11 11-23 12-25",
    2029: "01-01 01-15 02-19 05-28 06-19 07-04 09-03 10-08 11-11 11-12 11-22 12-25",
    2030: "01-01 01-21 02-18 05-27 06-19 07-04 09-02 10-14 11-11 11-28 12-25",
    2031: "01-01 01-20 02-17 05-26 06-19 07-04 09-01 10-13 11-11 11-27 12-25",
    2032: "01-01 01-19 02-16 05-31 06-18 06-19 07-04 07-05 09-06 10-11 11-11 11-25 12-24 12-25 12-31",
}


@pytest.mark.parametrize(("year", "days"), HOLIDAYS.items())
def test_the_federal_holidays_of_a_year_are_these(year, days):
    assert [f"{day:%m-%d}" for day, _ in federal(year)] == days.split()


def test_a_holiday_of_a_weekend_is_observed_on_a_weekday_beside_it():
    observed = [(f"{day:%a %F}", name) for year in (2026, 2027) for day, name in federal(year) if "observed" in name]
    assert observed == [
        ("Fri 2026-07-03", "Independence Day (observed)"),
        ("Fri 2027-06-18", "Juneteenth (observed)"),
        ("Mon 2027-07-05", "Independence Day (observed)"),
        ("Fri 2027-12-24", "Christmas Day (observed)"),
        ("Fri 2027-12-31", "New Year's Day (observed)"),
    ]


@pytest.mark.parametrize("day", [date(2029, 1, 20), date(2033, 1, 20), date(2037, 1, 20), date(2013, 1, 22)])
def test_inauguration_day_is_a_holiday_around_washington_and_not_for_everybody(day):
    assert day not in dict(federal(day.year))


@pytest.mark.parametrize(
    ("day", "is_one"),
    [
        ("2026-06-19", False),  # Juneteenth, a Friday
        ("2026-07-03", False),  # Independence Day of a Saturday, observed
        ("2027-07-05", False),  # and of a Sunday
        ("2027-12-31", False),  # New Year's Day of the next year, a Saturday
        ("2028-01-03", True),  # so the Monday after is a working day
        ("2029-01-20", False),  # a Saturday
        ("2029-11-12", False),  # Veterans Day of a Sunday, observed
        ("2029-11-09", True),
        ("2032-01-20", True),
    ],
)
def test_whether_a_day_is_a_working_day(day, is_one):
    assert workdays.is_working_day(date.fromisoformat(day)) == is_one


def test_the_last_year_there_is_has_its_holidays():
    assert len(federal(9999)) >= 11


def test_a_court_report_is_due_three_working_days_after_a_thursday():
    """TC-50."""
    assert workdays.after(date(2026, 3, 5), 3) == date(2026, 3, 10)


@pytest.mark.parametrize(
    ("day", "count", "closed", "due"),
    [
        ("2026-03-05", 0, [], "2026-03-05"),
        ("2026-03-07", 1, [], "2026-03-09"),  # from a Saturday
        ("2026-05-22", 1, [], "2026-05-26"),  # over Memorial Day
        ("2026-07-02", 1, [], "2026-07-06"),  # July 4 is observed on Friday the 3rd
        ("2027-12-30", 1, [], "2028-01-03"),  # New Year's Day is observed in the year before
        ("2026-03-05", 3, ["2026-03-06", "2026-03-09"], "2026-03-12"),
        ("2026-03-05", 1, ["2026-03-07"], "2026-03-06"),  # closed on a Saturday changes nothing
    ],
)
def test_weekends_holidays_and_closed_days_are_passed_over(day, count, closed, due):
    closed = {date.fromisoformat(one) for one in closed}
    assert workdays.after(date.fromisoformat(day), count, closed=closed) == date.fromisoformat(due)


@given(DAYS, st.integers(1, 60), st.sets(DAYS, max_size=20))
def test_so_many_working_days_lie_between(day, count, closed):
    due = workdays.after(day, count, closed=closed)
    between = [day + ahead * DAY for ahead in range(1, (due - day).days + 1)]
    assert sum(workdays.is_working_day(one, closed=closed) for one in between) == count
    assert workdays.is_working_day(due, closed=closed)


def test_nothing_is_counted_backward_or_forever():
    class Always:
        def __contains__(self, day):
            return True

    with pytest.raises(ValueError, match="count forward"):
        workdays.after(date(2026, 3, 5), -1)
    with pytest.raises(ValueError, match="no working day"):
        workdays.after(date(2026, 3, 5), 1, closed=Always())
