"""Monday noon: of the day one meeting is over and logged, one has begun, one is ahead; one of next week is logged."""

from datetime import time, timedelta
from uuid import uuid4

import pytest
import time_machine

from patients.tests.factories import make_episode
from programs import exporting
from programs.actions import rehearse_timetable
from programs.models import GroupSlot, Program
from programs.seeds import seed_service_types
from programs.tests.factories import (
    make_closure,
    make_location,
    make_phase,
    make_posting,
    make_program,
    make_room,
    make_slot,
)
from scheduling.actions import (
    SeenChoices,
    close_days,
    hand_over,
    lines_version,
    publish,
    republish,
    set_staffing,
    set_week,
    take_timetable,
    undo_closure,
)
from scheduling.models import Attendance, Booking, Session, SessionStaff
from scheduling.staffing import Choice, choice_on
from scheduling.tests.factories import (
    MONDAY,
    NOON,
    make_attendance,
    make_clinician,
    make_membership,
    make_weekly_group,
)
from staff.choices import Role
from staff.tests.factories import make_user
from web.tests.saving import save

pytestmark = pytest.mark.django_db
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
AHEAD = ("18:00", "19:30")


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def dana(client):
    dana = make_user("dana", Role.DIRECTOR)
    make_posting(dana)
    client.force_login(dana)
    return dana


@pytest.fixture
def group(dana):
    seed_service_types()
    program = make_program("Evening IOP", location=make_location("Northside"))
    rae, room = make_clinician("rae"), make_room(program.location, "Room 1")
    make_posting(rae, program)
    group = make_weekly_group(program, name="Skills", leader=rae, room=room, start="09:00", end="10:00")
    make_slot(group, 0, "11:30", "13:00")
    make_slot(group, 0, *AHEAD)
    episode = make_episode(program=program)
    make_membership(group, episode)
    publish(first=MONDAY, last=MONDAY + 12 * WEEK, by=None, at=NOON - DAY)
    over, ahead = (
        group.sessions.get(day=MONDAY, slot__start=time(9)),
        group.sessions.get(day=MONDAY + WEEK, slot__start=time(9)),
    )
    for session in (over, ahead):
        make_attendance(session, episode)
    return group


def kept():
    """Everything there is of the sessions that began by noon or have attendance, and how many there are."""
    logged = Attendance.objects.filter(status__isnull=False).values("session")
    rows = (Session.objects.filter(starts_at__lte=NOON) | Session.objects.filter(pk__in=logged)).order_by("pk")
    of_them = {"session__in": [row.pk for row in rows]}
    return [
        list(rows.values()),
        *(
            list(model.objects.filter(**of_them).order_by("pk").values())
            for model in (SessionStaff, Attendance, Booking)
        ),
    ]


def lines(program, **change):
    header, rows = exporting.lines_of(Program.objects.with_lines().get(pk=program.pk), day=MONDAY)
    return header, [(number, row | change) for number, row in rows]


def template(client, dana, group):
    program = group.program
    _, saved = lines(program)
    _, rows = lines(program)
    moved = [
        (number, row | {"end": {"10:00": "10:15", "13:00": "13:30", "19:30": "20:00"}[row["end"]]})
        for number, row in rows
    ]
    header = [*rows[0][1]]
    version = lines_version(saved)
    set_week(
        program=program, header=header, rows=moved, from_day=MONDAY, shown=MONDAY, version=version, by=dana, at=NOON
    )


def timetable(client, dana, group):
    place = group.program.location
    header, rows = lines(group.program)
    rows = [
        (number, row | {"start": "10:30", "end": "11:15"} if row["start"] == "09:00" else row) for number, row in rows
    ]
    asked = {"header": header, "rows": rows, "program_start": MONDAY}
    seen = rehearse_timetable(**asked, location=place.name, day=MONDAY, by=dana).version
    take_timetable(**asked, location=place, seen=seen, key=uuid4(), by=dana, at=NOON)


def staffing(client, dana, group):
    kim = make_clinician("kim")
    make_posting(kim, group.program)
    room = make_room(group.program.location, "Room 2")
    seen = SeenChoices(None, {group.pk: choice_on(group, MONDAY)})
    wanted = {group.pk: Choice(kim.pk, None, room.pk)}
    set_staffing(program=group.program, day=MONDAY, wanted=wanted, seen=seen, by=dana, at=NOON)


def closure(client, dana, group):
    close_days(make_closure(MONDAY, MONDAY + WEEK), by=dana, at=NOON, today=MONDAY)


def closure_taken_back(client, dana, group):
    closed = make_closure(MONDAY + WEEK, MONDAY + WEEK)
    close_days(closed, by=dana, at=NOON, today=MONDAY)
    undo_closure(closed, by=dana, at=NOON, today=MONDAY)


def zone(client, dana, group):
    place = group.program.location
    data = {"name": place.name, "zone_name": "America/Chicago", "retired_on": ""}
    assert save(client, f"/admin/programs/location/{place.pk}/change/", data).status_code == 302


