from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Event
from patients.choices import EpisodeStatus
from patients.tests.factories import make_episode, make_patient
from programs.choices import AttendedBy
from programs.tests.factories import make_group, make_policy_value, make_program, make_service
from scheduling.actions import log_attendance, rebook, take_over, the_calendar
from scheduling.marks import HERE, IN_ERROR, Mark, Seen
from scheduling.models import Attendance, AttendanceChange, Booking, Session, SessionStaff
from scheduling.seeds import seed_attendance_statuses
from scheduling.tests.factories import MONDAY, make_attendance, make_membership, make_session
from staff.choices import Role
from staff.tests.factories import make_user
from web.refusals import Refusal, Stale

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 23, 10, tzinfo=UTC)  # 6:10 PM in New York, ten minutes into the session
LATER = AT + timedelta(days=3)
ALL_HERE = Mark(HERE)
NOT_LEADING = pytest.raises(Refusal, match="Only those who lead")


def at(hour: int, minute: int = 0) -> datetime:
    """A time of March 2, 2026 by the clock of New York."""
    return (
        datetime(2026, 3, 2, hour + 5, minute, tzinfo=UTC)
        if hour < 19
        else datetime(2026, 3, 3, hour - 19, minute, tzinfo=UTC)
    )


@pytest.fixture
def rae():
    seed_attendance_statuses()
    return make_user()


@pytest.fixture
def group():
    return make_group(make_program())


@pytest.fixture
def session(group, rae):
    return make_session(group, leader=rae)


@pytest.fixture
def people(group):
    return [
        make_membership(group, make_episode(make_patient(name, "Ellison"), group.program)).episode for name in "ABC"
    ]


def log(session, by, marks=None, when=AT, **kw):
    return log_attendance(session=session, marks=marks or {}, by=by, at=when, **kw)


def saved(session) -> dict:
    rows = Attendance.objects.filter(session=session).select_related("status", "episode__patient")
    return {row.episode.patient.given: (str(row.status.code) if row.status else "", row.net_minutes) for row in rows}


def changes():
    return list(AttendanceChange.objects.values_list("field", "old", "new", "reason"))


# The first save


def test_everyone_here_marks_each_member_of_the_day_present_for_the_whole_session(session, people, rae):
    assert len(log(session, rae, everyone=True)) == 3
    assert saved(session) == {"A": ("P", 90), "B": ("P", 90), "C": ("P", 90)}
    session.refresh_from_db()
    assert (session.logged_at, session.status) == (AT, "held")


def test_everyone_here_leaves_the_exceptions_that_are_marked(session, people, rae):
    log(session, rae, {people[1].pk: Mark("NS")}, everyone=True)
    assert saved(session) == {"A": ("P", 90), "B": ("NS", 0), "C": ("P", 90)}


def test_the_first_save_writes_a_row_for_everyone_on_the_roll(session, people, rae):
    log(session, rae, {people[0].pk: ALL_HERE})
    assert saved(session) == {"A": ("P", 90), "B": ("", 0), "C": ("", 0)}
    assert changes() == []


def test_a_first_save_that_marks_nobody_is_refused(session, people, rae):
    with pytest.raises(Refusal) as refused:
        log(session, rae)
    assert refused.value.code == "nobody_marked"
    session.refresh_from_db()
    assert (session.logged_at, Attendance.objects.count()) == (None, 0)


def test_a_session_without_anybody_attended_was_not_held(session, people, rae):
    log(session, rae, {person.pk: Mark("NS") for person in people})
    session.refresh_from_db()
    assert (session.status, session.logged_at) == ("scheduled", AT)


def test_taking_every_mark_back_makes_the_session_not_logged_again(session, people, rae):
    log(session, rae, everyone=True)
    log(session, rae, {person.pk: Mark() for person in people})
    session.refresh_from_db()
    assert (session.status, session.logged_at) == ("scheduled", None)
    assert [session.pk] == list(Session.objects.not_logged(LATER).values_list("pk", flat=True))


def test_a_session_with_the_family_alone_is_logged_as_family_came(people, group, rae):
    session = make_session(group, leader=rae, attended_by=AttendedBy.FAMILY_ONLY)
    log(session, rae, everyone=True)
    assert saved(session) == {"A": ("FM", 0), "B": ("FM", 0), "C": ("FM", 0)}


