import re
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Event
from patients.tests.factories import make_episode
from programs.models import Closure, GroupSlot
from programs.tests.factories import (
    make_closure,
    make_dose,
    make_location,
    make_phase,
    make_policy_value,
    make_posting,
    make_program,
    make_room,
    make_slot,
)
from scheduling.actions import close_days, publish, undo_closure
from scheduling.closing import effect, weeks_below
from scheduling.models import Booking, Session
from scheduling.tests.factories import MONDAY, NOON, make_attendance, make_membership, make_session, make_weekly_group
from staff.choices import Role
from staff.tests.factories import make_user
from web.tests.saving import opened

pytestmark = pytest.mark.django_db
WEDNESDAY, FRIDAY = date(2026, 3, 4), date(2026, 3, 6)
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
ADD = "/admin/programs/closure/add/"
LIST = "/admin/programs/closure/"


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def program():
    return make_program("Evening IOP", location=make_location("Northside"))


@pytest.fixture
def dana(client, program):
    dana = make_user("dana", Role.DIRECTOR)
    make_posting(dana, location=program.location)
    client.force_login(dana)
    return dana


@pytest.fixture
def group(program):
    """Monday, Wednesday and Friday 18:00 to 21:00: 540 minutes a week, published for four weeks."""
    group = make_weekly_group(program, name="Recovery", leader=make_user(), end="21:00")
    make_slot(group, 2, "18:00", "21:00")
    make_slot(group, 4, "18:00", "21:00")
    publish_weeks()
    return group


def publish_weeks(weeks: int = 4):
    publish(first=MONDAY, last=MONDAY + weeks * WEEK - DAY, by=None, at=NOON)


def days(first: date, last: date | None = None, **kw):
    """What the form sends."""
    return {"program": "", "location": "", "starts_on": first, "ends_on": last or first, "reason": "Snow"} | kw


def seal_of(answer) -> str:
    return re.search(r'name="seen" value="(\w+)"', answer.content.decode()).group(1)