def zone_to_the_west(client, dana, group):
    place = group.program.location
    data = {"name": place.name, "zone_name": "America/Los_Angeles", "retired_on": ""}
    assert save(client, f"/admin/programs/location/{place.pk}/change/", data).status_code == 302


def slot_by_slot(client, dana, group):
    assert save(client, f"/admin/programs/group/{group.pk}/change/", group_form(group, later=True)).status_code == 302


def group_retired(client, dana, group):
    data = group_form(group) | {"retired_on": MONDAY}
    assert save(client, f"/admin/programs/group/{group.pk}/change/", data).status_code == 302


def hand_over_to_kim(client, dana, group):
    kim = make_clinician("kim")
    make_posting(kim, group.program)
    rae = group.leaders.get().user
    hand_over(leaver=rae, to=kim, groups=[group], from_day=MONDAY, by=dana, at=NOON, today=MONDAY)


def track_ended(client, dana, group):
    track = make_phase(group).track
    phase = track.phases.get()
    data = {"name": track.name, "phases-TOTAL_FORMS": 1, "phases-INITIAL_FORMS": 1, "phases-0-id": phase.pk}
    data |= {"phases-0-track": track.pk, "phases-0-group": group.pk, "phases-0-first_week": 1, "phases-0-last_week": 4}
    assert save(client, f"/admin/programs/track/{track.pk}/change/", data).status_code == 302


def group_form(group, *, later=False):
    """What the group's page sends; `later`: each meeting a quarter of an hour later."""
    leader = group.leaders.get()
    data = {"name": group.name, "service": group.service_id, "room": group.room_id}
    data |= {"slots-TOTAL_FORMS": 3, "slots-INITIAL_FORMS": 3, "leaders-TOTAL_FORMS": 1, "leaders-INITIAL_FORMS": 1}
    for number, slot in enumerate(group.slots.order_by("weekday", "start")):
        start = slot.start.replace(minute=slot.start.minute + 15) if later else slot.start
        row = {
            "id": slot.pk,
            "group": group.pk,
            "weekday": 0,
            "start": start,
            "end": slot.end,
            "starts_on": slot.starts_on,
        }
        data |= {f"slots-{number}-{name}": value for name, value in row.items()}
    row = {"id": leader.pk, "group": group.pk, "user": leader.user_id, "role": "lead", "starts_on": leader.starts_on}
    return data | {f"leaders-0-{name}": value for name, value in row.items()}


PATHS = [
    template, timetable, staffing, closure, closure_taken_back, zone, zone_to_the_west, slot_by_slot, group_retired,
    hand_over_to_kim, track_ended,
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_what_began_or_has_attendance_stays_as_it_is_to_the_last_booking(client, dana, group, path):
    before, ahead = kept(), list(Session.objects.order_by("pk").values())
    assert [len(rows) for rows in before] == [3, 3, 2, 9]
    path(client, dana, group)
    assert kept() == before
    assert (list(Session.objects.order_by("pk").values()) == ahead) is (path is track_ended)


def test_a_new_meeting_of_this_morning_begins_next_week(dana, group):
    make_slot(group, 0, "08:00", "08:45")
    report = republish([group], by=dana, at=NOON, today=MONDAY)
    assert list(group.sessions.filter(slot__start=time(8)).order_by("day").values_list("day", flat=True)[:1]) == [
        MONDAY + WEEK
    ]
    assert report.made == 12


def test_a_day_whose_meeting_stays_with_its_former_hours_gets_no_second_one(dana, group):
    """The slot is ended and followed by another from today on, as the weekly template does it."""
    old = group.slots.get(start=time(11, 30))
    old.ends_on = MONDAY - DAY
    old.save()
    make_slot(group, 0, "14:00", "15:30", starts_on=MONDAY)
    republish([group], by=dana, at=NOON, today=MONDAY)
    held = [session.local_start.time() for session in group.sessions.filter(day=MONDAY).taking_place()]
    assert held == [time(9), time(11, 30), time(18)]
    after = [session.local_start.time() for session in group.sessions.filter(day=MONDAY + WEEK).taking_place()]
    assert after == [time(9), time(14), time(18)]


def test_a_meeting_that_would_have_begun_already_keeps_its_time_of_today_and_gets_the_rest(dana, group):
    GroupSlot.objects.filter(start=time(18)).update(start=time(8), end=time(8, 45))
    group.room = make_room(group.program.location, "Room 2")
    group.save()
    report = republish([group], by=dana, at=NOON, today=MONDAY)
    today = group.sessions.get(day=MONDAY, slot__start=time(8))
    assert (today.local_start.time(), today.room) == (time(18), group.room)
    assert group.sessions.get(day=MONDAY + WEEK, slot__start=time(8)).local_start.time() == time(8)
    assert "1 would have begun already and keeps its time" in str(report)


def test_days_of_the_past_are_published_for_whoever_names_them(dana, group):
    make_slot(group, 0, "08:00", "08:45")
    publish(first=MONDAY, last=MONDAY, by=dana, at=NOON)
    assert group.sessions.filter(slot__start=time(8), day=MONDAY).count() == 1
