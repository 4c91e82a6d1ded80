"""On March 8 and November 1, 2026 the clock changes in New York, and not in Phoenix. A week's hours are those of the
wall clock; what a session lasts is what elapses.
"""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine

from patients.tests.factories import make_episode
from programs.tests.factories import make_closure, make_location, make_posting, make_program, make_slot
from scheduling.actions import publish
from scheduling.closing import effect
from scheduling.models import Session
from scheduling.tests.factories import make_clinician, make_membership, make_weekly_group
from staff.choices import Role
from staff.tests.factories import make_user

pytestmark = pytest.mark.django_db
SPRING, FALL = date(2026, 3, 8), date(2026, 11, 1)
SUNDAY = 6
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
ZONES = ("America/New_York", "America/Phoenix")


def at(day, hour=0, minute=0):
    return datetime.combine(day, time(hour, minute), tzinfo=UTC)


def program_in(zone_name, **kw):
    return make_program("Night IOP", location=make_location(zone_name=zone_name), **kw)


def published(group, day, weeks=1):
    """Its sessions of the week before, the week of `day` and the next."""
    publish(first=day - weeks * WEEK, last=day + weeks * WEEK, by=None, at=at(day - 2 * WEEK))
    return list(Session.objects.filter(group=group).select_related("program__location").order_by("day"))


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("day", [SPRING, FALL])
@pytest.mark.parametrize("weekday", range(7))
def test_a_weekly_template_keeps_its_wall_clock_over_a_change(zone, day, weekday):
    group = make_weekly_group(program_in(zone), weekday=weekday, start="18:00", end="21:00")
    group.slots.update(breaks="19:15-19:30")
    sessions = published(group, day)
    assert {(s.local_start.time(), s.local_end.time(), s.planned_minutes) for s in sessions} == {
        (time(18), time(21), 165)
    }
    assert len(sessions) == 3 if weekday == SUNDAY else 2


@pytest.mark.parametrize(
    ("zone", "day", "hours", "starts", "minutes"),
    [
        ("America/New_York", SPRING, ("01:30", "03:00"), at(SPRING, 6, 30), 30),
        ("America/New_York", FALL, ("01:30", "03:00"), at(FALL, 5, 30), 150),
        ("America/Phoenix", SPRING, ("01:30", "03:00"), at(SPRING, 8, 30), 90),
        ("America/Phoenix", FALL, ("01:30", "03:00"), at(FALL, 8, 30), 90),
        ("America/New_York", SPRING, ("02:15", "02:45"), at(SPRING, 7, 15), 30),
        ("America/New_York", SPRING, ("02:30", "03:30"), at(SPRING, 7, 30), 60),
        ("America/New_York", SPRING, ("01:30", "02:30"), at(SPRING, 6, 30), 60),
        ("America/New_York", FALL, ("01:15", "01:45"), at(FALL, 5, 15), 30),
    ],
)
def test_a_session_in_the_night_of_a_change_lasts_what_elapses(zone, day, hours, starts, minutes):
    group = make_weekly_group(program_in(zone), weekday=SUNDAY, start=hours[0], end=hours[1])
    before, session, after = published(group, day)
    assert (session.starts_at, session.planned_minutes) == (starts, minutes)
    assert before.planned_minutes == after.planned_minutes


@pytest.mark.parametrize(
    ("day", "breaks", "minutes"),
    [
        (SPRING, "03:15-03:30", 105),
        (SPRING, "02:15-02:30", 105),
        (SPRING, "01:45-02:30", 75),
        (FALL, "03:15-03:30", 225),
        (FALL, "01:15-01:30", 225),
        (FALL, "01:45-02:30", 135),
    ],
)
def test_a_break_in_the_hour_that_is_skipped_or_doubled_is_taken_out_as_it_elapses(day, breaks, minutes):
    group = make_weekly_group(program_in("America/New_York"), weekday=SUNDAY, start="01:00", end="04:00")
    group.slots.update(breaks=breaks)
    assert published(group, day)[1].planned_minutes == minutes


@pytest.mark.parametrize("day", [SPRING, FALL])
def test_the_pages_of_such_a_night_open(client, day):
    program = program_in("America/New_York", opens_on=day - 4 * WEEK)
    rae = make_clinician("rae")
    make_posting(rae, program)
    group = make_weekly_group(program, weekday=SUNDAY, start="01:30", end="03:00", leader=rae)
    episode = make_episode(program=program)
    make_membership(group, episode, day - 2 * WEEK)
    _, session, _ = published(group, day)
    with time_machine.travel(at(day, 12), tick=False):
        client.force_login(rae)
        for path in (f"/sessions/{session.pk}/", f"/sessions/{session.pk}/attendance/", f"/groups/{group.pk}/"):
            assert client.get(path).status_code == 200, path
        page = client.get(f"/sessions/{session.pk}/attendance/").content.decode()
    assert "1:30–3:00 AM" in page


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("day", [SPRING, FALL])
def test_what_a_closure_leaves_of_a_week_is_counted_by_the_wall_clock(zone, day):
    """180 minutes on three days and 90 on Sunday are 450 without Wednesday, in the week of the change as before it."""
    program = program_in(zone, opens_on=day - 8 * WEEK)
    group = make_weekly_group(program, weekday=SUNDAY, start="01:30", end="03:00")
    for weekday in (0, 2, 4):
        make_slot(group, weekday, "18:00", "21:00")
    published(group, day)
    said = []
    for sunday in (day - WEEK, day):
        closed = make_closure(sunday + 3 * DAY, program=program)
        found = effect([closed], at=at(day - 2 * WEEK), today=day - 2 * WEEK)
        said += [(len(found.canceled), [(week.first, week.minutes) for week in one.below]) for one in found.weeks]
        closed.delete()
    assert said == [(1, [(day - WEEK, 450)]), (1, [(day, 450)])]


@pytest.mark.parametrize("zone", ZONES)
def test_closing_the_night_of_a_change_is_previewed_and_saved_on_the_page(client, zone):
    program = program_in(zone)
    dana = make_user("dana", Role.DIRECTOR)
    make_posting(dana, program)
    group = make_weekly_group(program, weekday=SUNDAY, start="01:30", end="03:00")
    published(group, SPRING)
    with time_machine.travel(at(SPRING - WEEK, 20), tick=False):
        client.force_login(dana)
        day = SPRING.isoformat()
        data = {
            "program": program.pk,
            "location": "",
            "starts_on": day,
            "ends_on": day,
            "reason": "Night of the change",
        }
        answer = client.post("/admin/programs/closure/add/", data)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "1 session canceled" in text
    assert "1:30–3:00 AM" in text