def test_a_saved_attendance_is_one_event_about_those_it_changed(session, people, rae):
    log(session, rae, {people[0].pk: ALL_HERE})
    event = Event.objects.get(action="attendance.saved")
    assert (event.object_id, event.patient_id, event.actor_name) == (session.pk, people[0].patient_id, str(rae))
    row = Attendance.objects.get(episode=people[0])
    assert event.content == {"everyone": False, "rows": [row.pk]}


# Times


@pytest.mark.parametrize(
    ("arrival", "departure", "status", "minutes"),
    [
        (None, None, "P", 90),
        (at(18, 10), None, "P", 80),
        (at(18, 11), None, "L", 79),
        (None, at(19, 20), "P", 80),
        (None, at(19, 19), "E", 79),
        (at(18, 23), at(19, 0), "LE", 37),
        (at(17, 0), at(21, 0), "P", 90),
        (at(20, 0), None, "L", 0),
    ],
)
def test_times_give_the_status_and_the_net_minutes(session, people, rae, arrival, departure, status, minutes):  # noqa: PLR0917
    log(session, rae, {people[0].pk: Mark(HERE, arrival, departure)})
    row = Attendance.objects.get(episode=people[0])
    assert (row.status.code, row.net_minutes, row.arrival, row.departure) == (status, minutes, arrival, departure)


def test_the_grace_is_that_of_the_program_on_the_day(session, people, rae):
    make_policy_value("grace_late_minutes", "0", session.program, starts_on=MONDAY)
    make_policy_value("grace_late_minutes", "60", session.program, starts_on=date(2026, 3, 3))
    log(session, rae, {people[0].pk: Mark(HERE, at(18, 1))})
    assert saved(session)["A"] == ("L", 89)


def test_minutes_are_those_of_the_actual_times_net_of_breaks(group, people, rae):
    session = make_session(group, leader=rae, breaks="18:30-18:45", actual_start=at(18, 5), actual_end=at(19, 20))
    log(session, rae, {people[0].pk: ALL_HERE, people[1].pk: Mark(HERE, at(18, 40))})
    assert saved(session) == {"A": ("P", 60), "B": ("L", 35), "C": ("", 0)}


def test_breaks_count_where_the_policy_says_so(group, people, rae):
    make_policy_value("exclude_breaks", "false", group.program)
    session = make_session(group, leader=rae, breaks="18:30-18:45")
    log(session, rae, {people[0].pk: ALL_HERE})
    assert saved(session)["A"] == ("P", 90)


def test_a_departure_before_the_arrival_is_refused(session, people, rae):
    with pytest.raises(Refusal) as refused:
        log(session, rae, {people[0].pk: Mark(HERE, at(19), at(18, 30))})
    assert (refused.value.rule, refused.value.field) == ("R-40", "left")
    assert Attendance.objects.count() == 0


@pytest.mark.parametrize("code", ["EX", "NS", "CX", "CP", "H", "HOSP", "SUS", "LV", "FM"])
def test_whoever_was_not_here_has_no_minutes_and_no_times(session, people, rae, code):
    log(session, rae, {people[0].pk: Mark(code, at(18), at(19), "Illness")})
    row = Attendance.objects.get(episode=people[0])
    assert (row.status.code, row.net_minutes, row.arrival, row.departure, row.reason) == (
        code,
        0,
        None,
        None,
        "Illness",
    )


# Saving again


def everything():
    return [
        list(model.objects.order_by("pk").values()) for model in (Attendance, AttendanceChange, Session, Booking, Event)
    ]


def test_the_same_save_twice_changes_nothing(session, people, rae):
    marks = {people[0].pk: Mark(HERE, at(18, 23)), people[1].pk: Mark("EX", reason="Illness")}
    log(session, rae, marks)
    before = everything()
    assert log(session, rae, marks, when=AT + timedelta(minutes=5)) == []
    assert everything() == before


def test_a_change_before_closing_is_free_and_keeps_the_old_value(session, people, rae):
    log(session, rae, {people[0].pk: Mark("NS")})
    log(session, rae, {people[0].pk: Mark(HERE, at(18, 40))})
    assert changes() == [("status", "No-show, unexcused", "Late", ""), ("arrival", "", "6:40 PM", "")]
    assert Attendance.objects.get(episode=people[0]).version == 2


