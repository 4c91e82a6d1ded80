from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from programs.tests.factories import make_location, make_posting, make_program
from scheduling.forms.attendance import other_answers
from scheduling.models import Attendance, AttendanceStatus, Session
from scheduling.roll import Roll
from scheduling.tests.rolls import make_evening
from staff.choices import Role
from staff.tests.factories import make_user
from web.tests.saving import save

pytestmark = pytest.mark.django_db
LIST = "/admin/scheduling/attendancestatus/"
DAY = date(2026, 3, 2)
RELIED_ON = ["P", "L", "E", "LE", "EX", "NS", "CX", "FM"]
FLAGS = ["is_scheduled", "is_attended", "has_minutes", "is_absence", "is_excused"]


@pytest.fixture
def evening():
    return make_evening(DAY, size=2)


@pytest.fixture
def dana(client, evening):
    """Director of all there is, signed in."""
    dana = make_user("dana", Role.DIRECTOR)
    make_posting(dana, location=evening.program.location)
    client.force_login(dana)
    return dana


def change(code):
    return reverse("admin:scheduling_attendancestatus_change", args=[AttendanceStatus.objects.get(code=code).pk])


def flags(code):
    status = AttendanceStatus.objects.get(code=code)
    return [name for name in FLAGS if getattr(status, name)]


def offered(evening):
    session = Session.objects.with_roster().get(pk=evening.session.pk)
    roll = Roll(session, user=evening.rae, at=datetime(2026, 3, 3, tzinfo=UTC))
    return {code for code, _ in other_answers(roll)}


@pytest.mark.parametrize("code", RELIED_ON)
def test_a_status_the_portal_relies_on_keeps_its_code_its_flags_and_its_place(client, dana, code):
    before = flags(code)
    forged = {"code": "ZZ", "name": "Renamed", "retired_on": "2026-01-01"}
    assert save(client, change(code), forged).status_code == 302
    status = AttendanceStatus.objects.get(code=code)
    assert (status.name, flags(code), status.retired_on) == ("Renamed", before, None)


def test_another_shipped_status_takes_new_flags_and_keeps_its_code(client, dana):
    data = {"code": "ZZ", "name": "In hospital", "is_scheduled": "on", "is_absence": "on", "retired_on": ""}
    assert save(client, change("HOSP"), data).status_code == 302
    assert flags("HOSP") == ["is_scheduled", "is_absence"]


def test_a_provider_adds_a_status_of_its_own_and_it_is_offered(client, dana, evening):
    data = {"code": "CRT", "name": "At court", "is_scheduled": "on", "is_absence": "on", "is_excused": "on"}
    assert client.post(f"{LIST}add/", data).status_code == 302
    assert flags("CRT") == ["is_scheduled", "is_absence", "is_excused"]
    assert "CRT" in offered(evening)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"has_minutes": "on"}, "Only a status that means attended has minutes"),
        ({"is_attended": "on", "is_absence": "on"}, "A status means attended or absent, not both"),
        ({"code": "LONGER"}, "at most 4 characters"),
        ({"code": "HOSP"}, "already exists"),
    ],
)
def test_a_status_that_contradicts_itself_is_refused_with_a_sentence(client, dana, wrong, words):
    response = client.post(f"{LIST}add/", {"code": "CRT", "name": "At court"} | wrong)
    assert (response.status_code, words in response.content.decode()) == (200, True)
    assert not AttendanceStatus.objects.filter(name="At court").exists()


def test_a_change_of_flags_says_how_many_rows_it_touches(client, dana, evening):
    hospital = AttendanceStatus.objects.get(code="HOSP")
    for episode in evening.people.values():
        Attendance.objects.create(session=evening.session, episode=episode, day=DAY, status=hospital)
    data = {"name": "In hospital", "is_absence": "on", "retired_on": ""}
    response = save(client, change("HOSP"), data, follow=True)
    assert "2 rows of attendance have this status: rates and hours are computed anew by the new flags." in [
        str(message) for message in response.context["messages"]
    ]
    renamed = save(client, change("HOSP"), data | {"name": "Hospital"}, follow=True)
    assert not any("rows of attendance" in str(message) for message in renamed.context["messages"])


@pytest.mark.parametrize(("retired_on", "seen"), [(DAY, False), (DAY + timedelta(1), True), (None, True)])
def test_a_retired_status_is_not_offered_from_its_day_on(evening, retired_on, seen):
    AttendanceStatus.objects.filter(code="LV").update(retired_on=retired_on)
    assert ("LV" in offered(evening), "SUS" in offered(evening)) == (seen, True)


def test_a_retired_status_stays_offered_where_a_row_has_it_already(evening):
    leave = AttendanceStatus.objects.get(code="LV")
    episode = next(iter(evening.people.values()))
    Attendance.objects.create(session=evening.session, episode=episode, day=DAY, status=leave)
    AttendanceStatus.objects.filter(code="LV").update(retired_on=DAY)
    assert "LV" in offered(evening)


def test_only_who_directs_all_changes_what_holds_for_all(client, dana):
    make_program("Teen IOP", location=make_location("Harbor"))
    assert client.get(change("HOSP")).status_code == 200
    assert save(client, change("HOSP"), {"name": "Mine"}).status_code == 403
    assert client.post(f"{LIST}add/", {"code": "CRT", "name": "At court"}).status_code == 403
