from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs import intervals

NEW_YORK = ZoneInfo("America/New_York")
SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=6)


def points(spans):
    return {point for start, end in spans for point in range(start, end)}


@pytest.mark.parametrize(
    ("spans", "joined"),
    [
        ([], []),
        ([(3, 3)], []),
        ([(5, 2)], []),
        ([(1, 3), (3, 5)], [(1, 5)]),
        ([(4, 6), (1, 2)], [(1, 2), (4, 6)]),
        ([(1, 9), (2, 3)], [(1, 9)]),
    ],
)
def test_union_joins_what_overlaps_or_touches(spans, joined):
    assert intervals.union(spans) == joined


@pytest.mark.parametrize(
    ("taken", "left"),
    [
        ([], [(0, 10)]),
        ([(3, 5)], [(0, 3), (5, 10)]),
        ([(0, 10)], []),
        ([(-5, 2), (8, 20)], [(2, 8)]),
        ([(2, 4), (3, 6)], [(0, 2), (6, 10)]),
        ([(10, 12)], [(0, 10)]),
    ],
)
def test_subtract_leaves_what_is_not_taken(taken, left):
    assert intervals.subtract([(0, 10)], taken) == left


def test_back_to_back_is_no_clash():
    assert [intervals.clash((0, 5), other) for other in [(5, 9), (4, 9), (-3, 0), (1, 2)]] == [False, True, False, True]


@given(SPANS, SPANS)
def test_the_operations_are_those_of_sets_of_points(first, second):
    assert points(intervals.union(first)) == points(first)
    assert points(intervals.overlap(first, second)) == points(first) & points(second)
    assert points(intervals.subtract(first, second)) == points(first) - points(second)
    assert intervals.length(first) == len(points(first))


@given(SPANS, SPANS)
def test_every_result_is_sorted_and_apart(first, second):
    for result in [intervals.union(first), intervals.overlap(first, second), intervals.subtract(first, second)]:
        assert all(start < end for start, end in result)
        assert all(before[1] < after[0] for before, after in pairwise(result))


@given(SPANS, SPANS)
def test_what_is_taken_and_what_is_left_add_up(first, second):
    taken = intervals.length(intervals.overlap(first, second))
    assert intervals.length(intervals.subtract(first, second)) + taken == intervals.length(first)


@pytest.mark.parametrize(("day", "minutes"), [("2026-03-08", 120), ("2026-11-01", 240), ("2026-06-07", 180)])
def test_minutes_are_elapsed_time_when_the_clock_changes(day, minutes):
    span = tuple(datetime.fromisoformat(f"{day} {clock}").replace(tzinfo=NEW_YORK) for clock in ("01:00", "04:00"))
    assert intervals.minutes([span]) == minutes


def test_minutes_are_floored_once_over_all_spans():
    times = [
        datetime(2026, 3, 2, 18, minute, second, tzinfo=NEW_YORK)
        for minute, second in [(0, 0), (1, 30), (5, 0), (6, 30)]
    ]
    assert intervals.minutes([(times[0], times[1]), (times[2], times[3])]) == 3


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="without a zone"):
        intervals.minutes([(datetime(2026, 3, 2), datetime(2026, 3, 3))])  # noqa: DTZ001 - what is refused
