from datetime import date, datetime, time, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Event
from patients.tests.factories import make_episode
from programs.tests.factories import make_closure, make_leader, make_location, make_program, make_room
from scheduling.actions import close_days, publish, republish, undo_closure
from scheduling.models import Booking, Session
from scheduling.tests.factories import MONDAY, NOON, make_attendance, make_membership, make_weekly_group
from staff.tests.factories import make_user
from web.refusals import Refusal

pytestmark = pytest.mark.django_db
WEEK = timedelta(weeks=1)


def publish_weeks(weeks: int, *, first: date = MONDAY):
    return publish(first=first, last=first + weeks * WEEK - timedelta(days=1), by=None, at=NOON)


def days_of(sessions) -> list[date]:
    return [session.day for session in sessions.order_by("day")]


def test_a_slot_gives_a_session_a_week_with_its_room_leader_and_net_minutes():
    rae = make_user()
    program = make_program()
    room = make_room(program.location)
    group = make_weekly_group(program, leader=rae, room=room)
    group.slots.update(breaks="18:30-18:45")
    publish_weeks(2)
    first, second = Session.objects.order_by("day")
    assert (first.day, second.day) == (date(2026, 3, 2), date(2026, 3, 9))
    assert (first.slot_day, first.room, first.service, first.planned_minutes) == (first.day, room, group.service, 75)
    assert first.break_times == [(time(18, 30), time(18, 45))]
    assert [(part.user, part.role) for part in first.staff.all()] == [(rae, "lead")]
    taken = {("room", room.pk), ("staff", rae.pk)}
    assert set(first.bookings.values_list("kind", "resource_id")) == taken


@pytest.mark.parametrize(("first", "before", "after"), [(MONDAY, 23, 22), (date(2026, 10, 26), 22, 23)])
def test_six_in_the_evening_stays_six_when_the_clocks_change(first, before, after):
    make_weekly_group()
    publish_weeks(2, first=first)
    sessions = Session.objects.order_by("day")
    assert [session.local_start.time() for session in sessions] == [time(18), time(18)]
    assert [session.starts_at.hour for session in sessions] == [before, after]


def test_the_wall_clock_is_that_of_the_location():
    make_weekly_group(make_program(location=make_location(zone_name="America/Denver")))
    publish_weeks(1)
    assert Session.objects.get().starts_at.hour == 1


def test_publishing_twice_changes_nothing():
    make_weekly_group(leader=make_user())
    assert str(publish_weeks(3)) == "3 sessions made."
    before = list(Session.objects.values())
    assert str(publish_weeks(3)) == "No session needed a change."
    assert list(Session.objects.values()) == before


def test_a_slot_only_meets_within_its_dates_and_those_of_its_group_and_program():
    program = make_program(opens_on=date(2026, 3, 9), retired_on=date(2026, 4, 6))
    group = make_weekly_group(program)
    group.slots.update(ends_on=date(2026, 3, 23))
    publish_weeks(8)
    assert days_of(Session.objects) == [date(2026, 3, 9), date(2026, 3, 16), date(2026, 3, 23)]


def test_a_leader_leads_from_the_first_to_the_last_day_of_leading():
    rae, kim = make_user(), make_user("kim")
    group = make_weekly_group()
    make_leader(group, rae, ends_on=date(2026, 3, 8))
    make_leader(group, kim, starts_on=date(2026, 3, 9))
    publish_weeks(2)
    assert [session.staff.get().user for session in Session.objects.order_by("day")] == [rae, kim]


def test_a_closed_day_gives_a_session_canceled_by_that_closure():
    group = make_weekly_group(leader=make_user())
    closure = make_closure(date(2026, 3, 9), location=group.program.location, reason="Water damage")
    elsewhere = make_closure(MONDAY, program=make_program())
    publish_weeks(2)
    held, closed = Session.objects.order_by("day")
    assert (held.status, held.closed_by) == ("scheduled", None)
    assert (closed.status, closed.closed_by, closed.status_reason) == ("cancelled", closure, "Water damage")
    assert list(closed.bookings.all()) == []
    assert elsewhere.sessions.count() == 0


def test_a_clash_is_published_without_blocking_and_reported():
    program = make_program()
    room = make_room(program.location)
    first = make_weekly_group(program, room=room)
    second = make_weekly_group(program, room=room, start="19:00", end="20:00")
    report = publish_weeks(1)
    assert str(report) == "2 sessions made; 1 clash to settle."
    assert dict(Booking.objects.values_list("session__group", "blocks")) == {first.pk: True, second.pk: False}
    assert [clash.taken_by for clash in report.clashes] == [first.sessions.get().pk]


def test_back_to_back_is_no_clash():
    program = make_program()
    room = make_room(program.location)
    make_weekly_group(program, room=room)
    make_weekly_group(program, room=room, start="19:30", end="20:30")
    assert publish_weeks(1).clashes == []


def test_what_waited_for_a_room_gets_it_when_it_is_free():
    program = make_program()
    room = make_room(program.location)
    first = make_weekly_group(program, room=room)
    second = make_weekly_group(program, room=room)
    publish_weeks(1)
    first.room = None
    first.save()
    republish([first], by=None, at=NOON, today=MONDAY)
    assert Booking.objects.get(session__group=second, kind="room", session__day=MONDAY).blocks