def test_a_change_after_closing_needs_a_reason(session, people, rae):
    log(session, rae, {people[0].pk: Mark("NS")})
    with pytest.raises(Refusal) as refused:
        log(session, rae, {people[0].pk: ALL_HERE}, when=LATER)
    assert (refused.value.rule, refused.value.field) == ("R-47", "reason")
    assert saved(session)["A"] == ("NS", 0)
    log(session, rae, {people[0].pk: ALL_HERE}, when=LATER, reason="Was in the other room")
    assert changes() == [("status", "No-show, unexcused", "Present", "Was in the other room")]


@pytest.mark.parametrize(("hours", "refused"), [(23, False), (24, True)])
def test_a_session_closes_some_hours_after_its_end(session, people, rae, hours, refused):
    log(session, rae, {people[0].pk: Mark("NS")})
    with pytest.raises(Refusal, match="closed") if refused else nullcontext():
        log(session, rae, {people[0].pk: ALL_HERE}, when=session.ends_at + timedelta(hours=hours))


def test_a_session_that_was_closed_needs_a_reason_at_once(session, people, rae):
    log(session, rae, {people[0].pk: Mark("NS")})
    Session.objects.update(closed_at=AT)
    with pytest.raises(Refusal, match="closed"):
        log(session, rae, {people[0].pk: ALL_HERE})


def test_the_first_log_is_free_however_late(session, people, rae):
    log(session, rae, everyone=True, when=AT + timedelta(days=90))
    assert (saved(session)["A"], changes()) == (("P", 90), [])


def test_a_person_marked_late_in_a_closed_session_keeps_that_there_was_nothing(session, people, rae):
    log(session, rae, {people[0].pk: ALL_HERE})
    log(session, rae, {people[1].pk: Mark("NS")}, when=LATER, reason="Forgotten on Monday")
    assert changes() == [("status", "", "No-show, unexcused", "Forgotten on Monday")]


def test_a_row_entered_in_error_leaves_the_roll_and_keeps_what_it_was(session, group, people, rae):
    guest = make_episode(make_patient("Guest", "Zeller"), group.program)
    log(session, rae, {guest.pk: ALL_HERE})
    log(session, rae, {guest.pk: Mark(IN_ERROR)})
    row = Attendance.objects.get(episode=guest)
    assert (row.is_entered_in_error, row.status, row.net_minutes) == (True, None, 0)
    assert changes() == [("status", "Present", "", ""), ("is_entered_in_error", "", "yes", "")]
    log(session, rae, {guest.pk: ALL_HERE})
    row.refresh_from_db()
    assert (row.is_entered_in_error, row.net_minutes) == (False, 90)


# Two people


def shown(session) -> Seen:
    rows = Attendance.objects.filter(session=session)
    return Seen(sum(row.version for row in rows), {row.episode_id: row.version for row in rows})


def test_two_people_saving_different_rows_both_succeed(session, people, rae):
    kim = make_user("kim")
    opened = shown(session)
    log(session, rae, {people[0].pk: ALL_HERE}, seen=opened)
    log(session, kim, {people[1].pk: Mark("NS")}, seen=opened)
    log(session, rae, {people[2].pk: Mark("EX")}, seen=opened)
    assert saved(session) == {"A": ("P", 90), "B": ("NS", 0), "C": ("EX", 0)}


def test_the_same_row_from_an_older_version_is_stale_and_saves_nothing(session, people, rae):
    kim = make_user("kim")
    opened = shown(session)
    log(session, rae, {people[0].pk: Mark("NS")}, seen=opened)
    with pytest.raises(Stale) as stale:
        log(session, kim, {people[0].pk: Mark(HERE, at(18, 40)), people[1].pk: ALL_HERE}, seen=opened)
    (side,) = stale.value.sides
    assert (side.label, side.mine, side.theirs) == ("A Ellison", "Late, arrived 6:40 PM", "No-show, unexcused")
    assert (stale.value.by, stale.value.url) == (str(rae), f"/sessions/{session.pk}/attendance/")
    assert saved(session) == {"A": ("NS", 0), "B": ("", 0), "C": ("", 0)}
    again = Seen(stale.value.version, opened.rows)
    log(session, kim, {people[0].pk: ALL_HERE, people[1].pk: ALL_HERE}, seen=again)
    assert saved(session) == {"A": ("P", 90), "B": ("P", 90), "C": ("", 0)}


