from datetime import date

import pytest
from django.urls import reverse

from audit.models import Event
from programs.fields import ZONES
from programs.models import Location, PolicyValue, Posting, Program, Room, ServiceType
from programs.seeds import seed_service_types
from programs.tests.factories import (
    make_location,
    make_policy_value,
    make_posting,
    make_program,
    make_room,
    make_service,
)
from programs.validators import validate_zone
from staff.choices import Role
from staff.models import Invitation, User
from staff.tests.factories import make_user
from web.tests.saving import save

pytestmark = pytest.mark.django_db
PAGES = [Location, Room, Program, ServiceType, Posting, PolicyValue]
STAFF = "/admin/staff/user/"


@pytest.fixture
def northside():
    return make_location("Northside")


@pytest.fixture
def evening(northside):
    return make_program("Evening IOP", location=northside, code="evening")


@pytest.fixture
def teen():
    return make_program("Teen IOP", location=make_location("Harbor"), code="teen")


@pytest.fixture
def dana(client, northside):
    """Director of Northside, signed in."""
    seed_service_types()
    dana = make_user("dana", Role.DIRECTOR)
    make_posting(dana, location=northside, starts_on=date(2026, 1, 1))
    client.force_login(dana)
    return dana


def url(model, page, *args):
    return reverse(f"admin:programs_{model._meta.model_name}_{page}", args=args)


def errors(response):
    form = response.context["adminform"].form
    return {field: list(sentences) for field, sentences in form.errors.items()}


def program_data(location, **change):
    return {
        "location": location.pk, "name": "Day IOP", "code": "day", "focus": "substance use", "population": "adult",
        "level_of_care": "2.1", "is_part2": "on", "opens_on": "2026-02-02", "retired_on": "",
    } | change  # fmt: skip


def posting_data(user, **change):
    return {"user": user.pk, "program": "", "location": "", "starts_on": "2026-02-02", "ends_on": ""} | change


@pytest.mark.parametrize("model", PAGES)
def test_a_director_opens_every_list_and_form(client, dana, evening, model):
    make_room(evening.location)
    make_policy_value("group_min", "3", evening)
    row = model.objects.visible_to(dana).first() if hasattr(model.objects, "visible_to") else model.objects.first()
    assert client.get(url(model, "changelist") + "?q=e").status_code == 200
    assert client.get(url(model, "change", row.pk)).status_code == 200
    assert client.get(url(model, "delete", row.pk)).status_code == 403


@pytest.mark.parametrize("model", PAGES)
def test_a_clinician_opens_none(client, dana, evening, model):
    rae = make_user("rae")
    make_posting(rae, evening)
    client.force_login(rae)
    assert client.get(url(model, "changelist")).status_code == 403


def test_a_director_sees_and_edits_only_what_the_postings_reach(client, dana, evening, teen):
    room = make_room(teen.location)
    listed = client.get(url(Program, "changelist")).content.decode()
    assert ("Evening IOP" in listed, "Teen IOP" in listed, "Harbor" in listed) == (True, False, False)
    for row in (teen, teen.location, room):
        for answer in (
            client.get(url(type(row), "change", row.pk)),
            client.post(url(type(row), "change", row.pk), {"name": "Mine"}),
        ):
            assert answer.status_code == 404
    teen.refresh_from_db()
    assert teen.name == "Teen IOP"


def test_a_director_makes_a_program_at_an_own_location_and_it_is_audited(client, dana, northside, teen):
    assert client.post(url(Program, "add"), program_data(northside)).status_code == 302
    made = Program.objects.get(code="day")
    event = Event.objects.get(action="programs.program_added")
    assert (event.actor_id, event.object_id) == (dana.pk, made.pk)
    refused = client.post(url(Program, "add"), program_data(teen.location))
    assert list(errors(refused)) == ["location"]


def test_a_change_is_audited_with_both_values(client, dana, evening):
    data = program_data(evening.location, name="Night IOP", code="evening", opens_on="2026-01-05")
    save(client, url(Program, "change", evening.pk), data)
    event = Event.objects.get(action="programs.program_changed")
    assert event.content["changes"][0]["fields"] == {"name": {"old": "Evening IOP", "new": "Night IOP"}}


