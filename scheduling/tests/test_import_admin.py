import html
import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from audit.models import Event
from programs.importing import REQUIRED
from programs.models import Group, GroupSlot, Program
from programs.seeds import seed_service_types
from programs.tests.factories import make_location, make_posting, make_program
from scheduling.models import Session
from staff.choices import Role
from staff.tests.factories import make_user

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/programs/program/import/"
FILE = settings.BASE_DIR / "iopportal/demo/real_timetables.csv"
START = timezone.localdate() + timedelta(days=30)
EVE = "eve,Evening IOP,substance use,adult,2.1,Skills,skill-building,patient,Tue Thu,16:15,18:45,,,,,"


@pytest.fixture(autouse=True)
def services():
    seed_service_types()


@pytest.fixture
def place():
    return make_location("Northside")


@pytest.fixture
def dana(client, place):
    dana = make_user("dana", Role.DIRECTOR)
    make_posting(dana, location=place)
    client.force_login(dana)
    return dana


def table(*lines):
    return "\n".join([",".join(REQUIRED), *lines]).encode()


def real(code):
    lines = FILE.read_text().splitlines()
    return "\n".join([lines[0], *(line for line in lines if line.startswith(f"{code},"))]).encode()


def upload(client, place, content):
    data = {"location": place.pk, "program_start": START, "file": SimpleUploadedFile("week.csv", content)}
    return client.post(ADDRESS, data)


def fields(answer):
    """What the preview's form would send: its hidden fields."""
    text = answer.content.decode()
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', text)
    return {name: html.unescape(value) for name, value in found if name != "csrfmiddlewaretoken"}


def confirm(client, answer, **kw):
    return client.post(ADDRESS, fields(answer) | {"step": "confirm"} | kw, follow=True)


def test_a_file_is_previewed_and_saves_nothing_before_it_is_confirmed(client, dana, place):
    answer = upload(client, place, real("palmetto-evening"))
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "12 countable hours a week; the minimum is 9 h." in text
    assert "Evening IOP: group Evening IOP Group." in text
    assert "Mon, Tue, Wed and Thu, 5:30 PM–8:30 PM" in text
    assert "meet at the same hours" not in text  # families and patients are in different rooms
    assert (Program.objects.count(), Event.objects.filter(action="programs.timetable_imported").count()) == (0, 0)


def test_confirming_makes_the_program_and_its_sessions_once(client, dana, place):
    preview = upload(client, place, real("palmetto-evening"))
    answer = confirm(client, preview)
    program = Program.objects.get()
    assert answer.redirect_chain == [(f"/admin/programs/program/{program.pk}/change/", 302)]
    assert (program.location, program.opens_on, program.groups.count()) == (place, START, 2)
    assert Session.objects.filter(program=program).count() > 30
    assert "sessions made" in answer.content.decode()
    events = Event.objects.filter(action__in=["programs.timetable_imported", "sessions.republished"])
    assert [event.actor_name for event in events] == [str(dana)] * 2
    again = confirm(client, preview)
    assert again.redirect_chain[0] == (f"/admin/programs/program/{program.pk}/change/", 303)
    assert Program.objects.count() == 1


def test_every_bad_line_is_named_at_once_and_nothing_is_saved(client, dana, place):
    bad = EVE.replace("Skills", "Process").replace("skill-building", "yoga").replace("16:15", "late")
    answer = upload(client, place, table(EVE, bad, EVE.replace("Tue Thu", "Fr")))
    text = answer.content.decode()
    assert answer.status_code == 422
    rows = re.findall(r"<tr><th scope=\"row\">(\d+)</th><td>(\w+)</td>", text)
    assert rows == [("3", "service"), ("3", "start"), ("4", "weekdays")]
    assert "There is no service “yoga”." in text
    assert not Program.objects.exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The submitted file is empty"),
        (b"PK\x03\x04 workbook", "This is a workbook and not a table of text"),
        (b'timetable\n"' + b"x" * 200_000, "A cell is longer than 400 characters"),
        (b"x" * 300_000, "The file is larger than 256 KB"),
        (b"timetable,colour\n", "colour"),
        (b"a\x00b", "NUL character"),
        (table(), "The file has no line"),
    ],
)
def test_a_file_that_cannot_be_taken_is_answered_with_what_to_do(client, dana, place, content, words):
    answer = upload(client, place, content)
    assert (answer.status_code, words in answer.content.decode()) == (422, True)


def test_groups_at_the_same_hours_are_asked_about(client, dana, place):
    twice = table(EVE, EVE.replace("Skills", "Art").replace("16:15", "18:00"))
    preview = upload(client, place, twice)
    assert "Skills and Art meet at the same hours" in preview.content.decode()
    answer = client.post(ADDRESS, fields(preview) | {"step": "confirm"})
    assert answer.status_code == 422
    assert "Say whether each patient attends one of them." in answer.content.decode()
    assert not Program.objects.exists()
    confirm(client, preview, same_0_0="one")
    assert set(Group.objects.values_list("name", flat=True)) == {"Skills", "Art"}
    assert set(GroupSlot.objects.values_list("ends_on", flat=True)) == {None}


