from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.test import Client
from django.utils import timezone

from audit import guards
from audit.models import Event
from patients.actions import add_related_person
from patients.tests.factories import make_episode, make_patient
from programs.tests.factories import make_posting, make_program, make_room, make_service
from scheduling import conflicts
from scheduling.actions import book_session, publish, rebook, the_calendar
from scheduling.conflicts import Wanted
from scheduling.models import (
    Attendance,
    AttendanceStatus,
    Booking,
    FamilyParticipant,
    Membership,
    Session,
    SessionStaff,
)
from scheduling.querysets import LONGEST_SESSION
from scheduling.rosters import roster
from scheduling.seeds import seed_attendance_statuses
from scheduling.tests.factories import (
    MONDAY,
    NOON,
    make_attendance,
    make_clinician,
    make_license,
    make_membership,
    make_session,
    make_weekly_group,
)
from staff.choices import Role
from staff.tests.factories import make_supervision, make_user
from web import keys
from web.refusals import Refusal

HOUR = timedelta(hours=1)
EVENING = NOON + 6 * HOUR  # 18:00 in New York


@pytest.fixture
def rae(db):
    return make_clinician()


@pytest.fixture
def episode(db):
    return make_episode(make_patient("Nadia", "Farouk"))


def book(episode, by, **kw):
    asked = {"service": make_service("individual-therapy"), "leader": by, "room": None, "by": by, "at": NOON}
    asked |= {"starts_at": EVENING, "ends_at": EVENING + HOUR} | kw
    return book_session(episode=episode, **asked)


def test_a_booked_session_expects_the_patient_and_takes_room_leader_and_patient(rae, episode):
    room = make_room(episode.program.location)
    session = book(episode, rae, room=room)
    assert (session.day, session.planned_minutes, session.status) == (MONDAY, 60, "scheduled")
    row = session.attendances.get()
    assert (row.episode, row.day, row.status) == (episode, MONDAY, None)
    taken = {("room", room.pk), ("staff", rae.pk), ("patient", episode.patient_id)}
    assert set(session.bookings.values_list("kind", "resource_id")) == taken
    event = Event.objects.get(action="session.booked")
    assert (event.patient_id, event.object_id) == (episode.patient_id, session.pk)


def test_the_day_of_a_session_is_that_of_its_location(rae, episode):
    assert book(episode, rae, starts_at=NOON + 10 * HOUR, ends_at=NOON + 11 * HOUR).day == MONDAY


def test_a_taken_room_is_refused_in_words(rae, episode):
    room = make_room(episode.program.location, "Room 2")
    make_posting(rae, episode.program)
    group = make_weekly_group(episode.program, name="Early Recovery Skills", room=room, end="18:50")
    publish(first=MONDAY, last=MONDAY, by=None, at=NOON)
    with pytest.raises(Refusal) as refused:
        book(episode, rae, room=room)
    assert refused.value.sentence == "Room 2 is taken 6:00–6:50 PM by Early Recovery Skills. Choose another time."
    assert (refused.value.rule, refused.value.code, refused.value.field) == ("R-29", "booking_overlap", "room")
    assert Session.objects.get().group == group


def test_a_session_of_another_program_is_not_named(rae, episode):
    room = make_room(episode.program.location, "Room 2")
    make_posting(rae, episode.program)
    make_weekly_group(make_program(location=episode.program.location), name="Secret", room=room)
    publish(first=MONDAY, last=MONDAY, by=None, at=NOON)
    with pytest.raises(Refusal, match=r"^Room 2 is taken 6:00–7:30 PM by another program\."):
        book(episode, rae, room=room)


def test_a_leader_and_a_patient_are_in_one_place_at_a_time(rae, episode):
    kim = make_clinician("kim")
    book(episode, rae)
    with pytest.raises(Refusal, match=r"^Rae Lindqvist leads Individual therapy 6:00–7:00 PM\."):
        book(make_episode(program=episode.program), rae, starts_at=EVENING + HOUR / 2)
    with pytest.raises(Refusal, match=r"^Nadia Farouk is in a session of another program 6:00–7:00 PM\."):
        book(episode, kim)
    assert book(episode, kim, starts_at=EVENING + HOUR, ends_at=EVENING + 2 * HOUR).pk


