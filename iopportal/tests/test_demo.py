import datetime as dt

import pytest
from django.db.models import Count

from audit.verification import verify
from iopportal.demo.cast import CAST, PASSWORD
from iopportal.demo.fill import DatabaseNotEmpty, fill
from iopportal.tests import databases
from patients.choices import EpisodeStatus
from patients.models import Episode, Patient
from programs import policy
from programs.leading import lead_book
from programs.licenses import warnings
from programs.models import Accreditation, Closure, Group, PolicyValue, Program, Topic
from programs.previews import hours_of
from scheduling.clashes import standing
from scheduling.cover import away_without_cover, leading, needs_cover
from scheduling.labels import group_label
from scheduling.models import Attendance, Booking, Membership, Session
from staff.models import Credential, Supervision, User

MONDAY = dt.date(2026, 11, 23)
OPENING = dt.date(2027, 1, 4)


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
    for program in Program.objects.with_timetable().filter(code__in=["matrix", "choc"]):
        assert not hours_of(program, book=policy.book(program, MONDAY), day=MONDAY).is_below


def test_there_are_sixty_patients_in_every_state_and_the_caseloads_are_disjoint(demo):
    assert Patient.objects.count() == 64
    assert set(Episode.objects.values_list("status", flat=True)) == set(EpisodeStatus.values)
    assert list(Patient.objects.annotate(n=Count("episodes")).exclude(n=1)) == []


def test_every_seat_is_a_real_one(demo):
    """No group is over its cap on any day, and in the programs that run nobody and nothing is booked twice."""
    for session in Session.objects.filter(group__capacity__isnull=False).select_related("group"):
        members = Membership.objects.active_on(session.day).filter(group=session.group).count()
        assert members <= session.group.capacity, session
    assert Booking.objects.filter(blocks=False).exclude(session__program__code="day").count() == 0


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


def sessions_for_list() -> list[Session]:
    return list(Session.objects.for_list().order_by("starts_at", "pk"))


def by_title(found) -> dict[str, list[dt.date]]:
    """The days of the sessions found, by what they are called."""
    days: dict[str, list[dt.date]] = {}
    for one in found:
        days.setdefault(one.session.title, []).append(one.session.day)
    return days


def test_everyone_who_led_in_the_past_was_allowed_to(demo):
    book = lead_book(
        User.objects.values_list("pk", flat=True), policy.book(Program.objects.values_list("pk", flat=True), MONDAY)
    )
    led = [(session, part) for session in sessions_for_list() if session.day < MONDAY for part in leading(session)]
    refused = {
        (str(session), part.user.username, verdict.code)
        for session, part in led
        if not (
            verdict := book.verdict(
                part.user_id, service=session.service, program=session.program, role=part.role, day=session.day
            )
        ).may
    }
    assert refused == set()
    assert {part.user.username for _, part in led} == {"rae", "kim", "ines", "omar", "mina"}


def test_one_license_ends_soon_one_has_its_renewal_filed_and_one_is_not_verified(demo):
    due = warnings(User.objects.values_list("pk", flat=True), day=MONDAY, book=policy.book([], MONDAY))
    assert [(one.credential.user.username, one.days_left, one.last_day) for one in due] == [
        ("mina", 5, dt.date(2026, 12, 28)),
        ("kim", 45, dt.date(2027, 1, 7)),
    ]
    checked = {row.user.username: row.verified_by and row.verified_by.username for row in Credential.objects.all()}
    assert checked == {
        "dana": "admin", "rae": "dana", "kim": "dana", "omar": "dana", "ines": "dana", "mina": "dana", "cory": None,
    }  # fmt: skip
    assert [str(row) for row in Supervision.objects.active_on(MONDAY)] == ["Ines Duarte, supervised by Rae Whitfield"]


def test_the_groups_of_a_license_that_ends_need_cover_from_then_on(demo):
    found = needs_cover(sessions_for_list(), today=MONDAY)
    first = {title: days[0] for title, days in by_title(found).items()}
    assert first == {
        "Parent Group": dt.date(2026, 12, 31),
        "Skills Practice": dt.date(2027, 1, 12),
        "Family Education": dt.date(2027, 1, 13),
        "Recovery Skills": OPENING,
        "Family Night": dt.date(2027, 1, 6),
    }


