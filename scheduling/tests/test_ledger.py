from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patients.tests.factories import make_episode, make_patient
from programs.tests.factories import make_group, make_policy_value, make_program, make_service
from scheduling.actions import log_attendance
from scheduling.ledger import week_of, weeks_of
from scheduling.marks import HERE, Mark
from scheduling.models import Session
from scheduling.seeds import seed_attendance_statuses
from scheduling.tests.factories import MONDAY, make_attendance, make_membership, make_session
from staff.tests.factories import make_user

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def rae():
    seed_attendance_statuses()
    return make_user()


@pytest.fixture
def program():
    return make_program()


@pytest.fixture
def episode(program):
    return make_episode(program=program, admitted_on=program.opens_on)


def meeting(program, *members, service="group-therapy", day=MONDAY, start="18:00", end="20:00", **kw) -> Session:
    group = make_group(program, service=service, purpose=kw.pop("purpose", ""))
    for episode in members:
        make_membership(group, episode)
    return make_session(group, day=day, start=start, end=end, **kw)


def log(session, rae, *, marks=None):
    log_attendance(session=session, marks=marks or {}, everyone=marks is None, by=rae, at=session.ends_at)


def ledger(episode, *, at=None, day=MONDAY):
    return week_of(episode, day, at=at or Session.objects.latest("ends_at").ends_at)


def numbers(week):
    return {
        str(day.day): (day.planned, day.attended, day.countable, day.not_logged)
        for day in week.days
        if day != type(day)(day.day)
    }


def test_tc_09_a_week_of_480_counted_minutes_and_a_meeting_is_short_by_60(program, episode, rae):
    for back in range(4):
        log(meeting(program, episode, day=MONDAY + back * DAY, start="18:00", end="20:15", breaks="19:00-19:15"), rae)
    log(meeting(program, episode, service="12-step-meeting", start="20:30", end="21:30"), rae)
    week = ledger(episode)
    assert (week.countable, week.uncounted, week.minimum, week.shortfall) == (480, 60, 540, 60)


def test_two_sessions_at_the_same_time_count_once(program, episode, rae):
    log(meeting(program, episode), rae)
    log(meeting(program, episode, start="19:00", end="21:00"), rae)
    assert numbers(ledger(episode)) == {"2026-03-02": (180, 180, 180, 0)}


def test_minutes_are_those_between_arrival_and_departure_in_the_actual_session(program, episode, rae):
    session = meeting(program, episode, breaks="19:00-19:15")
    session.actual_end = session.ends_at - timedelta(minutes=15)
    session.save()
    log(session, rae, marks={episode.pk: Mark(HERE, session.starts_at + timedelta(minutes=20))})
    assert numbers(ledger(episode)) == {"2026-03-02": (105, 70, 70, 0)}


def test_wellness_counts_only_with_a_purpose(program, episode, rae):
    log(meeting(program, episode, service="wellness"), rae)
    log(meeting(program, episode, service="wellness", day=MONDAY + DAY, purpose="Sleep hygiene"), rae)
    assert numbers(ledger(episode)) == {"2026-03-02": (0, 120, 0, 0), "2026-03-03": (120, 120, 120, 0)}


def test_a_past_session_nobody_logged_is_apart_and_a_later_one_is_only_planned(program, episode):
    first = meeting(program, episode)
    meeting(program, episode, day=MONDAY + DAY)
    assert numbers(ledger(episode, at=first.ends_at)) == {"2026-03-02": (120, 0, 0, 120), "2026-03-03": (120, 0, 0, 0)}


def test_whoever_was_left_unmarked_in_a_logged_session_is_not_logged(program, episode, rae):
    other = make_episode(program=program, admitted_on=program.opens_on)
    session = meeting(program, episode, other)
    log(session, rae, marks={other.pk: Mark("NS")})
    assert [numbers(ledger(e)) for e in (episode, other)] == [
        {"2026-03-02": (120, 0, 0, 120)},
        {"2026-03-02": (120, 0, 0, 0)},
    ]


def test_a_guest_has_the_minutes_without_their_having_been_planned(program, episode, rae):
    session = meeting(program)
    log(session, rae, marks={episode.pk: Mark(HERE)})
    assert numbers(ledger(episode)) == {"2026-03-02": (0, 120, 120, 0)}


def test_a_row_entered_in_error_and_a_canceled_session_count_nothing(program, episode):
    make_attendance(meeting(program, day=MONDAY), episode, None, is_entered_in_error=True)
    meeting(program, episode, day=MONDAY + DAY, status="cancelled")
    assert numbers(ledger(episode)) == {}


def test_a_session_with_the_family_alone_is_no_time_of_the_patient(program, episode, rae):
    log(meeting(program, episode, attended_by="family only"), rae)
    assert numbers(ledger(episode)) == {}


def test_a_booked_individual_session_is_planned(program, episode):
    session = make_session(program=program, service=make_service("individual-therapy"), start="09:00", end="09:50")
    make_attendance(session, episode, None)
    assert numbers(ledger(episode, at=session.starts_at)) == {"2026-03-02": (50, 0, 0, 0)}


def test_a_member_counts_from_the_first_to_the_last_day_of_the_membership(program, episode):
    group = make_group(program)
    make_membership(group, episode, MONDAY + DAY, ends_on=MONDAY + 2 * DAY)
    sessions = [make_session(group, day=MONDAY + back * DAY) for back in range(4)]
    assert list(numbers(ledger(episode, at=sessions[0].starts_at))) == ["2026-03-03", "2026-03-04"]


@pytest.mark.parametrize(
    ("born", "minimum"), [(date(2008, 3, 1), 540), (date(2008, 3, 2), 360), (date(1980, 1, 1), 540)]
)
def test_the_minimum_is_that_of_the_age_on_the_first_day_of_the_week(program, born, minimum):
    episode = make_episode(make_patient(birth_date=born), program, admitted_on=program.opens_on)
    assert week_of(episode, MONDAY, at=make_session(program=program, service=make_service()).ends_at).minimum == minimum


def test_the_week_begins_as_the_program_says(program, episode):
    make_policy_value("week_start", "Monday", program)
    meeting(program, episode, day=date(2026, 3, 1))
    meeting(program, episode, day=date(2026, 3, 8))
    week = ledger(episode)
    assert (week.first, week.last, week.planned) == (date(2026, 3, 2), date(2026, 3, 8), 120)


@pytest.mark.parametrize("people", [1, 30])
def test_a_ledger_takes_the_same_queries_for_one_person_and_for_thirty(rae, program, people):
    episodes = [make_episode(program=program, admitted_on=program.opens_on) for _ in range(people)]
    session = meeting(program, *episodes)
    log(session, rae)
    with CaptureQueriesContext(connection) as queries:
        found = weeks_of(episodes, MONDAY, at=session.ends_at)
    assert ({week.countable for week in found.values()}, len(queries)) == ({120}, 4)


def test_a_ledger_of_nobody_is_empty():
    assert weeks_of([], MONDAY, at=make_session().ends_at) == {}
