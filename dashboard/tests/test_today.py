import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import Event, EventPatient
from dashboard.today import today_of
from patients.tests.factories import make_episode, make_patient
from programs.tests.factories import make_location, make_posting, make_program
from scheduling.choices import StaffRole
from scheduling.models import SessionStaff
from scheduling.tests.factories import MONDAY, NOON, make_attendance, make_membership, make_session, make_weekly_group
from staff.choices import Role
from staff.tests.factories import make_user


@pytest.fixture
def evening(db):
    return make_program(location=make_location("Northside"), name="Evening IOP")


@pytest.fixture
def rae(evening):
    user = make_user("rae", Role.CLINICIAN)
    make_posting(user, program=evening)
    return user


@pytest.fixture
def group(evening, rae):
    return make_weekly_group(evening, leader=rae, name="Relapse Prevention")


def titles(entries) -> list[str]:
    return [f"{entry.session.title} {len(entry.roster.rows)}" for entry in entries]


def test_my_day_is_what_i_lead_with_who_is_expected(evening, rae, group):
    make_membership(group, make_episode(make_patient("Maya", "Ellison"), evening))
    make_membership(group, make_episode(make_patient("Theo", "Brandt"), evening), ends_on=MONDAY)
    make_membership(group, make_episode(make_patient("Lena", "Abara"), evening), starts_on=MONDAY + dt.timedelta(1))
    make_session(group, leader=rae)
    make_session(group, day=MONDAY + dt.timedelta(1), leader=rae)
    make_session(group, start="20:00", end="21:00")
    mine = today_of(rae, at=NOON)
    assert (mine.day, titles(mine.mine), mine.others, mine.expected) == (MONDAY, ["Relapse Prevention 2"], [], 2)


def test_who_was_planned_and_did_not_lead_is_free(rae, group):
    session = make_session(group)
    SessionStaff.objects.create(session=session, user=rae, role=StaffRole.DID_NOT_LEAD)
    assert today_of(rae, at=NOON).mine == []


def test_a_director_sees_the_rest_of_the_scope_and_nothing_beyond_it(evening, rae, group):
    dana = make_user("dana", Role.DIRECTOR)
    make_posting(dana, program=evening)
    make_session(group, leader=rae)
    make_session(make_weekly_group(make_program(location=make_location("Harbor"), name="Teen IOP")))
    whole = today_of(dana, at=NOON)
    assert (whole.mine, titles(whole.others)) == ([], ["Relapse Prevention 0"])


def test_today_is_the_day_on_the_wall_of_each_location(rae):
    """At 4:30 AM in UTC it is still Monday in Honolulu and Tuesday in New York."""
    at = dt.datetime(2026, 3, 3, 5, 30, tzinfo=dt.UTC)
    far = make_program(location=make_location("Honolulu", zone_name="Pacific/Honolulu"), name="Island IOP")
    make_posting(rae, program=far)
    make_session(make_weekly_group(far, name="Far"), leader=rae, start="20:00", end="21:00")
    assert titles(today_of(rae, at=at).mine) == ["Far 0"]


def test_the_next_session_is_the_first_that_is_not_over(evening, rae, group):
    for start, end in [("09:00", "10:00"), ("11:30", "12:30"), ("18:00", "19:30")]:
        make_session(group, leader=rae, start=start, end=end)
    mine = today_of(rae, at=NOON).mine
    assert [(entry.is_over, entry.is_next) for entry in mine] == [(True, False), (False, True), (False, False)]


def test_a_past_session_without_a_log_waits_for_its_leader_and_for_the_director(evening, rae, group):
    kim, dana = make_user("kim", Role.CLINICIAN), make_user("dana", Role.DIRECTOR)
    for user in (kim, dana):
        make_posting(user, program=evening)
    friday = make_session(group, day=MONDAY - dt.timedelta(3), leader=rae)
    make_session(group, day=MONDAY - dt.timedelta(4), leader=rae, logged_at=NOON)
    make_session(group, day=MONDAY - dt.timedelta(20), leader=rae)
    assert today_of(rae, at=NOON).not_logged == [friday]
    assert today_of(dana, at=NOON).not_logged == [friday]
    assert today_of(kim, at=NOON).not_logged == []


@pytest.mark.parametrize("number", [1, 30])
def test_the_day_takes_the_same_queries_for_one_and_for_thirty(evening, rae, group, number):
    for n in range(number):
        make_membership(group, make_episode(make_patient(f"P{n}", "X"), evening))
    for n in range(number):
        hour, minute = 12 + n // 4, n % 4 * 15
        make_session(group, leader=rae, start=f"{hour}:{minute:02}", end=f"{hour}:{minute + 10:02}")
    with CaptureQueriesContext(connection) as queries:
        assert len(today_of(rae, at=NOON).mine) == number
    assert len(queries) == 23


def test_the_page_records_whom_it_names_before_it_answers(client, evening, rae, group, time_machine):
    time_machine.move_to(NOON)
    patient = make_patient("Maya", "Ellison")
    make_membership(group, make_episode(patient, evening))
    make_session(group, leader=rae)
    client.force_login(rae)
    response = client.get(reverse("today"))
    assert "Maya Ellison" in response.text
    assert f'href="/patients/{patient.pk}/?episode=' in response.text
    assert list(EventPatient.objects.values_list("event__action", "patient_id")) == [("today.read", patient.pk)]


def test_an_individual_session_names_its_person_to_the_leader_only(client, evening, rae, group, time_machine):
    time_machine.move_to(NOON)
    session = make_session(program=evening, service=group.service, leader=rae)
    make_attendance(session, make_episode(make_patient("Maya", "Ellison"), evening), None)
    client.force_login(rae)
    assert "Maya Ellison" in client.get(reverse("today")).text
    ivy = make_user("ivy", Role.FRONT_DESK)
    make_posting(ivy, program=evening)
    client.force_login(ivy)
    assert "Maya Ellison" not in client.get(reverse("today")).text


def test_a_day_without_sessions_says_so_and_names_nobody(client, rae):
    client.force_login(rae)
    response = client.get(reverse("today"))
    assert "Nothing is yours today." in response.text
    assert not Event.objects.filter(action="today.read").exists()


@pytest.mark.parametrize(("role", "is_told"), [(Role.FRONT_DESK, False), (Role.CLINICIAN, True)])
def test_only_who_may_lead_is_told_that_license_and_sessions_are_in_order(client, evening, role, is_told):
    user = make_user("sam", role)
    make_posting(user, program=evening)
    client.force_login(user)
    assert ("Your license and the sessions you lead are in order." in client.get("/").content.decode()) is is_told
