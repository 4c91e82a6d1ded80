from datetime import date, time, timedelta

import pytest
from django.utils import timezone

from patients.tests.factories import make_episode
from programs.models import Room
from programs.tests.factories import make_group, make_posting, make_program, make_room, make_service
from scheduling.actions import publish
from scheduling.tests.factories import make_attendance, make_session, make_weekly_group
from staff.choices import Role
from staff.tests.factories import make_user
from web.tests.saving import save

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


@pytest.fixture
def program():
    return make_program("Evening IOP")


@pytest.fixture
def dana(client, program):
    dana = make_user("dana", Role.DIRECTOR)
    make_posting(dana, location=program.location)
    client.force_login(dana)
    return dana


def save_place(client, place, **change):
    data = {"name": place.name, "zone_name": place.zone_name, "retired_on": ""} | change
    return save(client, f"/admin/programs/location/{place.pk}/change/", data, follow=True).content.decode()


def test_another_zone_moves_what_is_ahead_and_keeps_the_clock_on_the_wall(client, dana, program):
    group = make_weekly_group(program, weekday=(TODAY() + DAY).weekday(), start="18:00", end="19:30")
    publish(first=TODAY(), last=TODAY() + 4 * WEEK, by=None, at=timezone.now())
    before = list(group.sessions.order_by("day").values_list("starts_at", flat=True))[:4]
    apart = make_session(program=program, service=make_service("individual-therapy"), day=TODAY() + 2 * DAY)
    text = save_place(client, program.location, zone_name="America/Chicago")
    after = list(group.sessions.select_related("program__location").order_by("day"))[:4]
    assert [session.starts_at for session in after] == [moment + timedelta(hours=1) for moment in before]
    assert {session.local_start.time() for session in after} == {time(18)}
    assert "4 sessions changed" in text
    assert "1 session booked apart from the groups keeps its moment" in text
    moment = apart.starts_at
    apart.refresh_from_db()
    assert apart.starts_at == moment


def test_another_zone_leaves_what_has_attendance(client, dana, program):
    group = make_weekly_group(program, weekday=(TODAY() + DAY).weekday())
    publish(first=TODAY(), last=TODAY() + WEEK, by=None, at=timezone.now())
    session = group.sessions.order_by("day")[0]
    make_attendance(session, make_episode(program=program))
    text = save_place(client, program.location, zone_name="America/Denver")
    moment = session.starts_at
    session.refresh_from_db()
    assert session.starts_at == moment
    assert "1 has attendance and stays" in text


def test_another_name_republishes_nothing(client, dana, program):
    text = save_place(client, program.location, name="Northside")
    assert "session" not in text.partition("messagelist")[2].partition("</ul>")[0]


def test_retiring_a_place_names_the_programs_that_are_still_there(client, dana, program):
    make_program("Old IOP", location=program.location, retired_on=date(2026, 1, 6))
    text = save_place(client, program.location, retired_on="2026-12-01")
    assert "Programs that are still here: Evening IOP. Retire each of them as well." in text


def test_retiring_a_room_names_the_groups_that_still_meet_there(client, dana, program):
    room = make_room(program.location, "Quiet room")
    for number in range(7):
        make_group(program, f"Group {number}", room=room)
    make_group(program, "Gone", room=room, retired_on=date(2026, 1, 6))
    path = f"/admin/programs/room/{room.pk}/change/"
    text = save(client, path, {"name": "Quiet room", "retired_on": "2026-12-01"}, follow=True).content.decode()
    named = "Group 0, Group 1, Group 2, Group 3, Group 4 and 2 more"
    assert f"Groups that still meet here: {named}. Choose another room for each." in text


def test_a_retired_room_is_offered_to_no_other_group(client, dana, program):
    old, kept = make_room(program.location, "Old", retired_on=date(2026, 1, 6)), make_room(program.location, "Kept")
    elsewhere = make_room()
    there, other = make_group(program, room=old), make_group(program)
    for group, rooms in ((there, [kept, old]), (other, [kept])):
        page = client.get(f"/admin/programs/group/{group.pk}/change/")
        assert list(page.context["adminform"].form.fields["room"].queryset) == rooms
    assert elsewhere.location != program.location


@pytest.mark.parametrize(
    ("seats", "words"), [("0", "greater than or equal to 1"), ("501", "less than or equal to 500")]
)
def test_a_room_has_between_1_and_500_seats(client, dana, program, seats, words):
    data = {"location": program.location.pk, "name": "Hall", "capacity": seats}
    assert words in client.post("/admin/programs/room/add/", data).content.decode()
    assert Room.objects.count() == 0