def test_the_same_answer_from_two_people_is_no_conflict(session, people, rae):
    opened = shown(session)
    log(session, rae, {people[0].pk: Mark("NS")}, seen=opened)
    assert log(session, rae, {people[0].pk: Mark("NS")}, seen=opened) == []


# Who may, and when


def test_a_day_that_has_not_come_is_refused(session, people, rae):
    with pytest.raises(Refusal) as refused:
        log(session, rae, everyone=True, when=AT - timedelta(days=1))
    assert (refused.value.rule, Attendance.objects.count()) == ("R-40", 0)


def test_the_day_is_that_of_the_place(session, people, rae):
    log(session, rae, everyone=True, when=datetime(2026, 3, 2, 5, 0, tzinfo=UTC))  # midnight in New York
    assert Attendance.objects.count() == 3


def test_a_canceled_session_has_no_attendance(group, people, rae):
    session = make_session(group, status="cancelled")
    with pytest.raises(Refusal) as refused:
        log(session, rae, everyone=True)
    assert refused.value.code == "session_canceled"


@pytest.mark.parametrize(
    ("role", "part", "refusal"),
    [
        (Role.CLINICIAN, None, nullcontext()),
        (Role.INTERN, None, nullcontext()),
        (Role.CASE_MANAGER, None, NOT_LEADING),
        (Role.CASE_MANAGER, "co-lead", nullcontext()),
        (Role.CASE_MANAGER, "did not lead", NOT_LEADING),
        (Role.MEDICAL, "lead", nullcontext()),
        (Role.MEDICAL, "observer", NOT_LEADING),
    ],
)
def test_who_leads_it_or_may_take_it_over_logs_it(session, people, role, part, refusal):
    user = make_user("someone", role)
    if part:
        SessionStaff.objects.create(session=session, user=user, role=part)
    with refusal:
        log(session, user, everyone=True)


# Facts are accepted


def test_someone_who_is_no_member_is_added_over_the_cap_and_while_booked_elsewhere(group, people, rae):
    group.capacity = 3
    group.save()
    session = make_session(group, leader=rae)
    guest = make_episode(make_patient("Guest", "Zeller"), group.program)
    other = make_session(program=group.program, service=make_service("individual-therapy"), start="18:30", end="19:00")
    make_attendance(other, guest, None)
    with the_calendar():
        rebook([other.pk])
    log(session, rae, {guest.pk: ALL_HERE}, everyone=True)
    assert saved(session) == {"A": ("P", 90), "B": ("P", 90), "C": ("P", 90), "Guest": ("P", 90)}
    booked = Booking.objects.filter(kind="patient", resource_id=guest.patient_id).order_by("session")
    assert dict(booked.values_list("session", "blocks")) == {session.pk: False, other.pk: True}


def test_nobody_of_another_program_is_added(session, people, rae):
    stranger = make_episode(program=make_program())
    log(session, rae, {stranger.pk: ALL_HERE, people[0].pk: ALL_HERE})
    assert not Attendance.objects.filter(episode=stranger).exists()


def test_whoever_was_away_is_free_at_that_time(session, people, rae):
    log(session, rae, {people[0].pk: Mark("NS")}, everyone=True)
    booked = Booking.objects.filter(session=session, kind="patient").values_list("resource_id", flat=True)
    assert set(booked) == {people[1].patient_id, people[2].patient_id}


# Admission


def intake(group, name="Ida"):
    return make_membership(
        group, make_episode(make_patient(name, "Moss"), group.program, status=EpisodeStatus.INTAKE)
    ).episode


def admitted(episode):
    episode.refresh_from_db()
    return episode.status, episode.admitted_on


def test_the_first_attended_session_is_the_admission(session, group, rae):
    episode = intake(group)
    log(session, rae, {episode.pk: ALL_HERE})
    assert admitted(episode) == ("admitted", MONDAY)
    assert Event.objects.get(action="episode.begun").content == {"before": None, "admitted_on": "2026-03-02"}


def test_an_absence_is_no_admission(session, group, rae):
    episode = intake(group)
    log(session, rae, {episode.pk: Mark("EX")})
    assert admitted(episode) == ("intake", None)


def test_a_service_that_does_not_start_treatment_is_no_admission(rae):
    group = make_group(make_program(), service="12-step-meeting")
    session, episode = make_session(group, leader=rae), intake(group)
    log(session, rae, {episode.pk: ALL_HERE})
    assert admitted(episode) == ("intake", None)


