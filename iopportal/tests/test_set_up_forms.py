"""Every form of the set-up asks in words of its own: nothing is left to the words of the framework."""

import re

import pytest
from django.contrib import admin
from django.test import RequestFactory

from programs.models import PolicyValue
from programs.tests.factories import make_group, make_policy_value, make_posting, make_program
from staff.choices import Role
from staff.tests.factories import make_user
from web.missing import DJANGOS

pytestmark = pytest.mark.django_db
DJANGOS_CHOICES = {"- Select an option -", "---------"}


@pytest.fixture
def dana(client):
    dana = make_user("dana", Role.DIRECTOR)
    make_posting(dana, starts_on="2026-01-01")
    client.force_login(dana)
    return dana


def fields_of_the_set_up(user):
    """Each field of each page and of the rows on it, by where it stands."""
    request = RequestFactory().get("/")
    request.user = user
    for model, page in admin.site._registry.items():
        row = model.objects.first()
        forms = [page.get_form(request, None)]
        forms += [inline.get_formset(request, row).form for inline in page.get_inline_instances(request, row)]
        for form in forms:
            yield from ((f"{model.__name__} {name}", field) for name, field in form.base_fields.items())


def test_each_required_field_says_what_to_enter(dana):
    asks = {
        where: str(field.error_messages["required"]) for where, field in fields_of_the_set_up(dana) if field.required
    }
    assert {where: said for where, said in asks.items() if said == DJANGOS} == {}
    assert asks["Program opens_on"] == "Enter the opening date."
    assert asks["Accreditation body"] == "Say who gave it."
    assert asks["User supervisor"] == "Choose the supervisor."


def test_each_empty_choice_has_a_name(dana):
    make_group(make_program())
    empty = {
        where: str(label)
        for where, field in fields_of_the_set_up(dana)
        for value, label in getattr(field, "choices", [])
        if not value
    }
    assert {where: said for where, said in empty.items() if said in DJANGOS_CHOICES} == {}
    assert (empty["Room location"], empty["Closure program"], empty["Group attended_by"]) == (
        "Choose", "None", "As its service",
    )  # fmt: skip


def test_labels_of_the_set_up_stand_without_a_colon(client, dana):
    group = make_group(make_program())
    text = client.get(f"/admin/programs/group/{group.pk}/change/").content.decode()
    assert ">Public label</label>" in text
    assert ":</label>" not in text


def test_a_list_of_actions_asks_to_choose_one(client, dana):
    text = client.get("/admin/staff/user/").content.decode()
    assert '<option value="" selected>Choose</option>' in text


def test_the_page_of_a_person_links_to_its_sections(client, dana):
    colleague = make_user("rae", Role.CLINICIAN)
    make_posting(colleague, starts_on="2026-01-01")
    text = client.get(f"/admin/staff/user/{colleague.pk}/change/").content.decode()
    links = re.findall(r'<a href="#([\w-]+)">', text.partition('aria-label="On this page"')[2].partition("</nav>")[0])
    assert links == ["postings-group", "credentials-group", "supervised_by-group", "time_away-group"]
    assert [link for link in links if f'id="{link}"' not in text] == []


def test_values_to_be_confirmed_lead_to_where_they_are(client, dana):
    program = make_program()
    make_policy_value("min_week_minutes_adult", "600", is_confirmed=False)
    make_policy_value("php_minutes", "1300")
    text = client.get(f"/programs/{program.pk}/policy/").content.decode()
    link = re.search(r'href="([^"]+)">Confirm 1 value</a>', text).group(1)
    assert client.get(link).context["cl"].result_count == 1
    PolicyValue.objects.update(is_confirmed=True)
    assert "Confirm 1 value" not in client.get(f"/programs/{program.pk}/policy/").content.decode()
