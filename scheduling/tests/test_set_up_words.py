"""The set-up pages of this room say what comes next, in words of the field."""

import datetime as dt

import pytest

from programs.models import Program
from programs.tests.factories import make_location, make_posting, make_program
from scheduling.models import AttendanceStatus
from staff.choices import Role
from staff.tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def dana(client):
    dana = make_user("dana", Role.DIRECTOR)
    make_posting(dana, starts_on=dt.date(2026, 1, 1))
    client.force_login(dana)
    return dana


def test_a_new_program_leads_to_its_page_and_what_comes_next(client, dana):
    facts = {"name": "Evening IOP", "code": "evening", "focus": "substance use", "population": "adult"}
    more = {"location": make_location().pk, "level_of_care": "IOP", "opens_on": "2026-11-30"}
    page = client.get("/admin/programs/program/add/")
    key = {"one_time_key": page.context["one_time_key"]} if "one_time_key" in page.context else {}
    answer = client.post("/admin/programs/program/add/", facts | more | key, follow=True)
    program = Program.objects.get(code="evening")
    text = answer.content.decode()
    assert answer.redirect_chain[-1][0] == f"/admin/programs/program/{program.pk}/change/"
    assert "Evening IOP is added. Next, when its services and people are there:" in text
    assert f"<a href='/admin/programs/program/{program.pk}/template/'>its weekly template</a>" in text
    assert f"<a href='/programs/{program.pk}/opening/'>fit to open</a>" in text


@pytest.mark.parametrize(
    ("page", "says"),
    [
        ("programs/program", "No program yet. Add one, or import a timetable"),
        ("programs/accreditation", "No accreditation yet."),
        ("programs/policyvalue", "No value is set, so the defaults hold. Start from the preset of your state"),
        ("programs/closure", "No closure yet. Start with the holidays of a year"),
        ("programs/group", "No group yet."),
        ("staff/credential", "No credential yet. Whoever has none on file may lead nothing"),
        ("staff/supervision", "No supervision yet."),
        ("staff/timeaway", "No time away yet."),
    ],
)
def test_an_empty_list_says_what_its_emptiness_means(client, dana, page, says):
    assert says in client.get(f"/admin/{page}/").content.decode()


@pytest.mark.parametrize("page", ["location", "room", "program", "servicetype", "curriculum", "group"])
def test_what_is_new_is_not_asked_when_it_is_retired(client, dana, page):
    fields = client.get(f"/admin/programs/{page}/add/").context["adminform"].form.fields
    assert ("name" in fields, "retired_on" in fields) == (True, False)


def test_what_is_there_can_be_retired(client, dana):
    program = make_program()
    assert "retired_on" in client.get(f"/admin/programs/program/{program.pk}/change/").context["adminform"].form.fields


def test_the_list_of_programs_asks_whether_one_is_fit_to_open(client, dana):
    make_program()
    assert ">Is it fit to open?</a>" in client.get("/admin/programs/program/").content.decode()


@pytest.mark.parametrize("code", ["P", "add"])
def test_each_flag_of_a_status_says_what_it_means(client, dana, code):
    """Also of a status of the portal's own, whose flags are only read."""
    status = AttendanceStatus.objects.filter(code=code).first()
    address = f"{status.pk}/change" if status else "add"
    text = client.get(f"/admin/scheduling/attendancestatus/{address}/").content.decode()
    assert "rates of attendance count the session" in text
    assert "denominator" not in text
