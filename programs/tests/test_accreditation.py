from datetime import date

import pytest
import time_machine
from django.urls import reverse

from audit.models import Event
from programs.models import Accreditation
from programs.tests.factories import make_location, make_posting, make_program
from staff.choices import Role
from staff.tests.factories import make_user
from web.tests.saving import save

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
LIST, ADD = "/admin/programs/accreditation/", "/admin/programs/accreditation/add/"


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-23 17:00Z", tick=False):
        yield


@pytest.fixture
def program():
    return make_program("Evening IOP", location=make_location("Northside"))


@pytest.fixture
def dana(client, program):
    dana = make_user("dana", Role.DIRECTOR)
    make_posting(dana, location=program.location)
    client.force_login(dana)
    return dana


def make_accreditation(body: str, ends_on: date | None = None, starts_on: date = date(2024, 1, 1), **kw):
    return Accreditation.objects.create(body=body, starts_on=starts_on, ends_on=ends_on, **kw)


def listed(client, address: str) -> list[str]:
    return [row.body for row in client.get(address).context["cl"].result_list]


def sent(**kw):
    return {"program": "", "location": "", "body": "CARF", "number": "A 12", "starts_on": "2026-01-01"} | kw


@pytest.fixture
def four(program):
    make_accreditation("State", date(2026, 12, 31), location=program.location)
    make_accreditation("CARF", date(2026, 11, 22), program=program)
    make_accreditation("Joint Commission")
    make_accreditation("COA", starts_on=date(2027, 1, 1))


@pytest.mark.parametrize(
    ("state", "bodies"),
    [
        ("", ["CARF", "COA", "Joint Commission", "State"]),
        ("?state=valid", ["Joint Commission", "State"]),
        ("?state=expiring", ["State"]),
        ("?state=lapsed", ["CARF"]),
        ("?state=later", ["COA"]),
    ],
)
def test_the_list_is_filtered_by_what_is_to_be_done(client, dana, four, state, bodies):
    assert sorted(listed(client, LIST + state)) == bodies


@pytest.mark.parametrize(
    ("ends_on", "starts_on", "state"),
    [
        (None, TODAY, "in force"),
        (TODAY, TODAY, "in force until Nov 23, 2026"),
        (date(2026, 11, 22), date(2024, 1, 1), "lapsed after Nov 22, 2026"),
        (None, date(2026, 11, 24), "begins on Nov 24, 2026"),
    ],
)
def test_its_state_is_said_with_the_day_on_which_it_turns(ends_on, starts_on, state):
    assert make_accreditation("CARF", ends_on, starts_on).state_on(TODAY) == state


def test_a_director_adds_one_for_an_own_place_and_it_is_audited(client, dana, program):
    assert client.post(ADD, sent(location=program.location_id, ends_on="2029-01-01")).status_code == 302
    row = Accreditation.objects.get()
    assert (row.body, row.number, row.location, row.ends_on) == ("CARF", "A 12", program.location, date(2029, 1, 1))
    assert Event.objects.get(action="programs.accreditation_added").object_id == row.pk


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({}, "This reaches further than your own postings."),
        ({"ends_on": "2025-12-31"}, "The last day cannot be before the first."),
        ({"body": ""}, "Say who gave it."),
    ],
)
def test_a_mistake_or_too_wide_a_reach_is_refused(client, dana, change, sentence):
    answer = client.post(ADD, sent(**change))
    assert sentence in answer.content.decode()
    assert Accreditation.objects.count() == 0


def test_a_director_reads_the_provider_s_and_changes_only_the_own(client, dana, four):
    whole, own = Accreditation.objects.get(body="Joint Commission"), Accreditation.objects.get(body="State")
    address = "admin:programs_accreditation_change"
    assert client.get(reverse(address, args=[whole.pk])).status_code == 200
    assert save(client, reverse(address, args=[whole.pk]), sent(body="Mine")).status_code == 403
    change = sent(body="State of NJ", location=own.location_id)
    assert save(client, reverse(address, args=[own.pk]), change).status_code == 302
    assert set(Accreditation.objects.values_list("body", flat=True)) == {
        "CARF", "COA", "Joint Commission", "State of NJ",
    }  # fmt: skip


def test_those_of_another_place_are_not_listed(client, dana):
    make_accreditation("Elsewhere", location=make_location("Harbor"))
    assert listed(client, LIST) == []


def test_a_clinician_has_no_list(client, program):
    rae = make_user("rae")
    make_posting(rae, program)
    client.force_login(rae)
    assert client.get(LIST).status_code == 403