def text_of(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def confirmed(client, data, address=ADD):
    """Look, then confirm what was shown."""
    data |= opened(client, address)
    looked = client.post(address, data)
    assert looked.status_code == 200
    return client.post(address, data | {"seen": seal_of(looked)}, follow=True)


def state():
    """Everything about sessions and bookings that an undo has to bring back."""
    sessions = Session.objects.order_by("pk").values_list(
        "pk", "status", "status_reason", "closed_by", "starts_at", "ends_at", "room", "is_changed_by_hand"
    )
    bookings = Booking.objects.values_list("session", "kind", "resource_id", "starts_at", "ends_at", "blocks")
    return list(sessions), set(bookings)


def test_the_first_submit_shows_what_it_does_and_saves_nothing(client, dana, group, program):
    answer = client.post(ADD, days(WEDNESDAY, FRIDAY, program=program.pk))
    text = text_of(answer)
    assert "2 sessions canceled" in text
    assert "Wed Mar 4, 2026 6:00–9:00 PM Recovery Evening IOP canceled" in text
    assert "Week of Sun Mar 1: 180 of 540 countable minutes" in text
    assert 'value="Snow"' in answer.content.decode()
    assert (Closure.objects.count(), Session.objects.filter(status="cancelled").count()) == (0, 0)


def test_the_second_submit_closes_the_days_and_says_so(client, dana, group, program):
    answer = confirmed(client, days(WEDNESDAY, FRIDAY, program=program.pk))
    assert "2 sessions canceled." in text_of(answer)
    closure = Closure.objects.get()
    assert [session.day for session in closure.sessions.order_by("day")] == [WEDNESDAY, FRIDAY]
    added = Event.objects.get(action="programs.closure_added").content["changes"]
    assert set(added[0]["fields"]) == {"program", "starts_on", "ends_on", "reason"}


def test_what_was_typed_anew_is_shown_anew(client, dana, group, program):
    seal = seal_of(client.post(ADD, days(WEDNESDAY, program=program.pk)))
    answer = client.post(ADD, days(WEDNESDAY, FRIDAY, program=program.pk, seen=seal))
    assert "Something changed meanwhile. What it does now. Nothing is saved yet." in text_of(answer)
    assert Closure.objects.count() == 0


def test_what_somebody_else_changed_meanwhile_is_shown_anew(client, dana, group, program):
    seal = seal_of(client.post(ADD, days(WEDNESDAY, program=program.pk)))
    Session.objects.filter(day=WEDNESDAY).update(is_changed_by_hand=True)
    answer = client.post(ADD, days(WEDNESDAY, program=program.pk, seen=seal))
    assert "1 session changed by hand, which stay" in text_of(answer)
    assert Closure.objects.count() == 0


def test_a_second_press_makes_no_second_closure(client, dana, group, program):
    data = days(WEDNESDAY, program=program.pk)
    data["seen"] = seal_of(client.post(ADD, data))
    client.post(ADD, data)
    answer = client.post(ADD, data)
    assert "There is already a closure of these days for this." in text_of(answer)
    assert Closure.objects.count() == 1


def test_changing_a_closure_shows_what_comes_back(client, dana, group, program):
    confirmed(client, days(WEDNESDAY, FRIDAY, program=program.pk))
    closure = Closure.objects.get()
    address = f"/admin/programs/closure/{closure.pk}/change/"
    looked = client.post(address, days(WEDNESDAY, program=program.pk))
    assert "1 session restored" in text_of(looked)
    assert "Fri Mar 6, 2026 6:00–9:00 PM Recovery Evening IOP takes place again" in text_of(looked)
    answer = confirmed(client, days(WEDNESDAY, program=program.pk), address)
    assert "1 session restored." in text_of(answer)
    assert [session.day for session in closure.sessions.all()] == [WEDNESDAY]


def test_a_closure_somebody_else_changed_is_shown_anew(client, dana, group, program):
    confirmed(client, days(WEDNESDAY, program=program.pk))
    closure = Closure.objects.get()
    address = f"/admin/programs/closure/{closure.pk}/change/"
    data = days(WEDNESDAY, FRIDAY, program=program.pk) | opened(client, address)
    data["seen"] = seal_of(client.post(address, data))
    Closure.objects.update(reason="Flood")
    assert client.post(address, data).status_code == 409
    assert Closure.objects.get().reason == "Flood"


def test_a_session_with_attendance_or_changed_by_hand_stays_and_is_named(client, dana, group, program):
    logged, by_hand = Session.objects.filter(day__in=[WEDNESDAY, FRIDAY]).order_by("day")
    make_attendance(logged, make_episode(program=program))
    Session.objects.filter(pk=by_hand.pk).update(is_changed_by_hand=True)
    text = text_of(client.post(ADD, days(MONDAY, FRIDAY, program=program.pk)))
    assert "1 session canceled 1 session with attendance, which stay 1 session changed by hand, which stay" in text
    assert "Recovery Evening IOP stays: has attendance" in text
    assert "Recovery Evening IOP stays: changed by hand" in text


def test_a_session_changed_by_hand_on_an_open_day_is_not_mentioned(client, dana, group, program):
    Session.objects.filter(day=WEDNESDAY).update(is_changed_by_hand=True, status="cancelled")
    make_closure(MONDAY, program=program)
    report = effect([Closure(program=program, starts_on=FRIDAY, ends_on=FRIDAY)], at=NOON, today=MONDAY)
    assert ([s.day for s in report.canceled], report.by_hand) == ([FRIDAY], [])


def test_past_sessions_stay_as_they_were(client, dana, group, program):
    with time_machine.travel(NOON + 3 * DAY, tick=False):
        client.force_login(dana)
        text = text_of(client.post(ADD, days(MONDAY, FRIDAY, program=program.pk)))
    assert "1 session canceled" in text
    assert "Mon Mar 2" not in text.partition("Sessions")[2].partition("weeks below")[0]


def test_a_closure_far_ahead_says_that_nothing_is_published_yet(client, dana, group, program):
    text = text_of(client.post(ADD, days(date(2026, 12, 25), program=program.pk)))
    assert "No published session changes." in text
    assert "Week of Sun Dec 20: 360 of 540 countable minutes" in text


def test_a_closure_beyond_the_own_postings_is_refused(client, dana, group):
    answer = client.post(ADD, days(WEDNESDAY))
    assert "This reaches further than your own postings." in text_of(answer)
    assert 'name="seen"' not in answer.content.decode()
    closure = make_closure(WEDNESDAY)
    answer = client.post(LIST, {"action": "undo", "_selected_action": closure.pk, "seen": "0"}, follow=True)
    assert "These closures are undone already, or not yours to undo." in text_of(answer)
    assert Closure.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"ends_on": "2026-03-03"}, "The last day cannot be before the first."),
        ({"starts_on": "1026-03-04"}, "1026 cannot be meant. Check the year."),
        ({"ends_on": "2027-06-01"}, "A closure lasts a year at most."),
        ({"starts_on": "soon"}, "Enter a valid date."),
        ({"reason": ""}, "Enter the reason."),
    ],
)
def test_a_mistake_comes_back_with_its_sentence_and_no_preview(client, dana, program, change, sentence):
    answer = client.post(ADD, days(WEDNESDAY, program=program.pk) | change)
    assert sentence in text_of(answer)
    assert 'name="seen"' not in answer.content.decode()


