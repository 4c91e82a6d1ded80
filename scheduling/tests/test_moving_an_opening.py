"""Today is Monday, March 2, 2026; the program opens two weeks on."""

import re
from datetime import date, timedelta

import pytest
import time_machine

from audit.models import Event
from patients.tests.factories import make_episode
from programs.models import GroupLeader, GroupSlot, Program
from programs.tests.factories import make_leader, make_posting, make_program, make_slot
from scheduling.actions import publish
from scheduling.models import Session
from scheduling.tests.factories import MONDAY, NOON, make_attendance, make_weekly_group
from staff.choices import Role
from staff.models import User
from staff.tests.factories import make_user
from web.tests.saving import save

pytestmark = pytest.mark.django_db
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
OPENING = MONDAY + 2 * WEEK


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def program(client):
    program = make_program("Evening IOP", opens_on=OPENING)
    dana = make_user("dana", Role.DIRECTOR)
    make_posting(dana, program)
    client.force_login(dana)
    return program


@pytest.fixture
def group(program):
    """Mondays, led by one person, from the opening on; published for twelve weeks."""
    group = make_weekly_group(program, leader=make_user("rae"))
    GroupSlot.objects.update(starts_on=OPENING)
    GroupLeader.objects.update(starts_on=OPENING)
    publish(first=MONDAY, last=MONDAY + 12 * WEEK, by=None, at=NOON)
    return group


def send(client, program, opens_on, *, retired_on="", seen=""):
    names = ("name", "code", "focus", "population", "level_of_care")
    data = {name: getattr(program, name) for name in names} | {"opens_on": opens_on, "retired_on": retired_on}
    return save(client, f"/admin/programs/program/{program.pk}/change/", data | {"seen": seen}, follow=True)


def seal(answer):
    found = re.search(r'name="seen" value="(\w+)"', answer.content.decode())
    return found[1] if found else ""


def move(client, program, opens_on, **kw):
    """Look, then confirm what was shown."""
    first = send(client, program, opens_on, **kw)
    assert Program.objects.get(pk=program.pk).opens_on == program.opens_on
    answer = send(client, program, opens_on, seen=seal(first), **kw)
    program.refresh_from_db()
    return words(first), words(answer)


def words(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def held(program):
    return [session.day for session in Session.objects.filter(program=program).taking_place().order_by("day")]


def mondays(first, last=MONDAY + 12 * WEEK):
    return [first + number * WEEK for number in range((last - first).days // 7 + 1)]


def test_an_earlier_opening_brings_times_leaders_and_sessions_with_it(client, program, group):
    shown, said = move(client, program, MONDAY + WEEK)
    assert "1 session added" in shown
    assert "What began on the old opening day begins on the new one: 1 weekly time and 1 leader." in shown
    assert "1 session made." in said
    assert held(program) == mondays(MONDAY + WEEK)
    assert group.slots.get().starts_on == group.leaders.get().starts_on == MONDAY + WEEK
    first = group.sessions.get(day=MONDAY + WEEK)
    assert first.staff.get().user == group.leaders.get().user


def test_a_later_opening_takes_sessions_away_and_a_return_brings_them_back(client, program, group):
    shown, said = move(client, program, OPENING + WEEK)
    assert "1 session removed" in shown
    assert "1 session canceled." in said
    assert (held(program), group.slots.get().starts_on) == (mondays(OPENING + WEEK), OPENING + WEEK)
    move(client, program, OPENING)
    assert (held(program), group.slots.get().starts_on) == (mondays(OPENING), OPENING)
    event = Event.objects.filter(action="program.opening_moved").earliest("sequence")
    assert event.content == {"was": "2026-03-16", "opens_on": "2026-03-23", "slots": 1, "leaders": 1}


def test_what_has_days_of_its_own_keeps_them(client, program, group):
    later = make_slot(group, 2, starts_on=OPENING + WEEK)
    short = make_slot(group, 4, starts_on=OPENING, ends_on=OPENING + 4 * DAY)
    kim = make_leader(group, make_user("kim"), role="co_lead", starts_on=OPENING + WEEK)
    move(client, program, OPENING + 2 * WEEK)
    for row, day in ((later, OPENING + WEEK), (short, OPENING), (kim, OPENING + WEEK)):
        row.refresh_from_db()
        assert row.starts_on == day


def test_a_time_the_group_has_from_the_new_day_on_already_is_not_doubled(client, program, group):
    make_slot(group, 0, starts_on=OPENING + WEEK)
    move(client, program, OPENING + WEEK)
    assert sorted(group.slots.values_list("starts_on", flat=True)) == [OPENING, OPENING + WEEK]


def test_a_session_with_attendance_stays_and_is_said_before(client, program, group):
    logged = group.sessions.get(day=OPENING)
    make_attendance(logged, make_episode(program=program))
    shown, said = move(client, program, OPENING + WEEK)
    assert "1 session with attendance, which stay" in shown
    assert "1 has attendance and stays." in said
    assert held(program) == mondays(OPENING)


def test_a_program_that_has_opened_keeps_its_history(client, program, group):
    """The sessions that were held before the new day stay, and so does who led from when."""
    with time_machine.travel(NOON + 2 * WEEK + DAY, tick=False):
        client.force_login(User.objects.get(username="dana"))
        shown, _ = move(client, program, OPENING + 2 * WEEK)
    assert "1 session begun before the opening, which stay" in shown
    assert held(program) == [OPENING, *mondays(OPENING + 2 * WEEK, MONDAY + 14 * WEEK)]
    assert group.slots.get().starts_on == group.leaders.get().starts_on == OPENING


def test_retiring_a_program_says_what_it_takes_away(client, program, group):
    shown, said = move(client, program, OPENING, retired_on=MONDAY + 11 * WEEK)
    assert "2 sessions removed" in shown
    assert "2 sessions canceled." in said


def test_what_was_logged_meanwhile_is_shown_anew(client, program, group):
    first = send(client, program, OPENING + WEEK)
    make_attendance(group.sessions.get(day=OPENING), make_episode(program=program))
    again = send(client, program, OPENING + WEEK, seen=seal(first))
    assert "Something changed meanwhile. What it does now" in words(again)
    assert Program.objects.get().opens_on == OPENING


def test_an_opening_put_back_after_the_preview_is_saved_as_it_was(client, program, group):
    first = send(client, program, OPENING + WEEK)
    answer = send(client, program, OPENING, seen=seal(first))
    assert (answer.redirect_chain[0][1], held(program)) == (302, mondays(OPENING))


def test_looking_changes_nothing(client, program, group):
    before = [list(rows.values()) for rows in (Session.objects.all(), GroupSlot.objects.all(), Event.objects.all())]
    send(client, program, MONDAY + WEEK)
    after = [list(rows.values()) for rows in (Session.objects.all(), GroupSlot.objects.all(), Event.objects.all())]
    assert after == before


def test_an_opening_that_moves_nothing_is_saved_at_once(client, program):
    send(client, program, OPENING + WEEK)
    assert Program.objects.get().opens_on == OPENING + WEEK


@pytest.mark.parametrize("day", ["2026-99-01", "9999-12-31", "", date(2027, 1, 1)])
def test_a_day_that_cannot_be_is_said_at_its_field_and_shows_no_preview(client, program, group, day):
    answer = send(client, program, day, retired_on=date(2026, 12, 1))
    assert "Please correct the error" in words(answer)
    assert seal(answer) == ""
