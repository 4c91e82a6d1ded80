from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.models import GroupSlot
from scheduling.wallclock import typed_near, weekly_times

NEW_YORK = ZoneInfo("America/New_York")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


def typed(text: str, start="2026-03-02 18:00", end="2026-03-02 19:30") -> str:
    return f"{typed_near(text, local(start), local(end), NEW_YORK).astimezone(NEW_YORK):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    "text",
    ["7:38 PM", "7:38PM", "7:38 pm", "7:38p", "738p", "738pm", "19:38", "1938", "7:38", "738", "7.38 p.m.", " 19:38 "],
)
def test_a_time_is_read_as_people_type_it(text):
    assert typed(text) == "2026-03-02 19:38"


@pytest.mark.parametrize(
    ("text", "wall"),
    [
        ("7", "19:00"),
        ("7a", "07:00"),
        ("12p", "12:00"),
        ("12 AM", "00:00"),
        ("0:15", "00:15"),
        ("07:38", "07:38"),
        ("5:30", "17:30"),
    ],
)
def test_a_short_time_is_the_one_nearest_to_the_session(text, wall):
    assert typed(text) == f"2026-03-02 {wall}"


def test_a_morning_session_reads_the_same_text_as_morning():
    assert typed("8:50", "2026-03-02 09:00", "2026-03-02 10:30") == "2026-03-02 08:50"


def test_after_midnight_a_time_belongs_to_the_night_of_the_session():
    night = ("2026-03-02 22:00", "2026-03-03 01:00")
    assert [typed(text, *night) for text in ("10:15 PM", "12:40 AM")] == ["2026-03-02 22:15", "2026-03-03 00:40"]


@pytest.mark.parametrize("text", ["", "x", "25:00", "7:60", "13p", "0p", "7:38:10", "-7", "777777", "７:38x"])
def test_what_is_no_time_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match=r"7:38 PM or 19:38"):
        typed(text)


def test_a_time_the_clock_skips_is_refused():
    with pytest.raises(ValueError, match="does not exist on this day"):
        typed("2:30 AM", "2026-03-08 01:00", "2026-03-08 04:00")


@given(st.integers(0, 23), st.integers(0, 59))
def test_a_twenty_four_hour_time_is_read_exactly(hour, minute):
    start = datetime(2026, 3, 2, 23, tzinfo=UTC)
    at = typed_near(f"{hour:02}:{minute:02}", start, start + timedelta(minutes=30), NEW_YORK).astimezone(NEW_YORK)
    if hour == 0 or hour > 12 or hour < 10:
        assert (at.hour, at.minute) == (hour, minute)
    else:
        assert (at.hour % 12, at.minute) == (hour % 12, minute)


def test_weekly_times_say_noon_and_say_equal_times_once():
    times = [(0, 9, 12), (2, 9, 12), (2, 18, 19), (4, 9, 12)]
    slots = [GroupSlot(weekday=day, start=time(start), end=time(end, 15)) for day, start, end in times]
    assert weekly_times(slots) == [("Mon, Wed, Fri", "9:00 AM–12:15 PM"), ("Wed", "6:00–7:15 PM")]