def test_undo_asks_first_and_says_what_comes_back(client, dana, group, program):
    confirmed(client, days(WEDNESDAY, program=program.pk))
    closure = Closure.objects.get()
    answer = client.post(LIST, {"action": "undo", "_selected_action": closure.pk})
    assert "1 session restored" in text_of(answer)
    assert "Wed Mar 4, 2026 6:00–9:00 PM Recovery Evening IOP takes place again" in text_of(answer)
    assert Closure.objects.count() == 1
    undo = {"action": "undo", "_selected_action": closure.pk, "seen": seal_of(answer)}
    assert "1 session restored." in text_of(client.post(LIST, undo, follow=True))
    assert "These closures are undone already" in text_of(client.post(LIST, undo, follow=True))
    assert Closure.objects.count() == 0
    assert Event.objects.get(action="closure.undone").content["reason"] == "Snow"


def test_undo_of_a_closure_with_past_sessions_is_explained_before_it_is_tried(client, dana, group, program):
    confirmed(client, days(MONDAY, WEDNESDAY, program=program.pk))
    with time_machine.travel(NOON + DAY, tick=False):
        client.force_login(dana)
        answer = client.post(LIST, {"action": "undo", "_selected_action": Closure.objects.get().pk})
    assert "These canceled sessions in the past and stay on the record." in text_of(answer)
    assert "Open these days again" not in re.findall(r'value="([^"]+)"', answer.content.decode())


def test_an_undo_restores_sessions_and_bookings_exactly(group, program):
    """With a member, a room, one session changed by hand and one that waits for the room of another."""
    room = make_room(program.location)
    group.room = room
    group.save()
    waiting = make_weekly_group(program, name="Skills", room=room, weekday=2, start="20:00", end="21:30")
    make_membership(group)
    publish_weeks()
    Session.objects.filter(group=group, day=FRIDAY).update(is_changed_by_hand=True)
    before = state()
    assert Booking.objects.get(session__group=waiting, session__day=WEDNESDAY, kind="room").blocks is False
    closure = make_closure(MONDAY, FRIDAY, program=program)
    close_days(closure, by=None, at=NOON, today=MONDAY)
    assert Session.objects.filter(closed_by=closure).count() == 3
    undo_closure(closure, by=None, at=NOON, today=MONDAY)
    assert state() == before


def test_a_room_that_was_booked_meanwhile_is_a_clash_and_not_taken_back(group, program):
    room = make_room(program.location)
    group.room = room
    group.save()
    publish_weeks()
    closure = make_closure(WEDNESDAY, program=program)
    close_days(closure, by=None, at=NOON, today=MONDAY)
    other = make_session(make_weekly_group(program), day=WEDNESDAY, room=room)
    report = undo_closure(closure, by=None, at=NOON, today=MONDAY)
    assert [clash.taken_by for clash in report.clashes] == [other.pk]
    blocks = Booking.objects.filter(kind="room", session__day=WEDNESDAY).values_list("session", "blocks")
    restored = Session.objects.get(group=group, day=WEDNESDAY)
    assert dict(blocks) == {other.pk: True, restored.pk: False}


