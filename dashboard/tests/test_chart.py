import datetime as dt

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import EventPatient
from dashboard.chart import chart_of
from patients.choices import EpisodeStatus
from patients.tests.factories import make_episode, make_patient
from programs.tests.factories import make_location, make_posting, make_program
from scheduling.tests.factories import MONDAY, NOON, make_attendance, make_membership, make_session, make_weekly_group
from staff.choices import Role
from staff.tests.factories import make_user


@pytest.fixture
def evening(db):
    return make_program(location=make_location("Northside"), name="Evening IOP")


@pytest.fixture
def teen(db):
    return make_program(location=make_location("Harbor"), name="Teen IOP")


@pytest.fixture
def rae(evening):
    user = make_user("rae", Role.CLINICIAN)
    make_posting(user, program=evening)
    return user


@pytest.fixture
def omar(teen):
    user = make_user("omar", Role.CLINICIAN)
    make_posting(user, program=teen)
    return user


def test_the_week_shows_counted_not_logged_and_planned_minutes_by_day(evening, rae):
    group = make_weekly_group(evening, leader=rae)
    episode = make_episode(program=evening, primary=rae)
    make_membership(group, episode, starts_on=MONDAY - dt.timedelta(7))
    at = NOON + dt.timedelta(days=2)
    logged = make_session(group, day=MONDAY, logged_at=NOON)
    make_attendance(logged, episode, "P", net_minutes=90)
    make_session(group, day=MONDAY + dt.timedelta(1))
    make_session(group, day=MONDAY + dt.timedelta(4))
    shown = chart_of(episode.patient, rae, asked="", at=at)
    assert (shown.week.first, shown.week.minimum) == (dt.date(2026, 3, 1), 540)
    assert [(d.day.day, d.countable, d.not_logged, d.ahead) for d in shown.week.days if d.planned] == [
        (2, 90, 0, 0),
        (3, 0, 90, 0),
        (6, 0, 0, 90),
    ]
    assert (shown.picture.counted, shown.picture.not_logged, shown.picture.planned, shown.picture.short) == (
        90,
        90,
        90,
        270,
    )


def test_one_patient_in_two_programs_is_seen_by_each_team_only_in_its_own(client, evening, teen, rae, omar):
    patient = make_patient("Maya", "Ellison")
    here, there = make_episode(patient, evening), make_episode(patient, teen)
    for user, own, other, hidden in [(rae, here, there, "Teen IOP"), (omar, there, here, "Evening IOP")]:
        client.force_login(user)
        for address in [f"/patients/{patient.pk}/", f"/patients/{patient.pk}/?episode={other.pk}"]:
            response = client.get(address)
            assert str(own.program) in response.text
            assert hidden not in response.text
    assert chart_of(patient, rae, asked=str(there.pk), at=NOON).episode == here


def test_the_outsider_gets_the_same_404_as_for_a_number_that_nobody_has(client, evening, omar):
    patient = make_episode(program=evening).patient
    client.force_login(omar)
    outside, nobody = client.get(f"/patients/{patient.pk}/"), client.get("/patients/987654321/")
    assert (outside.status_code, nobody.status_code) == (404, 404)
    strip = [response.text.replace(response.headers["X-Request-Id"], "") for response in (outside, nobody)]
    assert strip[0] == strip[1]
    assert not EventPatient.objects.exists()


def test_an_open_episode_comes_before_an_ended_one(evening, rae):
    patient = make_patient()
    ended = make_episode(patient, evening, status=EpisodeStatus.DISCHARGED)
    current = make_episode(patient, evening)
    shown = chart_of(patient, rae, asked="", at=NOON)
    assert (shown.episode, shown.episodes) == (current, [current, ended])
    assert chart_of(patient, rae, asked=str(ended.pk), at=NOON).episode == ended
    assert chart_of(patient, rae, asked="nonsense", at=NOON).episode == current


def test_who_waits_to_be_accepted_has_no_week_and_one_thing_to_do(client, evening, rae):
    episode = make_episode(program=evening, status=EpisodeStatus.REFERRED)
    client.force_login(rae)
    response = client.get(f"/patients/{episode.patient_id}/")
    assert "Accept into the program" in response.text
    assert "This week" not in response.text


def test_an_accepted_episode_carries_its_gaps(client, evening, rae):
    episode = make_episode(program=evening, primary=rae)
    client.force_login(rae)
    response = client.get(f"/patients/{episode.patient_id}/")
    assert "No level-of-care assessment" in response.text
    assert "R-02" in response.text


def test_the_read_is_recorded_or_nothing_is_shown(client, evening, rae):
    episode = make_episode(make_patient("Maya", "Ellison"), evening)
    client.force_login(rae)
    client.get(f"/patients/{episode.patient_id}/")
    assert list(EventPatient.objects.values_list("event__action", "patient_id")) == [("chart.read", episode.patient_id)]

    def refuse_to_write(execute, sql, params, many, context):
        if "audit_event" in sql and sql.startswith("INSERT"):
            raise OperationalError("disk full")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse_to_write):
        response = client.get(f"/patients/{episode.patient_id}/")
    assert response.status_code == 503
    assert "Maya Ellison" not in response.text


def test_the_front_desk_sees_no_plan(client, evening, rae):
    ivy = make_user("ivy", Role.FRONT_DESK)
    make_posting(ivy, location=evening.location)
    episode = make_episode(program=evening)
    for user, expected in [(rae, True), (ivy, False)]:
        client.force_login(user)
        assert ("Treatment plan" in client.get(reverse("chart", args=[episode.patient_id])).text) is expected


@pytest.mark.parametrize("number", [1, 30])
def test_the_chart_takes_the_same_queries_for_one_and_for_thirty(evening, rae, number):
    episode = make_episode(program=evening, primary=rae)
    for n in range(number):
        group = make_weekly_group(evening, name=f"G{n}")
        make_membership(group, episode, starts_on=MONDAY - dt.timedelta(7))
        start = f"{n // 4:02}:{n % 4 * 15:02}"
        make_session(group, start=start, end=start[:3] + f"{n % 4 * 15 + 10:02}", day=MONDAY + dt.timedelta(2))
    with CaptureQueriesContext(connection) as queries:
        chart_of(episode.patient, rae, asked="", at=NOON)
    assert len(queries) == 12