def test_a_canceled_session_gives_back_what_it_took(rae, episode):
    session = book(episode, rae)
    with the_calendar():
        Session.objects.filter(pk=session.pk).update(status="cancelled")
        rebook([session.pk])
    assert book(episode, rae).bookings.count() == 2


def test_who_waits_for_one_thing_does_not_lose_another_that_it_holds(rae, episode):
    """The later session waits for the room of the earlier one and holds the patient, who then turns up earlier."""
    room = make_room(episode.program.location)
    earlier = make_session(program=episode.program, service=make_service("individual-therapy"), room=room)
    later = make_session(program=episode.program, service=earlier.service, room=room, start="18:30", end="19:00")
    make_attendance(later, episode, None)
    with the_calendar():
        rebook([later.pk], tolerate=True)
    make_attendance(earlier, episode, None)
    with pytest.raises(Refusal), the_calendar():
        rebook([earlier.pk])
    with the_calendar():
        rebook([earlier.pk], tolerate=True)
    assert later.bookings.get(kind="patient").blocks
    assert not earlier.bookings.get(kind="patient").blocks
    assert earlier.bookings.get(kind="room").blocks


def test_an_observer_is_booked_and_blocks_nothing(rae, episode):
    kim = make_clinician("kim")
    session = book(episode, rae)
    SessionStaff.objects.create(session=session, user=kim, role="observer")
    with the_calendar():
        rebook([session.pk])
    assert session.bookings.get(kind="staff", resource_id=kim.pk).blocks is False
    assert book(make_episode(program=episode.program), kim).bookings.get(kind="staff").blocks


def test_relatives_who_may_attend_are_named_on_it_and_others_refused(rae, episode):
    mother = add_related_person(patient=episode.patient, name="Lena", relation="parent", may_attend=True, by=rae)
    uncle = add_related_person(patient=episode.patient, name="Omid", relation="relative", by=rae)
    session = book(episode, rae, service=make_service("family-session"), relatives=[mother])
    assert session.family.get().who == "Lena, parent"
    with pytest.raises(Refusal) as refused:
        book(episode, rae, starts_at=EVENING + HOUR, ends_at=EVENING + 2 * HOUR, relatives=[uncle])
    assert refused.value.code == "may_not_attend"
    assert FamilyParticipant.objects.count() == 1


def test_a_session_with_the_family_alone_leaves_the_patient_free(rae, episode):
    mother = add_related_person(patient=episode.patient, name="Lena", relation="parent", may_attend=True, by=rae)
    family = make_service("family-session")
    session = book(episode, rae, service=family, relatives=[mother], without_patient=True)
    assert set(session.bookings.values_list("kind", flat=True)) == {"staff"}
    assert session.attendances.get().episode == episode
    with pytest.raises(Refusal, match="needs someone of the family"):
        book(episode, make_clinician("kim"), service=family, without_patient=True)


def test_a_license_carries_bookings_through_its_last_day(episode):
    kim = make_user("kim")
    held = make_license(kim, "LPC", expires_on=MONDAY)
    assert book(episode, kim).day == MONDAY
    tomorrow = {"starts_at": EVENING + 24 * HOUR, "ends_at": EVENING + 25 * HOUR}
    with pytest.raises(Refusal) as refused:
        book(episode, kim, **tomorrow)
    assert refused.value.sentence == (
        "Kim Duarte has a license that ended on Mar 2, 2026. Choose another leader, or record the renewal first."
    )
    assert (refused.value.rule, refused.value.code, refused.value.field) == ("R-30", "expired", "leader")
    held.renewal_filed_on, held.renewal_filed_by, held.renewal_evidence = MONDAY, kim, "Receipt 7"
    held.save()
    assert book(episode, kim, **tomorrow).pk


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("CPRS", "Kim Duarte has no credential that may lead Individual therapy. Choose another leader."),
        (None, "Kim Duarte has no credential on file. Choose another leader, or record the credential first."),
        (
            "LSW",
            (
                "Kim Duarte has no supervisor in force who may lead Individual therapy. "
                "Choose another leader, or record who supervises first."
            ),
        ),
    ],
)
def test_nobody_is_booked_for_what_their_credential_does_not_carry(episode, kind, sentence):
    kim = make_user("kim")
    if kind:
        make_license(kim, kind)
    with pytest.raises(Refusal) as refused:
        book(episode, kim)
    assert (refused.value.sentence, refused.value.rule, Session.objects.count()) == (sentence, "R-30", 0)


