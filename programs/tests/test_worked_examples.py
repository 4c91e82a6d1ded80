"""The worked examples of weekly hours, as a director reads them beside the template."""

from datetime import date

import pytest

from programs import policy
from programs.models import Program
from programs.previews import hours_of
from programs.tests.factories import make_group, make_phase, make_policy_value, make_program, make_slot
from programs.timetable import Weeks, averages

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)
SPREAD = {2: [0, 3], 3: [0, 2, 4], 4: [0, 1, 3, 4], 5: [0, 1, 2, 3, 4]}


def make_week(days, length, *, breaks="", **program):
    """A program of one group that meets on so many days for so many hours."""
    made = make_program(**program)
    group = make_group(made, "Process")
    for weekday in SPREAD[days]:
        make_slot(group, weekday, "09:00", f"{9 + length:02}:00", breaks=breaks)
    return made


def shown(program, **values):
    """What the preview says under these policy values."""
    for key, value in values.items():
        make_policy_value(key, value, program)
    found = Program.objects.with_timetable().get(pk=program.pk)
    return hours_of(found, book=policy.book(found, DAY), day=DAY)


PHP = "at the level of partial hospitalization (20 h or more)."
SHORT_DAYS = "each give less than 3 h net, the least to bill a day (R-43)."
TC_01 = [
    (3, 2, "6 countable hours a week, 3 h below the minimum of 9 h.", True),
    (3, 3, "9 countable hours a week; the minimum is 9 h.", False),
    (3, 4, "12 countable hours a week; the minimum is 9 h.", False),
    (4, 2, "8 countable hours a week, 60 minutes below the minimum of 9 h.", True),
    (4, 3, "12 countable hours a week; the minimum is 9 h.", False),
    (4, 4, "16 countable hours a week; the minimum is 9 h.", False),
    (5, 2, "10 countable hours a week; the minimum is 9 h.", False),
    (5, 3, "15 countable hours a week; the minimum is 9 h.", False),
    (5, 4, f"20 countable hours a week, {PHP}", False),
]


@pytest.mark.parametrize(("days", "length", "said", "is_below"), TC_01)
def test_tc_01_days_by_hours_for_adults(days, length, said, is_below):
    found = shown(make_week(days, length))
    assert (found.sentences, found.is_below) == ((said,), is_below)
    assert [remark.endswith(SHORT_DAYS) for remark in found.remarks] == [True] * (length == 2)


@pytest.mark.parametrize(("days", "total"), [(3, 6), (4, 8)])
def test_tc_02_two_hours_a_day_are_enough_for_adolescents(days, total):
    found = shown(make_week(days, 2, population="adolescent"))
    assert (found.sentences, found.is_below) == ((f"{total} countable hours a week; the minimum is 6 h.",), False)


FLOORS = "The minimum is 9 h for adults and 6 h for people under 21, which the week {} (R-06)."


@pytest.mark.parametrize(("days", "length", "word"), [(3, 2, "reaches"), (2, 2, "does not reach"), (3, 3, "reaches")])
def test_tc_02_a_program_for_adults_says_both_floors_where_the_age_is_21(days, length, word):
    found = shown(make_week(days, length), adolescent_under_age="21", min_day_minutes="0", min_days_per_week="0")
    assert found.remarks == (FLOORS.format(word),)
    assert found.is_below == (days * length < 9)


@pytest.mark.parametrize(
    ("population", "values"),
    [
        ("adult", {}),
        ("adult", {"adolescent_under_age": "18"}),
        ("adolescent", {"adolescent_under_age": "21"}),
        ("adult", {"adolescent_under_age": "21", "min_week_minutes_adolescent": "540"}),
    ],
)
def test_where_everybody_has_one_floor_one_is_said(population, values):
    assert shown(make_week(3, 3, population=population), **values).remarks == ()


def test_tc_09_a_meeting_and_lunch_are_shown_and_not_counted():
    program = make_program()
    group = make_group(program, "Process")
    for weekday in (0, 2):
        make_slot(group, weekday, "09:00", "13:30", breaks="12:00-12:30")
    make_slot(make_group(program, "Steps", service="12-step-meeting"), 4, "19:00", "20:00")
    found = shown(program)
    assert found.sentences == ("8 countable hours a week, 60 minutes below the minimum of 9 h.",)
    assert [(row.service, row.minutes, row.counts) for row in found.services] == [
        ("Group therapy", 480, True),
        ("12-step meeting", 60, False),
    ]


@pytest.mark.parametrize("breaks", ["10:30-10:45", "09:00-09:15", "11:45-12:00"])
def test_r_25_a_break_a_day_leaves_8_25_hours(breaks):
    found = shown(make_week(3, 3, breaks=breaks))
    assert found.sentences == ("8.25 countable hours a week, 45 minutes below the minimum of 9 h.",)


def make_track(*minutes):
    """A program whose weeks of the track have these minutes, on three days or four."""
    program = make_program()
    for number, total in enumerate(minutes, start=1):
        group = make_group(program, f"Week {number}")
        for weekday in (0, 1, 2):
            make_slot(group, weekday, "09:00", "12:00")
        if total > 540:
            make_slot(group, 3, "09:00", f"{9 + (total - 540) // 60:02}:{(total - 540) % 60:02}")
        group.slots.filter(weekday=2).update(end=f"{12 - max(540 - total, 0) // 60:02}:00")
        make_phase(group, number, number)
    return program


WEEKS = (600, 480, 540, 555)


@pytest.mark.parametrize(
    ("over", "is_below", "remarks"),
    [
        ("4", False, ["Averaged over 4 weeks, the least is 9.06 h a week; the minimum is 9 h (R-42)."]),
        ("1", True, []),
        ("2", False, ["Averaged over 2 weeks, the least is 9 h a week; the minimum is 9 h (R-42)."]),
    ],
)
def test_tc_55_weeks_are_averaged_where_the_policy_says_so(over, is_below, remarks):
    found = shown(make_track(*WEEKS), averaging_weeks=over, min_day_minutes="0", max_idle_days_between="6")
    assert [weeks.minutes for weeks in found.weeks] == list(WEEKS)
    assert found.sentences[1] == "Week 2: 8 countable hours a week, 60 minutes below the minimum of 9 h."
    assert (found.is_below, list(found.remarks)) == (is_below, remarks)


@pytest.mark.parametrize(
    ("spans", "over", "expected"),
    [
        ([], 4, []),
        ([Weeks(1, None, 540)], 1, [540, 540, 540]),
        ([Weeks(1, 1, 600), Weeks(2, 2, 480), Weeks(3, 3, 540), Weeks(4, 4, 555)], 4, [543.75]),
        ([Weeks(1, 2, 600), Weeks(3, None, 480)], 4, [540, 480, 480]),
        ([Weeks(1, 6, 480)], 4, [480, 480]),
    ],
)
def test_averages_go_by_the_weeks_of_the_track(spans, over, expected):
    assert averages(spans, over) == expected


@pytest.mark.parametrize(("minimum", "count"), [("0", 0), ("120", 0), ("121", 1), ("180", 1)])
def test_a_day_is_judged_by_the_minutes_that_bill_it_and_with_0_not_at_all(minimum, count):
    assert len(shown(make_week(5, 2), min_day_minutes=minimum).remarks) == count