def test_of_two_closures_the_other_still_closes_its_days(client, dana, group, program):
    before = state()
    snow = make_closure(MONDAY, WEDNESDAY, program=program, reason="Snow")
    close_days(snow, by=None, at=NOON, today=MONDAY)
    flood = make_closure(WEDNESDAY, FRIDAY, location=program.location, reason="Flood")
    close_days(flood, by=None, at=NOON, today=MONDAY)
    asked = client.post(LIST, {"action": "undo", "_selected_action": snow.pk})
    assert "1 session restored" in text_of(asked)
    assert "1 of their sessions stays canceled: another closure covers the day" in text_of(asked)
    undo_closure(snow, by=None, at=NOON, today=MONDAY)
    closed = Session.objects.filter(status="cancelled").order_by("day").values_list("day", "status_reason")
    assert list(closed) == [(WEDNESDAY, "Flood"), (FRIDAY, "Flood")]
    undo_closure(flood, by=None, at=NOON, today=MONDAY)
    assert state() == before


def test_two_overlapping_closures_are_undone_together(client, dana, group, program):
    before = state()
    for first, last in ((MONDAY, WEDNESDAY), (WEDNESDAY, FRIDAY)):
        close_days(make_closure(first, last, program=program), by=None, at=NOON, today=MONDAY)
    both = {"action": "undo", "_selected_action": list(Closure.objects.values_list("pk", flat=True))}
    asked = client.post(LIST, both)
    assert "3 sessions restored" in text_of(asked)
    client.post(LIST, both | {"seen": seal_of(asked)})
    assert (Closure.objects.count(), state()) == (0, before)


def undone_meanwhile(snow, flood):
    undo_closure(flood, by=None, at=NOON, today=MONDAY)


def ends_earlier(snow, flood):
    Closure.objects.filter(pk=snow.pk).update(ends_on=MONDAY)
    close_days(Closure.objects.get(pk=snow.pk), by=None, at=NOON, today=MONDAY)


def changed_by_hand(snow, flood):
    Session.objects.filter(closed_by=snow).update(is_changed_by_hand=True)


def moved(snow, flood):
    GroupSlot.objects.filter(weekday=2).update(start="17:00")


@pytest.mark.parametrize(
    ("change", "left"), [(undone_meanwhile, 0), (ends_earlier, 0), (changed_by_hand, 1), (moved, 0)]
)
def test_an_undo_that_would_do_something_else_by_now_is_shown_anew(client, dana, group, program, change, left):  # noqa: PLR0917
    snow = make_closure(MONDAY, WEDNESDAY, program=program, reason="Snow")
    flood = make_closure(FRIDAY, program=program, reason="Flood")
    for closure in (snow, flood):
        close_days(closure, by=None, at=NOON, today=MONDAY)
    undo = {"action": "undo", "_selected_action": [snow.pk, flood.pk]}
    seen = seal_of(client.post(LIST, undo))
    change(snow, flood)
    before = state(), list(Closure.objects.values())
    answer = client.post(LIST, undo | {"seen": seen})
    assert "Something changed since you looked. Nothing was opened again" in text_of(answer)
    assert (state(), list(Closure.objects.values())) == before
    client.post(LIST, undo | {"seen": seal_of(answer)})
    assert Closure.objects.count() == left


def test_the_least_offered_week_of_the_track_decides(program):
    early = make_weekly_group(program, end="22:00")
    make_slot(early, 2, "18:00", "22:00")
    make_slot(early, 4, "18:00", "22:00")
    make_phase(early, 1, 4)
    late = make_weekly_group(program, end="21:00")
    make_slot(late, 2, "18:00", "21:00")
    make_slot(late, 4, "18:00", "21:00")
    make_phase(late, 5, 8)
    (found,) = weeks_below([Closure(starts_on=WEDNESDAY, ends_on=WEDNESDAY)], today=MONDAY)
    assert [str(week) for week in found.below] == ["Week of Sun Mar 1: 360 of 540"]


