"""A group that meets in one room on Mondays and in another on Wednesdays."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from audit.models import Event
from programs import exporting
from programs.models import GroupSlot, Program
from programs.tests.factories import make_posting, make_program, make_room, make_slot
from scheduling.actions import publish, set_week
from scheduling.actions.timetables import lines_version
from scheduling.models import Booking, Session
from scheduling.tests.factories import make_clinician, make_weekly_group
from staff.choices import Role
from staff.tests.factories import make_user
from web.tests import saving

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


@pytest.fixture
def program():
    return make_program("Evening IOP")


@pytest.fixture(autouse=True)
def dana(client, program):
    dana = make_user("dana", Role.DIRECTOR)
    make_posting(dana, program)
    client.force_login(dana)
    return dana


@pytest.fixture
def rooms(program):
    return [make_room(program.location, f"Room {number}") for number in (1, 2, 3)]


@pytest.fixture
def group(program, rooms):
    """Meets tomorrow and the day after, in Room 1; published for four weeks."""
    rae = make_clinician("rae")
    make_posting(rae, program)
    group = make_weekly_group(program, name="Skills", leader=rae, room=rooms[0], weekday=weekday(1))
    make_slot(group, weekday(2))
    publish(first=TODAY(), last=TODAY() + 4 * WEEK, by=None, at=timezone.now())
    return group


def weekday(days):
    return (TODAY() + days * DAY).weekday()


def address(program):
    return f"/programs/{program.pk}/staffing/"


def shown(client, program):
    """What the page sends when nobody touches it."""
    form = client.get(address(program)).context["form"]
    sent = {"version": form["version"].value(), "act": "save"}
    for row in form.rows:
        sent |= {row.add_prefix(name): row[name].value() or "" for name in row.fields}
    return sent


def at(group, slot, room):
    return {f"g{group.pk}-room_{slot.pk}": room.pk if room else ""}


def save(client, program, **change):
    return client.post(address(program), shown(client, program) | change)


def second(group):
    return group.slots.get(weekday=weekday(2))


def rooms_by_day(group):
    """The rooms of the first week: tomorrow's and the day after's."""
    days = (TODAY() + DAY, TODAY() + 2 * DAY)
    return [str(session.room) for session in Session.objects.filter(group=group, day__in=days).order_by("day")]


def test_a_time_gets_a_room_of_its_own_and_its_sessions_and_bookings_follow(client, program, group, rooms):
    assert save(client, program, **at(group, second(group), rooms[1])).status_code == 302
    assert rooms_by_day(group) == ["Room 1", "Room 2"]
    taken = Booking.objects.filter(kind="room", session__day=TODAY() + 2 * DAY)
    assert [booking.resource_id for booking in taken] == [rooms[1].pk]
    event = Event.objects.get(action="program.staffed")
    assert event.content["groups"][str(group.pk)]["new"][2:] == [rooms[0].pk, [second(group).pk, rooms[1].pk]]


def test_another_room_of_the_group_moves_only_the_times_without_one_of_their_own(client, program, group, rooms):
    save(client, program, **at(group, second(group), rooms[1]))
    save(client, program, **{f"g{group.pk}-room": rooms[2].pk})
    assert rooms_by_day(group) == ["Room 3", "Room 2"]


def test_a_time_set_to_the_group_s_room_follows_it_from_then_on(client, program, group, rooms):
    GroupSlot.objects.filter(pk=second(group).pk).update(room=rooms[0])
    save(client, program, **{f"g{group.pk}-room": rooms[2].pk})
    assert rooms_by_day(group) == ["Room 3", "Room 3"]


def test_a_time_goes_back_to_the_room_of_its_group(client, program, group, rooms):
    save(client, program, **at(group, second(group), rooms[1]))
    save(client, program, **at(group, second(group), None))
    assert (rooms_by_day(group), second(group).room) == (["Room 1", "Room 1"], None)


def test_the_page_keeps_the_rooms_of_single_times_folded_until_they_differ(client, program, group, rooms):
    text = client.get(address(program)).content.decode()
    assert '<details class="more">' in text
    save(client, program, **at(group, second(group), rooms[1]))
    text = client.get(address(program)).content.decode()
    assert '<details class="more" open>' in text
    assert "6:00–7:30 PM, Room 2" in unescape(text)


def test_a_group_that_meets_once_has_one_room_and_nothing_to_unfold(client, program):
    make_weekly_group(program, name="Once")
    assert "<details" not in client.get(address(program)).content.decode().partition('class="staffing"')[2]


def test_a_clash_of_one_time_is_said_beside_the_room(client, program, group, rooms):
    make_weekly_group(program, name="Process", room=rooms[1], weekday=weekday(2))
    change = at(group, second(group), rooms[1]) | {"act": "check"}
    answer = client.post(address(program), shown(client, program) | change)
    said = {row.group.name: row.clashes["room"] for row in answer.context["form"].lines}
    assert [len(sentences) for sentences in said.values()] == [1, 1]
    assert said["Skills"][0].startswith("Room 2 is taken")


@pytest.mark.parametrize("which", ["elsewhere", "word", "huge"])
def test_a_room_that_cannot_be_is_refused_and_kept_out(client, program, group, which):
    room = {"elsewhere": make_room().pk, "word": "two", "huge": "9" * 30}[which]
    answer = save(client, program, **{f"g{group.pk}-room_{second(group).pk}": room})
    assert (answer.status_code, second(group).room) == (422, None)


@pytest.mark.parametrize("was", ["", "|", "1|2|3", "1|2|3|4:5:6", "|||a:b", "|||:", "x" * 3000])
def test_what_the_page_was_showing_may_be_damaged(client, program, group, rooms, was):
    answer = save(client, program, **at(group, second(group), rooms[1]), **{f"g{group.pk}-was": was})
    assert answer.status_code in {302, 422}


def test_two_people_who_give_one_time_different_rooms_see_both(client, program, group, rooms):
    opened = shown(client, program)
    save(client, program, **at(group, second(group), rooms[1]))
    answer = client.post(address(program), opened | at(group, second(group), rooms[2]))
    text = unescape(re.sub(r"<[^>]+>", "", answer.content.decode()))
    assert answer.status_code == 409
    day = second(group).get_weekday_display()[:3]
    assert f"Room 1, {day} 6:00–7:30 PM in Room 2" in text
    assert f"Room 1, {day} 6:00–7:30 PM in Room 3" in text


def test_a_time_keeps_its_room_when_its_hours_change(dana, program, group, rooms):
    GroupSlot.objects.filter(pk=second(group).pk).update(room=rooms[1])
    header, rows = exporting.lines_of(Program.objects.with_lines().get(pk=program.pk), day=TODAY())
    later = [(number, row | {"end": "19:45"}) for number, row in rows]
    version = lines_version(rows)
    set_week(
        program=program, header=header, rows=later, from_day=TODAY(), shown=TODAY(), version=version, by=dana,
        at=timezone.now(),
    )  # fmt: skip
    assert rooms_by_day(group)[-1] == "Room 2"
    assert group.slots.filter(weekday=weekday(2), ends_on=None).get().room == rooms[1]


def test_retiring_a_room_names_a_group_that_meets_there_once_a_week(client, dana, program, group, rooms):
    make_posting(dana, location=program.location)
    GroupSlot.objects.filter(pk=second(group).pk).update(room=rooms[1])
    path = f"/admin/programs/room/{rooms[1].pk}/change/"
    text = saving.save(client, path, {"name": "Room 2", "retired_on": TODAY() + WEEK}, follow=True).content.decode()
    assert "Groups that still meet here: Skills." in text


def test_a_group_with_a_room_at_each_time_lacks_none(client, program, group, rooms):
    group.slots.update(room=rooms[1])
    type(group).objects.update(room=None)
    text = client.get(f"/programs/{program.pk}/opening/").content.decode()
    assert "Every group has a room" in text
    GroupSlot.objects.filter(pk=second(group).pk).update(room=None)
    assert "1 group without a room" in client.get(f"/programs/{program.pk}/opening/").content.decode()