def test_who_leads_under_supervision_is_booked(rae, episode):
    ines = make_clinician("ines", license="Intern")
    make_supervision(ines, rae)
    assert book(episode, ines).staff.get().user == ines


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"ends_at": EVENING}, "times_order"),
        ({"ends_at": EVENING + 13 * HOUR}, "too_long"),
        ({"service": "group-therapy"}, "group_service"),
    ],
)
def test_what_cannot_be_is_refused(rae, episode, change, code):
    if "service" in change:
        change = {"service": make_service(change["service"])}
    with pytest.raises(Refusal) as refused:
        book(episode, rae, **change)
    assert (refused.value.code, Session.objects.count()) == (code, 0)


def test_a_clinician_books_own_sessions_and_the_front_desk_everybodys(rae, episode):
    kim, ivy = make_clinician("kim"), make_user("ivy", Role.FRONT_DESK)
    with pytest.raises(Refusal) as refused:
        book(episode, rae, leader=kim)
    assert refused.value.code == "not_own_session"
    assert book(episode, ivy, leader=kim).staff.get().user == kim


def test_the_database_refuses_two_blocking_bookings_of_one_room(rae, episode):
    room = make_room(episode.program.location)
    first, second = book(episode, rae, room=room), make_session(program=episode.program, service=make_service())
    raw = {"kind": "room", "resource_id": room.pk, "starts_at": EVENING + HOUR / 2, "ends_at": EVENING + 2 * HOUR}
    with pytest.raises(IntegrityError, match="booking_overlap"), transaction.atomic():
        Booking.objects.create(session=second, **raw)
    Booking.objects.create(session=second, **raw | {"starts_at": EVENING + HOUR})
    Booking.objects.create(session=first, **raw | {"resource_id": room.pk + 1})
    with pytest.raises(IntegrityError, match="booking_overlap"), transaction.atomic():
        Booking.objects.filter(session=second).update(starts_at=EVENING)
    Booking.objects.filter(session=second).update(starts_at=EVENING, blocks=False)


def test_the_database_refuses_a_booking_longer_than_the_longest_session(rae, episode):
    session = book(episode, rae)
    session.bookings.update(ends_at=EVENING + LONGEST_SESSION)
    with pytest.raises(IntegrityError, match="booking_overlap_longest"), transaction.atomic():
        session.bookings.update(ends_at=EVENING + LONGEST_SESSION + timedelta(seconds=1))


def test_the_database_refuses_overlapping_memberships(episode):
    group = make_weekly_group(episode.program)
    make_membership(group, episode, ends_on=MONDAY)
    with pytest.raises(IntegrityError, match="membership_overlap"), transaction.atomic():
        make_membership(group, episode, starts_on=MONDAY)
    make_membership(group, episode, starts_on=MONDAY + timedelta(days=1))
    with pytest.raises(IntegrityError, match="membership_overlap"), transaction.atomic():
        make_membership(group, episode, starts_on=date(2027, 1, 1))


def test_attendance_is_never_deleted(episode):
    row = make_attendance(make_session(program=episode.program, service=make_service()), episode)
    with pytest.raises(IntegrityError), transaction.atomic():
        Attendance.objects.filter(pk=row.pk).delete()
    row.net_minutes = 90
    row.save()
    assert guards.problems() == []


def test_rebooking_outside_the_calendar_is_a_mistake_of_ours(own_database):
    with pytest.raises(RuntimeError, match="the_calendar"):
        rebook([1])


def test_a_guard_that_fires_is_said_like_any_clash(rae, episode, monkeypatch):
    kim = make_clinician("kim")
    make_posting(kim, episode.program)
    room = make_room(episode.program.location, "Room 2")
    book(episode, rae, room=room)
    monkeypatch.setattr(conflicts, "diary", lambda wanted, ignoring=(): conflicts.Diary())
    monkeypatch.setattr(conflicts, "clashes", lambda wanted: [conflicts.Clash(wanted[0], Session.objects.first().pk)])
    with pytest.raises(Refusal, match=r"^Room 2 is taken 6:00–7:00 PM by Individual therapy\."):
        book(make_episode(program=episode.program), kim, room=room)


