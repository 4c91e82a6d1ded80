from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.hours import net_minutes, presence

NEW_YORK = ZoneInfo("America/New_York")
EVENING = "2026-03-02"


def at(clock: str, day: str = EVENING, *, fold: int = 0) -> datetime:
    return datetime.fromisoformat(f"{day} {clock}").replace(tzinfo=NEW_YORK, fold=fold)


START, END = at("18:00"), at("21:00")
PAUSE = (at("19:15"), at("19:30"))


@pytest.mark.parametrize(
    ("arrival", "departure", "breaks", "minutes"),
    [
        (None, None, [], 180),
        (None, None, [PAUSE], 165),
        ("18:00", "21:00", [PAUSE], 165),
        ("18:25", None, [], 155),
        (None, "20:10", [], 130),
        ("17:30", "21:45", [], 180),
        ("19:20", None, [PAUSE], 90),
        ("19:15", "19:30", [PAUSE], 0),
        ("17:00", "18:00", [], 0),
        ("21:00", "22:00", [], 0),
        ("21:30", None, [], 0),
        (None, "17:30", [], 0),
        ("19:00", "19:00", [], 0),
        (None, None, [PAUSE, (at("19:20"), at("19:40"))], 155),
        (None, None, [(at("17:50"), at("18:10"))], 170),
        ("18:00:30", "18:10:15", [], 9),
        ("18:00:30", "19:15:45", [(at("18:30:20"), at("18:40:50"))], 64),
    ],
)
def test_net_minutes_are_the_overlap_less_the_breaks_floored_once(arrival, departure, breaks, minutes):
    came, left = (clock and at(clock) for clock in (arrival, departure))
    assert net_minutes(START, END, came, left, breaks) == minutes


@pytest.mark.parametrize(
    ("start", "end", "arrival", "minutes"),
    [
        (at("01:00", "2026-03-08"), at("04:00", "2026-03-08"), None, 120),
        (at("01:00", "2026-03-08"), at("04:00", "2026-03-08"), at("03:00", "2026-03-08"), 60),
        (at("00:30", "2026-11-01"), at("03:00", "2026-11-01"), None, 210),
        (at("00:30", "2026-11-01"), at("03:00", "2026-11-01"), at("01:30", "2026-11-01"), 150),
        (at("00:30", "2026-11-01"), at("03:00", "2026-11-01"), at("01:30", "2026-11-01", fold=1), 90),
    ],
)
def test_net_minutes_are_elapsed_time_when_the_clock_changes(start, end, arrival, minutes):
    assert net_minutes(start, end, arrival, None) == minutes


@pytest.mark.parametrize("times", [("20:00", "19:00"), ("22:00", "21:30")])
def test_a_departure_before_the_arrival_is_impossible(times):
    with pytest.raises(ValueError, match="departure is before the arrival"):
        net_minutes(START, END, *map(at, times))


def test_a_departure_before_the_arrival_on_the_repeated_hour_is_told_from_one_after_it():
    first, second = at("01:50", "2026-11-01"), at("01:10", "2026-11-01", fold=1)
    session = at("00:30", "2026-11-01"), at("03:00", "2026-11-01")
    assert net_minutes(*session, first, second) == 20
    with pytest.raises(ValueError, match="departure is before the arrival"):
        net_minutes(*session, second, first)


def test_a_session_that_ends_before_it_starts_is_impossible():
    with pytest.raises(ValueError, match="ends before it starts"):
        net_minutes(END, START, None, None)


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="without a zone"):
        net_minutes(START, END, datetime(2026, 3, 2, 18, 5), None)  # noqa: DTZ001 - what is refused


@pytest.mark.parametrize(
    ("arrival", "departure", "status"),
    [
        (None, None, "P"),
        ("18:10", "20:50", "P"),
        ("18:10:01", None, "L"),
        (None, "20:49:59", "E"),
        ("18:11", "20:30", "LE"),
        ("17:00", "22:00", "P"),
        ("21:30", None, "L"),
        (None, "17:30", "E"),
    ],
)
def test_presence_is_late_or_early_only_beyond_the_grace(arrival, departure, status):
    came, left = (clock and at(clock) for clock in (arrival, departure))
    assert presence(START, END, came, left, 10, 10) == status


def test_presence_without_grace_counts_the_first_second():
    assert presence(START, END, at("18:00:01"), at("20:59:59"), 0, 0) == "LE"


def test_presence_is_judged_by_elapsed_time_when_the_clock_changes():
    start, end = at("01:55", "2026-03-08"), at("04:00", "2026-03-08")
    assert presence(start, end, at("03:04", "2026-03-08"), None, 10, 10) == "P"
    assert presence(start, end, at("03:06", "2026-03-08"), None, 10, 10) == "L"


SECONDS = st.integers(-7200, 5 * 3600)
BREAKS = st.lists(st.tuples(SECONDS, SECONDS).map(sorted), max_size=3)


def moment(seconds: int) -> datetime:
    return (datetime(2026, 11, 1, 4, 30, tzinfo=UTC) + timedelta(seconds=seconds)).astimezone(NEW_YORK)


@given(length=st.integers(0, 4 * 3600), there=st.tuples(SECONDS, SECONDS).map(sorted), breaks=BREAKS)
def test_net_minutes_are_the_seconds_there_and_not_in_a_break(length, there, breaks):
    came, left = there
    seconds = sum(
        came <= second < left and not any(start <= second < end for start, end in breaks) for second in range(length)
    )
    spans = [(moment(start), moment(end)) for start, end in breaks]
    assert net_minutes(moment(0), moment(length), moment(came), moment(left), spans) == seconds // 60


@given(length=st.integers(1, 4 * 3600), there=st.tuples(SECONDS, SECONDS).map(sorted), breaks=BREAKS)
def test_staying_the_whole_session_gives_the_most_minutes(length, there, breaks):
    spans = [(moment(start), moment(end)) for start, end in breaks]
    session = moment(0), moment(length)
    assert net_minutes(*session, *map(moment, there), spans) <= net_minutes(*session, None, None, spans)


@given(length=st.integers(3600, 4 * 3600), there=st.tuples(SECONDS, SECONDS).map(sorted), grace=st.integers(0, 15))
def test_presence_names_exactly_what_exceeds_the_grace(length, there, grace):
    came, left = there
    status = presence(moment(0), moment(length), moment(came), moment(left), grace, grace)
    assert ("L" in status, status.endswith("E")) == (came > grace * 60, left < length - grace * 60)