def test_a_weekly_dose_can_be_had_on_another_day(group, program):
    make_dose(program, times_a_week=1, minutes=60)
    (found,) = weeks_below([Closure(starts_on=WEDNESDAY, ends_on=WEDNESDAY)], today=MONDAY)
    assert [(week.minutes, week.without) for week in found.below] == [(420, 600)]


def test_a_week_that_another_closure_brought_below_is_said_apart(group, program):
    make_closure(MONDAY, program=program)
    (found,) = weeks_below([Closure(program=program, starts_on=FRIDAY, ends_on=FRIDAY)], today=MONDAY)
    assert (found.below, [str(w) for w in found.already]) == ([], ["Week of Sun Mar 1: 180 of 540, 360 without it"])


def test_a_timetable_below_the_minimum_by_itself_is_one_remark(program):
    make_weekly_group(program)
    (found,) = weeks_below([Closure(starts_on=MONDAY, ends_on=MONDAY + 3 * WEEK)], today=MONDAY)
    assert (found.below, found.already) == ([], [])
    assert found.remark == (
        "Its timetable is below the minimum of 540 without any closure; that is a finding of its own."
    )


def test_a_week_begins_where_the_policy_says(group, program):
    make_policy_value("week_start", "Monday", program)
    make_policy_value("min_week_minutes_adult", "500", program)
    (found,) = weeks_below([Closure(starts_on=WEDNESDAY, ends_on=WEDNESDAY)], today=MONDAY)
    assert [str(week) for week in found.below] == ["Week of Mon Mar 2: 360 of 500"]


def test_each_week_is_judged_by_the_policy_of_its_first_day(group, program):
    make_policy_value("min_week_minutes_adult", "360", program)
    make_policy_value("min_week_minutes_adult", "540", program, starts_on=MONDAY + WEEK - DAY)
    days = [MONDAY + timedelta(weeks=n, days=2) for n in range(2)]
    (found,) = weeks_below([Closure(starts_on=day, ends_on=day) for day in days], today=MONDAY)
    assert [str(week) for week in found.below] == ["Week of Sun Mar 8: 360 of 540"]


def test_a_closure_on_days_without_sessions_lowers_no_week(group, program):
    assert weeks_below([Closure(starts_on=MONDAY + DAY, ends_on=MONDAY + DAY)], today=MONDAY) == []


@pytest.mark.parametrize("groups", [1, 30])
def test_the_preview_takes_the_same_queries_for_one_group_and_for_thirty(program, groups):
    for _ in range(groups):
        make_weekly_group(program)
    publish_weeks()
    closure = Closure(program=program, starts_on=MONDAY, ends_on=FRIDAY)
    with CaptureQueriesContext(connection) as queries:
        assert len(effect([closure], at=NOON, today=MONDAY).canceled) == groups
    assert len(queries) == 15


def test_closing_and_opening_days_publishes_nothing_new(group, program):
    make_slot(group, 0, "08:00", "09:00")
    before = Session.objects.count()
    closure = make_closure(MONDAY, program=program)
    close_days(closure, by=None, at=NOON - 6 * timedelta(hours=1), today=MONDAY)
    assert Session.objects.count() == before
    undo_closure(closure, by=None, at=NOON - 6 * timedelta(hours=1), today=MONDAY)
    assert Session.objects.count() == before


def test_the_list_says_how_far_each_closure_reaches(client, dana, program):
    make_closure(WEDNESDAY, FRIDAY)
    make_closure(WEDNESDAY, FRIDAY, location=program.location)
    make_closure(WEDNESDAY, FRIDAY, program=program)
    found = re.findall(r'<td class="field-reach">([^<]+)</td>', client.get(LIST).content.decode())
    assert sorted(found) == ["Evening IOP", "Northside", "Whole provider"]