def test_a_roster_is_the_members_of_the_day_until_attendance_is_saved(episode):
    group = make_weekly_group(episode.program)
    publish(first=MONDAY, last=MONDAY, by=None, at=NOON)
    make_membership(group, episode)
    make_membership(group, starts_on=MONDAY + timedelta(days=1))
    guest = make_episode(program=group.program)
    session = Session.objects.get()
    make_attendance(session, guest, status=None)
    found = roster(Session.objects.with_roster().get())
    assert {(row.episode, row.is_member) for row in found.rows} == {(episode, True), (guest, False)}
    assert found.joined_later == []


def test_once_saved_a_roster_is_its_rows_and_a_backdated_member_is_to_settle(episode):
    group = make_weekly_group(episode.program)
    publish(first=MONDAY, last=MONDAY, by=None, at=NOON)
    session = Session.objects.get()
    error, here = make_episode(program=group.program), make_episode(program=group.program)
    make_attendance(session, here)
    make_attendance(session, error, is_entered_in_error=True)
    Session.objects.update(logged_at=NOON)
    make_membership(group, episode)
    found = roster(Session.objects.with_roster().get())
    assert ([row.episode for row in found.rows], found.joined_later) == ([here], [episode])


def test_whoever_is_away_is_free_and_whoever_is_expected_is_booked(episode):
    group = make_weekly_group(episode.program)
    publish(first=MONDAY, last=MONDAY, by=None, at=NOON)
    make_membership(group, episode)
    guest = make_episode(program=group.program)
    session = Session.objects.get()
    make_attendance(session, episode, "EX")
    make_attendance(session, guest, None)
    with the_calendar():
        rebook([session.pk])
    assert [b.resource_id for b in session.bookings.filter(kind="patient")] == [guest.patient_id]


def test_statuses_are_seeded_once_and_keep_what_staff_changed(db):
    seed_attendance_statuses()
    codes = ["P", "L", "E", "LE", "EX", "NS", "CX", "CP", "H", "HOSP", "SUS", "LV", "FM"]
    assert list(AttendanceStatus.objects.values_list("code", flat=True)) == codes
    attended = AttendanceStatus.objects.filter(is_attended=True, has_minutes=True, is_scheduled=True)
    assert [s.code for s in attended] == ["P", "L", "E", "LE"]
    absent = AttendanceStatus.objects.filter(is_absence=True)
    assert {s.code: (s.is_scheduled, s.is_excused) for s in absent} == {
        "EX": (True, True),
        "NS": (True, False),
        "CX": (True, True),
        "HOSP": (False, True),
    }
    AttendanceStatus.objects.filter(code="LV").update(name="Vacation")
    seed_attendance_statuses()
    assert AttendanceStatus.objects.get(code="LV").name == "Vacation"


@pytest.mark.parametrize("wanted", ["room", "leader", "patient"])
def test_eight_at_once_give_one_session_and_seven_refusals(own_database, wanted):
    program = make_program()
    room = make_room(program.location)
    people = [make_clinician(f"clinician{n}") for n in range(8)]
    for person in people:
        make_posting(person, program)
    desk = make_user("dana", Role.DIRECTOR)
    make_posting(desk, program)
    episodes = [make_episode(program=program) for _ in range(8)]
    service = make_service("individual-therapy")
    barrier = Barrier(8)

    def submit(n: int) -> int:
        client = Client()
        client.force_login(desk)
        episode = episodes[0] if wanted == "patient" else episodes[n]
        data = {
            "service": service.pk,
            "day": (timezone.localdate() + timedelta(days=1)).isoformat(),
            "start": "18:00",
            "end": "19:00",
            "leader": people[0 if wanted == "leader" else n].pk,
            "room": room.pk if wanted == "room" else "",
            "key": keys.issue(to=desk),
        }
        barrier.wait()
        try:
            return client.post(f"/sessions/new/?episode={episode.pk}", data).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(submit, range(8)))
    assert answers == [302] + [422] * 7
    assert Session.objects.count() == 1
    assert Membership.objects.count() == 0
    assert connection.in_atomic_block is False


def test_what_is_free_is_no_clash(rae, episode):
    book(episode, rae)
    touching = Wanted("staff", rae.pk, EVENING + HOUR, EVENING + 2 * HOUR)
    assert conflicts.clashes([touching]) == []
    assert len(conflicts.clashes([Wanted("staff", rae.pk, EVENING, EVENING + HOUR / 60)])) == 1
