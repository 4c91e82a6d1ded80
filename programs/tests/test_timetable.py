from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs import timetable
from programs.timetable import Dose, Level, Slot, Weeks, week_minutes

DAY = date(2026, 3, 2)
NEW_YORK = ZoneInfo("America/New_York")


def slot(weekday=0, start="18:00", end="19:30", **kw):
    return Slot(weekday=weekday, start=time.fromisoformat(start), end=time.fromisoformat(end), **kw)


def days_of(days, hours):
    return [slot(weekday, "09:00", f"{9 + hours:02}:00") for weekday in range(days)]


TC_01 = [
    (3, 2, Level.BELOW), (3, 3, Level.ENOUGH), (3, 4, Level.ENOUGH), (4, 2, Level.BELOW), (4, 3, Level.ENOUGH),
    (4, 4, Level.ENOUGH), (5, 2, Level.ENOUGH), (5, 3, Level.ENOUGH), (5, 4, Level.PARTIAL_HOSPITALIZATION),
]  # fmt: skip


@pytest.mark.parametrize(("days", "hours", "level"), TC_01)
def test_tc_01_days_by_hours_for_an_adult(days, hours, level):
    minutes = week_minutes(days_of(days, hours), day=DAY)
    assert minutes == days * hours * 60
    assert timetable.level(minutes, minimum=540, partial_hospitalization=1200) == level


@pytest.mark.parametrize(("days", "hours", "level"), TC_01)
def test_tc_01_days_of_two_hours_are_below_the_billable_day(days, hours, level):
    by_day = timetable.minutes_by_weekday(days_of(days, hours), day=DAY)
    assert by_day == dict.fromkeys(range(days), hours * 60)
    assert {minutes >= 180 for minutes in by_day.values()} == {hours >= 3}


@pytest.mark.parametrize(
    ("age", "under", "days", "level"),
    [
        (16, 18, 3, Level.ENOUGH),
        (16, 18, 4, Level.ENOUGH),
        (20, 21, 3, Level.ENOUGH),
        (20, 18, 3, Level.BELOW),
        (18, 18, 3, Level.BELOW),
    ],
)
def test_tc_02_the_minimum_of_the_age(age, under, days, level):
    minimum = timetable.week_minimum(age, adult=540, adolescent=360, adolescent_under=under)
    minutes = week_minutes(days_of(days, 2), day=DAY)
    assert timetable.level(minutes, minimum=minimum, partial_hospitalization=1200) == level


def test_r_25_breaks_are_taken_out_unless_the_policy_counts_them():
    pattern = [slot(weekday, "09:00", "12:00", breaks=((time(10, 30), time(10, 45)),)) for weekday in range(3)]
    assert week_minutes(pattern, day=DAY) == 8.25 * 60
    assert week_minutes(pattern, day=DAY, exclude_breaks=False) == 540
    assert timetable.level(495, minimum=540, partial_hospitalization=1200) == Level.BELOW


def test_two_groups_at_the_same_hours_are_alternatives_and_count_once():
    assert (
        week_minutes([slot(0, "18:00", "20:00"), slot(0, "18:00", "20:00"), slot(0, "19:00", "21:00")], day=DAY) == 180
    )


@pytest.mark.parametrize(
    ("change", "minutes"),
    [
        ({}, 90),
        ({"countable": False}, 0),
        ({"attended_by": "family only"}, 0),
        ({"attended_by": "patient and family"}, 90),
        ({"from_": DAY}, 90),
        ({"to": DAY}, 90),
        ({"from_": DAY + timedelta(days=1)}, 0),
        ({"to": DAY - timedelta(days=1)}, 0),
    ],
)
def test_a_slot_counts_for_patients_while_in_force(change, minutes):
    assert week_minutes([replace(slot(), **change)], day=DAY) == minutes


@pytest.mark.parametrize(("week", "minutes"), [(1, 0), (2, 90), (5, 90), (6, 0), (None, 90)])
def test_a_phase_counts_in_its_weeks_and_without_a_week_always(week, minutes):
    assert week_minutes([slot(first_week=2, last_week=5)], week=week, day=DAY) == minutes


def test_a_dose_is_added_and_overlaps_nothing():
    pattern = [slot(), Dose(times=2, minutes=60), Dose(times=1, minutes=50, countable=False)]
    assert week_minutes(pattern, day=DAY) == 210