def test_omar_is_away_without_cover_and_kim_with_a_co_lead_who_may_lead(demo):
    kim = User.objects.get(username="kim")
    assert list(kim.time_away.values_list("starts_on", "ends_on")) == [(dt.date(2026, 12, 9), dt.date(2026, 12, 9))]
    assert Session.objects.filter(day=dt.date(2026, 12, 9), staff__user=kim).get().title == "Family Education"
    thursday, friday = dt.date(2026, 12, 3), dt.date(2026, 12, 4)
    assert by_title(away_without_cover(sessions_for_list(), today=MONDAY)) == {
        "Teen DBT Program": [thursday, friday],
        "Individual therapy": [thursday, friday],
        "Family session": [thursday, friday],
    }


def test_kim_is_the_deputy_while_dana_is_away(demo):
    kim, dana = (User.objects.get(username=name) for name in ("kim", "dana"))
    vacation = dana.time_away.get()
    directed = {
        day: [str(program) for program in Program.objects.directed_by(kim, day)]
        for day in (MONDAY, vacation.starts_on, vacation.ends_on, vacation.ends_on + dt.timedelta(days=1))
    }
    assert directed == {
        MONDAY: [],
        dt.date(2026, 12, 14): ["Evening IOP"],
        dt.date(2026, 12, 27): ["Evening IOP"],
        dt.date(2026, 12, 28): [],
    }


def test_the_day_program_is_not_fit_to_open(demo):
    program = Program.objects.with_timetable().get(code="day")
    hours = hours_of(program, book=policy.book(program, MONDAY), day=MONDAY)
    assert program.opens_on == OPENING
    assert hours.sentences == ("8.25 countable hours a week, 45 minutes below the minimum of 9 h.",)
    groups = Group.objects.filter(program=program)
    assert [group.name for group in groups.filter(leaders=None)] == ["Family Night", "Recovery Skills"]
    assert [group.name for group in groups.filter(room=None)] == ["Recovery Skills"]
    unconfirmed = PolicyValue.objects.filter(is_confirmed=False)
    assert [(row.program, row.key, row.citation) for row in unconfirmed] == [
        (program, "plan_due", "N.J.A.C. 10:161B-9.2, 10:161B-10.1")
    ]
    assert list(Accreditation.objects.touching(program)) == []
    assert Session.objects.filter(program=program).order_by("day").first().day == OPENING


def test_the_accreditation_of_the_teen_program_ends_in_fifty_days(demo):
    ends = {row.program.code: row.ends_on for row in Accreditation.objects.all()}
    assert ends == {"matrix": dt.date(2027, 12, 28), "choc": dt.date(2027, 1, 12)}


def test_one_clash_stands_each_week_in_a_room_that_the_day_program_would_need(demo):
    found = standing(sessions_for_list(), user=User.objects.get(username="dana"))
    assert {one.sentence for one in found} == {"Room 1 is taken 7:00–8:30 PM by Family Education."}
    assert by_title(found) == {"Family Night": [dt.date(2027, 1, 6) + dt.timedelta(weeks=week) for week in range(6)]}


def test_nobody_meets_on_holidays_and_on_the_training_day(demo):
    assert list(Closure.objects.values_list("starts_on", "reason")) == [
        (dt.date(2026, 11, 26), "Thanksgiving"),
        (dt.date(2026, 12, 14), "Staff training"),
        (dt.date(2026, 12, 25), "Christmas Day"),
        (dt.date(2027, 1, 1), "New Year's Day"),
    ]
    closed = Session.objects.filter(day__in=Closure.objects.values("starts_on"))
    assert closed.count() > 0
    assert closed.taking_place().count() == 0


def test_two_groups_teach_a_curriculum_in_order(demo):
    taught = {
        group.name: group.curriculum for group in Group.objects.filter(program__code="matrix") if group.curriculum
    }
    topics = {name: list(Topic.objects.filter(curriculum=row)) for name, row in taught.items()}
    assert {name: len(rows) for name, rows in topics.items()} == {"Early Recovery Skills": 8, "Relapse Prevention": 16}
    skills = topics["Early Recovery Skills"]
    assert [topic.position for topic in skills] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert (skills[0].title, skills[7].title) == ("Stop the Cycle", "12-Step Sayings")


def test_the_front_desk_reads_a_public_label_for_every_group(demo):
    ivy = User.objects.get(username="ivy")
    labels = {
        group.name: group_label(group, ivy) for group in Group.objects.filter(program__location__name="Northside")
    }
    assert labels == {
        "Early Recovery Skills": "Evening group 1",
        "Relapse Prevention": "Evening group 2",
        "Social Support": "Evening group 3",
        "Family Education": "Family evening",
        "12-Step Meeting": "Evening meeting",
        "Skills Practice": "Afternoon group",
        "Process Group": "Morning group 1",
        "Recovery Skills": "Morning group 2",
        "Family Night": "Family night",
    }
