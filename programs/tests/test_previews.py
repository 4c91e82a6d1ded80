from datetime import date

import pytest

from programs import policy
from programs.models import Program
from programs.previews import alternatives, hours_of, judge, limits_of, parts_of
from programs.tests.factories import (
    make_dose,
    make_group,
    make_phase,
    make_policy_value,
    make_program,
    make_slot,
)
from programs.timetable import Weeks

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)
SPREAD = {1: [0], 2: [0, 3], 3: [0, 2, 4], 4: [0, 1, 3, 4], 5: [0, 1, 2, 3, 4]}


def make_week(*, days=3, hours=3, breaks="", **program):
    """A program of one group that meets on so many days for so many hours."""
    made = make_program(**program)
    group = make_group(made, "Process")
    for weekday in SPREAD[days]:
        make_slot(group, weekday, "09:00", f"{9 + hours:02}:00", breaks=breaks)
    return made


def hours(program, day=DAY):
    found = Program.objects.with_timetable().get(pk=program.pk)
    return hours_of(found, book=policy.book(found, day), day=day)


def test_three_times_three_hours_with_one_break_each_are_45_minutes_short():
    found = hours(make_week(breaks="10:30-10:45"))
    assert found.sentences == ("8.25 countable hours a week, 45 minutes below the minimum of 9 h.",)
    assert (found.days, found.floor, found.is_below) == ({0: 165, 2: 165, 4: 165}, 540, True)
    assert found.weeks == (Weeks(1, None, 495),)
    assert found.remarks == ("Mon, Wed and Fri each give less than 3 h net, the least to bill a day (R-43).",)


MATRIX = [(3, 2, "below"), (3, 3, "ok"), (3, 4, "ok"), (4, 2, "below"), (4, 3, "ok"), (4, 4, "ok"), (5, 2, "ok")]
MATRIX += [(5, 3, "ok"), (5, 4, "php")]


@pytest.mark.parametrize(("days", "length", "verdict"), MATRIX)
def test_days_times_hours_are_judged_for_adults(days, length, verdict):
    found = hours(make_week(days=days, hours=length))
    ends = {
        "below": "h below the minimum of 9 h.",
        "ok": "; the minimum is 9 h.",
        "php": "hospitalization (20 h or more).",
    }
    total = days * length
    assert found.sentences[0].startswith(f"{total} countable hours a week")
    assert found.sentences[0].endswith(
        ends[verdict] if verdict != "below" or total < 8 else "minutes below the minimum of 9 h."
    )
    assert found.is_below == (verdict == "below")
    assert any("least to bill a day" in remark for remark in found.remarks) == (length == 2)


@pytest.mark.parametrize("days", [3, 4])
def test_two_hour_days_are_enough_for_adolescents(days):
    assert not hours(make_week(days=days, hours=2, population="adolescent")).is_below


def test_the_program_s_own_policy_decides_what_is_below_and_whether_breaks_count():
    program = make_week(breaks="10:30-10:45")
    make_policy_value("exclude_breaks", "false", program)
    found = hours(program)
    assert (found.weeks[0].minutes, found.days[0], found.is_below, found.remarks) == (540, 180, False, ())
    make_policy_value("min_week_minutes_adult", "600", program, starts_on=date(2026, 2, 1))
    assert hours(program).sentences == ("9 countable hours a week, 60 minutes below the minimum of 10 h.",)


def test_each_service_says_its_minutes_and_why_they_do_not_count():
    program = make_week()
    for name, service, day in [("Steps", "12-step-meeting", 1), ("Yoga", "wellness", 3), ("Art", "wellness", 4)]:
        make_slot(make_group(program, name, service=service), day, "19:00", "20:00")
    program.groups.filter(name="Art").update(purpose="Regulation")
    make_slot(make_group(program, "Parents", service="multi-family-group", attended_by="family only"), 5)
    make_dose(program)
    assert [(row.service, row.minutes, row.counts, row.why_not) for row in hours(program).services] == [
        ("Group therapy", 540, True, ""),
        ("Individual therapy", 50, True, ""),
        ("Wellness", 60, True, ""),
        ("12-step meeting", 60, False, "12-step meeting does not count toward hours."),
        ("Multi-family group", 90, False, "Family only: no patient attends."),
        ("Wellness", 60, False, "Counts once the group has a purpose."),
    ]


