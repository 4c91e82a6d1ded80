"""A key that the upper rooms read: a value that begins on a day changes what the rule says from then on, not before.

Those that programs reads are in its own tests.
"""

from datetime import date, timedelta

import pytest

from patients.rules import caseloads
from patients.tests.factories import make_episode, make_patient
from plans.rules import dose_finding
from plans.tests.factories import make_plan
from programs import policy
from programs.tests.factories import make_group, make_policy_value, make_program
from scheduling.actions import log_attendance
from scheduling.ledger import week_of
from scheduling.marks import HERE, Mark
from scheduling.models import Attendance, Session
from scheduling.roll import Roll
from scheduling.seats import Caps
from scheduling.seeds import seed_attendance_statuses
from scheduling.tests.factories import make_attendance, make_membership, make_session
from staff.tests.factories import make_user
from web.refusals import Refusal

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 8)  # a Sunday: with it a week begins
BEFORE = DAY - timedelta(1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def rae():
    seed_attendance_statuses()
    return make_user()


@pytest.fixture
def program():
    return make_program()


@pytest.fixture
def episode(program):
    return make_episode(make_patient(birth_date=date(2007, 1, 1)), program, admitted_on=program.opens_on)


@pytest.fixture
def sessions(program, episode, rae):
    """One from 6 to 8 PM with a break of a quarter of an hour on the day before, and one on the day."""
    group = make_group(program)
    make_membership(group, episode, program.opens_on)
    made = [
        make_session(group, day=day, start="18:00", end="20:00", breaks="19:00-19:15", leader=rae)
        for day in (BEFORE, DAY)
    ]
    return list(Session.objects.filter(pk__in=[one.pk for one in made]).order_by("day"))


def begin(program, key, value):
    make_policy_value(key, value, program, starts_on=DAY)


@pytest.mark.parametrize(
    ("key", "value", "minimums"),
    [
        ("min_week_minutes_adult", "600", [540, 600]),
        ("adolescent_under_age", "21", [540, 360]),
        ("min_week_minutes_adolescent", "300", [540, 540]),
    ],
)
def test_the_minimum_of_a_week_and_of_a_plan_is_that_of_its_day(  # noqa: PLR0917
    program, episode, sessions, key, value, minimums
):
    begin(program, key, value)
    weeks = [week_of(episode, day, at=sessions[1].ends_at) for day in (BEFORE, DAY)]
    assert [week.minimum for week in weeks] == minimums
    doses = make_plan(episode).doses()
    assert [dose_finding(episode, doses, day).minimum for day in (BEFORE, DAY)] == minimums


def test_the_minimum_of_an_adolescent_is_that_of_the_day(program, sessions):
    teen = make_episode(make_patient("Lena", birth_date=date(2010, 1, 1)), program, admitted_on=program.opens_on)
    begin(program, "min_week_minutes_adolescent", "300")
    weeks = [week_of(teen, day, at=sessions[1].ends_at) for day in (BEFORE, DAY)]
    assert [week.minimum for week in weeks] == [360, 300]


def test_a_plan_is_at_partial_hospitalization_by_the_line_of_its_day(program, episode):
    begin(program, "php_minutes", "590")
    doses = make_plan(episode).doses()
    findings = [dose_finding(episode, doses, day) for day in (BEFORE, DAY)]
    assert [one.is_partial_hospitalization for one in findings] == [False, True]


def test_a_week_begins_as_the_policy_of_its_day_says(program, episode, sessions):
    begin(program, "week_start", "Monday")
    weeks = [week_of(episode, day, at=sessions[1].ends_at) for day in (BEFORE, DAY)]
    assert [week.days[0].day for week in weeks] == [date(2026, 3, 1), date(2026, 3, 2)]


def test_breaks_count_in_minutes_kept_for_sessions_from_the_day_on(program, episode, sessions, rae):
    begin(program, "exclude_breaks", "false")
    for session in sessions:
        log_attendance(session=session, marks={}, everyone=True, by=rae, at=session.ends_at)
    assert list(Attendance.objects.order_by("day").values_list("net_minutes", flat=True)) == [105, 120]


@pytest.mark.parametrize(
    ("key", "arrives", "leaves", "statuses"),
    [("grace_late_minutes", 12, 0, ["L", "P"]), ("grace_early_minutes", 0, 12, ["E", "P"])],
)
def test_lateness_is_forgiven_by_the_grace_of_the_session_s_day(  # noqa: PLR0917
    program, episode, sessions, rae, key, arrives, leaves, statuses
):
    begin(program, key, "15")
    for session in sessions:
        mark = Mark(HERE, session.starts_at + arrives * MINUTE, session.ends_at - leaves * MINUTE)
        log_attendance(session=session, marks={episode.pk: mark}, everyone=False, by=rae, at=session.ends_at)
    assert list(Attendance.objects.order_by("day").values_list("status__code", flat=True)) == statuses


def test_attendance_stays_open_for_the_hours_of_the_session_s_day(program, episode, sessions, rae):
    begin(program, "attendance_close_hours", "48")
    answers = []
    for session in sessions:
        log_attendance(session=session, marks={}, everyone=True, by=rae, at=session.ends_at)
        try:
            at = session.ends_at + timedelta(hours=30)
            log_attendance(session=session, marks={episode.pk: Mark("NS")}, everyone=False, by=rae, at=at)
            answers.append("changed")
        except Refusal as refusal:
            answers.append(refusal.code)
    assert answers == ["reason_needed", "changed"]


def test_the_days_to_make_up_an_absence_are_those_of_its_day(program, episode, sessions, rae):
    begin(program, "makeup_window_after_days", "21")
    said = []
    for session in sessions:
        make_attendance(session, episode, "EX", reason="Ill")
        roll = Roll(Session.objects.with_roster().get(pk=session.pk), user=rae, at=session.ends_at)
        said += [flag.text for flag in roll.lines[0].flags if flag.rule == "R-41"]
    assert said == [f"A make-up within {days} days counts in the week it is attended." for days in (14, 21)]


def test_the_seats_of_a_group_are_those_of_each_day(program):
    group = make_group(program)
    begin(program, "group_cap_therapy", "8")
    caps = Caps(group)
    assert [caps.on(day) for day in (BEFORE, DAY)] == [12, 8]


def test_a_caseload_is_measured_by_the_maximum_of_the_day(program, rae):
    begin(program, "caseload_max", "16")
    books = [policy.book(program, day) for day in (BEFORE, DAY)]
    assert [caseloads([rae], program, book.day, book)[rae.pk].most for book in books] == [24, 16]