def test_groups_of_different_seasons_need_dates_that_do_not_overlap(client, dana, place):
    preview = upload(client, place, table(EVE, EVE.replace("Skills", "Art").replace("16:15", "18:00")))
    middle = START + timedelta(days=100)
    answer = client.post(ADDRESS, fields(preview) | {"step": "confirm", "same_0_0": "seasons", "until_0_0": middle})
    assert "Skills and Art still meet at the same hours on some days." in answer.content.decode()
    dates = {"until_0_0": middle, "from_0_1": middle + timedelta(days=1)}
    confirm(client, preview, same_0_0="seasons", **dates)
    assert set(GroupSlot.objects.values_list("group__name", "starts_on", "ends_on")) == {
        ("Skills", START, middle),
        ("Art", middle + timedelta(days=1), None),
    }


def test_the_hours_of_streamwood_are_worked_out_anew_with_its_seasons(client, dana, place):
    preview = upload(client, place, real("streamwood"))
    assert "24 countable hours a week, at the level of partial hospitalization" in preview.content.decode()
    summer = START + timedelta(days=150)
    dates = {"until_0_0": summer - timedelta(days=1), "from_0_1": summer, "until_0_1": summer + timedelta(days=60)}
    answer = client.post(ADDRESS, fields(preview) | {"step": "preview"} | dates)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert (text.count("12 countable hours a week; the minimum is 6 h."), "24 countable" in text) == (2, False)
    assert f'value="{summer}"' in text
    confirm(client, answer, **dates)
    program = Program.objects.with_timetable().get()
    assert [program.week_minutes(day) for day in (START, summer, summer + timedelta(days=61))] == [720, 720, 0]


@pytest.mark.parametrize(
    ("kw", "words"),
    [
        ({"until_0_0": "2026-99-99"}, "Enter a valid date."),
        ({"until_0_0": "9999-01-01"}, "Give a year from 2000 to 2100."),
        ({"from_0_0": "2027-05-02", "until_0_0": "2027-05-01"}, "Skills would end before it begins."),
        ({"text": "nonsense"}, "Upload it again; nothing is saved."),
        ({"text": ""}, "Upload it again; nothing is saved."),
        ({"text": "a\x00"}, "Upload it again; nothing is saved."),
        ({"location": "99999999999999999999999"}, "Upload it again; nothing is saved."),
        ({"location": "x"}, "Upload it again; nothing is saved."),
        ({"program_start": "soon"}, "Enter a valid date."),
        ({"key": "forged"}, "This page has lost its key."),
        ({"seen": "x"}, "Something changed since this preview."),
    ],
)
def test_what_is_sent_wrong_is_refused_and_saves_nothing(client, dana, place, kw, words):
    preview = upload(client, place, table(EVE))
    answer = client.post(ADDRESS, fields(preview) | {"step": "confirm"} | kw)
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert not Program.objects.exists()


def test_the_preview_is_shown_again_when_something_changed_meanwhile(client, dana, place):
    preview = upload(client, place, table(EVE))
    make_program("Night IOP", location=place, code="eve")
    answer = confirm(client, preview)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "Something changed since this preview. Look at it again; nothing is saved." in text
    assert "name was Night IOP and is Evening IOP." in text
    assert not Group.objects.exists()
    confirm(client, answer)
    assert Program.objects.get().name == "Evening IOP"


def test_dates_that_cannot_be_given_to_what_runs_are_said_before_the_import(client, dana, place):
    confirm(client, upload(client, place, table(EVE)))
    header = ",".join([*REQUIRED, "until"])
    early = START - timedelta(days=10)
    preview = upload(client, place, f"{header}\n{EVE},{early}".encode())
    assert "It cannot be imported so. Skills: Tuesday 16:15–18:45 begins on" in preview.content.decode()
    assert confirm(client, preview).status_code == 422
    assert set(GroupSlot.objects.values_list("ends_on", flat=True)) == {None}


def test_who_directs_no_whole_location_is_told_so(client, place):
    olga = make_user("olga", Role.DIRECTOR)
    make_posting(olga, make_program(location=place))
    client.force_login(olga)
    assert "You direct no whole location" in client.get(ADDRESS).content.decode()


def test_a_director_imports_only_where_all_of_the_place_is_hers(client, dana, place):
    harbor = make_location("Harbor")
    answer = upload(client, harbor, table(EVE))
    assert (answer.status_code, "Select a valid choice" in answer.content.decode()) == (422, True)
    own = fields(upload(client, place, table(EVE)))
    forged = client.post(ADDRESS, own | {"step": "confirm", "location": harbor.pk})
    assert forged.status_code == 422
    assert not Program.objects.exists()


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.AUDITOR])
def test_nobody_but_a_director_reaches_the_import(client, place, role):
    person = make_user("someone", role)
    make_posting(person, location=place)
    client.force_login(person)
    assert client.get(ADDRESS).status_code == 403


def test_the_list_of_programs_leads_to_the_import(client, dana):
    assert f'href="{ADDRESS}"' in client.get("/admin/programs/program/").content.decode()