def test_a_director_posts_people_inside_the_own_postings_only(client, dana, evening, teen):
    kim = make_user("kim")
    client.post(url(Posting, "add"), posting_data(kim, program=evening.pk))
    client.post(url(Posting, "add"), posting_data(kim, location=evening.location.pk))
    assert kim.postings.count() == 2
    for scope, field in [
        ({"program": teen.pk}, "program"),
        ({"location": teen.location.pk}, "location"),
        ({}, "program"),
    ]:
        answer = client.post(url(Posting, "add"), posting_data(kim, **scope))
        assert list(errors(answer)) == [field]
    assert kim.postings.count() == 2


def test_a_superuser_posts_provider_wide(client, dana):
    client.force_login(make_user("admin", None, is_superuser=True))
    assert client.post(url(Posting, "add"), posting_data(dana)).status_code == 302
    assert dana.postings.filter(program=None, location=None).count() == 1


def test_nobody_changes_their_own_postings(client, dana, evening):
    own, kims = dana.postings.get(), make_posting(make_user("kim"), evening)
    data = posting_data(dana, location=evening.location.pk, ends_on="2030-12-31")
    for path in [url(Posting, "add"), url(Posting, "change", own.pk), url(Posting, "change", kims.pk)]:
        assert list(errors(client.post(path, data))) == ["user"], path
    handed_over = save(client, url(Posting, "change", own.pk), data | {"user": kims.user.pk})
    assert list(errors(handed_over)) == ["user"]
    own.refresh_from_db()
    assert (own.user, own.ends_on, dana.postings.count()) == (dana, None, 1)


def test_a_deputy_posts_colleagues_and_names_no_deputy(client, dana, evening, time_machine):
    time_machine.move_to("2026-03-02 12:00-05:00", tick=False)
    rae, kim = make_user("rae"), make_user("kim")
    data = posting_data(kim, program=evening.pk, ends_on="2026-03-09")
    assert client.post(url(Posting, "add"), data | {"is_deputy": "on"}).status_code == 302
    make_posting(rae, evening, is_deputy=True, ends_on=date(2026, 3, 9))
    client.force_login(rae)
    assert list(errors(client.post(url(Posting, "add"), data | {"is_deputy": "on"}))) == ["is_deputy"]
    assert client.post(url(Posting, "add"), data | {"starts_on": "2026-03-03"}).status_code == 302
    assert kim.postings.count() == 2


def test_only_who_directs_all_somebody_works_in_manages_the_account(client, dana, evening, teen, time_machine):
    time_machine.move_to("2026-03-02 12:00-05:00", tick=False)
    kim, mina, omar = (make_user(name) for name in ("kim", "mina", "omar"))
    for user in (kim, mina, omar):
        make_posting(user, evening)
    make_posting(mina, teen)
    make_posting(omar, teen, starts_on=date(2026, 3, 3))
    for action in ("send_link", "deactivate"):
        client.post(STAFF, {"action": action, "_selected_action": [kim.pk, mina.pk, omar.pk]})
    assert list(Invitation.objects.values_list("user__username", flat=True)) == ["kim"]
    assert set(User.objects.filter(is_active=False)) == {kim}
    assert save(client, f"{STAFF}{omar.pk}/change/", {"roles": ["medical"]}).status_code == 403
    Posting.objects.filter(program=teen).update(starts_on=date(2026, 2, 2), ends_on=date(2026, 3, 1))
    client.post(STAFF, {"action": "deactivate", "_selected_action": [mina.pk, omar.pk]})
    assert not User.objects.filter(username__in=["mina", "omar"], is_active=True).exists()


