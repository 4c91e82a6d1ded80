"""Two people close and open days at the same moment, for real, on either engine."""

import re
import uuid
from datetime import timedelta

from django.test import Client
from django.utils import timezone

from programs.models import Closure
from programs.tests.factories import make_posting, make_program
from scheduling.actions import close_days, close_holidays, publish, undo_closure
from scheduling.models import Session
from staff.choices import Role
from staff.tests.factories import make_user
from web.refusals import AlreadyDone

from .factories import make_weekly_group
from .test_attendance_together import together

DAY = timedelta(days=1)


def house():
    """A program with a session every Monday to come, and its director."""
    program = make_program()
    dana = make_user("dana", Role.DIRECTOR)
    make_posting(dana, location=program.location)
    make_weekly_group(program, leader=make_user())
    today = timezone.localdate()
    publish(first=today, last=today + 28 * DAY, by=None, at=timezone.now())
    return program, dana, today + (7 - today.weekday()) * DAY


def test_two_confirmations_of_one_preview_make_one_closure(own_database):
    program, dana, monday = house()
    data = {"program": program.pk, "location": "", "starts_on": monday, "ends_on": monday, "reason": "Snow"}
    clients = [Client(headers={"host": "localhost"}) for _ in range(2)]
    for client in clients:
        client.force_login(dana)
    looked = clients[0].post("/admin/programs/closure/add/", data).content.decode()
    data["seen"] = re.search(r'name="seen" value="(\w+)"', looked).group(1)
    assert together(*(lambda c=client: c.post("/admin/programs/closure/add/", data) for client in clients)) == []
    assert Closure.objects.count() == 1
    assert Session.objects.filter(closed_by=Closure.objects.get()).count() == 1


def test_two_presses_of_one_page_close_the_holidays_once(own_database):
    program, dana, monday = house()
    key = uuid.uuid4()
    about = {"program": program, "location": None, "key": key, "url": "/admin/", "by": dana, "at": timezone.now()}

    def press():
        close_holidays([(monday, "Holiday")], today=timezone.localdate(), **about)

    errors = together(press, press)
    assert [type(error) for error in errors] == [AlreadyDone]
    assert Closure.objects.count() == 1


def test_closing_and_opening_at_once_leaves_each_session_as_the_last_closure_says(own_database):
    program, _, monday = house()
    at = timezone.now()
    snow = Closure.objects.create(program=program, starts_on=monday, ends_on=monday, reason="Snow")
    close_days(snow, by=None, at=at, today=at.date())
    flood = Closure.objects.create(program=program, starts_on=monday, ends_on=monday, reason="Flood")
    errors = together(
        lambda: undo_closure(snow, by=None, at=at, today=at.date()),
        lambda: close_days(flood, by=None, at=at, today=at.date()),
    )
    assert errors == []
    session = Session.objects.get(day=monday)
    assert (session.status, session.closed_by) == ("cancelled", flood)
    undo_closure(flood, by=None, at=at, today=at.date())
    session.refresh_from_db()
    assert (session.status, session.closed_by, session.bookings.count()) == ("scheduled", None, 1)