def test_correcting_the_first_attendance_moves_the_admission_or_takes_it_back(group, rae):
    episode = intake(group)
    first, second = make_session(group, leader=rae), make_session(group, leader=rae, day=date(2026, 3, 4))
    log(first, rae, {episode.pk: ALL_HERE})
    log(second, rae, {episode.pk: ALL_HERE}, when=LATER)
    assert admitted(episode) == ("admitted", MONDAY)
    log(first, rae, {episode.pk: Mark("NS")}, when=LATER, reason="It was somebody else")
    assert admitted(episode) == ("admitted", date(2026, 3, 4))
    log(second, rae, {episode.pk: Mark("NS")}, when=LATER)
    assert admitted(episode) == ("intake", None)


def test_an_earlier_session_logged_later_moves_the_admission_back(group, rae):
    episode = intake(group)
    first, second = make_session(group, leader=rae), make_session(group, leader=rae, day=date(2026, 3, 4))
    log(second, rae, {episode.pk: ALL_HERE}, when=LATER)
    log(first, rae, {episode.pk: ALL_HERE}, when=LATER)
    assert admitted(episode) == ("admitted", MONDAY)


def test_who_was_admitted_before_our_records_stays_admitted(session, group, rae):
    episode = make_membership(group, make_episode(program=group.program, admitted_on=date(2026, 1, 12))).episode
    log(session, rae, {episode.pk: ALL_HERE})
    log(session, rae, {episode.pk: Mark("NS")})
    assert admitted(episode) == ("admitted", date(2026, 1, 12))


def test_who_is_not_accepted_yet_is_logged_and_not_admitted(session, group, rae):
    episode = make_episode(program=group.program, status=EpisodeStatus.REFERRED)
    log(session, rae, {episode.pk: ALL_HERE})
    assert (admitted(episode), saved(session)["Maya"]) == (("referred", None), ("P", 90))


# I am leading this


def test_taking_over_keeps_who_was_planned_on_record_and_rewrites_the_bookings(session, rae):
    kim = make_user("kim")
    take_over(session=session, by=kim, at=AT)
    assert dict(session.staff.values_list("user__username", "role")) == {"rae": "did not lead", "kim": "lead"}
    assert list(Booking.objects.filter(kind="staff").values_list("resource_id", flat=True)) == [kim.pk]
    event = Event.objects.get(action="session.taken_over")
    assert (event.actor_name, event.content) == (str(kim), {"planned": [rae.pk]})


def test_taking_over_twice_changes_nothing(session, rae):
    kim = make_user("kim")
    take_over(session=session, by=kim, at=AT)
    before = everything()
    take_over(session=session, by=kim, at=AT)
    assert everything() == before


def test_a_co_lead_who_takes_over_leads(session, rae):
    ines = make_user("ines", Role.INTERN)
    SessionStaff.objects.create(session=session, user=ines, role="co-lead")
    take_over(session=session, by=ines, at=AT)
    assert session.staff.get(user=ines).role == "lead"


def test_taking_over_while_leading_elsewhere_is_accepted(session, group, rae):
    kim = make_user("kim")
    make_session(make_group(group.program), leader=kim)
    take_over(session=session, by=kim, at=AT)
    assert Booking.objects.get(session=session, kind="staff").blocks is False


# Cost


def cost(members: int, rae, *, began: bool) -> list[int]:
    group = make_group(make_program())
    before = {"status": EpisodeStatus.INTAKE} if began else {"admitted_on": date(2026, 1, 12)}
    episodes = [make_membership(group, make_episode(program=group.program, **before)).episode for _ in range(members)]
    session, counts = make_session(group, leader=rae), []
    for marks in (
        {},
        {episode.pk: Mark("NS") for episode in episodes},
        {episode.pk: Mark("NS") for episode in episodes},
    ):
        with CaptureQueriesContext(connection) as queries:
            log(session, rae, marks, everyone=not marks)
        counts.append(sum("pg_advisory" not in query["sql"] for query in queries))
    return counts


@pytest.mark.parametrize("members", [1, 30])
@pytest.mark.parametrize(("began", "queries"), [(False, [22, 24, 10]), (True, [29, 31, 10])])
def test_saving_takes_the_same_queries_for_one_person_and_for_thirty(rae, members, began, queries):
    assert cost(members, rae, began=began) == queries
