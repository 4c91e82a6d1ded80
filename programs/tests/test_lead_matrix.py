from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import Event
from programs.actions import leads
from programs.models import LeadRule
from programs.seeds import seed_lead_rules
from programs.tests.factories import make_location, make_posting, make_program
from staff.choices import Role
from staff.tests.factories import make_user

pytestmark = pytest.mark.django_db
GRID = "/admin/programs/leadrule/"


@pytest.fixture(autouse=True)
def matrix():
    seed_lead_rules()


@pytest.fixture
def evening():
    return make_program("Evening IOP", location=make_location("Northside"))


@pytest.fixture
def dana(client, evening):
    """Director of all there is, signed in."""
    dana = make_user("dana", Role.DIRECTOR)
    make_posting(dana, location=evening.location)
    client.force_login(dana)
    return dana


def number(row, column):
    return leads.CELLS.index((row, column))


def sent(page, **cells):
    """What the opened page sends, with these cells changed, by number."""
    form = page.context["form"]
    data = {name: form[name].value() for name in form.fields}
    return data | {f"cell-{key}": code for key, code in cells.items()}


def answer(row, column):
    rule = LeadRule.objects.get(row=row, column=column)
    return rule.answer, rule.in_substance_use_only


GROUP_NURSE, FAMILY_CADC, GROUP_INTERN = (
    str(number(*cell)) for cell in [("group therapy", "RN"), ("family therapy", "CADC"), ("group therapy", "intern")]
)


def test_the_list_is_the_grid_of_every_service_and_kind_of_clinician(client, dana):
    page = client.get(GRID)
    assert page.status_code == 200
    assert [label for label, _ in page.context["form"].rows()][:2] == [
        "Biopsychosocial assessment and diagnosis",
        "Treatment plan author",
    ]
    assert [len(cells) for _, cells in page.context["form"].rows()] == [9] * 11
    content = page.content.decode()
    assert content.count("<select") == 99
    assert 'aria-label="Group therapy, Intern"' in content
    assert page.context["form"][f"cell-{number('assessment', 'LCADC')}"].value() == "yes*"


def test_all_changed_cells_are_saved_together_with_one_event_of_old_and_new(client, dana):
    page = client.get(GRID)
    response = client.post(GRID, sent(page, **{GROUP_NURSE: "C", FAMILY_CADC: "S*"}), follow=True)
    assert response.redirect_chain == [(GRID, 302)]
    assert (answer("group therapy", "RN"), answer("family therapy", "CADC")) == (("C", False), ("S", True))
    said = ["Group therapy, Registered nurse: – → C", "Family therapy, CADC or CAC: – → S, SUD"]
    assert Event.objects.get(action="programs.lead_rules_changed").content == {"cells": said}
    assert [str(message) for message in response.context["messages"]] == [f"2 answers were changed. {'; '.join(said)}."]


def test_nothing_changed_is_said_and_leaves_no_event(client, dana):
    response = client.post(GRID, sent(client.get(GRID)), follow=True)
    assert [str(message) for message in response.context["messages"]] == ["Nothing was changed."]
    assert not Event.objects.filter(action="programs.lead_rules_changed").exists()


def test_a_cell_without_a_row_is_no_and_gets_one_when_it_is_set(client, dana):
    LeadRule.objects.filter(row="group therapy", column="RN").delete()
    client.post(GRID, sent(client.get(GRID), **{GROUP_NURSE: "yes"}))
    assert answer("group therapy", "RN") == ("yes", False)


def test_two_people_who_change_different_cells_both_win(client, dana):
    first, second = client.get(GRID), client.get(GRID)
    client.post(GRID, sent(first, **{GROUP_NURSE: "C"}))
    assert client.post(GRID, sent(second, **{FAMILY_CADC: "S"})).status_code == 302
    assert (answer("group therapy", "RN"), answer("family therapy", "CADC")) == (("C", False), ("S", False))