def test_groups_at_the_same_hours_count_once_and_are_named():
    program = make_week()
    make_slot(make_group(program, "Skills"), 0, "09:00", "12:00")
    found = hours(program)
    assert found.weeks[0].minutes == 540
    assert found.remarks == (
        "Process and Skills meet at the same hours: those count once, as each patient attends one of them.",
    )


def test_groups_of_other_weeks_dates_or_people_are_no_alternatives():
    program = make_week()
    early, late = make_group(program, "Early"), make_group(program, "Late")
    for group, weeks in [(early, (1, 4)), (late, (5, 8))]:
        make_slot(group, 1, "18:00", "19:00")
        make_phase(group, *weeks)
    parents = make_group(program, "Parents", service="multi-family-group", attended_by="family only")
    make_slot(parents, 1, "18:00", "19:00")
    spring, fall = make_group(program, "Spring"), make_group(program, "Fall")
    make_slot(spring, 3, ends_on=date(2026, 6, 14))
    make_slot(fall, 3, starts_on=date(2026, 6, 15))
    parts = parts_of(Program.objects.with_timetable().get(pk=program.pk))
    assert alternatives(parts) == []
    make_slot(early, 3, "18:30", "19:00")
    parts = parts_of(Program.objects.with_timetable().get(pk=program.pk))
    assert [tuple(part.name for part in one) for one in alternatives(parts)] == [("Early", "Fall", "Spring")]


@pytest.mark.parametrize(
    ("weekdays", "limit", "remark"),
    [
        ([0, 4], "3", ""),
        ([0, 4], "2", "3 days in a row have no service (Tue to Thu); at most 2 are allowed (R-34)."),
        ([2, 3], "3", "5 days in a row have no service (Fri to Tue); at most 3 are allowed (R-34)."),
        ([6], "6", ""),
    ],
)
def test_idle_days_are_counted_over_the_week_s_end_too(weekdays, limit, remark):
    program = make_program()
    group = make_group(program)
    for weekday in weekdays:
        make_slot(group, weekday, "09:00", "19:00")
    make_slot(make_group(program, service="12-step-meeting"), 5)
    make_policy_value("max_idle_days_between", limit)
    make_policy_value("min_days_per_week", "0")
    assert hours(program).remarks == ((remark,) if remark else ())


def test_too_few_days_are_said():
    found = hours(make_week(days=2, hours=5))
    assert found.remarks == ("There are groups on 2 days a week; at least 3 are asked.",)
    found = hours(make_week(days=1, hours=9))
    assert found.remarks[0] == "There are groups on 1 day a week; at least 3 are asked."


def test_weeks_of_a_track_are_said_apart():
    program = make_week()
    extra = make_group(program, "Start")
    make_slot(extra, 1, "09:00", "12:00")
    make_phase(extra, 1, 4)
    assert hours(program).sentences == (
        "Weeks 1–4: 12 countable hours a week; the minimum is 9 h.",
        "From week 5: 9 countable hours a week; the minimum is 9 h.",
    )


def test_a_program_not_open_yet_is_judged_on_its_opening_day():
    program = make_week(opens_on=date(2026, 9, 7))
    program.groups.get().slots.update(starts_on=date(2026, 9, 7))
    assert hours(program).weeks == (Weeks(1, None, 540),)


def test_nothing_planned_is_below():
    program = make_program()
    assert (hours(program).sentences, hours(program).is_below) == (
        ("No countable hours; the minimum is 9 h a week.",),
        True,
    )
    assert judge([], limits=limits_of("adult", policy.book(program, DAY), program.pk), day=DAY).days == {}


@pytest.mark.parametrize("groups", [1, 30])
def test_hours_ask_nothing_once_the_timetable_is_fetched(groups, django_assert_num_queries):
    program = make_program()
    for number in range(groups):
        make_slot(make_group(program, f"Group {number}"), number % 7)
    found = Program.objects.with_timetable().get(pk=program.pk)
    book = policy.book(found, DAY)
    with django_assert_num_queries(0):
        hours_of(found, book=book, day=DAY)