def test_a_changed_slot_moves_what_has_not_begun():
    group = make_weekly_group()
    publish_weeks(2)
    group.slots.update(start=time(17), end=time(18, 30))
    later = datetime(2026, 3, 3, 5, tzinfo=NOON.tzinfo)
    report = republish([group], by=None, at=later, today=date(2026, 3, 3))
    past, moved = Session.objects.order_by("day")[:2]
    assert (past.local_start.hour, moved.local_start.hour) == (18, 17)
    assert (report.changed, moved.version, past.version) == (1, past.version + 1, past.version)


def test_a_session_with_attendance_or_changed_by_hand_stays_and_is_reported():
    group = make_weekly_group()
    publish_weeks(3)
    logged, by_hand, _ = Session.objects.order_by("day")
    make_attendance(logged, make_episode(program=group.program))
    Session.objects.filter(pk=by_hand.pk).update(is_changed_by_hand=True)
    group.slots.update(start=time(17))
    report = republish([group], by=None, at=NOON - timedelta(days=1), today=MONDAY)
    kept = "1 has attendance and stays; 1 was changed by hand and stays."
    assert str(report) == f"10 sessions made; 1 session changed; {kept}"
    assert [s.local_start.hour for s in Session.objects.order_by("day")[:3]] == [18, 18, 17]


def test_ending_a_slot_cancels_its_sessions_and_taking_that_back_restores_them():
    group = make_weekly_group(leader=make_user())
    publish_weeks(2)
    group.slots.update(ends_on=date(2026, 3, 8))
    assert str(republish([group], by=None, at=NOON, today=MONDAY)) == "1 session canceled."
    last = Session.objects.latest("day")
    assert (last.status, last.status_reason) == ("cancelled", "The group no longer meets at this time.")
    assert last.bookings.count() == 0
    group.slots.update(ends_on=None)
    report = republish([group], by=None, at=NOON, today=MONDAY)
    last.refresh_from_db()
    assert (report.restored, last.status, last.status_reason, last.bookings.count()) == (1, "scheduled", "", 1)


def test_a_closure_cancels_its_days_and_undoing_it_restores_them():
    group = make_weekly_group(leader=make_user())
    episode = make_episode(program=group.program)
    make_membership(group, episode)
    publish_weeks(2)
    closure = make_closure(date(2026, 3, 9))
    assert str(close_days(closure, by=None, at=NOON, today=MONDAY)) == "1 session canceled."
    assert Booking.objects.filter(session__day=date(2026, 3, 9)).count() == 0
    assert str(undo_closure(closure, by=None, at=NOON, today=MONDAY)) == "1 session restored."
    restored = Session.objects.get(day=date(2026, 3, 9))
    assert (restored.status, restored.closed_by) == ("scheduled", None)
    assert set(restored.bookings.values_list("kind", flat=True)) == {"staff", "patient"}
    assert Event.objects.filter(action="closure.undone").count() == 1


def test_shortening_a_closure_restores_the_days_it_no_longer_has():
    make_weekly_group()
    publish_weeks(2)
    closure = make_closure(MONDAY, date(2026, 3, 9))
    close_days(closure, by=None, at=NOON, today=MONDAY)
    closure.ends_on = date(2026, 3, 8)
    closure.save()
    assert str(close_days(closure, by=None, at=NOON, today=MONDAY)) == "1 session restored."
    assert list(Session.objects.order_by("day").values_list("status", flat=True)) == ["cancelled", "scheduled"]


def test_a_closure_whose_sessions_are_past_cannot_be_undone():
    make_weekly_group()
    closure = make_closure(MONDAY)
    publish_weeks(1)
    with pytest.raises(Refusal) as refused:
        undo_closure(closure, by=None, at=NOON + WEEK, today=MONDAY + WEEK)
    assert refused.value.code == "closure_has_passed"
    assert Session.objects.get().closed_by == closure


def queries_of_publishing(program) -> list[int]:
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            publish_weeks(4)
        counts.append(sum("pg_advisory" not in query["sql"] for query in queries))
    return counts


@pytest.mark.parametrize("groups", [1, 6])
def test_publishing_takes_the_same_queries_for_one_group_and_for_six(groups):
    program = make_program()
    for number in range(groups):
        group = make_weekly_group(program, leader=make_user(f"leader{number}"), room=make_room(program.location))
        make_membership(group)
    assert queries_of_publishing(program) == [20, 11]


def test_publishing_is_one_event():
    make_weekly_group()
    publish_weeks(2)
    event = Event.objects.get(action="sessions.published")
    assert (event.content["made"], event.actor_name) == (2, "system")


def test_the_command_publishes_the_days_it_is_told(capsys):
    make_weekly_group()
    call_command("publish_sessions", "--from", "2026-03-02", "--until", "2026-03-15")
    assert capsys.readouterr().out == "2 sessions made.\n"
    assert days_of(Session.objects) == [date(2026, 3, 2), date(2026, 3, 9)]


def test_the_command_names_each_clash(capsys):
    program = make_program()
    room = make_room(program.location, "Room 2")
    make_weekly_group(program, name="Early Recovery Skills", room=room, end="18:50")
    make_weekly_group(program, name="Relapse Prevention", room=room, start="18:10")
    call_command("publish_sessions", "--from", "2026-03-02", "--until", "2026-03-08")
    assert capsys.readouterr().out == (
        "2 sessions made; 1 clash to settle.\n  Mon Mar 2: Room 2 is taken 6:00–6:50 PM by Early Recovery Skills.\n"
    )


def test_the_command_refuses_days_in_the_wrong_order():
    with pytest.raises(CommandError, match="before the first"):
        call_command("publish_sessions", "--from", "2026-03-02", "--until", "2026-03-01")
