"""The set-up as a director or deputy of somewhere else meets it: nothing of other programs' people shows or moves."""

from datetime import date

import pytest
from django.urls import reverse

from audit.models import Event
from programs.models import Posting
from programs.tests.factories import make_curriculum, make_location, make_posting, make_program
from staff.choices import Role
from staff.models import User
from staff.seeds import seed_credential_types
from staff.tests.factories import make_credential, make_supervision, make_time_away, make_user
from web.admin import KnownRows
from web.tests.saving import save

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)
AWAY, LATER = date(2026, 3, 4), date(2026, 3, 20)
INLINES = ["postings", "credentials", "supervised_by", "time_away"]


@pytest.fixture(autouse=True)
def noon(time_machine):
    time_machine.move_to("2026-03-02 12:00-05:00", tick=False)
    seed_credential_types()


@pytest.fixture
def evening():
    return make_program("Evening IOP", location=make_location("Northside"))


@pytest.fixture
def teen():
    return make_program("Teen IOP", location=make_location("Harbor"))


@pytest.fixture
def dana(client, evening):
    """Director of the Evening IOP alone, signed in."""
    dana = make_user("dana", Role.DIRECTOR)
    make_posting(dana, evening)
    client.force_login(dana)
    return dana


@pytest.fixture
def deputy(client, evening):
    """Rae stands in for the Evening IOP's director, signed in."""
    rae = make_user("rae")
    make_posting(rae, evening, is_deputy=True, ends_on=LATER)
    client.force_login(rae)
    return rae


def person(user):
    return reverse("admin:staff_user_change", args=[user.pk])


def refusals():
    rows = Event.objects.filter(action="refused", outcome="refused").order_by("sequence")
    return [(event.actor_name, event.content.get("code"), event.content.get("route", "")) for event in rows]


def posting_data(user, program, **change):
    return {"user": user.pk, "program": program.pk, "starts_on": "2026-03-02"} | change


def test_a_person_s_page_opens_to_who_directs_where_they_work(client, dana, evening, teen):
    omar = make_user("omar", email="omar@example.org")
    make_credential(omar, number="44SC-777", verified_on=TODAY, verified_by=make_user("kim"))
    make_time_away(omar, AWAY, kind="sick leave")
    make_posting(omar, teen)
    assert client.get(person(omar)).status_code == 404
    assert "Haddad" not in client.get(reverse("admin:staff_user_changelist")).content.decode()
    make_posting(omar, evening)
    shown = client.get(person(omar))
    assert [one.formset.prefix for one in shown.context["inline_admin_formsets"]] == INLINES
    words = ("Omar Haddad", "44SC-777", "Supervises", "omar@example.org")
    assert [word for word in words if word in shown.content.decode()] == list(words)


def test_a_deputy_puts_no_director_in_charge_and_posts_none_away(client, deputy, dana, evening):
    """Where a director is posted, they direct: a deputy who posts them would make or unmake a director."""
    client.force_login(deputy)
    omar, own = make_user("omar", Role.DIRECTOR), Posting.objects.get(user=dana)
    added = client.post(reverse("admin:programs_posting_add"), posting_data(omar, evening))
    ended = save(
        client,
        reverse("admin:programs_posting_change", args=[own.pk]),
        posting_data(dana, evening, ends_on="2026-03-02"),
    )
    for answer in (added, ended):
        assert "only a director says where a director works" in answer.context["adminform"].form.errors["user"][0]
    own.refresh_from_db()
    assert (omar.postings.count(), own.ends_on) == (0, None)


def test_a_director_posts_a_director_inside_the_own_postings(client, dana, evening):
    omar = make_user("omar", Role.DIRECTOR)
    assert client.post(reverse("admin:programs_posting_add"), posting_data(omar, evening)).status_code == 302
    assert omar.postings.get().program == evening


