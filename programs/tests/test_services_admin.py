import pytest
from django.urls import reverse

from programs.models import ServiceType
from programs.tests.factories import make_group, make_posting, make_program, make_service
from staff.choices import Role
from staff.tests.factories import make_user
from web.tests.saving import opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def evening():
    return make_program("Evening IOP")


@pytest.fixture
def dana(client, evening):
    """Director of all there is, signed in."""
    dana = make_user("dana", Role.DIRECTOR)
    make_posting(dana, location=evening.location)
    client.force_login(dana)
    return dana


@pytest.fixture
def wellness():
    return make_service("wellness")


def save(client, service, **change):
    """Save the service's page with these fields changed; None is a box not ticked."""
    page = reverse("admin:programs_servicetype_change", args=[service.pk])
    form = client.get(page).context["adminform"].form
    data = {name: form[name].value() for name in form.fields} | change
    data = {name: "" if value is None else value for name, value in data.items() if value is not False}
    response = client.post(page, data | opened(client, page), follow=True)
    assert response.redirect_chain
    return [str(message) for message in response.context["messages"]]


def test_every_flag_of_a_service_stands_on_its_page_with_a_help_text(client, dana, wellness):
    page = client.get(reverse("admin:programs_servicetype_change", args=[wellness.pk]))
    form = page.context["adminform"].form
    own = {field.name for field in ServiceType._meta.fields} - {"id"}
    assert set(form.fields) == own
    assert [name for name, field in form.fields.items() if not field.help_text] == []


def test_a_flag_that_changes_hours_says_whose_hours(client, dana, evening, wellness):
    for program in (evening, evening, make_program(location=evening.location)):
        make_group(program, service=wellness)
    retired = make_group(evening, service=wellness, retired_on=evening.opens_on)
    assert retired.pk
    said = save(client, wellness, counts_only_with_purpose=False, counts_toward_hours=False)
    assert said[0] == (
        "Wellness is given in 3 groups of 2 programs: their hours, also of weeks gone by, are computed anew by the new "
        "flags."
    )


def test_a_flag_of_a_service_that_no_group_gives_is_saved_without_a_warning(client, dana, wellness):
    assert len(save(client, wellness, starts_treatment="on")) == 1
    wellness.refresh_from_db()
    assert wellness.starts_treatment


def test_another_row_of_the_lead_matrix_leads_to_the_grid(client, dana, evening, wellness):
    make_group(evening, service=wellness)
    said = save(client, wellness, lead_row="education")
    assert "/admin/programs/leadrule/" in said[0]
    assert not any("computed anew" in sentence for sentence in said)