def test_a_deputy_sets_up_where_deputy_and_not_where_only_posted(client, dana, evening, teen, time_machine):
    time_machine.move_to("2026-03-02 12:00-05:00", tick=False)
    rae = make_user("rae")
    make_posting(rae, evening)
    make_posting(rae, teen, is_deputy=True, ends_on=date(2026, 3, 9))
    client.force_login(rae)
    data = program_data(teen.location, name="Mine", code="teen")
    save(client, url(Program, "change", teen.pk), data)
    assert save(client, url(Program, "change", evening.pk), data).status_code == 404
    assert set(Program.objects.values_list("name", flat=True)) == {"Evening IOP", "Mine"}


def test_a_program_stays_at_its_location(client, dana, evening):
    other = make_location("Eastside")
    make_posting(dana, location=other)
    save(client, url(Program, "change", evening.pk), program_data(other, code="evening", name="Night IOP"))
    evening.refresh_from_db()
    assert (evening.name, evening.location.name) == ("Night IOP", "Northside")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ends_on": "2026-02-01"}, "The last day cannot be before the first"),
        ({"is_deputy": "on"}, "Give the last day"),
    ],
)
def test_wrong_dates_of_a_posting_are_explained_at_the_field(client, dana, evening, change, words):
    answer = client.post(url(Posting, "add"), posting_data(make_user("kim"), program=evening.pk, **change))
    assert {name: [words in sentence for sentence in found] for name, found in errors(answer).items()} == {
        "ends_on": [True]
    }


def test_a_wrong_zone_is_explained_at_the_field(client, dana, northside):
    answer = save(client, url(Location, "change", northside.pk), {"name": "Northside", "zone_name": "Eastern"})
    assert errors(answer) == {"zone_name": ["“Eastern” is not one of these clocks. Choose one of the list."]}


def test_a_clock_is_chosen_among_those_of_the_states_and_one_of_elsewhere_stays(client, dana, northside):
    address, zones = url(Location, "change", northside.pk), [("", "Choose"), *ZONES]
    assert client.get(address).context["adminform"].form.fields["zone_name"].choices == zones
    Location.objects.update(zone_name="Europe/Berlin")
    other = ("Europe/Berlin", "Europe/Berlin")
    assert client.get(address).context["adminform"].form.fields["zone_name"].choices == [*zones, other]
    assert save(client, address, {"name": "Northside", "zone_name": "Europe/Berlin"}).status_code == 302


def test_every_clock_of_the_list_is_a_time_zone():
    for name, _ in ZONES:
        validate_zone(name)


@pytest.mark.parametrize(
    ("change", "field"), [({"value": "two"}, "value"), ({"value": "0"}, "value"), ({"key": "group_size"}, "key")]
)
def test_a_wrong_policy_value_is_explained_at_the_field(client, dana, evening, change, field):
    data = {"program": evening.pk, "key": "group_min", "value": "3", "starts_on": "2026-02-02", "citation": "Manual"}
    answer = client.post(url(PolicyValue, "add"), data | change)
    assert {name: len(found) for name, found in errors(answer).items()} == {field: 1}


def test_what_holds_for_all_is_changed_only_by_who_directs_all(client, dana, evening, teen):
    data = {"program": "", "key": "group_min", "value": "3", "starts_on": "2026-02-02", "citation": "Manual"}
    value, service = make_policy_value("group_min", "2"), make_service()
    assert list(errors(client.post(url(PolicyValue, "add"), data))) == ["program"]
    assert save(client, url(PolicyValue, "change", value.pk), data).status_code == 403
    assert save(client, url(ServiceType, "change", service.pk), {"name": "Mine"}).status_code == 403
    assert client.get(url(ServiceType, "change", service.pk)).status_code == 200
    make_posting(dana, location=teen.location)
    assert save(client, url(PolicyValue, "change", value.pk), data).status_code == 302
    assert PolicyValue.objects.values_list("value", flat=True).get(pk=value.pk) == "3"


def test_a_new_location_is_made_only_by_who_is_posted_everywhere(client, dana):
    data = {"name": "Eastside", "zone_name": "America/Chicago", "retired_on": ""}
    assert client.post(url(Location, "add"), data).status_code == 403
    make_posting(dana)
    assert client.post(url(Location, "add"), data).status_code == 302
    assert Location.objects.filter(name="Eastside").exists()
