import html
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from programs.models import Program
from programs.seeds import seed_service_types
from programs.tests.factories import make_group, make_location, make_posting, make_program, make_slot
from scheduling.models import Session
from staff.choices import Role
from staff.tests.factories import make_user

pytestmark = pytest.mark.django_db
OPENS = timezone.localdate() + timedelta(days=21)


@pytest.fixture
def program():
    seed_service_types()
    program = make_program("Evening IOP", code="eve", location=make_location("Northside"))
    make_slot(make_group(program, "Process"), 0, "18:00", "21:00")
    return program


@pytest.fixture
def dana(client, program):
    dana = make_user("dana", Role.DIRECTOR)
    make_posting(dana, location=program.location)
    client.force_login(dana)
    return dana


def address(program):
    return f"/admin/programs/program/{program.pk}/duplicate/"


def hidden(answer, name):
    found = re.search(rf'name="{name}" value="([^"]+)"', answer.content.decode())
    return html.unescape(found[1]) if found else ""


def send(client, program, *, key=None, step="confirm", **kw):
    """Look at the preview, and then do what `step` says."""
    key = key or hidden(client.get(address(program)), "key")
    data = {"key": key, "name": "Night IOP", "code": "night", "location": program.location_id, "opens_on": OPENS}
    data |= {"take": ["week", "tracks"]} | kw
    looked = client.post(address(program), data | {"step": "preview"})
    if step == "preview":
        return looked
    return client.post(address(program), {"seen": hidden(looked, "seen")} | data | {"step": step}, follow=True)


def test_the_form_offers_a_code_and_everything_to_take(client, dana, program):
    text = client.get(address(program)).content.decode()
    assert ('value="eve-2"' in text, text.count('name="take"'), text.count("checked")) == (True, 5, 5)


def test_the_preview_says_what_it_will_be_and_saves_nothing(client, dana, program):
    answer = send(client, program, step="preview")
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "3 countable hours a week, 6 h below the minimum of 9 h." in text
    assert "Group Process." in text
    assert "Make Night IOP and publish its sessions" in text
    assert Program.objects.count() == 1


def test_making_it_publishes_its_sessions_once_and_says_what_comes_next(client, dana, program):
    key = hidden(client.get(address(program)), "key")
    answer = send(client, program, key=key)
    made = Program.objects.get(code="night")
    assert answer.redirect_chain == [(f"/admin/programs/program/{made.pk}/change/", 302)]
    assert "Night IOP is made. Next: set its leaders and rooms" in answer.content.decode()
    assert Session.objects.filter(program=made).earliest("day").day >= OPENS
    for code in ("night", "night-2"):
        again = send(client, program, key=key, code=code)
        assert again.redirect_chain[0] == (f"/admin/programs/program/{made.pk}/change/", 303)
    assert Program.objects.count() == 2


@pytest.mark.parametrize(
    "change",
    [
        lambda program: make_slot(program.groups.get(), 2, "18:00", "21:00"),
        lambda program: make_group(program, "Skills"),
        lambda program: program.groups.update(capacity=7),
    ],
)
def test_what_changed_since_the_preview_is_shown_anew_and_nothing_is_made(client, dana, program, change):
    looked = send(client, program, step="preview")
    change(program)
    sealed = {"seen": hidden(looked, "seen"), "key": hidden(looked, "key")}
    answer = send(client, program, **sealed)
    text = html.unescape(answer.content.decode())
    assert (answer.status_code, Program.objects.count()) == (422, 1)
    assert "Something changed since this preview. Look at it again; nothing is saved." in text
    assert 'value="Night IOP"' in text
    again = sealed | {"seen": hidden(answer, "seen")}
    assert send(client, program, **again).redirect_chain[0][1] == 302
    assert Program.objects.count() == 2


def test_what_was_typed_anew_is_looked_at_before_it_is_made(client, dana, program):
    seen = hidden(send(client, program, step="preview"), "seen")
    for sent in ({"seen": seen, "name": "Day IOP"}, {"seen": seen, "take": ["week"], "code": "day"}, {"seen": ""}):
        assert send(client, program, **sent).status_code == 422
    assert Program.objects.count() == 1


@pytest.mark.parametrize(
    ("kw", "words"),
    [
        ({"name": ""}, "Enter the name."),
        ({"code": "a b"}, "Enter a valid “slug”"),
        ({"code": "eve"}, "Northside already has a program of the code eve. Choose another."),
        ({"opens_on": "9999-01-01"}, "Give a year from 2000 to 2100."),
        ({"location": "999999999999999999999"}, "Select a valid choice."),
        ({"take": ["members"]}, "Select a valid choice."),
        ({"key": "forged"}, "This page has lost its key."),
    ],
)
def test_what_cannot_be_made_is_refused_with_what_was_typed(client, dana, program, kw, words):
    answer = send(client, program, **kw)
    text = html.unescape(answer.content.decode())
    assert (answer.status_code, words in text) == (422, True)
    assert "name" in kw or 'value="Night IOP"' in text
    assert Program.objects.count() == 1


def test_a_program_of_somebody_else_cannot_be_copied_nor_put_elsewhere(client, dana, program):
    other = make_program(code="far")
    assert client.get(address(other)).status_code == 404
    assert send(client, program, location=other.location_id).status_code == 422
    assert Program.objects.count() == 2


def test_nobody_but_a_director_opens_the_page(client, program):
    rae = make_user("rae", Role.CLINICIAN)
    make_posting(rae, program)
    client.force_login(rae)
    assert client.get(address(program)).status_code == 403
