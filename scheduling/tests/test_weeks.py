from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.weeks import LedgerDay, Visit, ledger_day, week, week_days

DAY = date(2026, 3, 2)


def span(start: int, minutes: int, day: date = DAY):
    """`minutes` from the hour `start` of a day, in UTC."""
    begin = datetime(day.year, day.month, day.day, start, tzinfo=UTC)
    return [(begin, begin + timedelta(minutes=minutes))]


def visit(start: int, minutes: int, day: date = DAY, **kw) -> Visit:
    """Somebody was there from start to end."""
    return Visit(day, span(start, minutes, day), span(start, minutes, day), **kw)


@pytest.mark.parametrize(
    ("visits", "planned", "attended", "countable", "not_logged"),
    [
        ([], 0, 0, 0, 0),
        ([visit(9, 90)], 90, 90, 90, 0),
        ([visit(9, 90), visit(9, 90)], 90, 90, 90, 0),
        ([visit(9, 90), visit(10, 60)], 120, 120, 120, 0),
        ([visit(9, 60), visit(10, 60)], 120, 120, 120, 0),
        ([visit(9, 90), visit(18, 60, is_countable=False)], 90, 150, 90, 0),
        ([visit(9, 90, is_countable=False), visit(9, 60)], 60, 90, 60, 0),
        ([visit(9, 90, is_planned=False)], 0, 90, 90, 0),
        ([Visit(DAY, span(9, 90))], 90, 0, 0, 0),
        ([Visit(DAY, span(9, 90), is_not_logged=True)], 90, 0, 0, 90),
        ([Visit(DAY, span(9, 90), is_not_logged=True), visit(10, 60)], 120, 60, 60, 60),
        ([Visit(DAY, span(9, 90), is_countable=False, is_not_logged=True)], 0, 0, 0, 0),
    ],
)
def test_the_minutes_of_a_day_are_a_union(visits, planned, attended, countable, not_logged):
    assert ledger_day(DAY, visits) == LedgerDay(DAY, planned, attended, countable, not_logged)


def test_tc_09_a_twelve_step_meeting_is_shown_and_not_counted():
    lunch = span(12, 30)
    days = week_days(DAY, "Sunday")
    therapy = [visit(9, 180, day) for day in days[1:3]]
    split = Visit(days[3], span(11, 60, days[3]), span(11, 60, days[3]) + span(13, 60, days[3]))
    ledger = week(days, [*therapy, split, visit(19, 60, days[1], is_countable=False)], minimum=540)
    assert lunch not in split.there
    assert (ledger.countable, ledger.uncounted, ledger.attended, ledger.shortfall) == (480, 60, 540, 60)


@pytest.mark.parametrize(
    ("day", "start", "first"),
    [
        (date(2026, 3, 1), "Sunday", date(2026, 3, 1)),
        (date(2026, 3, 7), "Sunday", date(2026, 3, 1)),
        (date(2026, 3, 1), "Monday", date(2026, 2, 23)),
        (date(2026, 3, 2), "Monday", date(2026, 3, 2)),
        (date(2026, 3, 8), "Monday", date(2026, 3, 2)),
    ],
)
def test_a_week_begins_where_the_policy_says(day, start, first):
    days = week_days(day, start)
    assert (days[0], days[-1], len(days)) == (first, first + timedelta(days=6), 7)


def test_nobody_is_short_by_less_than_nothing():
    assert week([DAY], [visit(9, 600)], minimum=540).shortfall == 0


@pytest.mark.parametrize(("minutes", "enough"), [(179, False), (180, True)])
def test_a_day_reaches_the_minutes_it_needs_to_be_billed(minutes, enough):
    assert ledger_day(DAY, [visit(9, minutes)]).reaches(180) is enough


visits_of_a_day = st.lists(
    st.builds(visit, st.integers(0, 20), st.integers(1, 180), is_countable=st.booleans(), is_planned=st.booleans()),
    max_size=8,
)


@given(visits_of_a_day)
def test_a_day_never_counts_more_than_it_has_or_more_than_was_attended(visits):
    found = ledger_day(DAY, visits)
    assert 0 <= found.countable <= found.attended <= 24 * 60
    assert found.attended <= sum(len_of(visit) for visit in visits)


@given(visits_of_a_day)
def test_logging_the_same_visits_twice_changes_no_minute(visits):
    assert ledger_day(DAY, visits + visits) == ledger_day(DAY, visits)


def len_of(visit: Visit) -> int:
    return sum((end - start).seconds // 60 for start, end in visit.there)