def test_two_people_who_change_one_cell_are_shown_both_and_can_send_theirs_again(client, dana):
    first, second = client.get(GRID), client.get(GRID)
    client.post(GRID, sent(first, **{GROUP_NURSE: "C"}))
    data = sent(second, **{GROUP_NURSE: "yes", FAMILY_CADC: "S"})
    stale = client.post(GRID, data)
    assert stale.status_code == 409
    assert (answer("group therapy", "RN"), answer("family therapy", "CADC")) == (("C", False), ("no", False))
    sides = [(side.label, side.mine, side.theirs) for side in stale.context["stale"].sides]
    assert sides == [("Group therapy, Registered nurse", "yes", "C")]
    assert stale.context["stale"].by == "Dana Okafor"
    again = data | {"version": stale.context["stale"].version}
    assert client.post(GRID, again).status_code == 302
    assert (answer("group therapy", "RN"), answer("family therapy", "CADC")) == (("yes", False), ("S", False))


def test_the_same_answer_of_two_people_is_no_conflict(client, dana):
    first, second = client.get(GRID), client.get(GRID)
    client.post(GRID, sent(first, **{GROUP_NURSE: "C"}))
    assert client.post(GRID, sent(second, **{GROUP_NURSE: "C"})).status_code == 302
    assert Event.objects.filter(action="programs.lead_rules_changed").count() == 1


@pytest.mark.parametrize(
    "damage",
    [
        {f"cell-{GROUP_NURSE}": "maybe"},
        {f"cell-{GROUP_NURSE}": ""},
        {"shown": "yes,no"},
        {"shown": "x" * 10_000},
        {"shown": ""},
        {"shown": ",".join(["maybe"] * 99)},
    ],
)
def test_damaged_input_is_refused_and_nothing_is_saved(client, dana, damage):
    data = sent(client.get(GRID), **{FAMILY_CADC: "S"}) | damage
    response = client.post(GRID, data)
    assert response.status_code == 422
    assert "Nothing was saved" in response.content.decode()
    assert answer("family therapy", "CADC") == ("no", False)


def test_what_was_chosen_is_kept_when_it_is_refused(client, dana):
    data = sent(client.get(GRID), **{FAMILY_CADC: "S", GROUP_NURSE: "maybe"})
    assert client.post(GRID, data).context["form"][f"cell-{FAMILY_CADC}"].value() == "S"


def test_a_director_of_one_program_reads_the_grid_and_changes_nothing(client, dana, evening):
    data = sent(client.get(GRID), **{GROUP_NURSE: "yes"})
    make_program("Teen IOP", location=make_location("Harbor"))
    page = client.get(GRID)
    assert (page.status_code, page.content.decode().count("<select")) == (200, 0)
    assert client.post(GRID, data).status_code == 403
    assert answer("group therapy", "RN") == ("no", False)


def test_a_program_made_while_the_page_was_open_stops_the_save(dana):
    make_program("Teen IOP", location=make_location("Harbor"))
    codes = leads.codes_of(LeadRule.objects.all())
    with pytest.raises(leads.rules.Refusal) as refused:
        leads.set_lead_rules(cells=codes, shown=codes, version=None, by=dana, day=date(2026, 3, 2))
    assert refused.value.code == "not_everybodys_director"


def test_a_clinician_never_sees_it_and_nobody_adds_or_deletes_a_cell(client, dana, evening):
    cell = LeadRule.objects.first()
    paths = [
        reverse("admin:programs_leadrule_add"),
        reverse("admin:programs_leadrule_delete", args=[cell.pk]),
        reverse("admin:programs_leadrule_change", args=[cell.pk]),
    ]
    assert [client.post(path, {"answer": "yes"}).status_code for path in paths] == [403, 403, 403]
    rae = make_user("rae")
    make_posting(rae, evening)
    client.force_login(rae)
    assert client.get(GRID).status_code == 403


def test_the_grid_is_read_with_one_question(client, dana):
    client.get(GRID)
    with CaptureQueriesContext(connection) as captured:
        client.get(GRID)
    assert sum("programs_leadrule" in query["sql"] for query in captured) == 1
