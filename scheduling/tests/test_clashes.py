import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patients.tests.factories import make_episode, make_patient
from programs.tests.factories import make_group, make_posting, make_program, make_room
from scheduling.actions import rebook, the_calendar
from scheduling.clashes import standing
from scheduling.models import Session, SessionStaff
from scheduling.tests.factories import make_membership, make_session
from staff.choices import Role
from staff.tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def program():
    return make_program("Evening IOP")


@pytest.fixture
def rae(program):
    user = make_user()
    make_posting(user, program)
    return user


def found(user):
    rows = Session.objects.for_list().order_by("starts_at", "pk")
    return [(row.session.title, row.sentence) for row in standing(rows, user=user)]


def test_a_room_taken_twice_is_said_once_for_the_session_that_waits(program, rae):
    room = make_room(program.location, "Room 2")
    make_session(make_group(program, "Skills"), room=room)
    make_session(make_group(program, "Relapse Prevention"), room=room, start="19:00", end="20:00")
    assert found(rae) == [("Relapse Prevention", "Room 2 is taken 6:00–7:30 PM by Skills.")]


def test_two_sessions_that_share_room_leader_and_people_are_one_clash(program, rae):
    room = make_room(program.location, "Room 2")
    first, second = make_group(program, "Skills"), make_group(program, "Relapse Prevention")
    for given in ("Nadia", "Theo"):
        episode = make_episode(make_patient(given, "Farouk"), program)
        make_membership(first, episode)
        make_membership(second, episode)
    make_session(first, room=room, leader=rae)
    make_session(second, room=room, leader=rae)
    sentence = (
        "Room 2 is taken 6:00–7:30 PM by Skills. Rae Lindqvist leads Skills 6:00–7:30 PM. "
        "Nadia Farouk is in Skills 6:00–7:30 PM. So is 1 more."
    )
    assert found(rae) == [("Relapse Prevention", sentence)]
    (row,) = standing(Session.objects.for_list(), user=rae)
    assert row.patients == (first.memberships.first().episode.patient_id,)


def test_an_observer_clashes_with_nothing_and_back_to_back_is_none(program, rae):
    make_session(make_group(program), leader=rae)
    watched = make_session(make_group(program))
    SessionStaff.objects.create(session=watched, user=rae, role="observer")
    with the_calendar():
        rebook([watched.pk])
    make_session(make_group(program), leader=rae, start="19:30", end="20:00")
    assert found(rae) == []


def test_a_clash_is_gone_once_the_other_session_is_canceled(program, rae):
    first = make_session(make_group(program, "Skills"), leader=rae)
    make_session(make_group(program), leader=rae)
    assert len(found(rae)) == 1
    Session.objects.filter(pk=first.pk).update(status="cancelled")
    with the_calendar():
        rebook([first.pk])
    assert found(rae) == []


def test_a_session_out_of_scope_is_not_named(program, rae):
    room = make_room(program.location, "Room 2")
    make_session(make_group(make_program(location=program.location), "Secret"), room=room)
    make_session(make_group(program, "Skills"), room=room)
    assert found(rae) == [("Skills", "Room 2 is taken 6:00–7:30 PM by another program.")]


def test_the_front_desk_reads_no_theme(program):
    ivy = make_user("ivy", Role.FRONT_DESK)
    make_posting(ivy, location=program.location)
    room = make_room(program.location, "Room 2")
    make_session(make_group(program, "Relapse Prevention", public_label="Group B"), room=room)
    make_session(make_group(program, "Skills"), room=room)
    assert [sentence for _, sentence in found(ivy)] == ["Room 2 is taken 6:00–7:30 PM by Group B."]


@pytest.mark.parametrize("count", [1, 30])
def test_many_clashes_cost_the_same_queries_as_one(program, rae, count):
    room = make_room(program.location)
    for _ in range(count + 1):
        make_session(make_group(program), room=room, leader=rae)
    rows = list(Session.objects.for_list())
    with CaptureQueriesContext(connection) as seen:
        assert len(standing(rows, user=rae)) == count
    assert len(seen) == 8