def test_what_the_forms_of_the_set_up_refuse_is_kept(client, dana, evening, teen):
    omar = make_user("omar")
    for program in (evening, teen):
        make_posting(omar, program)
    client.post(reverse("admin:programs_posting_add"), posting_data(dana, evening))
    type_ = make_credential(dana).type
    data = {"user": dana.pk, "type": type_.pk, "issued_on": "2026-01-05", "looked_up": "on"}
    client.post(reverse("admin:staff_credential_add"), data)
    client.post(reverse("admin:staff_user_add"), {"username": "nia", "roles": ["auditor"]})
    client.post(reverse("admin:staff_user_changelist"), {"action": "deactivate", "_selected_action": [omar.pk]})
    codes = ["own_posting", "own_license", "withheld", "works_elsewhere"]
    assert refusals() == [("Dana Okafor", code, "") for code in codes]


def test_a_page_of_the_set_up_that_is_closed_to_a_row_keeps_who_tried(client, dana, evening, teen):
    omar = make_user("omar")
    for program in (evening, teen):
        make_posting(omar, program)
    assert save(client, person(omar), {"roles": ["medical"]}).status_code == 403
    assert refusals() == [("Dana Okafor", "closed_door", "admin:staff_user_change")]
    assert User.objects.get(pk=omar.pk).roles == [Role.CLINICIAN]


def rows_of(prefix, *rows):
    """What a page sends for the saved rows of one of its parts."""
    data = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": len(rows)}
    return data | {f"{prefix}-{place}-{name}": value for place, row in enumerate(rows) for name, value in row.items()}


def account_data(user, **parts):
    data = {"first_name": user.first_name, "last_name": user.last_name, "full_time_equivalent": "1.00"}
    for prefix in INLINES:
        data |= rows_of(prefix, *parts.get(prefix, []))
    return data | {"roles": [role.value for role in user.roles]}


@pytest.mark.parametrize("prefix", INLINES[1:])
def test_a_row_of_somebody_else_or_gone_meanwhile_is_refused_on_the_person_s_page(client, dana, evening, teen, prefix):
    """Django would take the page as saved without that row, and the trail would say it changed."""
    kim, omar = make_user("kim"), make_user("omar")
    make_posting(kim, evening)
    make_posting(omar, teen)
    row = {
        "credentials": make_credential(omar),
        "supervised_by": make_supervision(omar, make_user("mina")),
        "time_away": make_time_away(omar, AWAY),
    }[prefix]
    sent = {"id": row.pk, "starts_on": "2026-03-05", "ends_on": "2026-03-06", "kind": "vacation", "number": "777"}
    before = type(row).objects.values().get()
    answer = save(client, person(kim), account_data(kim, **{prefix: [sent]}))
    [errors] = [one.formset.errors for one in answer.context["inline_admin_formsets"] if one.formset.prefix == prefix]
    assert (answer.status_code, errors[0]["__all__"]) == (200, [KnownRows.gone])
    assert (type(row).objects.values().get(), Event.objects.count()) == (before, 0)


def test_a_topic_of_another_curriculum_is_refused(client, dana, evening, teen):
    own, other = make_curriculum(evening, name="Skills"), make_curriculum(teen, topics=["Triggers"])
    sent = {"id": other.topics.get().pk, "title": "Mine", "position": 1}
    data = {"program": evening.pk, "name": "Skills"} | rows_of("topics", sent)
    answer = save(client, reverse("admin:programs_curriculum_change", args=[own.pk]), data)
    [topics] = answer.context["inline_admin_formsets"]
    assert topics.formset.errors[0]["__all__"] == [KnownRows.gone]
    assert (other.topics.get().title, Event.objects.count()) == ("Triggers", 0)


@pytest.mark.parametrize("sent", ["abc", "٣", "99999999999999999999", "-1", ["1", "x"]])
@pytest.mark.parametrize("model", ["credential", "timeaway", "supervision"])
def test_a_field_that_looks_for_a_person_takes_what_is_no_number_for_nobody(client, dana, model, sent):
    address, field = reverse(f"admin:staff_{model}_add"), "supervisee" if model == "supervision" else "user"
    assert client.get(address, {field: sent}).status_code == 200
    answer = client.post(address, {field: sent})
    assert (answer.status_code, field in answer.context["adminform"].form.errors) == (200, True)