def test_minutes_by_week_join_equal_neighbors_and_end_with_the_last_phase():
    pattern = [slot(0, last_week=4), slot(1), slot(2, first_week=3, last_week=8), slot(3, first_week=9)]
    assert timetable.minutes_by_week(pattern, day=DAY) == [Weeks(1, 2, 180), Weeks(3, 4, 270), Weeks(5, None, 180)]
    assert timetable.minutes_by_week([slot(last_week=4)], day=DAY) == [Weeks(1, 4, 90)]
    assert timetable.minutes_by_week([slot(countable=False)], day=DAY) == []


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 20), st.integers(1, 3)), max_size=8), st.randoms())
def test_order_and_repetition_of_slots_do_not_change_the_week(rows, random):
    pattern = [slot(weekday, f"{hour:02}:00", f"{hour + hours:02}:00") for weekday, hour, hours in rows]
    shuffled = random.sample(pattern, len(pattern)) + pattern
    minutes = week_minutes(pattern, day=DAY)
    assert week_minutes(shuffled, day=DAY) == minutes
    assert sum(timetable.minutes_by_weekday(pattern, day=DAY).values()) == minutes


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        (DAY, date(2026, 3, 16), [DAY, date(2026, 3, 9), date(2026, 3, 16)]),
        (date(2026, 3, 3), date(2026, 3, 8), []),
        (date(2026, 3, 9), date(2026, 3, 9), [date(2026, 3, 9)]),
        (date(2026, 3, 9), date(2026, 3, 2), []),
    ],
)
def test_meetings_are_the_weekdays_between_two_days_inclusive(first, last, days):
    found = timetable.meetings(slot(), zone=NEW_YORK, first=first, last=last)
    assert [meeting.day for meeting in found] == days


def test_meetings_keep_to_the_dates_of_the_slot():
    dated = slot(from_=date(2026, 3, 9), to=date(2026, 3, 16))
    found = timetable.meetings(dated, zone=NEW_YORK, first=DAY, last=date(2026, 4, 30))
    assert [meeting.day for meeting in found] == [date(2026, 3, 9), date(2026, 3, 16)]


def test_a_group_stays_at_its_wall_clock_when_daylight_saving_begins():
    found = list(timetable.meetings(slot(), zone=NEW_YORK, first=DAY, last=date(2026, 3, 9)))
    assert [meeting.starts_at for meeting in found] == [
        datetime(2026, 3, 2, 23, 0, tzinfo=UTC),
        datetime(2026, 3, 9, 22, 0, tzinfo=UTC),
    ]
    assert {meeting.starts_at.astimezone(NEW_YORK).time() for meeting in found} == {time(18, 0)}


@pytest.mark.parametrize(
    ("day", "start", "end", "starts", "minutes"),
    [
        ("2026-03-08", "02:30", "03:15", "03:30", 45),
        ("2026-03-08", "01:00", "02:30", "01:00", 90),
        ("2026-03-08", "01:00", "04:00", "01:00", 120),
        ("2026-11-01", "01:30", "02:30", "01:30", 120),
        ("2026-11-01", "00:30", "01:30", "00:30", 60),
    ],
)
def test_skipped_times_move_forward_and_doubled_ones_are_the_first(day, start, end, starts, minutes):
    day = date.fromisoformat(day)
    [meeting] = timetable.meetings(slot(6, start, end), zone=NEW_YORK, first=day, last=day)
    local = meeting.starts_at.astimezone(NEW_YORK)
    assert (local.date(), local.time(), local.fold) == (day, time.fromisoformat(starts), 0)
    assert meeting.net_minutes == minutes


def test_breaks_move_with_a_meeting_that_the_clock_moves():
    broken = slot(6, "02:30", "04:30", breaks=((time(3, 0), time(3, 15)),))
    [meeting] = timetable.meetings(broken, zone=NEW_YORK, first=date(2026, 3, 8), last=date(2026, 3, 8))
    assert meeting.net_minutes == 105
    assert meeting.breaks[0][0].astimezone(NEW_YORK).time() == time(4, 0)


@pytest.mark.parametrize(
    ("weeks", "words"),
    [
        ((None, None), "every week"),
        ((1, 4), "weeks 1–4"),
        ((3, 3), "week 3"),
        ((13, None), "from week 13"),
        ((None, 6), "weeks 1–6"),
    ],
)
def test_weeks_read_as_words(weeks, words):
    assert timetable.weeks_in_words(*weeks) == words


@pytest.mark.parametrize(("ends", "retired"), list(product([None, date(2026, 5, 1)], [None, date(2026, 4, 1)])))
def test_a_slot_ends_with_itself_or_the_day_before_its_group_is_retired(ends, retired):
    expected = date(2026, 3, 31) if retired else ends
    assert timetable.last_day(ends, retired) == expected
