import datetime as dt

import pytest
from django.db.models import Count

from audit.verification import verify
from iopportal.demo.cast import CAST, PASSWORD
from iopportal.demo.fill import DatabaseNotEmpty, fill
from iopportal.tests import databases
from patients.choices import EpisodeStatus
from patients.models import Episode, Patient
from programs.models import Program
from scheduling.models import Attendance, Booking, Membership, Session
from staff.models import User

MONDAY = dt.date(2026, 11, 23)


@pytest.fixture(scope="module")
def demo(database_template, django_db_blocker):
    with django_db_blocker.unblock(), databases.own_database(database_template):
        fill(today=MONDAY)
        yield


def test_the_cast_signs_in_with_the_demo_password_and_each_has_one_role(demo):
    assert sorted(User.objects.values_list("username", flat=True)) == sorted(member.username for member in CAST)
    assert User.objects.get(username="rae").check_password(PASSWORD)
    roles = {user.username: [group.name for group in user.groups.all()] for user in User.objects.all()}
    assert roles == {member.username: [member.role.value] if member.role else [] for member in CAST}


def test_the_programs_run_the_real_timetables(demo):
    evening, teen = Program.objects.get(code="matrix"), Program.objects.get(code="choc")
    assert [evening.week_minutes(MONDAY, week=week) for week in (1, 4, 5, 16)] == [670, 670, 570, 570]
    assert [teen.week_minutes(MONDAY, week=week) for week in (1, 8)] == [780, 780]


def test_there_are_sixty_patients_in_every_state_and_the_caseloads_are_disjoint(demo):
    assert Patient.objects.count() == 64
    assert set(Episode.objects.values_list("status", flat=True)) == set(EpisodeStatus.values)
    assert list(Patient.objects.annotate(n=Count("episodes")).exclude(n=1)) == []


def test_every_seat_is_a_real_one(demo):
    """No group is over its cap on any day, and nobody and nothing is booked twice."""
    for session in Session.objects.filter(group__capacity__isnull=False).select_related("group"):
        members = Membership.objects.active_on(session.day).filter(group=session.group).count()
        assert members <= session.group.capacity, session
    assert Booking.objects.filter(blocks=False).count() == 0


def test_eight_weeks_are_logged_and_twelve_are_published(demo):
    days = Session.objects.filter(slot__isnull=False).order_by("day").values_list("day", flat=True)
    assert (days.first(), days.last()) == (dt.date(2026, 9, 28), dt.date(2027, 2, 15))
    noon = dt.datetime(2026, 11, 23, 12, tzinfo=Program.objects.get(code="matrix").location.zone)
    past = Session.objects.taking_place().filter(ends_at__lt=noon, logged_at=None)
    assert sorted(past.values_list("program__code", flat=True)) == ["choc", "matrix"]
    assert set(Attendance.objects.values_list("status__code", flat=True)) == {None, "P", "L", "E", "EX", "NS"}


def test_an_admission_is_the_day_of_the_first_attended_session(demo):
    for episode in Episode.objects.exclude(admitted_on=None):
        attended = episode.attendances.filter(status__is_attended=True, session__service__starts_treatment=True)
        assert episode.admitted_on == attended.order_by("day").first().day


def test_the_trail_is_whole_and_says_where_the_rows_come_from(demo):
    report = verify()
    assert report.problems == []
    assert report.checked >= 4


def test_a_database_with_accounts_is_left_alone(demo):
    with pytest.raises(DatabaseNotEmpty, match="nothing was changed"):
        fill(today=MONDAY)
    assert Patient.objects.count() == 64
