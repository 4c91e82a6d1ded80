from datetime import time, timedelta

import pytest
from django.utils import timezone

from audit.models import Event
from patients.tests.factories import make_episode
from programs.models import Closure, Group, Track
from programs.tests.factories import make_closure, make_posting, make_program, make_room, make_service
from scheduling.actions import publish
from scheduling.models import Booking, Session
from scheduling.tests.factories import make_attendance, make_weekly_group
from staff.choices import Role
from staff.tests.factories import make_user

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


@pytest.fixture
def program():
    return make_program()


@pytest.fixture
def dana(client, program):
    dana = make_user("dana", Role.DIRECTOR)
    make_posting(dana, location=program.location)
    client.force_login(dana)
    return dana


@pytest.fixture
def group(program):
    group = make_weekly_group(program, leader=make_user(), weekday=(TODAY() + DAY).weekday())
    publish(first=TODAY(), last=TODAY() + 4 * WEEK, by=None, at=timezone.now())
    return group


def group_form(group, **kw):
    """What the admin's page of a group sends, with one change."""
    (slot,), (leader,) = group.slots.all(), group.leaders.all()
    data = {"program": group.program_id, "name": group.name, "service": group.service_id, "room": group.room_id or ""}
    data |= {"slots-TOTAL_FORMS": 1, "slots-INITIAL_FORMS": 1, "leaders-TOTAL_FORMS": 1, "leaders-INITIAL_FORMS": 1}
    data |= {"slots-0-id": slot.pk, "slots-0-group": group.pk, "slots-0-weekday": slot.weekday}
    data |= {"slots-0-start": slot.start, "slots-0-end": slot.end, "slots-0-starts_on": slot.starts_on}
    data |= {"leaders-0-id": leader.pk, "leaders-0-group": group.pk, "leaders-0-user": leader.user_id}
    return data | {"leaders-0-role": leader.role, "leaders-0-starts_on": leader.starts_on} | kw


def test_saving_a_slots_new_time_moves_its_sessions_and_says_how_many(client, dana, group):
    logged = group.sessions.order_by("day")[0]
    make_attendance(logged, make_episode(program=group.program))
    address = f"/admin/programs/group/{group.pk}/change/"
    answer = client.post(address, group_form(group, **{"slots-0-start": "17:00"}), follow=True)
    text = answer.content.decode()
    assert "8 sessions made; 3 sessions changed; 1 has attendance and stays." in text
    hours = [session.local_start.time() for session in group.sessions.order_by("day")[:3]]
    assert hours == [time(18), time(17), time(17)]
    assert Event.objects.get(action="sessions.republished").actor_name == str(dana)


def test_saving_a_group_names_the_clashes_there_are(client, dana, group):
    room = make_room(group.program.location, "Room 2")
    other = make_weekly_group(group.program, name="Skills", room=room, weekday=group.slots.get().weekday, end="18:50")
    publish(first=TODAY(), last=TODAY() + WEEK, by=None, at=timezone.now())
    assert other.sessions.count() == 1
    answer = client.post(f"/admin/programs/group/{group.pk}/change/", group_form(group, room=room.pk), follow=True)
    assert "Room 2 is taken 6:00–6:50 PM by Skills." in answer.content.decode()
    assert Booking.objects.filter(session__group=group, kind="room", blocks=False).count() == 1


def test_a_new_group_is_published_at_once(client, dana, program):
    service = make_service()
    slot = {"slots-0-weekday": 0, "slots-0-start": "18:00", "slots-0-end": "19:00"}
    empty = {"slots-TOTAL_FORMS": 1, "slots-INITIAL_FORMS": 0, "leaders-TOTAL_FORMS": 0, "leaders-INITIAL_FORMS": 0}
    data = {"program": program.pk, "name": "Evening", "service": service.pk} | empty | slot
    assert client.post("/admin/programs/group/add/", data).status_code == 302
    group = Group.objects.get(name="Evening")
    assert 12 <= group.sessions.count() <= 13


def test_a_mistake_comes_back_and_changes_nothing(client, dana, group):
    address = f"/admin/programs/group/{group.pk}/change/"
    answer = client.post(address, group_form(group, **{"slots-0-start": "20:00"}))
    assert "A group ends after it starts" in answer.content.decode()
    assert {session.version for session in Session.objects.all()} == {1}


def test_a_group_stays_in_its_program_with_its_members(client, dana, group, program):
    """Whoever sees a program sees its groups' members, so a forged program is left unread."""
    other = make_program(location=program.location)
    client.post(f"/admin/programs/group/{group.pk}/change/", group_form(group, program=other.pk))
    group.refresh_from_db()
    assert group.program == program


def test_a_director_sets_up_the_groups_of_the_own_places_only(client, dana, group):
    elsewhere = make_weekly_group(make_program(), name="Elsewhere")
    assert "Elsewhere" not in client.get("/admin/programs/group/").content.decode()
    assert client.get(f"/admin/programs/group/{elsewhere.pk}/change/").status_code != 200
    form = group_form(group, program=elsewhere.program_id, name="Another")
    answer = client.post("/admin/programs/group/add/", form)
    assert "Select a valid choice" in answer.content.decode()
    assert not Group.objects.filter(name="Another").exists()


def test_a_closure_cancels_and_undoing_it_restores(client, dana, group):
    tomorrow = (TODAY() + DAY).isoformat()
    data = {"location": group.program.location_id, "starts_on": tomorrow, "ends_on": tomorrow, "reason": "Snow"}
    answer = client.post("/admin/programs/closure/add/", data, follow=True)
    assert "1 session canceled." in answer.content.decode()
    closure = Closure.objects.get()
    assert Session.objects.get(closed_by=closure).status_reason == "Snow"
    undo = {"action": "undo", "_selected_action": closure.pk}
    answer = client.post("/admin/programs/closure/", undo, follow=True)
    assert "1 session restored." in answer.content.decode()
    assert (Closure.objects.count(), Session.objects.filter(status="cancelled").count()) == (0, 0)


def test_a_closure_beyond_the_own_postings_is_refused(client, dana, group):
    everywhere = {"starts_on": TODAY().isoformat(), "ends_on": TODAY().isoformat(), "reason": "Snow"}
    answer = client.post("/admin/programs/closure/add/", everywhere)
    assert answer.status_code == 200
    assert Closure.objects.count() == 0
    closure = make_closure(TODAY() + DAY)
    client.post("/admin/programs/closure/", {"action": "undo", "_selected_action": closure.pk})
    assert Closure.objects.count() == 1


def test_a_track_gets_its_phases(client, dana, group):
    phase = {"phases-0-group": group.pk, "phases-0-first_week": 1, "phases-0-last_week": 16}
    data = {"program": group.program_id, "name": "Matrix", "phases-TOTAL_FORMS": 1, "phases-INITIAL_FORMS": 0} | phase
    assert client.post("/admin/programs/track/add/", data).status_code == 302
    assert [(p.group, p.last_week) for p in Track.objects.get().phases.all()] == [(group, 16)]


@pytest.mark.parametrize("model", ["group", "track", "closure"])
def test_only_directors_set_them_up(client, program, model):
    kim = make_user("kim")
    make_posting(kim, program)
    client.force_login(kim)
    assert client.get(f"/admin/programs/{model}/").status_code == 403
